"""A question about returns as SQL: conditions with their values, orders, and expressions to count by."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from banding.domain.places import Box
from banding.domain.regions import Region, understand
from banding.store.returns_rows import first_key
from banding.store.search import ring_within
from banding.store.shapes import ReturnQuery

KM_CLASSES = (0, 10, 50, 100, 250, 500, 1000, 2000, 5000)
DAYS_CLASSES = (0, 1, 31, 91, 183, 366, 731, 1096, 1827, 3653)
"""Where the classes of `km_class` and `days_class` begin; a class is told by its beginning, before nought by -1."""


def _classes(column: str, starts: Sequence[int]) -> str:
    steps = " ".join(f"when {column} >= {start} then {start}" for start in reversed(starts))
    return f"case when {column} is null then null {steps} else -1 end"


def _part(column: str, start: int, length: int) -> str:
    return f"cast(substr({column}, {start}, {length}) as integer)"


CELL_STEPS = (16.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25)
CELL_WEST, CELL_ROW = -30.0, 10_000
"""Cells of a map, degrees wide and high: `cell_0` is the coarsest. Counted eastward from CELL_WEST in rows of CELL_ROW
from the south pole, so that a cell is row * CELL_ROW + column; None where there is no point."""


def _cell(side: str, step: float) -> str:
    east = f"({side}longitude - {CELL_WEST} + iif({side}longitude < {CELL_WEST}, 360, 0))"
    return f"cast(({side}latitude + 90) / {step} as integer) * {CELL_ROW} + cast({east} / {step} as integer)"


COUNTED_BY = {
    "month": _part("recovery_day", 6, 2),
    "banding_month": _part("banding_day", 6, 2),
    "year": _part("recovery_day", 1, 4),
    "banding_year": _part("banding_day", 1, 4),
    "country": "substr(recovery_place_code, 1, 2)",
    "banding_country": "substr(banding_place_code, 1, 2)",
    "place_code": "recovery_place_code",
    "banding_place": "banding_place_code",
    "km_class": _classes("distance_km", KM_CLASSES),
    "days_class": _classes("days", DAYS_CLASSES),
    "wind16": "cast(direction_deg / 22.5 + 0.5 as integer) % 16",
} | {
    name: name
    for name in (
        "species", "scheme", "condition", "circumstances", "manner", "origin", "banding_origin", "precision",
        "banding_precision",
    )
} | {
    f"{side}cell_{number}": _cell(side, step)
    for side in ("banding_", "")
    for number, step in enumerate(CELL_STEPS)
}  # fmt: skip
"""What returns can be counted by: countries are the two letters with which place codes begin, winds 0 (N) to 15."""

ORDERS = {"latest": "", "earliest": "", "farthest": "coalesce(distance_km, -1)", "longest": "days"}
"""What rows stand in order of before their day; all but the earliest have the largest first."""

SORTED = ORDERS | {"bird": "banding", "species": "species"}
"""The same for downloads, in some of which all returns of one bird or of one species stand together."""


MOST_STARTS = 200
"""Beginnings that are looked up one by one; SQLite reads no condition of a thousand parts."""


class Where(NamedTuple):
    """Conditions that all hold, and their values in order."""

    parts: tuple[str, ...]
    values: tuple[Any, ...]

    def also(self, part: str, *values: Any) -> "Where":
        """The same and one more."""
        return Where((*self.parts, part), (*self.values, *values))

    @property
    def sql(self) -> str:
        """As it stands behind `where`."""
        return " and ".join(self.parts) or "1"


Names = Callable[[str, Callable[[str], bool]], list[str]]
"""Gives the values of a column that a function likes."""


def where(query: ReturnQuery, names: Names) -> Where:
    """What a question asks of the rows of `returns`."""
    found = [
        *_of_birds(query, names), *_of_places(query, names), *_of_days(query),
        *_codes("condition", query.condition), *_codes("circumstances", query.circumstances),
        *_codes("manner", query.manner), *_codes("origin", query.origin),
        *_codes("banding_origin", query.banding_origin),
        *_between("distance_km", query.km_from, query.km_to), *_between("days", query.days_from, query.days_to),
    ]  # fmt: skip
    if len(found) > 1:
        # Beside anything else a place is cheaper read from the index that holds every column that is asked.
        found = [(_PLACE.sub(r"+\1", part), values) for part, values in found]
    return Where(tuple(part for part, _ in found), tuple(value for _, values in found for value in values))


Part = tuple[str, list[Any]]
_PLACE = re.compile(r"\b((?:banding|recovery)_place_code)\b")


def _of_birds(query: ReturnQuery, names: Names) -> Iterable[Part]:
    asked = [frozenset(one) for one in (query.species, query.group) if one]
    if asked:
        yield _any("species", names("species", lambda name: all(_is_of(name, wanted) for wanted in asked)))
    yield from _codes("scheme", query.scheme)
    if query.ring or query.ring_like:
        yield ring_within("ring_key", query.ring, query.ring_like)


def _is_of(name: str, wanted: frozenset[str]) -> bool:
    """Whether a species is one of these, or a subspecies of one."""
    return name in wanted or " ".join(name.split()[:2]) in wanted


def _of_places(query: ReturnQuery, names: Names) -> Iterable[Part]:
    yield from _starts("banding_place_code", query.banding_place)
    yield from _starts("recovery_place_code", query.place_code)
    for column, words in (("banding_place", query.banding_name), ("recovery_place", query.place_name)):
        if words:
            wanted = _folded(words)
            yield _any(column, names(column, lambda name, wanted=wanted: wanted in _folded(name)))  # type: ignore[misc]
    if query.region:
        yield _region(query.region, query.region_of)
    if query.seen:
        yield _region(query.seen, "either")


def _folded(text: str) -> str:
    """A name as it is compared: in either case and width, with or without the dots of ё."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


