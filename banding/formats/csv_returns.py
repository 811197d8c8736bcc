"""Returns as CSV files: for programs with column names and codes, for people in words; and both read back."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from banding.formats.canonical import Row, Seal, row
from banding.formats.csv_ import BOM, returns_csv
from banding.formats.source import Found, Source, Watch, nobody_watches, seal_of_file, watched

FIRST = "banding_id"
LONGEST = 1 << 20
"""Signs of a line; what is longer is cut, so that a file without lines does not fill the memory."""


def write(source: Source) -> Iterator[bytes]:
    """CSV for programs; its seal is the SHA-256 of the very file."""
    whole = hashlib.sha256()
    for text in source.csv():
        piece = text.encode()
        whole.update(piece)
        yield piece
    source.seals["rows"] = whole.hexdigest()


def write_for_people(source: Source) -> Iterator[bytes]:
    """CSV with words in the reader's language, which a spreadsheet reads rightly and never runs."""
    labels = {column: source.label(column) for column in source.columns}
    told = ({labels[column]: source.words(column, value) for column, value in one.items()} for one in source.rows())
    whole = hashlib.sha256()
    for text in returns_csv(told, list(labels.values()), for_people=True):
        piece = text.encode()
        whole.update(piece)
        yield piece
    # Only the words stand in this file.
    source.seals.pop("rows", None)
    source.seals["file"] = whole.hexdigest()


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """The seal of the rows, whatever quotes and ends of line they have now; else of the file as it is."""
    heads = _heads(path)
    if not heads or heads[0] != FIRST:
        return Found({}, {"file": seal_of_file(path)})
    seal, count = Seal(heads), 0
    for one in watched(rows(path), watch):
        seal.add(one.values())
        count += 1
    # A file that nobody has touched is known by its bytes, however a program reads its numbers.
    exact = seal_of_file(path)
    return Found({}, {"rows": seal.hex, "exact": exact}, lambda: rows(path), count)


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file for programs."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        yield from table_rows(lines_of(lines))


def lines_of(text: TextIO) -> Iterator[str]:
    """The lines of a text; none is longer than LONGEST."""
    return iter(lambda: text.readline(LONGEST), "")


def table_rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of lines of CSV, of which the first holds the names of the columns."""
    reader = csv.reader(lines)
    heads = next(reader, [])
    for cells in reader:
        # A cell too many is a change too.
        more = {str(number): cell for number, cell in enumerate(cells[len(heads) :], len(heads))}
        yield row(dict(zip(heads, cells, strict=False)), heads) | more


def fits(path: Path) -> bool:
    """Any other text may be one."""
    return path.is_file()


def _heads(path: Path) -> list[str]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as lines:
        try:
            return [head.removeprefix(BOM) for head in next(csv.reader(lines_of(lines)), [])]
        except csv.Error:
            return []
