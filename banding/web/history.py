"""The history of a record: what each version changed, the whole of one field, and the way back to a version."""

import datetime
import uuid as uuids
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from banding.correcting import DEEDS, again
from banding.domain import changes
from banding.domain.rules import Finding
from banding.drafts import LONGEST_REASON
from banding.errors import NotAllowed, NotFound, Refused
from banding.store.shapes import GROUPS, Kept
from banding.web import here, values
from banding.web.api.answers import opened
from banding.web.words import in_sentences

blueprint = Blueprint("history", __name__)
DOORS = {
    "form": lazy_gettext("the entry form"),
    "correction": lazy_gettext("a correction"),
    "resolution": lazy_gettext("a choice between versions"),
    "withdrawal": lazy_gettext("a withdrawal"),
    "return": lazy_gettext("a return to an earlier version"),
    "restoration": lazy_gettext("bringing it back"),
    "peer": lazy_gettext("another station"),
    "api": lazy_gettext("a program"),
    "import": lazy_gettext("a file"),
    "finder": lazy_gettext("a report of the public"),
}


class Row(NamedTuple):
    """A field that is told differently: its name, what it is called, before, and after."""

    name: str
    label: str
    before: str
    after: str


class Turn(NamedTuple):
    """One version beside the one that it continues.

    `base` is the generation it is compared with, None for the first; `is_gap` says that versions between are not
    here; `withheld` names groups, `reason` and `by` tell why a person made it, where that may be read.
    """

    version: Kept
    rows: Sequence[Row]
    base: int | None
    is_gap: bool
    withheld: Sequence[str]
    reason: str
    is_back: bool


# -- what is shown ----------------------------------------------------------------------------------------


@blueprint.get("/records/<uuid:record_id>/history")
def every(record_id: uuids.UUID) -> str:
    """Every version with what it changed, the newest first."""
    versions = _versions(record_id)
    findings = here.station().store.records.findings([one.version_id for one in versions])
    return render_template(
        "history.html", turns=_turns(versions), findings=findings, field=None, **_frame(versions)
    )  # fmt: skip


@blueprint.get("/records/<uuid:record_id>/history/<field>")
def of_field(record_id: uuids.UUID, field: str) -> str:
    """What was said in one field, from the first version to the last."""
    versions = _versions(record_id)
    unit = changes.unit_of(field)
    if not any(unit in changes.told(opened(one)) for one in versions):
        raise NotFound(_("No version says anything in this field"), where=field, mend=_("Look at the whole history"))
    standing = [one for one in reversed(versions) if not one.withdrawn]
    group = unit.partition(".")[0]
    said = [
        values.in_words("", "", values.WITHHELD) if group in withheld(one) else values.told(one.kind, opened(one), unit)
        for one in standing
    ]
    turns = list(changes.turns(standing, said))
    return render_template(
        "history.html", turns=turns, findings={}, field=Row(unit, values.label(unit), "", ""), **_frame(versions)
    )  # fmt: skip


def _frame(versions: Sequence[Kept]) -> dict[str, Any]:
    """What both pages show around the versions."""
    record = next((one for one in versions if one.current), versions[0])
    has_more = any(opened(one).keys() != one.groups.keys() for one in versions)
    return {"record": record, "own": is_own(record), "doors": DOORS, "clock": clock, "has_more": has_more}


def _turns(versions: Sequence[Kept]) -> list[Turn]:
    return [_turn(one, [other for other in versions if other.generation < one.generation]) for one in versions]


def _turn(one: Kept, before: Sequence[Kept]) -> Turn:
    """A version beside the last one before it that says something of the bird: a withdrawal says nothing."""
    base = next((other for other in before if not other.withdrawn), None)
    last = before[0].generation if before else 0
    hidden = withheld(one) | (withheld(base) if base else frozenset())
    told = changes.step(opened(base) if base else {}, opened(one), hidden)
    changed = [] if one.withdrawn else told.changed
    rows = [_row(name, base, one) for name in changed]
    is_back = bool(before) and before[0].withdrawn and not one.withdrawn
    is_gap = one.generation > last + 1
    closed = [group for group in GROUPS if group in withheld(one)]
    return Turn(one, rows, base.generation if base else None, is_gap, closed, _why(one), is_back)


def _row(name: str, before: Kept | None, after: Kept) -> Row:
    was = values.told(before.kind, opened(before), name) if before else values.NOTHING
    return Row(name, values.label(name), was, values.told(after.kind, opened(after), name))


