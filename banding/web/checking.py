"""What would be said of a form if it were sent now: asked while somebody types, and nothing is kept."""

import uuid as uuids
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding.domain.rules import Finding
from banding.errors import NotFound
from banding.intake import Draft
from banding.store.shapes import Kept
from banding.web import answering, forms, here
from banding.web.showing import Page, read
from schemas.records import KINDS

blueprint = Blueprint("checking", __name__)
# While these are not understood, others can be judged all the same with these in their place.
STANDS_IN = {"core.species": "Aves", "core.ring": "?"}


@blueprint.post("/enter/check/<kind>")
def check(kind: str) -> Response:
    """The answer that the form would get; `record` is the one that it corrects, where it does."""
    if kind not in KINDS:
        raise NotFound(_("There is no such form"), where=kind, mend=_("Enter a banding or a recovery"))
    page, record = read(Page.posted(kind, _own(request.form.get("record", ""), kind)))
    findings = _findings(page, record)
    found = replace(page, findings=findings)
    waits = any(one.severity == "warning" and one.code not in page.confirmed for one in findings)
    outcome = "refused" if found.troubles else "to-confirm" if waits else "would-keep"
    return jsonify(answering.of(found, outcome))


def _own(text: str, kind: str) -> Kept | None:
    """A record of this node; None where the form is a new one."""
    try:
        held = here.station().store.records.record(str(uuids.UUID(text))) if text else None
    except ValueError:
        return None
    own = here.station().settings.node.code
    return held if held is not None and (held.kind, held.origin) == (kind, own) else None


def _findings(page: Page, record: Mapping[str, Any] | None) -> tuple[Finding, ...]:
    """What the rules say of the record, or of as much of it as can be understood already."""
    if record is not None:
        return _judged(page, record)
    missing = page.reading.troubles.keys() & {name for name, leaf in _leaves(page).items() if leaf.required}
    if not missing <= STANDS_IN.keys():
        return ()
    values = {name: value for name, value in page.reading.values.items() if name not in page.reading.troubles}
    values |= {name: STANDS_IN[name] for name in missing}
    station, before = here.station(), page.record.groups if page.record else None
    made = forms.record(page.kind, page.typed, values, station.settings.node, station.tables, before)
    wrong = page.reading.troubles.keys()
    return tuple(one for one in _judged(page, made) if one.field not in wrong and one.code != "W-shape")


def _leaves(page: Page) -> Mapping[str, Any]:
    return forms.controls(page.kind, page.most_rows)


def _judged(page: Page, record: Mapping[str, Any]) -> tuple[Finding, ...]:
    draft = Draft(record, page.submission or None, page.confirmed)
    of = page.record.uuid if page.record else ""
    return tuple(here.station().intake.check(draft, of=of).findings)
