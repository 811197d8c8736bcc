"""By which a table of returns is known again when it was changed and renamed: the least of its recoveries' numbers."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from banding.formats.canonical import Row

MOST, AT_ONCE = 64, 1000
BITS = 48
ENOUGH = 0.5
"""Of the least numbers of two tables together, how many must be in both for one to be the other, changed."""
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_WHOLE = re.compile(_ID)
_LINE = re.compile(rf'^"?{_ID}"?[,;\t]"?({_ID})\b', re.MULTILINE)


class Marks:
    """Takes in a table row by row; what it keeps does not grow. An even sample, since ids are drawn by lot."""

    def __init__(self) -> None:
        self._least: list[int] = []
        self._waiting: list[str] = []

    def add(self, recovery: object) -> None:
        """One more row by the id of its recovery; what is no id is let pass."""
        self._waiting.append(str(recovery))
        if len(self._waiting) >= AT_ONCE:
            self._settle()

    def take(self, text: str) -> None:
        """Whole lines of CSV, in which the recovery's id stands second."""
        self._merge(_LINE.findall(text))

    @property
    def least(self) -> tuple[int, ...]:
        """Up to MOST numbers of 48 bits, the least first."""
        self._settle()
        return tuple(self._least)

    def _settle(self) -> None:
        some, self._waiting = self._waiting, []
        self._merge(one for one in some if _WHOLE.fullmatch(one))

    def _merge(self, ids: Iterable[str]) -> None:
        # The last part of an id is drawn by lot in each of their kinds.
        self._least = sorted({*self._least, *(int(one[-BITS // 4 :], 16) for one in ids)})[:MOST]


def alike(one: Collection[int], other: Collection[int]) -> float:
    """The share of the rows of both that are in both, from nought to one, as far as a sample tells."""
    both = sorted({*one, *other})[:MOST]
    return len({*one} & {*other} & {*both}) / len(both) if both else 0.0


def marked(rows: Iterable[Row], marks: Callable[[object], None]) -> Iterator[Row]:
    """The rows, each of which is told as it passes."""
    for one in rows:
        marks(one.get("recovery_id"))
        yield one