def _why(version: Kept) -> str:
    """Why a person withdrew it, brought it back, went back or chose; empty where that may not be read."""
    remarks = opened(version).get("remarks", {})
    if version.withdrawn:
        return str(remarks.get("text", ""))
    told = confirmations(version)
    return next((str(told[deed].get("reason", "")) for deed in DEEDS if deed in told), "")


def confirmations(version: Kept) -> dict[str, Mapping[str, Any]]:
    """The confirmations that came with a version, by rule; none for who may not read them."""
    told = opened(version).get("remarks", {}).get("confirmations", [])
    return {one["rule"]: one for one in told if isinstance(one, Mapping) and "rule" in one}


def withheld(version: Kept) -> frozenset[str]:
    """The groups that the origin of a version has and that are not here; only the exchange knows."""
    ask = current_app.extensions.get("record.withheld")
    return frozenset(ask(version)) if ask is not None and not is_own(version) else frozenset()


def is_own(record: Kept) -> bool:
    """Whether it was written at this node."""
    return record.origin == here.station().settings.node.code


def clock(moment: str) -> str:
    """A moment that the node wrote down, by the station's own clock: 2024-05-01 17:20."""
    zone = ZoneInfo(here.station().settings.node.zone)
    return datetime.datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _versions(record_id: uuids.UUID) -> list[Kept]:
    found = here.station().store.records.versions(str(record_id))
    if not found:
        raise NotFound(_("There is no such record here"), where=str(record_id), mend=_("Look for it by its ring"))
    return found


# -- the way back -----------------------------------------------------------------------------------------


@blueprint.route("/records/<uuid:record_id>/versions/<int:number>", methods=("GET", "POST"))
def back(record_id: uuids.UUID, number: int) -> Response:
    """What going back to a version would change, and the deed itself, as one more version."""
    versions = _versions(record_id)
    held = next(one for one in versions if one.current)
    earlier = next((one for one in versions if one.version_id == number and not one.withdrawn), None)
    if not is_own(held):
        raise NotAllowed(
            _("Only the station that wrote a record may change it"), where=held.uuid,
            why=_("It was written at %(origin)s", origin=held.origin),
            mend=_("Send your correction to %(origin)s", origin=held.origin),
        )  # fmt: skip
    if earlier is None:
        raise NotFound(_("There is no such version to go back to"), where=held.uuid, mend=_("Look at its history"))
    return _done(held, earlier) if request.method == "POST" else _asked(held, earlier)


def _done(held: Kept, earlier: Kept) -> Response:
    reason, seen = request.form.get("reason", "").strip(), request.form.get("generation", "")
    if not reason:
        return _asked(held, earlier, wrong=_("Say why: the reason stays with the record."))
    if len(reason) > LONGEST_REASON:
        room = _("There is room for %(most)s characters, and these are %(count)s.", most=LONGEST_REASON,
                 count=len(reason))  # fmt: skip
        return _asked(held, earlier, wrong=room)
    try:
        verdict = here.station().intake.go_back(
            held.uuid, earlier.version_id, by=here.who(), reason=reason,
            confirmed=_confirmed(), based_on=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
        )  # fmt: skip
    except Refused as error:
        return _asked(held, earlier, trouble=in_sentences(error.what, error.why, error.mend), status=409)
    if not verdict.is_kept:
        return _asked(held, earlier, findings=verdict.findings)
    said = "unchanged" if verdict.outcome == "unchanged" else "back"
    return to(url_for("records.one", record_id=held.uuid, saved=said), 303)


def _confirmed() -> dict[str, str]:
    """The reasons given for warnings, by the rule's code; a blank one is none."""
    said = {name.removeprefix("confirm-"): text.strip() for name, text in request.form.items() if "confirm-" in name}
    return {code: reason for code, reason in said.items() if reason}


def _asked(
    held: Kept, earlier: Kept, *, wrong: str = "", trouble: str = "", findings: Iterable[Finding] = (),
    status: int = 422,
) -> Response:  # fmt: skip
    base = None if held.withdrawn else held
    draft = again(earlier)
    changed = changes.step(base.groups if base else {}, draft).changed
    told = confirmations(earlier)
    body = render_template(
        "back.html", record=held, earlier=earlier, clock=clock, wrong=wrong, trouble=trouble, findings=list(findings),
        rows=[_row(name, base, earlier) for name in changed], reason=request.form.get("reason", ""),
        typed={code: one.get("reason", "") for code, one in told.items()} | _confirmed(),
    )  # fmt: skip
    is_trouble = wrong or trouble or findings
    return Response(body, status if is_trouble else 200, mimetype="text/html")
