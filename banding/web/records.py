"""Pages to look at what is kept: the list, one record with its versions, its withdrawal, and a bird's address."""

import uuid as uuids
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from marshmallow import fields
from werkzeug.wrappers import Response

from banding.correcting import DEEDS
from banding.store.shapes import GROUPS, Kept
from banding.web import birds, forms, here, history
from banding.web.access import may
from banding.web.api.answers import PERSONAL, PERSONAL_ROLE
from banding.web.asking import Asked, asked
from banding.web.words import code_table
from schemas.fields import Code
from schemas.parts import Parts
from schemas.records import KINDS

blueprint = Blueprint("records", __name__)
PAGE = 50
FARTHEST = 2**40
LONGEST_REASON = 4000
ASKED = ("ring", "ring_like", "scheme", "species", "kind", "since", "until")

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
    """One group of a record; no lines where the group is not here, or not open to who is asking."""

    name: str
    lines: tuple[Line, ...]
    is_here: bool
    is_open: bool


@blueprint.get("/records/<uuid:record_id>")
def one(record_id: uuids.UUID) -> Response:
    """Everything that is held of a record."""
    return _shown(here.record(str(record_id)))


@blueprint.post("/records/<uuid:record_id>/withdraw")
def withdraw(record_id: uuids.UUID) -> Response:
    """Withdraw a record of this node, with a reason that stays."""
    held = here.record(str(record_id))
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
    here.station().intake.withdraw(held.uuid, reason=reason, by=here.who())
    return to(url_for("records.one", record_id=held.uuid, saved="withdrawn"), 303)


def _shown(held: Kept, *, trouble: str = "", reason: str = "") -> Response:
    store = here.station().store
    versions = store.records.versions(held.uuid)
    findings = store.records.findings([held.version_id])
    core = held.core
    body = render_template(
        "record.html", record=held, own=history.is_own(held), groups=list(_groups(held)), versions=versions,
        findings=findings.get(held.version_id, []), told=history.confirmations(held), doors=history.DOORS,
        deeds=DEEDS, clock=history.clock, saved=request.args.get("saved", ""), trouble=trouble, reason=reason,
        candidates=birds.candidates(core["scheme"], core["ring"], core.get("ring_partial")),
        personal=may(PERSONAL_ROLE), standing=_last_standing(versions),
    )  # fmt: skip
    return Response(body, 422 if trouble else 200, mimetype="text/html")


def _last_standing(versions: Sequence[Kept]) -> int:
    """The version that a withdrawn record can be brought back to."""
    return next((one.version_id for one in versions if not one.withdrawn), 0)


def _groups(held: Kept) -> Iterator[Shown]:
    nested = KINDS[held.kind]().fields
    for name in ("core", "place", "area", *(g for g in GROUPS if g not in {"core", "place", "area"})):
        group = held.groups.get(name)
        is_open = name not in PERSONAL or may(PERSONAL_ROLE)
        lines = tuple(_lines(name, nested[name], group)) if group and is_open else ()
        yield Shown(name, lines, group is not None, is_open)


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


@blueprint.get("/birds/<scheme>/<path:ring>")
def bird(scheme: str, ring: str) -> Response:
    """Every encounter of the bird with this ring, in order, with the ways between them."""
    return birds.page(scheme, ring)
