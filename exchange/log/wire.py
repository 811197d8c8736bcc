"""Bytes in and out: batches as lines of JSON, compressed with zstd; bounded in every direction."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import IO, Any

import jsonschema_rs
import orjson
import zstandard

from exchange.log.entries import Batch, Entry, Header, Inauthentic
from schemas.changes import PUBLISHED
from schemas.json_schema import describe

MEDIA_TYPE = "application/x-band-exchange+zstd"
LEVEL = 9
LINE_LIMIT = 512 * 1024
PAGE_LIMIT = 256 * 1024 * 1024
WINDOW_LIMIT = 8 * 1024 * 1024
READ = 64 * 1024


class Cut(Exception):
    """The delivery ended before its last line: the line was cut, or the other side stopped."""


class End:
    """The last line of a delivery: the cursor behind it, and whether there is more."""

    def __init__(self, cursor: str, more: bool) -> None:
        self.cursor, self.more = cursor, more


# -- out --------------------------------------------------------------------------------------------------


def header_text(header: Header) -> str:
    """The text of a header, written once by its origin and never again."""
    return orjson.dumps(
        {
            "protocol": 1, "log": header.log, "first": header.first, "count": header.count,
            "previous": header.previous.hex(), "root": header.root.hex(), "key": header.key,
            "schema": header.schema,
        }
    ).decode()  # fmt: skip


def batch_lines(batch: Batch) -> bytes:
    """A batch as lines, the first the header's, then one an entry."""
    first: dict[str, Any] = {"batch": batch.header, "signature": encode(batch.signature)}
    if batch.at is not None:
        first["at"] = batch.at
    lines = [orjson.dumps(first), *(orjson.dumps(_entry(entry)) for entry in batch.entries), b""]
    return b"\n".join(lines)


def _entry(entry: Entry) -> dict[str, Any]:
    line: dict[str, Any] = {
        "n": entry.number,
        "head": entry.head,
        "keys": {path: encode(key) for path, key in entry.keys.items()},
        "groups": dict(entry.groups),
    }
    if entry.withheld:
        line["withheld"] = {group: encode(value) for group, value in entry.withheld.items()}
    return line


def page(batches: Iterable[Batch], limit: int, end: Callable[[int, bool], str]) -> Iterator[bytes]:
    """A delivery of whole batches, ended as soon as `limit` bytes have gone out; at least one batch goes.

    After each batch what was written can be read, so that a cut line loses only the batch it cuts.
    `end(last place, more)` names the cursor of the last line.
    """
    compressor = zstandard.ZstdCompressor(level=LEVEL).compressobj()
    sent, last, more = 0, 0, False
    for batch in batches:
        if sent >= limit:
            more = True
            break
        block = compressor.compress(batch_lines(batch)) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        sent, last = sent + len(block), batch.at or last
        yield block
    closing = orjson.dumps({"end": end(last, more), "more": more}) + b"\n"
    yield compressor.compress(closing) + compressor.flush()


# -- in ---------------------------------------------------------------------------------------------------


def read(source: IO[bytes]) -> Iterator[Batch | End]:
    """The batches of a delivery as they become whole, then its end.

    Raises Cut when it breaks off, Inauthentic (W-syntax, W-oversize) when it is no delivery at all.
    """
    lines = _lines(source)
    for line in lines:
        found = parsed(line)
        if "end" in found:
            _check("end-line", found)
            yield End(found["end"], found["more"])
            return
        _check("batch-line", found)
        count = header(found["batch"]).count
        entries = [_read_entry(_next(lines)) for _ in range(count)]
        yield Batch(found["batch"], decode(found["signature"]), entries, found.get("at"))
    raise Cut("the delivery has no end")


def header(text: str) -> Header:
    """The header that a text says. Raises Inauthentic."""
    found = parsed(text.encode())
    _check("batch-header", found)
    return Header(
        log=found["log"], first=found["first"], count=found["count"], previous=bytes.fromhex(found["previous"]),
        root=bytes.fromhex(found["root"]), key=found["key"], schema=found["schema"],
    )  # fmt: skip


def head(text: str) -> dict[str, Any]:
    """The head of an entry that a text says. Raises Inauthentic."""
    found = parsed(text.encode())
    _check("entry-head", found)
    return found


def encode(raw: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(raw).decode()


def decode(text: str) -> bytes:
    """Base64 as bytes. Raises Inauthentic."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Inauthentic("W-syntax", why=f"no base64: {error}") from error


def _read_entry(line: bytes) -> Entry:
    found = parsed(line)
    _check("entry-line", found)
    return Entry(
        number=found["n"],
        head=found["head"],
        groups=found["groups"],
        keys={path: decode(key) for path, key in found["keys"].items()},
        withheld={group: decode(value) for group, value in found.get("withheld", {}).items()},
    )


def _next(lines: Iterator[bytes]) -> bytes:
    line = next(lines, None)
    if line is None:
        raise Cut("the delivery breaks off inside a batch")
    return line


def parsed(line: bytes) -> dict[str, Any]:
    """An object from one line of JSON. Raises Inauthentic."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Inauthentic("W-syntax", why=f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Inauthentic("W-syntax", why="a line holds no object")
    return found


def _check(name: str, found: dict[str, Any]) -> None:
    validator = _validator(name)
    if not validator.is_valid(found):
        error = next(iter(validator.iter_errors(found)))
        where = ".".join(map(str, error.instance_path)) or name
        raise Inauthentic("W-syntax", why=f"{where}: {error.message[:200]}")


@cache
def _validator(name: str) -> Any:
    text = json.dumps(describe(PUBLISHED[name])).replace("$(?!\\\\n)", "$")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    """Whole lines of what the source holds compressed; never more in memory than one line and one block."""
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT).stream_reader(source, read_across_frames=True)
    held, total = b"", 0
    while block := _block(reader):
        total += len(block)
        if total > PAGE_LIMIT:
            raise Inauthentic("W-oversize", bytes=total, limit=PAGE_LIMIT)
        *whole, held = (held + block).split(b"\n")
        if len(held) > LINE_LIMIT or any(len(line) > LINE_LIMIT for line in whole):
            raise Inauthentic("W-oversize", bytes=max(len(held), *map(len, whole), 0), limit=LINE_LIMIT)
        yield from whole
    if held:
        raise Cut("the delivery breaks off inside a line")


def _block(reader: Any) -> bytes:
    try:
        return bytes(reader.read(READ))
    except zstandard.ZstdError as error:
        raise Inauthentic("W-syntax", why=f"no zstd: {error}") from error
