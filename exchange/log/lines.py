"""Lines out of compressed bytes, and objects out of lines; bounded in every direction."""

import binascii
import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol

import jsonschema_rs
import orjson
import zstandard

from exchange.log.entries import Inauthentic
from schemas.changes import PUBLISHED
from schemas.json_schema import describe
from schemas.letters import LETTERS

LINE_LIMIT = 512 * 1024
PAGE_LIMIT = 256 * 1024 * 1024
LINES_LIMIT = 500_000
"""More lines than any delivery has; a few bytes can unpack to hundreds of millions of empty ones."""
WINDOW_LIMIT = 8 * 1024 * 1024
READ = 64 * 1024


class Readable(Protocol):
    """Bytes to be read; less than was asked for may come at a time."""

    def read(self, size: int, /) -> bytes | None:
        """The next bytes, empty at the end."""


class Cut(Exception):
    """The delivery ended before its last line: the line was cut, or the other side stopped."""


class Lines:
    """The lines of a delivery, one after the other; one that was read can be given back."""

    def __init__(self, source: Readable) -> None:
        self._each, self._given_back = _whole_lines(source), list[bytes]()

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
        return not {"batch", "end", "segment"}.isdisjoint(parsed(line))
    except Inauthentic:
        return False


def _whole_lines(source: Readable) -> Iterator[bytes]:
    """Whole lines of what the source holds compressed; never more in memory than one line and one block.

    Of a line beyond the limit only so much is given that it can be told to be too long.
    """
    unpacker: Any = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT)
    reader = unpacker.stream_reader(source, read_across_frames=True)
    held, total, count = b"", 0, 0
    while block := _block(reader):
        total += len(block)
        if total > PAGE_LIMIT:
            raise Inauthentic("W-oversize", bytes=total, limit=PAGE_LIMIT)
        *whole, held = (held + block).split(b"\n")
        count += len(whole)
        if count > LINES_LIMIT:
            raise Inauthentic("W-syntax", why=f"more than {LINES_LIMIT:,} lines")
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


def encode(raw: bytes) -> str:
    """Bytes as base64."""
    return binascii.b2a_base64(raw, newline=False).decode()


def decode(text: str) -> bytes:
    """Base64 as bytes. Raises Inauthentic."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise Inauthentic("W-syntax", why=f"no base64: {error}") from error


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


def alike(text: str) -> Any:
    """What a text of JSON says, as every program would read it. Raises Inauthentic.

    An object that names a field twice, or a number beyond 2**53, is read in another way by another program: then
    two nodes would hold two records under one signature.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Inauthentic("W-syntax", why=f"no JSON: {error}") from error
    try:
        # Nearly every text was written like this, and what was written like this can say nothing twice.
        if orjson.dumps(found, option=orjson.OPT_STRICT_INTEGER) == text.encode():
            return found
    except TypeError as error:
        why = "a number is too large, or it is nested too deeply, to be read alike by every program"
        raise Inauthentic("W-syntax", why=why) from error
    json.loads(text, object_pairs_hook=_each_once, parse_int=_exact)
    return found


def all_alike(texts: Sequence[str]) -> list[Any] | None:
    """What several texts say, where all of them are written like ours; None where `alike` has to look at each."""
    try:
        # Each is parsed by itself, so that none can begin in one text and end in the next.
        found = [orjson.loads(text) for text in texts]
        is_plain = orjson.dumps(found, option=orjson.OPT_STRICT_INTEGER) == f"[{','.join(texts)}]".encode()
    except (orjson.JSONDecodeError, TypeError):
        return None
    return found if is_plain else None


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Inauthentic("W-syntax", why=f"the field {twice[:80]!r} is there twice")


def _exact(figures: str) -> None:
    if len(figures) > 17 or abs(int(figures)) >= 2**53:
        raise Inauthentic("W-syntax", why=f"the number {figures[:40]} is too large to be read alike by every program")


def check(name: str, found: dict[str, Any]) -> None:
    """Raise Inauthentic unless an object has the published shape of that name."""
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


def shape_of(kind: str, letter: dict[str, Any]) -> str:
    """What is wrong with the shape of a letter of a kind, '' where nothing is; a later version may say more."""
    validator = _validator(kind)
    return "" if validator.is_valid(letter) else _why(validator, letter, kind)


@cache
def _validator(name: str) -> Any:
    schema = describe(LETTERS[name], strict=False) if name in LETTERS else describe(PUBLISHED[name])
    text = json.dumps(schema).replace("$(?!\\\\n)", "$")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)
