"""A station's stock of rings: strings from one number to another, which of them are used, and which comes next."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from banding.domain import rings

LONGEST_STRING = 100_000
_NUMBER = re.compile(r"(.*?)([0-9]+)")


class StringError(ValueError):
    """Two numbers that are not the ends of one string: `.code` is `number`, `differ`, `order` or `long`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class String:
    """Consecutive rings as engraved: what stands before the figures, the first and last figure, how many figures."""

    lead: str
    low: int
    high: int
    width: int

    @classmethod
    def between(cls, first: str, last: str) -> "String":
        """The string from one ring to another, both in it. Raises StringError."""
        begin, end = _NUMBER.fullmatch(_ascii(first)), _NUMBER.fullmatch(_ascii(last))
        if begin is None or end is None:
            raise StringError("number")
        if rings.normal(begin[1]) != rings.normal(end[1]) or len(begin[2]) != len(end[2]):
            raise StringError("differ")
        found = cls(begin[1], int(begin[2]), int(end[2]), len(begin[2]))
        if found.high < found.low:
            raise StringError("order")
        if len(found) > LONGEST_STRING:
            raise StringError("long")
        return found

    def __len__(self) -> int:
        return self.high - self.low + 1

    @cached_property
    def series(self) -> str:
        """What stands before the figures, in normal form."""
        return rings.normal(self.lead)

    @property
    def keys(self) -> tuple[str, str]:
        """The normal forms of both ends; every ring between them has as many characters as they."""
        return self.key(self.low), self.key(self.high)

    def key(self, number: int) -> str:
        """The normal form of one ring."""
        return f"{self.series}{number:0{self.width}}"

    def ring(self, number: int) -> str:
        """One ring as engraved."""
        return f"{self.lead}{number:0{self.width}}"

    def number(self, key: str) -> int | None:
        """Which figure a ring in normal form has in this string; None where it is not in it."""
        figures = key.removeprefix(self.series)
        if len(key) != len(self.series) + self.width or not (figures.isascii() and figures.isdecimal()):
            return None
        number = int(figures)
        return number if key.startswith(self.series) and self.low <= number <= self.high else None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.number(key) is not None

    def next_unused(self, gone: Collection[str]) -> str:
        """The first ring, as engraved, that is neither used nor damaged nor lost; empty when there is none left.

        `gone` are normal forms, each once.
        """
        mine = sorted(gone)
        if not self._holds_all(mine):
            mine = [key for key in mine if key in self]
        # Up to the first gap every ring stands at the place of its number, and behind it none does.
        place = bisect_left(range(len(mine)), True, key=lambda at: mine[at] != self.key(self.low + at))
        return self.ring(self.low + place) if self.low + place <= self.high else ""

    def _holds_all(self, keys: Sequence[str]) -> bool:
        """Whether keys in order are all of this string, told quickly: it is asked of thousands after each bird."""
        if not keys:
            return True
        figures = "".join([key[len(self.series) :] for key in keys])
        are_alike = set(map(len, keys)) == {len(keys[0])} and figures.isascii() and figures.isdecimal()
        # With as many characters each, what stands between two rings of the string begins as they do.
        return are_alike and keys[0] in self and keys[-1] in self


def _ascii(ring: str) -> str:
    """The number without anything around it, its figures as plain ones."""
    figures = {ord(mark): str(value) for mark in ring if (value := _figure(mark)) is not None}
    return " ".join(ring.translate(figures).split())


def _figure(mark: str) -> int | None:
    return int(mark) if mark.isdecimal() else None


@dataclass(frozen=True)
class Stock:
    """What a station has of one scheme's rings: since which day it keeps count, its strings, and what is gone."""

    since: date
    strings: Sequence[String]
    lost: frozenset[str] = frozenset()

    def holds(self, key: str) -> bool:
        """Whether a ring in normal form is one that the station received and has not written off."""
        return key not in self.lost and any(key in string for string in self.strings)


@dataclass(frozen=True)
class Series:
    """One row of the table of ring series: a scheme's series, how many figures follow, the species it is made for.

    `diameter` is in mm as the table writes it, empty where it says nothing.
    """

    scheme: str
    prefix: str
    digits: int | None
    species: frozenset[str] = field(default_factory=frozenset)
    diameter: str = ""

    def has(self, key: str) -> bool:
        """Whether a ring in normal form is of this series."""
        figures = key.removeprefix(self.prefix)
        counted = self.digits is None or len(figures) == self.digits
        return key.startswith(self.prefix) and figures.isdecimal() and counted


def usual(series: Sequence[Series], scheme: str, species: str) -> list[Series]:
    """The series that the table names for a species; empty where it says nothing."""
    return [one for one in series if one.scheme == scheme and species in one.species]


def size_of(text: str) -> str:
    """A ring size to compare by: the millimetres of `2,30 mm` as `2.3`, else the letters or signs in capitals."""
    found = re.search(r"[0-9]{1,2}(?:[.,][0-9]{1,2})?", text)
    return f"{float(found[0].replace(',', '.')):g}" if found else " ".join(text.upper().split())


def read_series(rows: Mapping[str, Mapping[str, str]]) -> Iterator[Series]:
    """The rows of the table as values; species are separated by `;`, an empty cell says nothing."""
    for row in rows.values():
        species = frozenset(name.strip() for name in row["species"].split(";") if name.strip())
        digits = int(row["digits"]) if row["digits"] else None
        yield Series(row["scheme"], rings.normal(row["series"]), digits, species, row["diameter_mm"].strip())
