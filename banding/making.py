"""What the maker of a long work is given, and what it gives back."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from banding.store.works import Work

MOST_TROUBLES = 100


class Made(NamedTuple):
    """A file: under which name it is fetched, and its media type."""

    name: str
    media: str


class Making:
    """What the maker of a work is given: the work, where its file is written, and whom it tells how far it is."""

    def __init__(self, work: Work, path: Path, note: Callable[..., None]) -> None:
        self.work, self.path, self._note = work, path, note
        self.failed, self.troubles = 0, list[tuple[str, str]]()

    def step(self, done: int, total: int | None = None) -> None:
        """So many parts are made, or were tried in vain; ends the making by an error where it is to be stopped."""
        more = {} if total is None else {"total": total}
        self._note(done=done - self.failed, failed=self.failed, troubles=self.troubles[:MOST_TROUBLES], **more)

    def fail(self, what: str, why: str) -> None:
        """One part could not be made."""
        self.failed += 1
        self.troubles.append((what, why))


Make = Callable[[Making], Made]
