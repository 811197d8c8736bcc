"""Reading what the map is made from: TopoJSON of Natural Earth, and the binary tables of GSHHG and WDB II."""

import csv
import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Corner = tuple[float, float]
Line = list[Corner]

HERE = Path(__file__).parent
LAKE = "2"


class Ring(NamedTuple):
    """A closed line with its area in square kilometres; corners are longitude and latitude."""

    line: Line
    km2: float


class Named(NamedTuple):
    """A river or lake with its names; a river's points lead along its course, a lake's one lies in it."""

    kind: str
    code: str
    names: dict[str, str]
    points: Line


def named() -> list[Named]:
    """The rivers and lakes that the map names."""
    with (HERE / "names.csv").open(encoding="utf-8", newline="") as file:
        return [
            Named(row["kind"], row["code"], {one: row[one] for one in ("en", "zh", "ru")}, _points(row["points"]))
            for row in csv.DictReader(file)
        ]


def _points(text: str) -> Line:
    pairs = (pair.split() for pair in text.split(";"))
    return [(float(longitude), float(latitude)) for latitude, longitude in pairs]


def land(path: Path) -> Iterator[list[Line]]:
    """The polygons of a TopoJSON file of land: the outer ring first, then its holes."""
    told = json.loads(path.read_text(encoding="utf-8"))
    arcs = [_arc(arc, told["transform"]) for arc in told["arcs"]]
    for geometry in told["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            yield [_joined(ring, arcs) for ring in polygon]


def _arc(arc: list[list[int]], transform: dict[str, Any]) -> Line:
    (a, b), (c, d) = transform["scale"], transform["translate"]
    x = y = 0
    found = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        found.append((x * a + c, y * b + d))
    return found


def _joined(ring: list[int], arcs: list[Line]) -> Line:
    found: Line = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        found += arc[1:] if found else arc
    return found


def lakes(folder: Path) -> Iterator[Ring]:
    """The lakes of GSHHG."""
    for row, line in _table(folder, "gshhs"):
        if row[0] == LAKE:
            yield Ring(line, float(row[1]))


def rivers(folder: Path) -> Iterator[Line]:
    """The rivers of WDB II, cut at every whole degree."""
    for _row, line in _table(folder, "rivers"):
        yield line


def _table(folder: Path, name: str) -> Iterator[tuple[list[str], Line]]:
    """The rows of a table of intermediate resolution and the lines they stand for."""
    stored = (folder / f"{name}_i.dat").read_bytes()
    for text in (folder / f"{name}meta_i.dat").read_text(encoding="ascii").splitlines():
        row = text.split()
        numbers = array("f")
        start, length = int(row[5]), int(row[6])
        numbers.frombytes(stored[start : start + length])
        yield row, list(zip(numbers[::2], numbers[1::2], strict=True))
