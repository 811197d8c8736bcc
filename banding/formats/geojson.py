"""Returns as GeoJSON (RFC 7946): journeys as lines, or the one point that is known; and the same read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from banding.errors import Refused
from banding.formats.canonical import Row, whole
from banding.formats.geometry import beside, crossing, positions
from banding.formats.source import Found, Source, Watch, nobody_watches, read_by_rows

HEAD = '{"type":"FeatureCollection","features":['
FOOT = '],"about":'
_FOOT = FOOT.encode()
AT_ONCE = 500
LONGEST, LARGEST = 1 << 20, 64 << 20
"""Bytes of a line, and of a file that another program wrote anew: it is held in memory as a whole."""


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


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the file says, and the seal of its rows; a drawing that was moved counts as a change."""
    return read_by_rows(path, _about(path), rows, watch)


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows as properties and drawings together say them."""
    for one in _features(path):
        told = whole(one.get("properties") or {}, columns)
        yield beside(told, _ends(one.get("geometry"), told))


def _ends(drawn: Mapping[str, Any] | None, told: Row) -> list[Any]:
    """The ends of a drawing; all of its points where it is no drawing of these ends."""
    if not drawn:
        return []
    at = drawn["coordinates"]
    if drawn["type"] == "Point":
        return [at]
    line = [position for part in at for position in part] if drawn["type"] == "MultiLineString" else at
    ends = [line[0], line[-1]]
    known = positions(told)
    middle = [list(one) for part in crossing(known) for one in part][1:-1] if len(known) == 2 else []
    return ends if line[1:-1] in ([], middle) else line


def _features(path: Path) -> Iterator[Mapping[str, Any]]:
    if _is_own(path):
        with path.open("rb") as lines:
            lines.readline()
            for line in iter(lambda: lines.readline(LONGEST), b""):
                if line.startswith(_FOOT):
                    return
                if text := line.strip().removesuffix(b","):
                    yield orjson.loads(text)
        return
    yield from _anew(path).get("features", ())


def _is_own(path: Path) -> bool:
    """Whether it has our lines, the last of which says what it is: behind that another program might read more."""
    with path.open("rb") as file:
        if file.readline(LONGEST).strip() != HEAD.encode():
            return False
        for line in iter(lambda: file.readline(LONGEST), b""):
            if line.startswith(_FOOT):
                return not file.read(1)
    return False


def _about(path: Path) -> dict[str, Any]:
    if _is_own(path):
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LONGEST))
            *_, told = file.read().rpartition(b"\n" + _FOOT)
        return dict(orjson.loads(told.strip().removesuffix(b"}")))
    return dict(_anew(path).get("about") or {})


def _anew(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST:
        raise Refused("The file holds more than can be looked at", why="Another program has written it anew")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def fits(path: Path) -> bool:
    """Whether a file begins as JSON does."""
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"{")
