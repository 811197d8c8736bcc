"""Rows as CSV, line by line: for spreadsheets of people, or plain for machines."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

BOM = "\ufeff"
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
# At the beginning, or behind what some spreadsheets begin a cell with: a semicolon where commas are decimal, as in
# Russia, a tab, a line end. Chinese and Japanese ones take the wide signs for the narrow ones.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r\n＝＋－＠])")


class _Last:
    """A file of one line: what csv wrote last."""

    line = ""

    def write(self, line: str) -> int:
        """Called by csv once a row."""
        self.line = line
        return len(line)


def returns_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, for_people: bool) -> Iterator[str]:
    """CSV lines (ending CR LF), first the column names; a missing value is an empty cell.

    For people: a byte order mark, without which Excel misreads Chinese and Russian, and an apostrophe before
    a text that a spreadsheet would run as a formula. For machines: neither.
    """
    last = _Last()
    writer = csv.writer(last)
    cell = _disarmed if for_people else _plain
    for number, row in enumerate(_with_header(rows, columns)):
        writer.writerow([cell(value) for value in row])
        yield BOM + last.line if for_people and number == 0 else last.line


def _with_header(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Iterable[Any]]:
    yield columns
    for row in rows:
        yield (row.get(name) for name in columns)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _disarmed(value: Any) -> str:
    text = _plain(value)
    if not isinstance(value, str) or _PLAIN_NUMBER.fullmatch(text):
        return text
    # Before a line feed too: some spreadsheets skip it and run what follows.
    return _FORMULA.sub(r"\1'", text)
