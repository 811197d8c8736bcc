"""The life history of a bird: every encounter of it under any of its numbers, and the ways between them."""

from collections.abc import Iterable

from flask import render_template
from werkzeug.wrappers import Response

from banding.domain import encounters, matching, rings
from banding.domain.rules import Finding
from banding.store.shapes import Kept
from banding.web import here, lives
from banding.web.reports import wind
from banding.web.typed import has_gaps


def page(scheme: str, ring: str) -> Response:
    """Every encounter of the bird with this ring, in order, with the ways between them."""
    station = here.station()
    scheme = scheme.upper()
    key = rings.normal(ring)
    kept = {one.uuid: one for one in station.store.records.bird(scheme, key)}
    is_partial = _is_partial(scheme, ring, kept.values())
    kept = {} if is_partial else kept
    story = matching.story(encounters.Encounter.of(one.groups) for one in kept.values())
    body = render_template(
        "bird.html", scheme=scheme, ring=_engraved(story, ring), is_partial=is_partial, story=story,
        kept=kept, way=wind, conflicts=[_conflict(one, scheme, ring) for one in story.conflicts],
        withdrawn=[one for one in kept.values() if one.withdrawn], numbers=_numbers(story),
        candidates=candidates(scheme, ring, is_partial),
        perhaps=[] if is_partial else _perhaps({(scheme, key): ring} | _numbers(story)),
        **lives.told(story, kept),
    )  # fmt: skip
    return Response(body, 200 if kept else 404, mimetype="text/html")


def _engraved(story: matching.Story, asked_for: str) -> str:
    """The number as on the banding, else on the first encounter, else as it was asked for."""
    first = story.banding or next(iter(story.encounters), None)
    return first.ring if first else asked_for[:40]


def _numbers(story: matching.Story) -> dict[tuple[str, str], str]:
    """Every number that the bird has worn, as engraved, the first one first."""
    found: dict[tuple[str, str], str] = {}
    for met in story.encounters:
        if met.ring_key:
            found.setdefault((met.scheme, met.ring_key), met.ring)
    return found


def _perhaps(numbers: Iterable[tuple[str, str]]) -> list[Kept]:
    """Partial readings that may be of this bird, under any of its numbers."""
    records = here.station().store.records
    return [one for scheme, key in numbers for one in records.may_be(scheme, key)]


def candidates(scheme: str, ring: str, is_partial: bool | None) -> list[str]:
    """The rings known here for which a partial reading may stand."""
    reading = rings.reading(ring) if is_partial else ""
    return here.station().store.records.rings_like(scheme, reading) if reading else []


def _conflict(conflict: matching.Conflict, scheme: str, ring: str) -> tuple[Finding, matching.Conflict]:
    """The same sentence that the rule says at the entry."""
    earlier, later = conflict.earlier, conflict.later
    day, before = later.day.isoformat(), earlier.day.isoformat()
    values = {"day": day, "banding_day": before, "dead_day": before, "ring": ring, "scheme": scheme}
    if conflict.code == "R-before-banding":
        values |= {"day": before, "banding_day": day}
    return Finding(conflict.code, "error", "core.day", values), conflict


def _is_partial(scheme: str, ring: str, found: Iterable[Kept]) -> bool:
    """Whether part of the number was not read; what is engraved just so on a bird known here is whole."""
    is_guessed = has_gaps(ring, here.station().tables.schemes.get(scheme))
    return is_guessed and ring not in {one.core["ring"] for one in found}
