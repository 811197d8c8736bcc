"""Proposed corrections: the form that makes one, the list of both sides, and the page on which one is decided."""

import uuid as uuids
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from marshmallow import ValidationError, fields
from werkzeug.wrappers import Response as Answer

from banding.domain.rules import Finding
from banding.errors import BandingError, NotFound
from banding.shape import problems
from banding.store.shapes import Kept
from banding.web import here
from banding.web.access import Access
from exchange import pages
from exchange.log.letters import Letter
from exchange.talk import proposals
from schemas.fields import Flag, Number, Strict, Whole
from schemas.records import KINDS

blueprint = Blueprint("proposals", __name__, template_folder="templates")
ACCESS = (
    Access("proposals.listing", ("GET",), "reader"),
    Access("proposals.one", ("GET",), "reader"),
    Access("proposals.propose", ("GET", "POST"), "operator"),
    Access("proposals.accept", ("POST",), "operator"),
    Access("proposals.decline", ("POST",), "operator"),
)
NOT_PROPOSED = {"people", "area"}
"""Names of people are not sent; the rounded place follows from the exact one."""
TRUE = {"1", "true", "yes", "да", "是"}


class Field(NamedTuple):
    """One field of a record: its control (`core.day`), its text now, and what is typed for it."""

    name: str
    label: str
    now: str
    typed: str
    is_here: bool


class Row(NamedTuple):
    """One field that a proposal changes: at the version it was made from, now, and as it would become."""

    label: str
    base: Any
    now: Any
    proposed: Any


# -- both sides -----------------------------------------------------------------------------------------------


@blueprint.get("/proposals")
def listing() -> str:
    """Proposals that wait here, the oldest first; what we have proposed; what was decided."""
    letters = pages.node().letters
    return render_template(
        "proposals.html", waiting=letters.received("proposal", "new")[::-1], sent=letters.sent("proposal"),
        decided=[one for one in letters.received("proposal") if one.state != "new"], moment=pages.moment,
        verdict=_verdict,
    )  # fmt: skip


def _verdict(letter: Letter) -> str:
    """The reason that came with the decision on a proposal, '' while there is none."""
    found = pages.node().letters.of(letter.uuid, "verdict")
    return str(found[-1].core.get("reason", "")) if found else ""


@blueprint.get("/proposals/<uuid:proposal_id>")
def one(proposal_id: uuids.UUID) -> Answer:
    """One proposal, field by field."""
    return _shown(_letter(proposal_id))


def _letter(proposal_id: uuids.UUID) -> Letter:
    found = pages.node().letters.letter(str(proposal_id))
    if found is None or found.kind != "proposal":
        raise NotFound(gettext("There is no such proposal here"), where=str(proposal_id))
    return found


def _shown(letter: Letter, findings: tuple[Finding, ...] = (), trouble: str = "", status: int = 200) -> Answer:
    node = pages.node()
    record = node.store.records.record(letter.about)
    base, is_current = proposals.base_of(node, letter)
    changes = letter.core["changes"]
    rows = [
        Row(f"{group}.{name}", _at(base, group, name), _at(record, group, name), value)
        for group, fields_ in changes.items()
        for name, value in fields_.items()
    ]
    body = render_template(
        "proposal.html", letter=letter, record=record, rows=rows, is_current=is_current, findings=findings,
        trouble=trouble, typed=request.form, moment=pages.moment, verdict=_verdict(letter),
        ours=letter.recipient == node.code and letter.state == "new",
    )  # fmt: skip
    return Response(body, status, mimetype="text/html")


def _at(record: Kept | None, group: str, name: str) -> Any:
    return record.groups.get(group, {}).get(name) if record else None


# -- at the steward -------------------------------------------------------------------------------------------


@blueprint.post("/proposals/<uuid:proposal_id>/accept")
def accept(proposal_id: uuids.UUID) -> Answer:
    """Make the correction; warnings of the rules need a reason each, as at the entry form."""
    letter, account = _letter(proposal_id), here.account()
    said = {name.removeprefix("confirm-"): text.strip() for name, text in request.form.items()}
    confirmed = {code: reason for code, reason in said.items() if reason and f"confirm-{code}" in request.form}
    try:
        by = account.name if account else ""
        verdict = proposals.accept(pages.node(), letter.uuid, by=by, confirmed=confirmed)
    except BandingError as error:
        flash(str(error), "wrong")
        return redirect(url_for("proposals.one", proposal_id=letter.uuid), 303)
    if not verdict.is_kept:
        return _shown(letter, tuple(verdict.findings), status=422)
    flash(gettext("The correction is made, and %(node)s is told.", node=letter.sender), "done")
    return redirect(url_for("records.one", record_id=letter.about), 303)


