"""Bytes in and out: batches as lines of JSON, compressed with zstd; bounded in every direction."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Protocol

import jsonschema_rs
import orjson
import zstandard

from exchange.log import seals
from exchange.log.entries import Batch, Entry, Header, Inauthentic
from schemas.changes import PUBLISHED
from schemas.json_schema import describe

MEDIA_TYPE = "application/x-band-exchange+zstd"
LEVEL = 9
LINE_LIMIT = 512 * 1024
PAGE_LIMIT = 256 * 1024 * 1024
# A page that packs very well must not grow beyond what its reader takes.
UNPACKED_LIMIT = PAGE_LIMIT // 4
WINDOW_LIMIT = 8 * 1024 * 1024
READ = 64 * 1024


class Readable(Protocol):
    """Bytes to be read; less than was asked for may come at a time."""

    def read(self, size: int, /) -> bytes | None:
        """The next bytes, empty at the end."""


class Cut(Exception):
    """The delivery ended before its last line: the line was cut, or the other side stopped."""


class End:
    """The last line of a delivery: the cursor behind it, and whether there is more."""

    def __init__(self, cursor: str, more: bool) -> None:
        self.cursor, self.more = cursor, more


class Broken:
    """A line, or a batch around it, that cannot be read; `raw` is the line, or as much of it as is kept."""

    def __init__(self, why: Inauthentic, raw: bytes) -> None:
        self.why, self.raw = why, raw


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
    sent, unpacked, last, more = 0, 0, 0, False
    for batch in batches:
        if sent >= limit or unpacked >= UNPACKED_LIMIT:
            more = True
            break
        lines = batch_lines(batch)
        block = compressor.compress(lines) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        sent, unpacked, last = sent + len(block), unpacked + len(lines), batch.at or last
        yield block
    closing = orjson.dumps({"end": end(last, more), "more": more}) + b"\n"
    yield compressor.compress(closing) + compressor.flush()


# -- in ---------------------------------------------------------------------------------------------------


def read(source: Readable) -> Iterator[Batch | Broken | End]:
    """The batches of a delivery as they become whole, then its end; what cannot be read is told and passed over.

    Raises Cut when it breaks off, Inauthentic (W-syntax, W-oversize) when it is no delivery at all.
    """
    lines = _Lines(source)
    while (line := lines.next()) is not None:
        try:
            found = parsed(line)
            if "end" in found:
                _check("end-line", found)
                yield End(found["end"], found["more"])
                return
            yield _read_batch(found, lines)
        except Inauthentic as why:
            yield Broken(why, line)
            lines.skip()
    raise Cut("the delivery has no end")


def _read_batch(found: dict[str, Any], lines: "_Lines") -> Batch:
    _check("batch-line", found)
    signature, count = decode(found["signature"]), header(found["batch"]).count
    entries = []
    for _ in range(count):
        line = lines.next()
        if line is None:
            raise Cut("the delivery breaks off inside a batch")
        try:
            entries.append(_read_entry(line))
        except Inauthentic:
            lines.back(line)
            raise
    return Batch(found["batch"], signature, entries, found.get("at"))


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
        withheld={group: _digest(value) for group, value in found.get("withheld", {}).items()},
    )


def _digest(text: str) -> bytes:
    # Of other lengths, two neighbours could share their bytes in another way and still make the same leaf.
    raw = decode(text)
    if len(raw) != seals.DIGEST_BYTES:
        raise Inauthentic("W-syntax", why=f"a commitment has {len(raw)} bytes")
    return raw


def parsed(line: bytes) -> dict[str, Any]:
    """An object from one line of JSON. Raises Inauthentic."""
    if len(line) > LINE_LIMIT:
        raise Inauthentic("W-oversize", bytes=len(line), limit=LINE_LIMIT)
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
        raise Inauthentic("W-syntax", why=_why(validator, found, name))


def _why(validator: Any, found: dict[str, Any], name: str) -> str:
    try:
        error = next(iter(validator.iter_errors(found)))
    except ValueError as deep:
        # The engine gives up on what is nested too deeply to be told in words.
        return f"{name}: {deep}"
    return f"{'.'.join(map(str, error.instance_path)) or name}: {error.message[:200]}"


@cache
def _validator(name: str) -> Any:
    text = json.dumps(describe(PUBLISHED[name])).replace("$(?!\\\\n)", "$")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


class _Lines:
    """The lines of a delivery, one after the other; one that was read can be given back."""

    def __init__(self, source: Readable) -> None:
        self._each, self._given_back = _lines(source), list[bytes]()

    def next(self) -> bytes | None:
        """The next line, None behind the last."""
        return self._given_back.pop() if self._given_back else next(self._each, None)

    def back(self, line: bytes) -> None:
        """Give a line back, to be read again."""
        self._given_back.append(line)

    def skip(self) -> None:
        """Go on to the next line that begins a batch or ends the delivery."""
        while (line := self.next()) is not None:
            if _begins(line):
                return self.back(line)
        return None


def _begins(line: bytes) -> bool:
    try:
        return not {"batch", "end"}.isdisjoint(parsed(line))
    except Inauthentic:
        return False


def _lines(source: Readable) -> Iterator[bytes]:
    """Whole lines of what the source holds compressed; never more in memory than one line and one block.

    Of a line beyond the limit only so much is given that it can be told to be too long.
    """
    unpacker: Any = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT)
    reader = unpacker.stream_reader(source, read_across_frames=True)
    held, total = b"", 0
    while block := _block(reader):
        total += len(block)
        if total > PAGE_LIMIT:
            raise Inauthentic("W-oversize", bytes=total, limit=PAGE_LIMIT)
        *whole, held = (held + block).split(b"\n")
        yield from (line[: LINE_LIMIT + 1] for line in whole)
        held = held[: LINE_LIMIT + 1]
    if held:
        raise Cut("the delivery breaks off inside a line")


def _block(reader: Any) -> bytes:
    try:
        # `read` would lose what it has unpacked so far when the line breaks under it.
        return bytes(reader.read1(READ))
    except zstandard.ZstdError as error:
        raise Inauthentic("W-syntax", why=f"no zstd: {error}") from error