def _of_days(query: ReturnQuery) -> Iterable[Part]:
    if query.since:
        yield "key >= ?", [first_key(query.since)]
    if query.until:
        yield "key < ?", [first_key((date.fromisoformat(query.until) + timedelta(1)).isoformat())]
    yield from _between("banding_day", query.banded_since or None, query.banded_until or None)
    first, last = query.month_from or 1, query.month_to or 12
    if (first, last) != (1, 12):
        join = "and" if first <= last else "or"
        yield f"({COUNTED_BY['month']} >= ? {join} {COUNTED_BY['month']} <= ?)", [first, last]


def _between(column: str, least: Any, most: Any) -> Iterable[Part]:
    if least is not None:
        yield f"{column} >= ?", [least]
    if most is not None:
        yield f"{column} <= ?", [most]


def _codes(column: str, codes: Sequence[str]) -> Iterable[Part]:
    if codes:
        yield _any(column, codes)


def _any(column: str, values: Sequence[str]) -> Part:
    if len(values) == 1:
        return f"{column} = ?", [values[0]]
    return f"{column} in (select value from json_each(?))", [json.dumps(list(values))]


def _starts(column: str, starts: Sequence[str]) -> Iterable[Part]:
    if len(starts) > MOST_STARTS:
        some = f"select 1 from json_each(?) where {column} >= value and {column} < value || char(1114111)"
        yield f"exists ({some})", [json.dumps(list(starts))]
    elif starts:
        ends = [end for start in starts for end in (start, start + "\U0010ffff")]
        yield "(" + " or ".join([f"{column} >= ? and {column} < ?"] * len(starts)) + ")", ends


def _region(region: Region, of: str) -> Part:
    sides = {"banding": ["banding_"], "recovery": [""]}.get(of, ["banding_", ""])
    asked = [_inside(region, side) for side in sides]
    join = " and " if of == "both" else " or "
    return "(" + join.join(text for text, _ in asked) + ")", [value for _, values in asked for value in values]


def _inside(region: Region, side: str) -> Part:
    latitude, longitude, box = f"{side}latitude", f"{side}longitude", region.box
    text, values = _boxed(latitude, longitude, box)
    if region.corners:
        # Asked last, and so only of points within the box around it.
        text, values = f"({text} and within_region(?, {latitude}, {longitude}))", [*values, region.text]
    return text, values


def _boxed(latitude: str, longitude: str, box: Box) -> Part:
    across = "or" if box.west > box.east else "and"
    text = f"({latitude} between ? and ? and ({longitude} >= ? {across} {longitude} <= ?))"
    return text, [box.south, box.north, box.west, box.east]


def within_region(text: str, latitude: float | None, longitude: float | None) -> bool:
    """Whether a point lies in a region, as the condition above asks it; one that is not known does not."""
    return latitude is not None and longitude is not None and understand(text).holds(latitude, longitude)
