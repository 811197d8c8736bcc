"""Archives that are written as they are sent, member by member, in flat memory."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PIECE = 1 << 16
BROKEN = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
"""What a file raises that is no archive, or a broken one."""


class _Pipe(io.RawIOBase):
    """A file that cannot go back, and that is emptied as it fills."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Keep it until it is taken."""
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        """What has come since."""
        found, self._held = bytes(self._held), bytearray()
        return found


def archive(members: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """A ZIP file of these members, each with its name and pieces; the next begins when one has ended."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as whole:
        for name, pieces in members:
            with whole.open(name, "w", force_zip64=False) as member:
                for piece in pieces:
                    member.write(piece)
                    if found := pipe.taken():
                        yield found
            yield pipe.taken()
    yield pipe.taken()


def in_pieces(path: Path) -> Iterator[bytes]:
    """A file, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def holds(path: Path, *names: str) -> bool:
    """Whether a file is an archive with these members."""
    try:
        with zipfile.ZipFile(path) as whole:
            return set(names) <= set(whole.namelist())
    except BROKEN:
        return False
