"""The land, rivers and lakes beneath every map, as they lie in `seed/basemap`, and the plane they are drawn on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import asinh, atan, degrees, pi, radians, sinh, tan
from pathlib import Path

from banding.domain.places import Box

FOLDER = Path(__file__).parents[2] / "seed" / "basemap"
LAYERS = ("land", "lakes", "rivers")
WEST = -30.0
"""The longitude at which maps are cut, so that the Pacific is in one piece."""
MOST_NORTH = 85.0

Line = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Shape:
    """A piece of land, a lake or a river: its lines of longitude and latitude, its box and its names."""

    lines: Sequence[Line]
    box: Box
    names: dict[str, str]
    kind: str


@cache
def layer(name: str) -> tuple[Shape, ...]:
    """The shapes of one of LAYERS, in the order of the file."""
    told = json.loads((FOLDER / f"{name}.geojson").read_text(encoding="utf-8"))
    return tuple(_shape(one["geometry"], one["properties"]) for one in told["features"])


def _shape(geometry: dict[str, list[Line]], names: dict[str, str]) -> Shape:
    kind, found = str(geometry["type"]), geometry["coordinates"]
    lines: Sequence[Line] = {"Polygon": found, "LineString": [found], "Point": [[found]]}[kind]  # type: ignore[assignment,list-item]
    longitudes = [corner[0] for line in lines for corner in line]
    latitudes = [corner[1] for line in lines for corner in line]
    return Shape(lines, Box(min(latitudes), min(longitudes), max(latitudes), max(longitudes)), names, kind)


def unrolled(longitude: float) -> float:
    """The longitude from WEST eastward, so that neighbours across the date line are neighbours on the map."""
    return longitude + 360 if longitude < WEST else longitude


def north(latitude: float) -> float:
    """How far north a parallel lies on Mercator's plane, in degrees of longitude at the equator."""
    capped = min(MOST_NORTH, max(-MOST_NORTH, latitude))
    return degrees(asinh(tan(radians(capped))))


@dataclass(frozen=True)
class Plane:
    """A window of Mercator's plane on a sheet of so many points across and down."""

    west: float
    top: float
    scale: float
    width: float
    height: float

    @classmethod
    def around(cls, box: Box, width: float, height: float) -> "Plane":
        """The plane that shows a whole box, which is `unrolled`, in the middle of the sheet."""
        bottom, top = north(box.south), north(box.north)
        scale = min(width / max(box.east - box.west, 1e-6), height / max(top - bottom, 1e-6))
        middle, across = (bottom + top) / 2, (box.west + box.east) / 2
        return cls(across - width / scale / 2, middle + height / scale / 2, scale, width, height)

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a point lies on the sheet, from its upper left corner."""
        return (unrolled(longitude) - self.west) * self.scale, (self.top - north(latitude)) * self.scale

    @property
    def box(self) -> Box:
        """What the sheet shows, unrolled."""
        south, upper = (_latitude(self.top - self.height / self.scale), _latitude(self.top))
        return Box(south, self.west, upper, self.west + self.width / self.scale)


def _latitude(north_of: float) -> float:
    return degrees(atan(sinh(radians(north_of))))


KM_OF_DEGREE = 6_371.0088 * pi / 180
"""Kilometres along a meridian from one degree of latitude to the next."""
