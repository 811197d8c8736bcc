"""Points on WGS 84: the 0.1 degree area, EURING's fifteen characters, boxes around regions."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from banding.domain.coordinates import PlaceNotUnderstood
from banding.domain.coordinates import degrees as degrees
from banding.domain.coordinates import pair as _pair

_EURING = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})([+-])([0-9]{3})([0-9]{2})([0-9]{2})")


class Point(NamedTuple):
    """A point on WGS 84 in decimal degrees, north and east positive."""

    latitude: float
    longitude: float


class Box(NamedTuple):
    """Between two parallels and two meridians, degrees; west is greater where it spans the date line."""

    south: float
    west: float
    north: float
    east: float


def understand(text: str) -> Point:
    """The point meant by a pair in any usual spelling, latitude first unless letters say otherwise.

    Takes decimals with point or comma, degrees with minutes and seconds, hemispheres in English, Russian and
    Chinese, and EURING's fifteen characters. Raises PlaceNotUnderstood.
    """
    packed = "".join(text.split())
    return from_euring(packed) if _EURING.fullmatch(packed) else Point(*_pair(text))


def area(point: Point) -> Point:
    """The point rounded to 0.1 degree, halves to the even figure as written; never a negative zero."""
    return Point(_tenth(point.latitude), _tenth(point.longitude))


_TENTHS = frozenset(tenth / 10 for tenth in range(-1800, 1801))


def is_area(latitude: float | None, longitude: float | None, point: Point) -> bool:
    """Whether these are the area of a point: the same as comparing them with `area`, and seldom as slow."""
    return (_is_near(latitude, point.latitude) and _is_near(longitude, point.longitude)) or (
        (latitude, longitude) == area(point)
    )


def _is_near(told: float | None, value: float) -> bool:
    # What is a tenth, and nearer than the half of one, is that to which the value is rounded.
    return told in _TENTHS and told is not None and abs(told - value) < 0.0499


def _tenth(value: float) -> float:
    near = round(value, 1)
    # Only beside a half can the binary figure and the one that was written round differently.
    if abs(value) <= 360 and abs(near - value) < 0.0499:
        return near + 0.0
    # Through the shortest decimal: 49.25 and 0.15 are what a person typed, not their binary neighbours.
    return float(Decimal(repr(float(value))).quantize(Decimal("0.1"), ROUND_HALF_EVEN)) + 0.0


def to_euring(point: Point) -> str:
    """EURING's fifteen characters to the nearest second: `+490101+1302649`, signs kept next to zero."""
    return _packed(point.latitude, 2) + _packed(point.longitude, 3)


def _packed(value: float, width: int) -> str:
    seconds = int((abs(Decimal(repr(float(value)))) * 3600).quantize(Decimal(1), ROUND_HALF_EVEN))
    sign = "-" if value < 0 and seconds else "+"
    return f"{sign}{seconds // 3600:0{width}}{seconds // 60 % 60:02}{seconds % 60:02}"


def from_euring(text: str) -> Point:
    """The point in EURING's fifteen characters, to six decimals. Raises PlaceNotUnderstood."""
    found = _EURING.fullmatch(text)
    if not found:
        raise PlaceNotUnderstood(text, "unreadable", "+490101+1302649")
    return Point(_unpacked(text, found.groups()[:4], 90), _unpacked(text, found.groups()[4:], 180))


def _unpacked(text: str, parts: tuple[str, ...], most: int) -> float:
    sign, whole, minutes, seconds = parts[0], *map(int, parts[1:])
    if minutes >= 60:
        raise PlaceNotUnderstood(text, "minutes", "")
    if seconds >= 60:
        raise PlaceNotUnderstood(text, "seconds", "")
    total = whole * 3600 + minutes * 60 + seconds
    if total > most * 3600:
        raise PlaceNotUnderstood(text, "range", "")
    return round((-total if sign == "-" else total) / 3600, 6) + 0.0


def inside(point: Point, box: Box) -> bool:
    """Whether the point lies in the box or on its edge; a box whose west is greater spans the date line."""
    if not box.south <= point.latitude <= box.north:
        return False
    if box.west <= box.east:
        return box.west <= point.longitude <= box.east
    return point.longitude >= box.west or point.longitude <= box.east
