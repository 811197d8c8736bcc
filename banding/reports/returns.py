"""Band returns as flat rows: one row a recovery, with its banding, the way and the time between them."""

from collections.abc import Iterator
from typing import Any

from banding.domain import accuracy
from banding.domain.encounters import Encounter
from banding.domain.journeys import Elapsed, Journey
from banding.domain.matching import pair
from banding.store import Store
from banding.store.shapes import Kept, KeptReturn, Query

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

Row = dict[str, Any]
CODES = {
    "scheme": "scheme",
    "banding_place_code": "place",
    "recovery_place_code": "place",
    "banding_sex": "sex",
    "sex": "sex",
    "banding_age": "age",
    "age": "age",
    "manner": "manner",
    "condition": "condition",
    "circumstances": "circumstances",
}
"""Which code table gives the words for a column's values."""


def rows(store: Store, query: Query, *, limit: int | None = None, offset: int = 0) -> Iterator[dict[str, Any]]:
    """The returns whose recovery fits, the latest first; without a limit with flat memory, however many."""
    return map(row, store.search.returns(query, limit=limit, offset=offset))


def row(kept: KeptReturn) -> Row:
    """One return by the names of COLUMNS, in their order; None where nothing is known.

    Kilometres along the rhumb line to 0.1, degrees clockwise from north to 1; species, scheme and ring as the
    recovery says them. A side's precision is `exact`, `0.1 degree` when only the area is held here,
    `withheld` when another node sent no point at all, and empty when nobody wrote one down. Its uncertainty is
    the radius told in metres, else what EURING's accuracy code stands for.
    """
    banding, recovery = Encounter.of(kept.banding.groups), Encounter.of(kept.recovery.groups)
    core = kept.recovery.core
    found = {
        "banding_id": kept.banding.uuid,
        "recovery_id": kept.recovery.uuid,
        "scheme": recovery.scheme,
        "ring": recovery.ring,
        "species": recovery.species,
        "species_code": core.get("species_code"),
        "recovery_time": recovery.time,
        "manner": recovery.manner,
        "condition": recovery.condition,
        "circumstances": recovery.circumstances,
    }
    found |= _side(kept.banding, banding, "banding_", "banding_") | _side(kept.recovery, recovery, "recovery_", "")
    met = pair(banding, recovery)
    found |= way(met.journey, met.elapsed)
    return {name: found[name] for name in COLUMNS}


def _side(kept: Kept, met: Encounter, where: str, what: str) -> Row:
    """Day, place and bird of one of the two; `where` and `what` go before the names of the columns."""
    precision = _precision(kept, met)
    latitude, longitude = met.point or (None, None)
    # A place's name says more than a rounded point does.
    place = {} if precision == ROUNDED else kept.groups.get("place", {})
    return {
        f"{where}day": met.day.isoformat(),
        f"{where}place_code": met.place_code,
        f"{where}place": place.get("name"),
        f"{what}latitude": latitude,
        f"{what}longitude": longitude,
        f"{what}precision": precision,
        f"{what}uncertainty_m": accuracy.radius(place.get("uncertainty_m"), place.get("accuracy")),
        f"{what}origin": kept.origin,
        f"{what}sex": met.sex,
        f"{what}age": met.age,
    }


def _precision(kept: Kept, met: Encounter) -> str:
    if met.point is None:
        return WITHHELD if kept.door == "peer" else UNKNOWN
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
