"""A small map as one SVG that also prints: land and water, places by shape, journeys with their direction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from banding.domain.places import Box, Point
from banding.reports.basemap import KM_OF_DEGREE, Line, Plane, Shape, layer, unrolled
from banding.reports.marked import marked

BANDING, RECOVERY, STATION = "banding", "recovery", "station"
KM = {"en": "km", "zh": "公里", "ru": "км"}
HALF_AREA = 0.05
"""Degrees from the middle of a rounded point's area to its sides."""
LEAST_SPAN, ROOM = 2.0, 0.18
NEAR_ENOUGH = 12.0
"""Pixels a degree from which the smaller rivers are drawn."""
WATER, LAND, SHORE, RIVER, INK, WAY, PAPER = "#d3e5ee", "#f6f3ea", "#5d8aa3", "#8fb4c8", "#14202a", "#9b3d12", "#ffffff"


@dataclass(frozen=True)
class Spot:
    """A place on the map: what it is, whether only its 0.1 degree area is known, and its radius in metres if told."""

    latitude: float
    longitude: float
    kind: str = RECOVERY
    label: str = ""
    coarse: bool = False
    uncertainty_m: float | None = None


Leg = tuple[Point, Point]


def svg_map(
    points: Iterable[Spot], legs: Iterable[Leg] = (), box: Box | None = None,
    size: tuple[int, int] = (480, 320), *, title: str = "", language: str = "en",
) -> str:  # fmt: skip
    """A whole SVG of `size` pixels, the box around everything unless one is given; `language` is en, zh or ru.

    Coarse points are drawn as the area they stand for, a radius as a circle; bandings are rings, recoveries
    diamonds, stations squares, journeys lines with an arrow in their middle. It holds no style sheet, so that any
    page and any printer takes it.
    """
    spots, ways = list(points), list(legs)
    plane = Plane.around(box or around(spots, ways), *size)
    wide, high = size
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
        f' role="img" aria-label="{marked(title)}" font-family="sans-serif" font-size="11">',
        f"<title>{marked(title)}</title>" if title else "",
        f'<rect width="{wide}" height="{high}" fill="{WATER}"/>',
        *_ground(plane, language),
        *(_leg(plane, leg) for leg in ways),
        *(_spot(plane, spot) for spot in spots),
        f'<rect x=".5" y=".5" width="{wide - 1}" height="{high - 1}" fill="none" stroke="{INK}"/>',
        *_measure(plane, language),
        "</svg>",
    )
    return "\n".join(part for part in parts if part)


def around(spots: Sequence[Spot], legs: Sequence[Leg] = ()) -> Box:
    """The box around all of them with some room, unrolled; the basin where there is nothing."""
    places = [(spot.latitude, unrolled(spot.longitude)) for spot in spots]
    places += [(end.latitude, unrolled(end.longitude)) for leg in legs for end in leg]
    if not places:
        return Box(42.0, 115.0, 55.0, 142.0)
    latitudes, longitudes = zip(*places, strict=True)
    south, north = _roomy(min(latitudes), max(latitudes))
    west, east = _roomy(min(longitudes), max(longitudes))
    return Box(max(-84.0, south), west, min(84.0, north), east)


def _roomy(least: float, most: float) -> tuple[float, float]:
    room = max((most - least) * ROOM, (LEAST_SPAN - (most - least)) / 2)
    return least - room, most + room


def _ground(plane: Plane, language: str) -> Iterator[str]:
    land = "".join(_path(plane, shape) for shape in _seen("land", plane.box))
    lakes = "".join(_path(plane, shape) for shape in _seen("lakes", plane.box))
    # The shore first: where two pieces of land meet it lies beneath both.
    yield f'<path d="{land}" fill="{LAND}" stroke="{SHORE}" stroke-width="1.2" paint-order="stroke"/>'
    for shape in _seen("rivers", plane.box):
        if not shape.names and plane.scale < NEAR_ENOUGH:
            continue
        width = 1.4 if shape.names else 0.6
        yield f'<path d="{_path(plane, shape)}" fill="none" stroke="{RIVER}" stroke-width="{width}"/>'
    yield f'<path d="{lakes}" fill="{WATER}" stroke="{RIVER}" stroke-width=".6"/>'
    yield from _names(plane, language)


def _seen(name: str, box: Box) -> Iterator[Shape]:
    for shape in layer(name):
        south, west, north, east = shape.box
        if south <= box.north and north >= box.south and west <= box.east and east >= box.west:
            yield shape


def _path(plane: Plane, shape: Shape) -> str:
    """The lines of a shape as a path, without the corners that fall on one pixel."""
    return "".join(_line(plane, line, "Z" if shape.kind == "Polygon" else "") for line in shape.lines)


def _line(plane: Plane, line: Line, end: str) -> str:
    found: list[tuple[float, float]] = []
    for longitude, latitude in line:
        here = _at(plane, latitude, longitude)
        if not found or hypot(here[0] - found[-1][0], here[1] - found[-1][1]) >= 0.8:
            found.append(here)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in found) + end if len(found) > 1 else ""


