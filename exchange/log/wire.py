"""Bytes in and out: batches as lines of JSON, compressed with zstd; the same for a page, a segment and a file."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import zstandard

from exchange.log import seals
from exchange.log.entries import Batch, Closed, Entry, Header, Inauthentic, Offer
from exchange.log.lines import (
    LINE_LIMIT,
    PAGE_LIMIT,
    WINDOW_LIMIT,
    Cut,
    Lines,
    Readable,
    alike,
    check,
    decode,
    encode,
    parsed,
)

__all__ = [
    "LINE_LIMIT", "MEDIA_TYPE", "PAGE_LIMIT", "UNPACKED_LIMIT", "WINDOW_LIMIT", "Broken", "Cut", "End",
    "Opening", "Readable", "alike", "batch_lines", "decode", "encode", "head", "header", "header_text",
    "offer_line", "page", "parsed", "read", "segment",
]  # fmt: skip

MEDIA_TYPE = "application/x-band-exchange+zstd"
LEVEL = 9
SEGMENT_LEVEL = 12
# A page that packs very well must not grow beyond what its reader takes.
UNPACKED_LIMIT = PAGE_LIMIT // 4


class End:
    """The last line of a delivery: the cursor behind it, and whether there is more."""

    def __init__(self, cursor: str, more: bool) -> None:
        self.cursor, self.more = cursor, more


class Opening:
    """The first line of a bundle: what it says of itself, as the exact text, and its writer's signature."""

    def __init__(self, text: str, signature: bytes) -> None:
        self.text, self.signature = text, signature


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
    """A batch as lines: the header's first, then one an entry or a closed run, in the order of their numbers."""
    first: dict[str, Any] = {"batch": batch.header, "signature": encode(batch.signature)}
    if batch.at is not None:
        first["at"] = batch.at
    numbered = [(entry.number, _entry(entry)) for entry in batch.entries]
    if batch.closed:
        numbered = sorted([*numbered, *((run.number, _closed(run)) for run in batch.closed)], key=lambda one: one[0])
    return b"\n".join([orjson.dumps(first), *(orjson.dumps(line) for _, line in numbered), b""])


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


def _closed(run: Closed) -> dict[str, Any]:
    return {"n": run.number, "span": run.span, "closed": encode(run.digest)}


def offer_line(offer: Offer) -> bytes:
    """The line that offers a batch as a segment."""
    line: dict[str, Any] = {"segment": offer.segment, "bytes": offer.bytes}
    if offer.at is not None:
        line["at"] = offer.at
    line |= {"log": offer.log, "first": offer.first, "count": offer.count, "header": offer.header, "shown": offer.shown}
    if offer.heads:
        line["heads"] = offer.heads
    return orjson.dumps(line) + b"\n"


def segment(lines: bytes) -> tuple[str, bytes]:
    """The lines of a batch packed once for everybody who may see it so: the digest of the bytes, and the bytes."""
    body = zstandard.ZstdCompressor(level=SEGMENT_LEVEL).compress(lines)
    return hashlib.sha256(body).hexdigest(), body


def page(
    blocks: Iterable[tuple[int | None, bytes, int]], limit: int, end: Callable[[int, bool], str], opening: bytes = b""
) -> Iterator[bytes]:
    """A delivery of blocks of lines, ended as soon as `limit` bytes have gone out; at least one block goes.

    A block is a place in the feed, whole lines, and the bytes that are fetched elsewhere for it. After each block
    what was written can be read, so that a cut line loses only the batch it cuts. `end(last place, more)` names
    the cursor of the last line; `opening` goes before everything.
    """
    compressor = zstandard.ZstdCompressor(level=LEVEL).compressobj()
    sent, unpacked, last, more = 0, 0, 0, False
    if opening:
        yield compressor.compress(opening)
    for at, lines, elsewhere in blocks:
        if sent and (sent >= limit or unpacked >= UNPACKED_LIMIT):
            more = True
            break
        block = compressor.compress(lines) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        sent, unpacked, last = sent + len(block) + elsewhere, unpacked + len(lines), at or last
        yield block
    closing = orjson.dumps({"end": end(last, more), "more": more}) + b"\n"
    yield compressor.compress(closing) + compressor.flush()


# -- in ---------------------------------------------------------------------------------------------------


def read(source: Readable, *, endless: bool = False) -> Iterator[Batch | Offer | Opening | Broken | End]:
    """The batches of a delivery as they become whole, then its end; what cannot be read is told and passed over.

    Bytes that were proven whole by their digest need no last line: they are `endless`. Raises Cut when the delivery
    breaks off, Inauthentic (W-syntax, W-oversize) when it is no delivery at all.
    """
    lines = Lines(source)
    while (line := lines.next()) is not None:
        try:
            found = parsed(line)
            if "end" in found:
                check("end-line", found)
                yield End(found["end"], found["more"])
                return
            yield _read(found, lines)
        except Inauthentic as why:
            yield Broken(why, line)
            lines.skip()
    if not endless:
        raise Cut("the delivery has no end")


def _read(found: dict[str, Any], lines: Lines) -> Batch | Offer | Opening:
    if "segment" in found:
        check("segment-line", found)
        return Offer(**{"at": None} | found)
    if "bundle" in found:
        check("bundle-line", found)
        return Opening(found["bundle"], decode(found["signature"]))
    return _read_batch(found, lines)


def _read_batch(found: dict[str, Any], lines: Lines) -> Batch:
    check("batch-line", found)
    signature, told = decode(found["signature"]), header(found["batch"])
    entries: list[Entry] = []
    closed: list[Closed] = []
    number, behind = told.first, told.first + told.count
    while number < behind:
        line = lines.next()
        if line is None:
            raise Cut("the delivery breaks off inside a batch")
        try:
            one = _read_entry(line)
            if one.number != number:
                raise Inauthentic("W-syntax", why=f"entry {number} was expected and {one.number} came")
        except Inauthentic:
            lines.back(line)
            raise
        if isinstance(one, Entry):
            entries.append(one)
            number += 1
        else:
            closed.append(one)
            number += one.span
    return Batch(found["batch"], signature, entries, found.get("at"), closed)


def header(text: str) -> Header:
    """The header that a text says. Raises Inauthentic."""
    found = _told(text)
    check("batch-header", found)
    return Header(
        log=found["log"], first=found["first"], count=found["count"], previous=bytes.fromhex(found["previous"]),
        root=bytes.fromhex(found["root"]), key=found["key"], schema=found["schema"],
    )  # fmt: skip


def head(text: str) -> dict[str, Any]:
    """The head of an entry that a text says. Raises Inauthentic."""
    found = _told(text)
    check("entry-head", found)
    return found


def _told(text: str) -> dict[str, Any]:
    found = alike(text)
    if not isinstance(found, dict):
        raise Inauthentic("W-syntax", why="it is no object")
    return found


def _read_entry(line: bytes) -> Entry | Closed:
    found = parsed(line)
    if "closed" in found:
        check("closed-line", found)
        return Closed(found["n"], found["span"], _digest(found["closed"]))
    check("entry-line", found)
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
