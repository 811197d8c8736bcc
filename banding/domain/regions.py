"""Regions drawn on a map or typed as a box: read, written, and whether a point lies in one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from banding.domain.places import Box, Point, inside

MOST_CORNERS = 500
_NUMBER = r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,12})?"
_CORNER = re.compile(rf"({_NUMBER})\s*,\s*({_NUMBER})")


class RegionNotUnderstood(ValueError):
    """A text that is no region; `text` is what was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no region. Write south,west,north,east or lat,lon;lat,lon;lat,lon.")
        self.text = text


@dataclass(frozen=True)
class Region:
    """A box, or the polygon between corners; `text` is what an address holds of it.

    A polygon's longitudes may run beyond 180 degrees where it spans the date line; its edges are straight on the
    flat map on which it was drawn.
    """

    text: str
    box: Box
    corners: tuple[Point, ...] = ()

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies in it; a box's edge belongs to it."""
        if not inside(Point(latitude, longitude), self.box):
            return False
        turns = (longitude - 360, longitude, longitude + 360)
        return not self.corners or any(_within(self.corners, latitude, turn) for turn in turns)


@lru_cache(maxsize=64)
def understand(text: str) -> Region:
    """The region of `south,west,north,east` or of three corners and more, `lat,lon;lat,lon;lat,lon`.

    A box whose west is greater than its east spans the date line. Raises RegionNotUnderstood.
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) == 1:
        return _boxed(text, parts[0])
    found = [_CORNER.fullmatch(part) for part in parts]
    corners = tuple(Point(float(corner[1]), float(corner[2])) for corner in found if corner)
    if not 3 <= len(corners) == len(parts) <= MOST_CORNERS or not all(_is_on_map(corner) for corner in corners):
        raise RegionNotUnderstood(text)
    return Region(_written(corners), _around(corners), corners)


def _boxed(text: str, part: str) -> Region:
    sides = [side.strip() for side in part.split(",")]
    if len(sides) != 4 or not all(re.fullmatch(_NUMBER, side) for side in sides):
        raise RegionNotUnderstood(text)
    box = Box(*map(float, sides))
    corners = Point(box.south, box.west), Point(box.north, box.east)
    if box.south > box.north or not all(_is_on_map(corner) for corner in corners):
        raise RegionNotUnderstood(text)
    return Region(",".join(f"{side:.9g}" for side in _turned(box)), _turned(box))


def _is_on_map(corner: Point) -> bool:
    return abs(corner.latitude) <= 90 and abs(corner.longitude) <= 540


def _written(corners: Sequence[Point]) -> str:
    return ";".join(f"{corner.latitude:.9g},{corner.longitude:.9g}" for corner in corners)


def _around(corners: Sequence[Point]) -> Box:
    latitudes, longitudes = zip(*corners, strict=True)
    return _turned(Box(min(latitudes), min(longitudes), max(latitudes), max(longitudes)))


def _turned(box: Box) -> Box:
    """The box with longitudes from -180 to 180; the whole circle where it is as wide."""
    if box.east - box.west >= 360:
        return box._replace(west=-180.0, east=180.0)
    return box._replace(west=_turn(box.west), east=_turn(box.east))


def _turn(longitude: float) -> float:
    return longitude if abs(longitude) <= 180 else (longitude + 180) % 360 - 180


def _within(corners: Sequence[Point], latitude: float, longitude: float) -> bool:
    """By how often a line to the east crosses the edges; a point on an edge may count either way."""
    crossings = 0
    for a, b in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (a.latitude > latitude) != (b.latitude > latitude):
            share = (latitude - a.latitude) / (b.latitude - a.latitude)
            crossings += longitude < a.longitude + share * (b.longitude - a.longitude)
    return crossings % 2 == 1