def _at(plane: Plane, latitude: float, longitude: float) -> tuple[float, float]:
    # What lies far outside of the sheet is drawn at its edge, so that numbers stay small.
    x, y = plane.at(latitude, longitude)
    return min(max(x, -999.0), plane.width + 999), min(max(y, -999.0), plane.height + 999)


def _names(plane: Plane, language: str) -> Iterator[str]:
    """The names of waters where their middle is on the sheet, each only where no other name stands."""
    taken: list[tuple[float, float]] = []
    for shape in (*layer("rivers"), *layer("lakes")):
        if not shape.names:
            continue
        line = shape.lines[0]
        seen = [spot for spot in (plane.at(y, x) for x, y in line) if _is_on(plane, *spot)]
        if len(seen) < min(3, len(line)):
            continue
        x, y = seen[len(seen) // 2]
        if all(abs(x - a) > 70 or abs(y - b) > 16 for a, b in taken):
            taken.append((x, y))
            yield _text(x, y - 3, shape.names[language], "#2f5f78", "middle", "italic")


def _is_on(plane: Plane, x: float, y: float) -> bool:
    return 30 < x < plane.width - 30 and 16 < y < plane.height - 22


def _text(x: float, y: float, words: str, fill: str, anchor: str = "start", slant: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}" font-style="{slant}" stroke="{PAPER}"'
        f' stroke-width="2.5" stroke-linejoin="round" paint-order="stroke">{marked(words)}</text>'
    )


def _leg(plane: Plane, leg: Leg) -> str:
    """The line of a journey with an arrow beyond its middle."""
    (ax, ay), (bx, by) = (plane.at(*end) for end in leg)
    far = hypot(bx - ax, by - ay)
    if far < 1:
        return ""
    ux, uy = (bx - ax) / far, (by - ay) / far
    x, y, head = ax + (bx - ax) * 0.55, ay + (by - ay) * 0.55, min(11.0, far / 3)
    sides = " ".join(
        f"{x - ux * head + turn * uy * head:.1f},{y - uy * head - turn * ux * head:.1f}" for turn in (0.4, -0.4)
    )
    return (
        f'<line x1="{ax:.1f}" y1="{ay:.1f}" x2="{bx:.1f}" y2="{by:.1f}" stroke="{WAY}" stroke-width="1.6"/>'
        f'<polygon points="{x:.1f},{y:.1f} {sides}" fill="{WAY}"/>'
    )


def _spot(plane: Plane, spot: Spot) -> str:
    x, y = plane.at(spot.latitude, spot.longitude)
    side, anchor = (8, "start") if x < plane.width * 0.7 else (-8, "end")
    label = _text(x + side, y - 6, spot.label, INK, anchor) if spot.label else ""
    return _extent(plane, spot) + _mark(spot.kind, x, y) + label


def _extent(plane: Plane, spot: Spot) -> str:
    """What a point stands for: the square of a rounded one, else the circle of its uncertainty."""
    drawn = f'fill="{WAY}" fill-opacity=".12" stroke="{INK}" stroke-width=".8" stroke-dasharray="3 2"'
    if spot.coarse:
        left, top = plane.at(spot.latitude + HALF_AREA, spot.longitude - HALF_AREA)
        right, bottom = plane.at(spot.latitude - HALF_AREA, spot.longitude + HALF_AREA)
        right = left + 2 * HALF_AREA * plane.scale
        return f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" {drawn}/>'
    if spot.uncertainty_m:
        wide = spot.uncertainty_m / 1000 / KM_OF_DEGREE / cos(radians(spot.latitude)) * plane.scale
        x, y = plane.at(spot.latitude, spot.longitude)
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{wide:.1f}" {drawn}/>' if wide > 5 else ""
    return ""


def _mark(kind: str, x: float, y: float) -> str:
    line = f'stroke="{INK}" stroke-width="1.5"'
    if kind == BANDING:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{PAPER}" {line}/>'
    if kind == STATION:
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{INK}" stroke="{PAPER}"/>'
    corners = f"{x:.1f},{y - 5.5:.1f} {x + 5.5:.1f},{y:.1f} {x:.1f},{y + 5.5:.1f} {x - 5.5:.1f},{y:.1f}"
    return f'<polygon points="{corners}" fill="{WAY}" {line}/>'


def _measure(plane: Plane, language: str) -> Iterator[str]:
    """A bar of round kilometres, true at the middle of the sheet."""
    middle = (plane.box.south + plane.box.north) / 2
    of_km = plane.scale / (KM_OF_DEGREE * cos(radians(middle)))
    steps = [step * 10**power for power in range(4) for step in (1, 2, 5)]
    km = max((step for step in steps if step * of_km <= plane.width / 3), default=1)
    x, y, wide = 10, plane.height - 10, km * of_km
    yield f'<path d="M{x} {y - 4}V{y}H{x + wide:.1f}V{y - 4}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    yield _text(x + 3, y - 5, f"{km:,} {KM[language]}".replace(",", "\N{NARROW NO-BREAK SPACE}"), INK)
