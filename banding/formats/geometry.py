"""The geometry of a return: a line from the banding to the recovery, or the one point that is known."""

from collections.abc import Sequence
from typing import Any

from banding.formats.canonical import Row, normal

Position = tuple[float, float]
SIDES = (("banding_latitude", "banding_longitude"), ("latitude", "longitude"))
HALF = 180.0


def positions(row: Row) -> list[Position]:
    """The known points of banding and recovery, in this order, as longitude and latitude in degrees."""
    return [(row[east], row[north]) for north, east in SIDES if row[north] is not None and row[east] is not None]


def crossing(ends: Sequence[Position]) -> list[list[Position]]:
    """A line that stays on one side of the antimeridian, or its two parts beside it."""
    (x1, y1), (x2, y2) = ends
    if abs(x2 - x1) <= HALF:
        return [[*ends]]
    edge = HALF if x1 > 0 else -HALF
    way = (x2 + 2 * edge) - x1
    middle = y1 + (y2 - y1) * ((edge - x1) / way if way else 0.5)
    return [[(x1, y1), (edge, round(middle, 6))], [(-edge, round(middle, 6)), (x2, y2)]]


def beside(row: Row, drawn: Sequence[Sequence[Any]]) -> Row:
    """The row as its drawing says it: where the two disagree, a coordinate holds what both say.

    `drawn` are the ends of the line or the point.
    """
    known = [side for side in SIDES if row.get(side[0]) is not None and row.get(side[1]) is not None]
    if len(known) != len(drawn):
        return row | {SIDES[0][0]: f"{row.get(SIDES[0][0])}, drawn with {len(drawn)} points"}
    said: Row = {}
    for (north, east), position in zip(known, drawn, strict=True):
        for name, value in ((east, position[0]), (north, position[1])):
            told = normal(name, value)
            said[name] = row[name] if told == row[name] else f"{row[name]}, drawn at {told}"
    return row | said
