"""Parcels: the lines of a delivery gathered in a file until it is known what is to stand before them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import zstandard

from exchange.log.lines import PAGE_LIMIT, WINDOW_LIMIT

LEVEL = 9
READ = 256 * 1024


class Parcel:
    """Lines on their way into one file; `size` is about what they take compressed, `unpacked` what they are.

    Gathered in frames of their own, so that each is measured before it is in; written in one frame.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.size, self.unpacked = path, 0, 0
        self._digest = hashlib.sha256()

    def add(self, lines: bytes, packed: bytes) -> None:
        """Put lines behind those that are there; `packed` is what `pack` made of them."""
        with self.path.open("ab") as file:
            file.write(packed)
        self._digest.update(lines)
        self.size, self.unpacked = self.size + len(packed), self.unpacked + len(lines)

    def finish(self, opening: Callable[[str], bytes], end: bytes) -> bytes:
        """The whole as one frame: the opening, told the digest of all behind it, what was gathered, and the end."""
        self._digest.update(end)
        compressor = zstandard.ZstdCompressor(level=LEVEL).compressobj()
        pieces = [compressor.compress(opening(self._digest.hexdigest()))]
        if self.path.exists():
            with self.path.open("rb") as file, _unpacked(file) as reader:
                pieces += [compressor.compress(block) for block in iter(lambda: reader.read(READ), b"")]
        return b"".join([*pieces, compressor.compress(end), compressor.flush()])


def pack(lines: bytes) -> bytes:
    """Lines as a frame of their own."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(lines)


def digest_behind_opening(source: IO[bytes]) -> str:
    """SHA-256 in hex over everything behind the first line, unpacked; '' for bytes that are no zstd or too many."""
    digest, total, is_behind = hashlib.sha256(), 0, False
    try:
        with _unpacked(source) as reader:
            while block := reader.read(READ):
                total += len(block)
                if total > PAGE_LIMIT:
                    return ""
                if not is_behind:
                    _, feed, block = block.partition(b"\n")
                    is_behind = bool(feed)
                digest.update(block)
    except zstandard.ZstdError:
        return ""
    return digest.hexdigest()


def _unpacked(source: IO[bytes]) -> Any:
    unpacker: Any = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT)
    return unpacker.stream_reader(source, read_across_frames=True, closefd=False)
