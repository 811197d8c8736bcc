"""What the public may hear of a bird: species, scheme, day or year and region of its banding, days and distance."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from banding.domain import places, rings
from banding.domain.encounters import Encounter
from banding.domain.journeys import days_between, is_exact, journey
from banding.domain.places import Point
from banding.finder.reports import ring_of, scheme_of
from banding.station import Station
from banding.store.finds import Find
from banding.store.shapes import Kept

GUARDED, HIDDEN = 2, 3
"""From these sensitivities on, only the year of banding is told; and no distance, for that would be a place."""
STEP_KM = 10


class Beyond(NamedTuple):
    """What only the exchange knows: whether a record may be told to the public, and how to erase who found a bird."""

    lets: Callable[[Kept], bool]
    erase: Callable[[str], None]


class Story(NamedTuple):
    """What the public may hear of a bird's banding; None for what is not told, `day` a day or a year.

    `km` is rounded to ten; `withheld` says that the bird is known and nothing of it may be told.
    """

    scheme: str
    species: str = ""
    day: str = ""
    place_code: str | None = None
    days: int | None = None
    km: int | None = None
    withheld: bool = False


def alone(station: Station) -> Beyond:
    """A node without an exchange: it tells what is its own, and erases in its own store."""

    def erase(uuid: str) -> None:
        versions = station.store.records.versions(uuid)
        station.store.forgetting.groups([one.version_id for one in versions if not one.current], ["people"])

    return Beyond(lambda kept: kept.origin == station.settings.node.code, erase)


def story(station: Station, find: Find, beyond: Beyond) -> Story | None:
    """What the public may hear of the bird at this moment; None while nothing is known here."""
    held = station.store.records.record(find.record) if find.record else None
    if held is not None:
        met = Encounter.of(held.groups)
        scheme, key, day, point = met.scheme, met.ring_key, met.day, met.point
        exact = met.day_is_exact
    elif find.suspect:
        return None
    else:
        scheme = scheme_of(station, find.told)
        ring, partial = ring_of(station, find.told, scheme)
        key, day = rings.key(ring, partial), datetime.date.fromisoformat(find.told["day"])
        point, exact = _point(find.told), is_exact(find.told.get("day_accuracy"))
    banding = banding_of(station, scheme, key)
    if banding is None:
        return None
    if not beyond.lets(banding):
        return Story(banding.core["scheme"], withheld=True)
    return _told(station, banding, day if exact else None, point)


def is_unsure(station: Station, find: Find) -> bool:
    """Whether some sign of the ring was not read, so that no bird is told by it."""
    held = station.store.records.record(find.record) if find.record else None
    if held is not None:
        return bool(held.core.get("ring_partial"))
    return ring_of(station, find.told, scheme_of(station, find.told))[1]


def banding_of(station: Station, scheme: str, key: str | None) -> Kept | None:
    """The banding of a bird as it is known here, under any of its numbers."""
    kept = station.store.records.bird(scheme, key) if scheme and key else []
    return next((one for one in kept if one.kind == "banding" and not one.withdrawn), None)


def _told(station: Station, banding: Kept, day: datetime.date | None, point: Point | None) -> Story:
    core, met = banding.core, Encounter.of(banding.groups)
    level = station.tables.species.sensitivity(core["species"])
    days = days_between(met.day, day) if day and met.day_is_exact and day >= met.day and level < GUARDED else None
    km = None
    if met.point and point and level < HIDDEN:
        # From the rounded point of the banding: whoever reports one bird from many places learns no more of it.
        km = round(journey(places.area(met.point), point).km / STEP_KM) * STEP_KM
    told = core["day"][:4] if level >= GUARDED or not met.day_is_exact else core["day"]
    return Story(core["scheme"], core["species"], told, core.get("place_code"), days, km)


def _point(told: Mapping[str, Any]) -> Point | None:
    return Point(told["latitude"], told["longitude"]) if "latitude" in told else None
