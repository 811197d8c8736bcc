"""Returns as GeoJSON (RFC 7946): journeys as lines, or the one point that is known; and the same read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from banding.formats.canonical import Row, whole
from banding.formats.geometry import beside, crossing, positions
from banding.formats.source import Found, Source, read_by_rows

HEAD = '{"type":"FeatureCollection","features":['
FOOT = '],"about":'
AT_ONCE = 500


def write(source: Source) -> Iterator[bytes]:
    """The collection, a feature a line, so that it can be read line by line too; `about` stands at its end."""
    yield HEAD.encode() + b"\n"
    held: list[bytes] = []
    for number, one in enumerate(source.rows()):
        held.append((b",\n" if number else b"") + orjson.dumps(feature(one)))
        if len(held) == AT_ONCE:
            yield b"".join(held)
            held.clear()
    yield b"".join(held)
    yield b"\n" + FOOT.encode() + orjson.dumps(source.about()) + b"}\n"


def feature(one: Row) -> dict[str, Any]:
    """A return as a feature; its id is that of the recovery."""
    return {"type": "Feature", "id": one["recovery_id"], "geometry": geometry(one), "properties": one}


def geometry(one: Row) -> dict[str, Any] | None:
    """A line, two lines where it crosses the antimeridian, a point, or None."""
    known = positions(one)
    if len(known) < 2:
        return {"type": "Point", "coordinates": known[0]} if known else None
    parts = crossing(known)
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def read(path: Path) -> Found:
    """What the file says, and the seal of its rows; a drawing that was moved counts as a change."""
    return read_by_rows(path, _about(path), rows)


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows as properties and drawings together say them."""
    for one in _features(path):
        yield beside(whole(one.get("properties") or {}, columns), _ends(one.get("geometry")))


def _ends(drawn: Mapping[str, Any] | None) -> list[Any]:
    if not drawn:
        return []
    at = drawn["coordinates"]
    if drawn["type"] == "Point":
        return [at]
    line = [position for part in at for position in part] if drawn["type"] == "MultiLineString" else at
    return [line[0], line[-1]]


def _features(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        if lines.readline().strip() == HEAD:
            for line in lines:
                if line.startswith(FOOT):
                    return
                if text := line.strip().removesuffix(","):
                    yield json.loads(text)
            return
    # Another program has written it anew.
    yield from json.loads(path.read_text(encoding="utf-8")).get("features", ())


def _about(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - (1 << 16)))
        tail = file.read()
    _, mark, told = tail.rpartition(b"\n" + FOOT.encode())
    if mark:
        return dict(json.loads(told.strip().removesuffix(b"}")))
    return dict(json.loads(path.read_text(encoding="utf-8")).get("about") or {})


def fits(path: Path) -> bool:
    """Whether a file begins as JSON does."""
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"{")
