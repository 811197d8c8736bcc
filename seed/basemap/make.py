"""Makes the map: `python -m seed.basemap.make ATLAS TABLES`, folders of the sources that README.md names."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from seed.basemap import sources
from seed.basemap.shapes import Waters, Window, clipped, joined, length, straightened, unrolled
from seed.basemap.sources import HERE, Corner, Line, Named

NEAR: Window = (60.0, -10.0, 180.0, 78.0)
BASIN: Window = (106.0, 40.0, 144.0, 57.0)
# What lies beyond is drawn coarsely, so that a journey to Europe or Alaska does not end on nothing.
BEYOND: tuple[Window, ...] = (
    (-30.0, -60.0, 60.4, 84.0), (60.0, -60.0, 180.0, -9.95), (60.0, 77.95, 180.0, 84.0), (179.95, -60.0, 330.0, 84.0),
)  # fmt: skip
TURNS = (-360.0, 0.0, 360.0)
MOST_SOUTH = -60.0
FINE, COARSE = 0.008, 0.03
LAKES, RIVERS = (30.0, 200.0), (0.4, 1.8)
"""Least size in the basin and elsewhere: square kilometres of a lake, degrees of a river."""


def is_in(corner: Corner, window: Window) -> bool:
    """Whether a corner lies in a window."""
    west, south, east, north = window
    return west <= corner[0] <= east and south <= corner[1] <= north


def within(corner: Corner) -> float:
    """How far a drawn line may lie from the true one there."""
    return FINE if is_in(corner, BASIN) else COARSE


def land(fine: Path, coarse: Path) -> Iterator[dict[str, Any]]:
    """The land of the flyway, and coarser that of the rest of the world."""
    for polygon in sources.land(fine):
        yield from _pieces(polygon, (NEAR,), COARSE)
    for polygon in sources.land(coarse):
        yield from _pieces(polygon, BEYOND, 0.1)


def _pieces(polygon: list[Line], windows: Iterable[Window], least: float) -> Iterator[dict[str, Any]]:
    rings = [unrolled(ring) for ring in polygon]
    # The land around the pole has no outside on this map.
    if min(y for _, y in rings[0]) < MOST_SOUTH:
        return
    for window in windows:
        for turn in TURNS:
            moved = ([(x + turn, y) for x, y in ring] for ring in rings)
            found = [straightened(ring, within) for one in moved if len(ring := clipped(one, window)) > 3]
            if found and len(found[0]) > 3 and _spread(found[0]) > least:
                yield feature("Polygon", [_short(ring) for ring in found if len(ring) > 3])


def _spread(line: Line) -> float:
    across, along = zip(*line, strict=True)
    return max(max(across) - min(across), max(along) - min(along))


def lakes(folder: Path, named: list[Named]) -> Iterator[dict[str, Any]]:
    """The larger lakes, smaller ones in the basin too, those that have a name with theirs."""
    missing = {one.code: one for one in named if one.kind == "lake"}
    for line, km2 in sources.lakes(folder):
        least = LAKES[0] if is_in(line[0], BASIN) else LAKES[1]
        if km2 < least or not is_in(line[0], NEAR):
            continue
        names = [one for one in named if one.kind == "lake" and _holds(line, one.points[0])]
        ring = straightened([*line, line[0]], within)
        if len(ring) > 3:
            yield feature("Polygon", [_short(ring)], names[0] if names else None)
            missing = {code: one for code, one in missing.items() if one not in names}
    # A name without a shore, where the source has none.
    for one in missing.values():
        yield feature("Point", list(one.points[0]), one)


def _holds(ring: Line, point: Corner) -> bool:
    crossings = 0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > point[1]) != (by > point[1]):
            crossings += point[0] < ax + (point[1] - ay) / (by - ay) * (bx - ax)
    return crossings % 2 == 1


def rivers(folder: Path, named: list[Named]) -> Iterator[dict[str, Any]]:
    """The named rivers along their course, then the longer ones of the rest."""
    every = [[(round(x, 4), round(y, 4)) for x, y in line] for line in sources.rivers(folder) if is_in(line[0], NEAR)]
    waters = Waters(every)
    drawn: set[Corner] = set()
    for one in (one for one in named if one.kind == "river"):
        way = waters.way(one.points)
        drawn |= set(way)
        yield feature("LineString", _short(straightened(way, within)), one)
    for line in joined(line for line in every if not drawn >= set(line)):
        least = RIVERS[0] if is_in(line[0], BASIN) else RIVERS[1]
        if length(line) >= least:
            yield feature("LineString", _short(straightened(line, within)))


def _short(line: Line) -> list[list[float]]:
    places = 3 if any(is_in(corner, BASIN) for corner in line) else 2
    return [[round(x, places), round(y, places)] for x, y in line]


def feature(kind: str, corners: Any, named: Named | None = None) -> dict[str, Any]:
    """One feature of GeoJSON; its properties are the code and the names, or nothing."""
    told = {"code": named.code, **named.names} if named else {}
    return {"type": "Feature", "properties": told, "geometry": {"type": kind, "coordinates": corners}}


def write(path: Path, features: Iterable[dict[str, Any]]) -> None:
    """One feature a line, so that a change is seen where it is."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def make(atlas: Path, tables: Path, into: Path = HERE) -> None:
    """Write the three files."""
    named = sources.named()
    write(into / "land.geojson", land(atlas / "land-10m.json", atlas / "land-110m.json"))
    write(into / "lakes.geojson", lakes(tables, named))
    write(into / "rivers.geojson", rivers(tables, named))


if __name__ == "__main__":
    make(*map(Path, sys.argv[1:3]))
