"""Pages to look at what is kept: the list, one record with its versions, and the life history of a bird."""

import datetime
import uuid as uuids
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields
from werkzeug.wrappers import Response

from banding.domain import encounters, matching, rings
from banding.domain.rules import Finding
from banding.errors import NotFound
from banding.store.shapes import GROUPS, Kept
from banding.web import forms, here
from banding.web.asking import Asked, asked
from banding.web.reports import wind
from banding.web.typed import has_gaps
from banding.web.words import code_table
from schemas.fields import Code
from schemas.records import KINDS, Parts

blueprint = Blueprint("records", __name__)
PAGE = 50
FARTHEST = 2**40
LONGEST_REASON = 4000
ASKED = ("ring", "ring_like", "scheme", "species", "kind", "since", "until")
DOORS = {
    "form": lazy_gettext("the entry form"),
    "correction": lazy_gettext("a correction"),
    "resolution": lazy_gettext("a choice between versions"),
    "withdrawal": lazy_gettext("a withdrawal"),
    "peer": lazy_gettext("another station"),
    "api": lazy_gettext("a program"),
    "import": lazy_gettext("a file"),
}


# -- the list ---------------------------------------------------------------------------------------------


@blueprint.get("/records")
def listing() -> Response:
    """Records that fit what is asked, the count first."""
    station = here.station()
    found = asked(request.args, station.tables.species)
    offset = _offset(request.args.get("offset", ""))
    count = 0 if found.misread else station.store.search.count(found.query)
    kept = [] if not count else station.store.search.records(found.query, limit=PAGE, offset=offset)
    body = render_template(
        "records.html", kept=kept, count=count, offset=offset, found=found, typed=request.args,
        earlier=_page(offset - PAGE) if offset else "",
        later=_page(offset + PAGE) if offset + PAGE < count else "",
        schemes=code_table("scheme").rows, is_asked=_is_asked(found),
    )  # fmt: skip
    return Response(body, 422 if found.misread else 200, mimetype="text/html")


def _is_asked(found: Asked) -> bool:
    return any(getattr(found.query, name) for name in ASKED)


def _offset(text: str) -> int:
    return min(int(text), FARTHEST) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def _page(offset: int) -> str:
    args: dict[str, Any] = {name: text for name, text in request.args.items() if name != "offset"}
    return url_for("records.listing", **args, offset=max(0, offset) or None)


# -- one record -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One field of a record: the row in the table of field names, the value, and the code table of a code."""

    code: str
    value: Any
    table: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Shown:
    """One group of a record; no lines where the group is not here."""

    name: str
    lines: tuple[Line, ...]
    is_here: bool


@blueprint.get("/records/<uuid:record_id>")
def one(record_id: uuids.UUID) -> Response:
    """Everything that is held of a record."""
    return _shown(_held(record_id))


@blueprint.post("/records/<uuid:record_id>/withdraw")
def withdraw(record_id: uuids.UUID) -> Response:
    """Withdraw a record of this node, with a reason that stays."""
    held = _held(record_id)
    reason = request.form.get("reason", "").strip()
    trouble = ""
    if not reason:
        trouble = _("Say why: the reason stays with the record.")
    elif len(reason) > LONGEST_REASON:
        trouble = _(
            "There is room for %(most)s characters, and these are %(count)s.",
            most=LONGEST_REASON,
            count=len(reason),
        )
    if trouble:
        return _shown(held, trouble=trouble, reason=reason)
    account = here.account()
    here.station().intake.withdraw(held.uuid, reason=reason, by=account.name if account else "")
    return to(url_for("records.one", record_id=held.uuid, saved="withdrawn"), 303)


def _held(record_id: uuids.UUID) -> Kept:
    held = here.station().store.records.record(str(record_id))
    if held is None:
        raise NotFound(_("There is no such record here"), where=str(record_id), mend=_("Look for it by its ring"))
    return held


def _shown(held: Kept, *, trouble: str = "", reason: str = "") -> Response:
    store = here.station().store
    versions = store.records.versions(held.uuid)
    findings = store.records.findings([held.version_id])
    body = render_template(
        "record.html", record=held, own=held.origin == here.station().settings.node.code,
        groups=list(_groups(held)), versions=versions, findings=findings.get(held.version_id, []),
        told=_told(held), doors=DOORS, clock=clock, saved=request.args.get("saved", ""), trouble=trouble,
        reason=reason, candidates=_candidates(held.core["scheme"], held.core["ring"], held.core.get("ring_partial")),
    )  # fmt: skip
    return Response(body, 422 if trouble else 200, mimetype="text/html")


def _told(held: Kept) -> dict[str, Mapping[str, Any]]:
    """The confirmations that came with the record, by rule."""
    told = held.groups.get("remarks", {}).get("confirmations", [])
    return {one["rule"]: one for one in told if isinstance(one, Mapping) and "rule" in one}


def _groups(held: Kept) -> Iterator[Shown]:
    nested = KINDS[held.kind]().fields
    for name in ("core", "place", "area", *(g for g in GROUPS if g not in {"core", "place", "area"})):
        group = held.groups.get(name)
        lines = tuple(_lines(name, nested[name], group)) if group else ()
        yield Shown(name, lines, group is not None)


def _lines(name: str, inner: Any, value: Any) -> Iterator[Line]:
    """The fields of a group in the order of the schema; what a later schema added comes last, as it is."""
    if isinstance(inner, Parts) and isinstance(value, list):
        for row, part in enumerate(value):
            yield from _lines(f"{name}.{row}", inner.inner, part)
    elif isinstance(inner, fields.Nested) and isinstance(value, Mapping):
        known = inner.schema.fields
        for part in [*(p for p in known if p in value), *(p for p in value if p not in known)]:
            if f"{name}.{part}" != "remarks.confirmations":
                yield from _lines(f"{name}.{part}", known.get(part), value[part])
    else:
        of = inner.of if isinstance(inner, Code) else ""
        unit = inner.metadata.get("unit", "") if inner is not None else ""
        yield Line(forms.label_code(name), value, of, unit)


# -- one bird ---------------------------------------------------------------------------------------------


@blueprint.get("/birds/<scheme>/<path:ring>")
def bird(scheme: str, ring: str) -> Response:
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
        candidates=_candidates(scheme, ring, is_partial),
        perhaps=[] if is_partial else _perhaps({(scheme, key): ring} | _numbers(story)),
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


def _candidates(scheme: str, ring: str, is_partial: bool | None) -> list[str]:
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


def clock(moment: str) -> str:
    """A moment that the node wrote down, by the station's own clock: 2024-05-01 17:20."""
    zone = ZoneInfo(here.station().settings.node.zone)
    return datetime.datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")
