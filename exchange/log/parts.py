"""Bytes that come or go in parts: what has arrived is kept in a file, so that a cut line costs nothing twice."""

import hashlib
import re
from pathlib import Path

from banding.errors import Refused

NAME = re.compile(r"[0-9a-f]{64}(?!\n)")
MOST_PARTS = 64
"""Unfinished files kept at a time; the oldest go first."""


def tidy(folder: Path, before: float) -> int:
    """Let unfinished bytes go, in this folder and those in it, that nobody has added to since a second of the clock.

    Gives how many files went. Whoever still wants them begins at the first byte again.
    """
    old = [path for path in folder.rglob("*.part") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


class Parts:
    """Unfinished bytes by their SHA-256, one file each; the file's length says how far they have come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest gather. Raises Refused for anything that is no digest."""
        if not NAME.fullmatch(digest):
            raise Refused("A digest is 64 figures of hex", where="sha256", why=f"It says {digest[:80]!r}")
        return self.folder / f"{digest}.part"

    def size(self, digest: str) -> int:
        """How many bytes have come."""
        path = self.path(digest)
        return path.stat().st_size if path.exists() else 0

    def add(self, digest: str, offset: int, piece: bytes) -> int:
        """Add a piece behind what has come, if it belongs there; gives how many bytes are there now."""
        path = self.path(digest)
        if self.size(digest) == offset and piece:
            self._make_room(path)
            # At its place and not behind the end: whoever fetches the same meanwhile writes the same bytes there.
            with path.open("r+b" if path.exists() else "wb") as file:
                file.seek(offset)
                file.write(piece)
        return self.size(digest)

    def is_whole(self, digest: str) -> bool:
        """Whether the bytes that have come are those of the digest; where they are not, they are thrown away."""
        path = self.path(digest)
        with path.open("rb") as file:
            fits = hashlib.file_digest(file, "sha256").hexdigest() == digest
        if not fits:
            self.drop(digest)
        return fits

    def drop(self, digest: str) -> None:
        """Let the bytes go."""
        self.path(digest).unlink(missing_ok=True)

    def _make_room(self, but: Path) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = sorted((path for path in self.folder.glob("*.part") if path != but), key=lambda p: p.stat().st_mtime)
        for path in files[: max(0, len(files) - MOST_PARTS + 1)]:
            path.unlink(missing_ok=True)
