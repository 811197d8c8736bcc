"""Rules about places: not the zero point, not swapped, in the region of the code, near land, the area rounded right."""

import re
from collections.abc import Iterator

from banding.domain.places import Box, Point, area, inside
from banding.domain.rules.case import Case, Finding, error, warning

ZERO = Point(0.0, 0.0)
_HALF_AN_AREA = 0.05
_AT_SEA = re.compile(r"-[A-Z]00|\+A00")
"""EURING's place codes of seas: -B00 is the North Sea, +A00 the Arctic Ocean."""


def zero(case: Case) -> Iterator[Finding]:
    """R-point-zero: 0, 0 lies in the Gulf of Guinea and mostly means that nothing was typed."""
    if case.me.point == ZERO:
        yield warning("R-point-zero", point_field(case))


def swapped(case: Case) -> Iterator[Finding]:
    """R-point-swapped: outside the place code's region, but inside it the other way round."""
    point = case.me.point
    if point is not None and _is_swapped(case):
        yield _misread(case, "R-point-swapped", point, Point(point.longitude, point.latitude))


def minutes(case: Case) -> Iterator[Finding]:
    """R-point-minutes: outside the place code's region, but inside it with the decimals read as minutes."""
    point, likely = case.me.point, _as_minutes(case)
    if point is not None and likely is not None:
        yield _misread(case, "R-point-minutes", point, likely)


def region(case: Case) -> Iterator[Finding]:
    """R-point-region: the point lies outside the region of the place code; a swapped one is told as such."""
    point, box = case.me.point, _box(case)
    if point is None or point == ZERO or box is None or inside(point, box):
        return
    if _is_swapped(case) or _as_minutes(case):
        return
    yield warning("R-point-region", point_field(case), place_code=case.me.place_code or "")


def point_at_sea(case: Case) -> Iterator[Finding]:
    """R-point-sea: no land is near the point, and the place code does not say that it lies at sea."""
    point, land = case.me.point, case.tables.land
    if point is None or land is None or point == ZERO or land.is_near(point):
        return
    if _is_swapped(case) or _AT_SEA.fullmatch(case.me.place_code or ""):
        return
    latitude, longitude = map(repr, point)
    yield warning("R-point-sea", point_field(case), latitude=latitude, longitude=longitude)


def rounding(case: Case) -> Iterator[Finding]:
    """R-area-rounding: the area is the place rounded to 0.1 degree, neither finer nor elsewhere."""
    told, point = case.group("area"), case.me.point
    if point is None or case.me.coarse or not {"latitude", "longitude"} <= told.keys():
        return
    if (told["latitude"], told["longitude"]) != area(point):
        yield error("R-area-rounding", "area.latitude")


def _misread(case: Case, code: str, point: Point, likely: Point) -> Finding:
    """A point that was likely meant for another."""
    return warning(
        code,
        point_field(case),
        latitude=repr(point.latitude),
        longitude=repr(point.longitude),
        likely_latitude=repr(likely.latitude),
        likely_longitude=repr(likely.longitude),
    )


def _is_swapped(case: Case) -> bool:
    point, box = case.me.point, _box(case)
    if point is None or point == ZERO or box is None or inside(point, box):
        return False
    return inside(Point(point.longitude, point.latitude), box)


def _as_minutes(case: Case) -> Point | None:
    """The point with 49.30 read as 49 degrees 30 minutes, where only that lies in the region."""
    point, box = case.me.point, _box(case)
    # A rounded point has no minutes left to be misread.
    if point is None or box is None or case.me.coarse or point == ZERO or inside(point, box) or _is_swapped(case):
        return None
    likely = Point(*(_degrees(value) for value in point))
    return likely if likely != point and inside(likely, box) else None


def _degrees(value: float) -> float:
    """Degrees whose first two decimals are minutes and the next two seconds; as they are where there are 60."""
    figures = f"{abs(value) % 1:.6f}"[2:]
    minute, second = int(figures[:2]), int(figures[2:]) / 100
    if minute >= 60 or second >= 60:
        return value
    size = abs(value) // 1 + minute / 60 + second / 3600
    return round(-size if value < 0 else size, 6)


def _box(case: Case) -> Box | None:
    """The box of the place code, wider by half an area where only the area is known."""
    box = case.tables.boxes.get(case.me.place_code or "")
    if box is None or not case.me.coarse:
        return box
    wide = _HALF_AN_AREA
    return Box(box.south - wide, box.west - wide, box.north + wide, box.east + wide)


def point_field(case: Case) -> str:
    """The field of the record in which its point stands."""
    return "area.latitude" if case.me.coarse else "place.latitude"


RULES = (zero, swapped, minutes, region, point_at_sea, rounding)
