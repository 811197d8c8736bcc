"""Proposed corrections: the list of both sides, and the page on which one is decided."""

import datetime
import uuid as uuids
from typing import NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from banding.domain.rules import Finding
from banding.errors import BandingError, NotFound
from banding.store.shapes import Kept
from banding.web import here, values
from banding.web.access import Access
from banding.web.words import in_sentences, translated
from exchange import pages
from exchange.log.letters import Letter
from exchange.pages import personal
from exchange.talk import proposals

blueprint = Blueprint("proposals", __name__, template_folder="templates")
ACCESS = (
    Access("proposals.listing", ("GET",), "reader"),
    Access("proposals.one", ("GET",), "reader"),
    Access("proposals.accept", ("POST",), "operator"),
    Access("proposals.decline", ("POST",), "operator"),
)
MOST_SHOWN = 1000


class Row(NamedTuple):
    """One field that a proposal changes: at the version it was made from, now, and as it would become."""

    label: str
    base: str
    now: str
    proposed: str


# -- both sides -----------------------------------------------------------------------------------------------


@blueprint.get("/proposals")
def listing() -> str:
    """Proposals that wait here, the oldest first; what we have proposed; what was decided."""
    letters = pages.node().letters
    return render_template(
        "proposals.html", waiting=letters.received("proposal", "new", MOST_SHOWN)[::-1], sent=letters.sent("proposal"),
        decided=[one for one in letters.received("proposal") if one.state != "new"], moment=pages.moment,
        state_of=state_of, age=age, record_of=lambda letter: pages.node().store.records.record(letter.about),
    )  # fmt: skip


def _decision(letter: Letter) -> Letter | None:
    """What its addressee has said of a proposal; the word of any other counts for nothing."""
    found = pages.node().letters.of(letter.uuid, "verdict")
    return next((one for one in reversed(found) if one.sender == letter.recipient), None)


def state_of(letter: Letter) -> str:
    """What has become of a proposal, in words."""
    said = _decision(letter)
    core = said.core if said else {}
    if letter.state == proposals.ACCEPTED:
        version = core.get("version")
        return str(gettext("accepted: version %(number)s", number=version) if version else gettext("accepted"))
    if letter.state == proposals.DECLINED:
        return str(gettext("declined: %(why)s", why=translated(core.get("reason"))))
    if letter.number is None:
        return str(gettext("goes with the next sync"))
    return str(gettext("no decision yet"))


def age(letter: Letter) -> str:
    """How long ago a letter was written or came."""
    passed = here.now() - datetime.datetime.fromisoformat(letter.at)
    return str(gettext("%(count)s d", count=max(0, passed.days)))


@blueprint.get("/proposals/<uuid:proposal_id>")
def one(proposal_id: uuids.UUID) -> Answer:
    """One proposal, field by field."""
    return _shown(_letter(proposal_id))


def _letter(proposal_id: uuids.UUID) -> Letter:
    found = pages.node().letters.letter(str(proposal_id))
    if found is None or found.kind != "proposal" or not _concerns_us(found):
        raise NotFound("There is no such proposal", where=str(proposal_id), mend="Look for it in the list of proposals")
    return found


def _concerns_us(letter: Letter) -> bool:
    """Whether it is from here or for us; letters that are only carried on are nobody's business here."""
    return pages.node().code in (letter.sender, letter.recipient)


def _shown(letter: Letter, findings: tuple[Finding, ...] = (), trouble: str = "", status: int = 200) -> Answer:
    node = pages.node()
    record = node.store.records.record(letter.about)
    base, is_current = proposals.base_of(node, letter)
    body = render_template(
        "proposal.html", letter=letter, record=record, rows=_rows(letter, base, record), is_current=is_current,
        findings=findings, trouble=trouble, typed=request.form, moment=pages.moment, state=state_of(letter),
        ours=letter.recipient == node.code and letter.state == "new",
    )  # fmt: skip
    return Response(body, status, mimetype="text/html")


def _rows(letter: Letter, base: Kept | None, record: Kept | None) -> list[Row]:
    """What would change, field by field; fields that only make sense together are one."""
    changes = letter.core["changes"]
    held = record or base
    made = proposals.merged(held.groups if held else {"core": {}}, changes)
    kind = held.kind if held else "banding"
    units = {values.unit_of(f"{group}.{name}") for group, fields in changes.items() for name in fields}
    versions = (base.groups if base else {}, record.groups if record else {}, made)
    shown = sorted(filter(personal.is_open, units - proposals.FIXED))
    return [Row(values.label(unit), *(values.told(kind, one, unit) for one in versions)) for unit in shown]


# -- at the steward -------------------------------------------------------------------------------------------


@blueprint.post("/proposals/<uuid:proposal_id>/accept")
def accept(proposal_id: uuids.UUID) -> Answer:
    """Make the correction; warnings of the rules need a reason each, as at the entry form."""
    letter = _letter(proposal_id)
    said = [(name, text.strip()) for name, text in request.form.items() if name.startswith("confirm-")]
    confirmed = {name.removeprefix("confirm-"): reason for name, reason in said if reason}
    try:
        by, seen = here.who(), request.form.get("seen", "")
        number = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
        verdict = proposals.accept(pages.node(), letter.uuid, by=by, confirmed=confirmed, seen=number)
    except BandingError as error:
        flash(in_sentences(error.what, error.why, error.mend), "wrong")
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
        flash(in_sentences(error.what, error.why, error.mend), "wrong")
    return redirect(url_for("proposals.listing"), 303)


def offered(record: Kept) -> Markup:
    """On a record's page: the way to propose a correction, and what was proposed already."""
    node = pages.node()
    found = [one for one in node.letters.of(record.uuid, "proposal") if _concerns_us(one)]
    return Markup(
        render_template("proposed.html", record=record, own=record.origin == node.code, found=found, state_of=state_of)
    )
