"""Our record written as one EURING line, and the names of what such a line cannot carry."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from banding.domain import accuracy, dates, places, rings
from banding.errors import Refused
from banding.formats.euring_fields import (
    COLUMNS,
    COORDINATES,
    DERIVED,
    EDITION,
    FIXED_LENGTH,
    FREE_TEXT,
    LATITUDE,
    LAYOUTS,
    LONGITUDE,
    Column,
)
from banding.formats.euring_meaning import NO_SPECIES, export_code, species_code
from banding.formats.euring_read import DAY, RING, SPECIES, Layout, read_whatever
from schemas.fields import Number

Groups = Mapping[str, Mapping[str, Any]]

RING_INFORMATION, ACCURACY = 5, 26
RING_ADDED_SOMEWHERE = "1"
CHICK = "1"
EDITIONS = {"2000": "4", "2000+": "4", "2020": "6"}
# A cell of 0.1 degree reaches at most 7.9 km from its middle: "within 10 km", in figures and in letters.
COARSE = {"2000": "2", "2000+": "2", "2020": "I"}
HALF_A_SECOND = 0.5 / 3600 + 1e-9
NOT_OF_THE_BIRD = frozenset({"core.id", "core.origin", "core.generation"})
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")


class Derived(NamedTuple):
    """What follows from two encounters: kilometres, degrees clockwise from north, whole days."""

    km: float | None = None
    direction: float | None = None
    days: int | None = None


def write_line(
    record: Groups,
    layout: Layout = "2000+",
    derived: Derived | None = None,
    *,
    fill_unknown: bool = False,
) -> str:
    """One EURING line without an end of line; derived columns are dashes unless given.

    An absent field is an empty column, so that it stays distinct from one coded "unknown". With
    `fill_unknown` EURING's own placeholder stands there instead, as its data bank asks; a 2000 line, which
    has no empty columns, always has them. Coordinates go to the second, in 2020 to four decimals where that
    is closer; where the exact place is withheld, the area stands in with an accuracy of 10 km.
    Raises Refused where the ring has no room or a value holds a `|`. See `dropped` for what is left behind.
    """
    filled = fill_unknown or layout == "2000"
    chick = record["core"].get("age") == CHICK
    told = _own_ways(record, layout, derived or Derived())
    cells = [_cell(record, column, told, filled, chick) for column in COLUMNS[: LAYOUTS[layout]]]
    return _fixed(cells) if layout == "2000" else "|".join(cells)


def _fixed(cells: list[str]) -> str:
    for column, cell in zip(COLUMNS, cells, strict=False):
        if len(cell) != column.width:
            why = f"{cell!r} is not {column.width} characters long."
            raise Refused("Does not fit EURING 2000", where=column.label, why=why, mend="Use 2000+.")
    line = "".join(cells)
    assert len(line) == FIXED_LENGTH
    return line


def _own_ways(record: Groups, layout: Layout, derived: Derived) -> dict[int, str]:
    """The columns that are not simply one of our fields."""
    core = record["core"]
    return {
        RING: _ring(core),
        RING_INFORMATION: _ring_information(core),
        SPECIES: _species(core),
        DAY: dates.to_euring(date.fromisoformat(core["day"])),
        EDITION: EDITIONS[layout],
        **_where(record, layout),
        **_derived(derived),
    }


def _species(core: Mapping[str, Any]) -> str:
    """The code of the species; a reserved one of our own where EURING has none."""
    name = core["species"]
    return core.get("species_code") or species_code(name) or export_code(name) or NO_SPECIES


def _ring(core: Mapping[str, Any]) -> str:
    try:
        return rings.euring_number(core["ring"], bool(core.get("ring_partial")))
    except rings.RingError as problem:
        raise Refused("The ring cannot be written as EURING", where="core.ring", why=str(problem)) from problem


def _ring_information(core: Mapping[str, Any]) -> str:
    # Only this column tells a reader that the line is a banding, so it is never left empty for one.
    return core.get("ring_information") or (RING_ADDED_SOMEWHERE if core.get("kind") == "banding" else "")


def _where(record: Groups, layout: Layout) -> dict[int, str]:
    """Coordinates and their accuracy: of the exact place, or of the area where the place is withheld."""
    place, area = record.get("place", {}), record.get("area", {})
    exact, coarse = _point(place), _point(area)
    code = COARSE[layout] if exact is None and coarse is not None else _accuracy(place, layout)
    return {ACCURACY: code, **_coordinates(exact or coarse, layout)}


def _accuracy(place: Mapping[str, Any], layout: Layout) -> str:
    """The code told, else the smallest one that covers the radius in metres; in figures before 2020."""
    code = str(place.get("accuracy", ""))
    if not code and "uncertainty_m" in place:
        code = accuracy.code(place["uncertainty_m"])
    return code if layout == "2020" else accuracy.older(code)


def _point(group: Mapping[str, Any]) -> places.Point | None:
    if "latitude" not in group or "longitude" not in group:
        return None
    return places.Point(float(group["latitude"]), float(group["longitude"]))


def _coordinates(point: places.Point | None, layout: Layout) -> dict[int, str]:
    empty = {COORDINATES: "", LATITUDE: "", LONGITUDE: ""}
    if point is None:
        return empty
    whole = places.to_euring(point)
    if layout != "2020" or places.from_euring(whole) == point:
        return empty | {COORDINATES: whole}
    return empty | {LATITUDE: _decimals(point.latitude, 4), LONGITUDE: _decimals(point.longitude, 4)}


def _derived(derived: Derived) -> dict[int, str]:
    km = "" if derived.km is None else f"{min(round(derived.km), 99999):05}"
    direction = "" if derived.direction is None else f"{round(derived.direction) % 360:03}"
    days = "" if derived.days is None or derived.days < 0 else f"{min(derived.days, 99999):05}"
    return dict(zip(DERIVED, (km, direction, days), strict=True))


def _cell(
    record: Groups,
    column: Column,
    told: Mapping[int, str],
    filled: bool,
    chick: bool,
) -> str:
    text = told[column.number] if column.number in told else _field(record, column)
    if column.number in FREE_TEXT:
        # EURING keeps pipes and line ends for itself; `dropped` names a text that had to change.
        return _UNWRITABLE.sub(" ", text).replace("|", "/")
    if "|" in text:
        why = f"{text!r} holds a `|`, which parts the columns."
        raise Refused("No EURING column can hold this", where=column.label, why=why, mend="Mend the value.")
    return text or column.blank or (_unknown(column, chick) if filled else "")


def _unknown(column: Column, chick: bool) -> str:
    return (chick and column.chick) or column.unknown


def _field(record: Groups, column: Column) -> str:
    """Our field of that column as text, "" where it is absent."""
    if column.home is None:
        return ""
    value = record.get(column.home.group, {}).get(column.home.name)
    if value is None:
        return ""
    return _decimals(float(value)) if isinstance(column.home.field, Number) else str(value)


def _decimals(value: float, most: int | None = None) -> str:
    """Plain figures with one decimal place at least, never an exponent and never a minus zero."""
    exact = Decimal(repr(value if most is None else round(value, most))) + 0
    text = f"{exact:f}"
    return text if "." in text else f"{text}.0"


# ---- what stays behind -------------------------------------------------------------------------


def dropped(record: Groups, layout: Layout = "2000+") -> tuple[str, ...]:
    """Names of our fields (`core.marks`, `people.ringer`) that a line of this layout does not bring back.

    Found by reading the written line, so nothing is forgotten. Rounding of coordinates by half a second, a
    ring's hyphens and spaces, and what the node itself adds (id, origin, generation) do not count.
    Raises Refused where the line cannot be written at all.
    """
    back = read_whatever(write_line(record, layout))[0]
    return tuple(name for name, value in _leaves(record) if not _comes_back(name, value, back, record))


def _leaves(record: Groups) -> Iterator[tuple[str, Any]]:
    for group, fields in record.items():
        for name, value in fields.items():
            # An empty list and a flag that is off say nothing that could be lost.
            if f"{group}.{name}" not in NOT_OF_THE_BIRD and value is not False and value != []:
                yield f"{group}.{name}", value


def _comes_back(name: str, value: Any, back: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    group, _, field = name.partition(".")
    got = back.get(group, {}).get(field)
    if got is None or got == value:
        return bool(got == value)
    if name in ("place.latitude", "place.longitude"):
        return bool(abs(got - value) <= HALF_A_SECOND)
    if name == "core.ring":
        return bool(rings.normal(got) == rings.normal(value))
    # Worked out anew from the place, it may fall into the next cell by the rounding of the place.
    return group == "area" and _point(record.get("place", {})) is not None