@blueprint.post("/proposals/<uuid:proposal_id>/decline")
def decline(proposal_id: uuids.UUID) -> Answer:
    """Decline it, with a reason that its sender is told."""
    letter, reason = _letter(proposal_id), request.form.get("reason", "")
    if not reason.strip():
        return _shown(letter, trouble=gettext("Say why: the other side is told."), status=422)
    try:
        proposals.decline(pages.node(), letter.uuid, reason=reason)
        flash(gettext("The proposal is declined, and %(node)s is told why.", node=letter.sender), "done")
    except BandingError as error:
        flash(str(error), "wrong")
    return redirect(url_for("proposals.listing"), 303)


# -- at the node that proposes --------------------------------------------------------------------------------


@blueprint.route("/records/<uuid:record_id>/propose", methods=("GET", "POST"))
def propose(record_id: uuids.UUID) -> Answer:
    """The record's fields as this node sees them; whatever is changed there is proposed to its steward."""
    node = pages.node()
    record = node.store.records.record(str(record_id))
    if record is None:
        raise NotFound(gettext("There is no such record here"), where=str(record_id))
    if request.method == "GET":
        return _form(record, {}, "")
    changes, troubles = _changes(record)
    trouble = ""
    if not troubles and not (wrong := problems(proposals.merged(record.groups, changes), strict=False)):
        try:
            proposals.propose(node, record, changes, request.form.get("reason", ""))
            flash(gettext("The proposal goes to %(node)s with the next sync.", node=record.origin), "done")
            return redirect(url_for("proposals.listing"), 303)
        except BandingError as error:
            trouble = str(error)
    elif not troubles:
        troubles = {finding.field: str(finding.values.get("why", "")) for finding in wrong}
    return _form(record, troubles, trouble, 422)


def _form(record: Kept, troubles: Mapping[str, str], trouble: str, status: int = 200) -> Answer:
    body = render_template(
        "propose.html", record=record, fields=_fields(record), troubles=troubles, trouble=trouble,
        reason=request.form.get("reason", ""), left_out=[g for g in NOT_PROPOSED if g in record.groups],
    )  # fmt: skip
    return Response(body, status, mimetype="text/html")


def _fields(record: Kept) -> list[Field]:
    found = []
    for name, leaf in _leaves(record.kind).items():
        group, _dot, part = name.partition(".")
        value = record.groups.get(group, {}).get(part)
        if group in record.groups or group != "place":
            now = "" if value is None else str(value)
            found.append(Field(name, name, now, request.form.get(name, now), value is not None))
        del leaf
    return found


def _leaves(kind: str) -> dict[str, Strict]:
    """The fields of a kind of record that somebody else may propose on: single values, by `group.field`."""
    groups = KINDS[kind]().fields
    inner = {name: group.schema.fields for name, group in groups.items() if isinstance(group, fields.Nested)}
    return {
        f"{group}.{name}": leaf
        for group, leaves in inner.items()
        for name, leaf in leaves.items()
        if group not in NOT_PROPOSED and isinstance(leaf, Strict) and not (group == "core" and name in proposals.FIXED)
        and name not in ("confirmed", "confirmations")
    }  # fmt: skip


def _changes(record: Kept) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What differs between the form and the record, and what could not be understood, in words."""
    changes: dict[str, dict[str, Any]] = {}
    troubles: dict[str, str] = {}
    for field in _fields(record):
        typed = field.typed.strip()
        if typed == field.now:
            continue
        group, _dot, name = field.name.partition(".")
        try:
            changes.setdefault(group, {})[name] = _value(_leaves(record.kind)[field.name], typed)
        except (ValidationError, ValueError):
            example = _leaves(record.kind)[field.name].metadata.get("example")
            troubles[field.name] = gettext("Write it like %(example)s.", example=example)
    return changes, troubles


def _value(leaf: Strict, typed: str) -> Any:
    if not typed:
        return None
    if isinstance(leaf, Flag):
        return leaf.deserialize(typed.lower() in TRUE)
    if isinstance(leaf, Whole):
        return leaf.deserialize(int(typed))
    return leaf.deserialize(float(typed.replace(",", ".")) if isinstance(leaf, Number) else typed)


def offered(record: Kept) -> Markup:
    """On a record's page: the way to propose a correction, and what was proposed already."""
    node = pages.node()
    found = node.letters.of(record.uuid, "proposal")
    return Markup(render_template("proposed.html", record=record, own=record.origin == node.code, found=found))
