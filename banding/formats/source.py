"""What a download is written from: rows that are counted and sealed as they pass, words, and what is said of them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from banding.formats.canonical import Row, Seal

Groups = Mapping[str, Mapping[str, Any]]
Say = Callable[..., str]


def N_(text: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is said."""
    return text


def english(text: str, **values: Any) -> str:
    """The sentence as it stands, with its values."""
    return text % values if values else text


class Source(Protocol):
    """The rows of one question, read as they are asked for.

    `seals` holds the SHA-256 of each part of the file, by the name of the part; a writer adds its own before it asks
    for `about`, the rows' own is there when they have passed.
    """

    columns: Sequence[str]
    seals: dict[str, str]

    @property
    def licence(self) -> str:
        """What may be done with the file, in a sentence."""

    def rows(self, order: str = "latest") -> Iterator[Row]:
        """Every return, the latest first; under `bird` or `species` those of one stand together."""

    def csv(self) -> Iterator[str]:
        """The same as CSV for machines, in pieces."""

    def histories(self) -> Iterator[list[Groups]]:
        """Bird by bird every encounter that is held here, in order, as groups."""

    def about(self) -> dict[str, Any]:
        """What is said of the file, once the rows have passed; values are texts, numbers, lists and objects."""

    def lines(self, about: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The same for people: a heading and a text each."""

    def label(self, column: str) -> str:
        """A column in words."""

    def words(self, column: str, value: Any) -> Any:
        """A value in words."""

    def say(self, text: str, **values: Any) -> str:
        """A sentence in the reader's language."""


Watch = Callable[[int], None]
"""Is told how many rows have passed."""
OFTEN = 1000


def nobody_watches(rows: int) -> None:
    """Where there is no bar to move."""
    _ = rows


@dataclass(frozen=True)
class Found:
    """What a file says: of itself, the seals of its parts as they are now, its rows where it holds some, how many."""

    about: Mapping[str, Any]
    seals: Mapping[str, str]
    rows: Callable[[], Iterator[Row]] | None = field(default=None)
    count: int | None = None


class Read(Protocol):
    """Reads a file back; tells how many rows it has seen, and raises anything where the file is broken."""

    def __call__(self, path: Path, watch: Watch = nobody_watches) -> Found:
        """What the file says."""


def seal_of_file(path: Path) -> str:
    """The SHA-256 of a file as it stands."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_by_rows(
    path: Path, about: Mapping[str, Any], rows: Callable[[Path, Sequence[str]], Iterator[Row]],
    watch: Watch = nobody_watches,
) -> Found:  # fmt: skip
    """What a file says whose one seal is that of its rows, in the columns that it tells of."""
    columns = about.get("columns", [])
    seal, count = Seal(columns), 0
    for one in watched(rows(path, columns), watch):
        seal.add(one.values())
        count += 1
    return Found(about, {"rows": seal.hex}, lambda: rows(path, columns), count)


def watched(rows: Iterable[Row], watch: Watch) -> Iterator[Row]:
    """The rows; now and then it is told how many have passed."""
    for count, one in enumerate(rows, 1):
        yield one
        if count % OFTEN == 0:
            watch(count)


def fits_nothing(path: Path) -> bool:
    """For a kind of file that is never read back."""
    _ = path
    return False


class Format(NamedTuple):
    """A kind of file: its name in addresses, words, the end of its name, its media type, writer and reader."""

    name: str
    title: str
    help: str
    ending: str
    media: str
    write: Callable[[Source], Iterator[bytes]]
    read: Read | None
    fits: Callable[[Path], bool] = fits_nothing
