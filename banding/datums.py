"""Points on the datums of maps and receivers here, brought to WGS 84 and back without a network or grid files."""

import math
from collections.abc import Mapping
from functools import cache

from pyproj import Transformer

from banding.domain.places import Box, Point, inside
from banding.errors import Refused
from schemas.codes import table

WGS84 = "WGS84"
OF_CHINA = frozenset({"GCJ-02"})
SAME = frozenset({WGS84, "CGCS2000"})
"""CGCS2000 lies within a metre of WGS 84, closer than any receiver in a pocket."""

# Seven parameters to WGS 84 from the EPSG registry, rotations as a coordinate frame: operations 5044 (GOST
# 51794-2008), 5043 (the same) and 15918. They are named here, for PROJ would choose by what it finds installed.
_HELMERT = {
    "SK-42": "x=23.57 y=-140.95 z=-79.8 rx=0 ry=-0.35 rz=-0.79 s=-0.22",
    "SK-95": "x=24.47 y=-130.89 z=-81.56 rx=0 ry=0 rz=-0.13 s=-0.22",
    "BJ-54": "x=12.646 y=-155.176 z=-80.863 rx=0 ry=0 rz=0 s=0",
}
# Metres that a point may be off after the change. Registered are 3, 1 and 1 (for one basin in the middle of
# China); on the Amur the first two are given room, and the parameters of Beijing 1954 differ by tens of metres.
_UNCERTAINTY = {"SK-42": 5.0, "SK-95": 3.0, "BJ-54": 50.0, "GCJ-02": 5.0, "CGCS2000": 1.0}

# GCJ-02 shifts points on Krasovsky's ellipsoid; the formulas were never published by their makers.
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
_CLOSE_ENOUGH = 1e-9
_MOST_ROUNDS = 30


class NotOnDatum(Refused):
    """A point that the datum does not reach."""


def uncertainty(datum: str) -> float:
    """Metres that the change to WGS 84 may add to what a point is off by; 0 for WGS 84."""
    return _UNCERTAINTY.get(datum, 0.0)


def to_wgs84(point: Point, datum: str) -> Point:
    """The point on WGS 84, to six decimals; `datum` is a code of the table `datum`.

    GCJ-02 is undone only because the sender says that it was used. Raises NotOnDatum for GCJ-02 outside China,
    and KeyError for a datum that is none.
    """
    if datum in SAME:
        return point
    return _rounded(_from_gcj02(point) if datum == "GCJ-02" else _moved(point, datum, back=False))


def from_wgs84(point: Point, datum: str) -> Point:
    """The point on another datum, to six decimals. Raises as `to_wgs84` does."""
    if datum in SAME:
        return point
    return _rounded(_to_gcj02(point) if datum == "GCJ-02" else _moved(point, datum, back=True))


def _rounded(point: Point) -> Point:
    return Point(round(point.latitude, 6) + 0.0, round(point.longitude, 6) + 0.0)


def _moved(point: Point, datum: str, *, back: bool) -> Point:
    direction = "INVERSE" if back else "FORWARD"
    east, north = _pipeline(datum).transform(point.longitude, point.latitude, direction=direction)
    return Point(north, east)


@cache
def _pipeline(datum: str) -> Transformer:
    """Longitude and latitude in degrees to the same on WGS 84; the height is left out, as a map has none."""
    steps = (
        "unitconvert xy_in=deg xy_out=rad", "push v_3", "cart ellps=krass",
        f"helmert {_HELMERT[datum]} convention=coordinate_frame", "inv cart ellps=WGS84", "pop v_3",
        "unitconvert xy_in=rad xy_out=deg",
    )  # fmt: skip
    return Transformer.from_pipeline("proj=pipeline " + " ".join(f"step {_step(step)}" for step in steps))


def _step(step: str) -> str:
    return f"inv proj={step.removeprefix('inv ')}" if step.startswith("inv ") else f"proj={step}"


# -- GCJ-02 -----------------------------------------------------------------------------------------------


@cache
def _china() -> tuple[Box, ...]:
    """The generous boxes of China's place codes: nearer to its borders than one box around the whole."""
    rows: Mapping[str, Mapping[str, str]] = table("place").rows
    return tuple(
        Box(*(float(row[side]) for side in ("south", "west", "north", "east")))
        for code, row in rows.items()
        if code.startswith("CP") and code != "CP--" and row["south"]
    )


def _must_lie_in_china(point: Point) -> None:
    if not any(inside(point, box) for box in _china()):
        raise NotOnDatum(
            "The point lies outside China", where="place.datum",
            why="GCJ-02 is the datum of Chinese online maps and does not reach beyond China",
            mend="Choose the datum of the map or the receiver, mostly WGS 84",
        )  # fmt: skip


def _to_gcj02(point: Point) -> Point:
    _must_lie_in_china(point)
    return _shifted(point)


def _from_gcj02(point: Point) -> Point:
    """Going back by what the forward way overshoots, until it no longer does: there is no inverse formula."""
    _must_lie_in_china(point)
    guess = point
    for _round in range(_MOST_ROUNDS):
        there = _shifted(guess)
        north, east = point.latitude - there.latitude, point.longitude - there.longitude
        guess = Point(guess.latitude + north, guess.longitude + east)
        if max(abs(north), abs(east)) < _CLOSE_ENOUGH:
            break
    return guess


def _shifted(point: Point) -> Point:
    """A WGS 84 point where Chinese online maps draw it."""
    x, y = point.longitude - 105.0, point.latitude - 35.0
    waves = _waves(x, 6.0, 2.0)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += waves + _sines(y, ((20.0, 1.0), (40.0, 1 / 3))) + _sines(y, ((160.0, 1 / 12), (320.0, 1 / 30)))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += waves + _sines(x, ((20.0, 1.0), (40.0, 1 / 3))) + _sines(x, ((150.0, 1 / 12), (300.0, 1 / 30)))
    return _by_metres(point, north, east)


def _waves(x: float, *turns: float) -> float:
    return sum(20.0 * math.sin(turn * x * math.pi) for turn in turns) * 2.0 / 3.0


def _sines(of: float, parts: tuple[tuple[float, float], ...]) -> float:
    return sum(size * math.sin(turn * of * math.pi) for size, turn in parts) * 2.0 / 3.0


def _by_metres(point: Point, north: float, east: float) -> Point:
    """The point moved by metres along the meridian and the parallel of Krasovsky's ellipsoid."""
    latitude = math.radians(point.latitude)
    magic = 1 - _ECCENTRICITY * math.sin(latitude) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / magic**1.5
    parallel = _AXIS / math.sqrt(magic) * math.cos(latitude)
    return Point(point.latitude + math.degrees(north / meridian), point.longitude + math.degrees(east / parallel))
