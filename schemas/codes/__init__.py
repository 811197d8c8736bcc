"""The code tables that the nodes share, read from the CSV files beside this module."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).resolve().parent


class UnknownTable(KeyError):
    """A table was asked for that is not among the files here."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Table:
    """One code table: `rows` maps each code to its whole row, column name to text, in file order."""

    name: str
    rows: Mapping[str, Mapping[str, str]]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in the order of the file."""
        return tuple(self.rows)

    def label(self, code: str, language: str) -> str:
        """The words for a code in `en`, `zh` or `ru`; else in English, else the code itself."""
        row = self.rows.get(code, {})
        return row.get(language) or row.get("en") or code

    def __contains__(self, code: object) -> bool:
        return code in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@cache
def table(name: str) -> Table:
    """The table of that name, read once. Raises UnknownTable (a KeyError) naming the tables there are."""
    # Checked against the listing, so that a name with a path in it never leaves this folder.
    if name not in names():
        raise UnknownTable(f"There is no code table {name!r}. The tables are: {', '.join(names())}.")
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return Table(name, MappingProxyType(_read(name, csv.DictReader(lines))))


@cache
def names() -> tuple[str, ...]:
    """The names of all tables, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.csv")))


def _read(name: str, reader: "csv.DictReader[str]") -> dict[str, Mapping[str, str]]:
    """Rows by their first column. Raises ValueError where a code stands twice or a row is ragged."""
    rows: dict[str, Mapping[str, str]] = {}
    for row in reader:
        code = next(iter(row.values()))
        if code in rows:
            raise ValueError(f"{name}.csv, line {reader.line_num}: the code {code!r} stands twice.")
        if None in row or None in row.values():
            raise ValueError(f"{name}.csv, line {reader.line_num}: a cell too many or too few.")
        rows[code] = MappingProxyType(row)
    return rows
