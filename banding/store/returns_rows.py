"""A band return as one flat row: what the table of returns keeps of a banding and a recovery of one bird."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from banding.domain import accuracy, rings
from banding.domain.encounters import Encounter
from banding.domain.journeys import Elapsed, Journey
from banding.domain.matching import pair

EXACT, ROUNDED, WITHHELD, UNKNOWN = "exact", "0.1 degree", "withheld", ""

COLUMNS = (
    "banding_id", "recovery_id", "scheme", "ring", "species", "species_code",
    "banding_day", "banding_place_code", "banding_place", "banding_latitude", "banding_longitude",
    "banding_precision", "banding_uncertainty_m", "banding_origin", "banding_sex", "banding_age",
    "recovery_day", "recovery_time", "manner", "recovery_place_code", "recovery_place", "latitude",
    "longitude", "precision", "uncertainty_m", "origin", "condition", "circumstances", "sex", "age",
    "distance_km", "direction_deg", "days", "days_exact",
)  # fmt: skip
"""Machine names of the columns; latitude and longitude are degrees on WGS 84, uncertainty metres, days whole days."""

STORED = ("key", "recovery", "banding", "ring_key", "engraved", *COLUMNS)
"""The columns of the table: `recovery` and `banding` are numbers of records, `engraved` is the ring as whoever put it
on wrote it, else as the recovery says."""

Row = dict[str, Any]
ID_BITS = 40


class Side(NamedTuple):
    """A banding or a recovery as it is held here; of the groups only core, area and place are looked at."""

    number: int
    uuid: str
    origin: str
    door: str
    groups: dict[str, Any]


def first_key(day: str) -> int:
    """The key before all those of a day written 2024-05-01: returns stand in the order of the recovery's day."""
    return date.fromisoformat(day).toordinal() << ID_BITS


def stored(banding: Side, recovery: Side, ring_key: str) -> tuple[Any, ...]:
    """The row of a return by the names of STORED."""
    told = flat(banding, recovery)
    key = first_key(told["recovery_day"]) + recovery.number
    on = banding.groups["core"]
    is_same = (on["scheme"], rings.normal(on["ring"])) == (told["scheme"], ring_key)
    engraved = on["ring"] if is_same else told["ring"]
    return (key, recovery.number, banding.number, ring_key, engraved, *told.values())


def row(values: Sequence[Any]) -> Row:
    """The values of COLUMNS by their names."""
    found = dict(zip(COLUMNS, values, strict=True))
    return found | {"days_exact": bool(found["days_exact"])}


def flat(banding: Side, recovery: Side) -> Row:
    """One return by the names of COLUMNS, in their order; None where nothing is known.

    Kilometres along the rhumb line to 0.1, degrees clockwise from north to 1; species, scheme and ring as the
    recovery says them. A side's precision is `exact`, `0.1 degree` when only the area is held here,
    `withheld` when another node sent no point at all, and empty when nobody wrote one down. Its uncertainty is
    the radius told in metres, else what EURING's accuracy code stands for.
    """
    ringed, met = Encounter.of(banding.groups), Encounter.of(recovery.groups)
    found = {
        "banding_id": banding.uuid,
        "recovery_id": recovery.uuid,
        "scheme": met.scheme,
        "ring": met.ring,
        "species": met.species,
        "species_code": recovery.groups["core"].get("species_code"),
        "recovery_time": met.time,
        "manner": met.manner,
        "condition": met.condition,
        "circumstances": met.circumstances,
    }
    found |= _side(banding, ringed, "banding_", "banding_") | _side(recovery, met, "recovery_", "")
    both = pair(ringed, met)
    found |= way(both.journey, both.elapsed)
    return {name: found[name] for name in COLUMNS}


def _side(held: Side, met: Encounter, where: str, what: str) -> Row:
    """Day, place and bird of one of the two; `where` and `what` go before the names of the columns."""
    precision = _precision(held, met)
    latitude, longitude = met.point or (None, None)
    # A place's name says more than a rounded point does.
    place = {} if precision == ROUNDED else held.groups.get("place", {})
    return {
        f"{where}day": met.day.isoformat(),
        f"{where}place_code": met.place_code,
        f"{where}place": place.get("name"),
        f"{what}latitude": latitude,
        f"{what}longitude": longitude,
        f"{what}precision": precision,
        f"{what}uncertainty_m": accuracy.radius(place.get("uncertainty_m"), place.get("accuracy")),
        f"{what}origin": held.origin,
        f"{what}sex": met.sex,
        f"{what}age": met.age,
    }


def _precision(held: Side, met: Encounter) -> str:
    if met.point is None:
        return WITHHELD if held.door == "peer" else UNKNOWN
    return ROUNDED if met.coarse else EXACT


def way(journey: Journey | None, elapsed: Elapsed) -> Row:
    """The way and the time between two encounters: kilometres to 0.1, degrees to 1, whole days."""
    direction = None if journey is None or journey.direction is None else round(journey.direction) % 360
    return {
        "distance_km": None if journey is None else round(journey.km, 1),
        "direction_deg": direction,
        "days": elapsed.days,
        "days_exact": elapsed.exact,
    }
