"""What a bird's life history tells beside its encounters: marks worn, records, speeds, what is withheld, and a map."""

import contextlib
from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from banding.domain.encounters import Encounter
from banding.domain.journeys import speed_km_per_day
from banding.domain.matching import Leg, Story
from banding.domain.places import Point
from banding.reports import longevity
from banding.store.returns_behind import Behind
from banding.store.shapes import Kept
from banding.web import here, history
from banding.web.access import may
from banding.web.api.answers import PERSONAL, PERSONAL_ROLE
from banding.web.words import decimal, word

PARTS = {
    "place": lazy_gettext("exact point and name of the place"),
    "area": lazy_gettext("point to 0.1 degree"),
    "measurements": lazy_gettext("measurements"),
    "people": lazy_gettext("people"),
    "remarks": lazy_gettext("remarks"),
}
"""The groups of a record in words."""


def told(story: Story, kept: Mapping[str, Kept]) -> dict[str, Any]:
    """Everything that the page shows beside the encounters themselves."""
    station = here.station()
    species = story.encounters[0].species if story.encounters else ""
    names = longevity.names_of(station.tables.species, species)
    most = longevity.Reach(0, None, None)
    # Whether it is a record is told once all returns are counted; the bird itself is told at once.
    with contextlib.suppress(Behind):
        most = longevity.reach(station.store.returns, names) if story.returns else most
    return {
        "marks": longevity.worn(kept[met.id].core.get("marks", []) for met in story.encounters),
        "most": most,
        "records": longevity.records(story, most),
        "withheld": {met.id: withheld(kept[met.id]) for met in story.encounters},
        "speed": speed,
        "drawn": drawn(story),
    }


def speed(leg: Leg) -> float | None:
    """Kilometres a day; None where a day or a way is not known well enough to say so."""
    if leg.journey is None or not leg.elapsed.exact or leg.elapsed.days < 1:
        return None
    return speed_km_per_day(leg.journey.km, leg.elapsed.days)


def withheld(one: Kept) -> list[tuple[str, str]]:
    """What of an encounter cannot be seen, each with whose decision that is: a node's, or the reader's role here."""
    closed = history.withheld(one)
    found = [(str(words), one.origin) for name, words in PARTS.items() if name in closed]
    if not may(PERSONAL_ROLE):
        found += [(str(PARTS[name]), "") for name in PERSONAL if name in one.groups]
    return found


def drawn(story: Story) -> dict[str, Any]:
    """The encounters and the legs between them for the map."""
    spots = [_spot(met, met.point) for met in story.encounters if met.point]
    legs = [
        _leg(leg, leg.first.point, leg.second.point)
        for leg in story.legs
        if leg.first.point and leg.second.point and leg.first.point != leg.second.point
    ]
    return {"spots": spots, "legs": legs}


def _spot(met: Encounter, at: Point) -> dict[str, Any]:
    said = word("manner", met.manner) if met.manner else word("kind", met.kind)
    return {
        "lat": at.latitude, "lon": at.longitude, "kind": met.kind, "coarse": met.coarse,
        "label": f"{met.day} {said}", "url": url_for("records.one", record_id=met.id),
    }  # fmt: skip


def _leg(leg: Leg, first: Point, second: Point) -> dict[str, Any]:
    km = decimal(leg.journey.km, 0) if leg.journey else ""
    return {
        "from": [first.latitude, first.longitude], "to": [second.latitude, second.longitude],
        "label": f"{leg.first.day} → {leg.second.day}, {km} {_('km')}",
    }  # fmt: skip
