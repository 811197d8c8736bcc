"""Entry pages: a banding, a recovery, and the correction of a record that was written here."""

import json
import uuid as uuids
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, request, url_for
from flask import redirect as to
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding import fieldwork
from banding.errors import NotAllowed, NotFound, Refused
from banding.intake import Draft, Verdict
from banding.store.sessions import FieldSession
from banding.store.shapes import Kept
from banding.web import answering, forms, fresh, habits, here, language, sheet
from banding.web.access import wants_json
from banding.web.showing import Page, read

blueprint = Blueprint("entry", __name__)
DOOR = "form"
# What the page of a record says of a saved form, and what a script is told instead.
OUTCOMES = {"kept": "kept", "already": "unchanged", "corrected": "changed", "unchanged": "unchanged"}


@blueprint.route("/enter/banding", methods=("GET", "POST"))
def banding() -> Response:
    """A ring put on a bird."""
    return _enter("banding")


@blueprint.route("/enter/recovery", methods=("GET", "POST"))
def recovery() -> Response:
    """A later encounter."""
    return _enter("recovery")


def _enter(kind: str) -> Response:
    if request.method == "GET":
        session = _session(kind)
        return Page(kind, _begun(kind, session), str(uuids.uuid4()), session=session).shown()
    page = Page.posted(kind)
    if shown := _only_shown(page):
        return shown
    page, record = read(page)
    if record is None:
        return page.shown(422)
    return _kept_before(page, record) or _admitted(page, record)


def _session(kind: str) -> FieldSession | None:
    """The session that the address names, else the open one of who asks; none for what others have found."""
    if kind == "recovery" and request.args.get("as") != "recapture" and "session" not in request.args:
        return None
    named = here.station().store.sessions.of(request.args.get("session", ""))
    return named or fresh.current()


def _begun(kind: str, session: FieldSession | None) -> dict[str, str]:
    """What stands in a new form: what the last one leaves, else the ways of the session and the station."""
    asked = request.args
    last = _held(asked["after"]) if "after" in asked else None
    if last is not None and last.kind == kind and not last.withdrawn:
        return fresh.following(last, session)
    typed = fresh.first(kind, session, recapture=asked.get("as") == "recapture")
    looked_for = {"core.ring": asked.get("ring", ""), "core.scheme": asked.get("scheme", "")}
    return typed | {name: text for name, text in looked_for.items() if text}


def _only_shown(page: Page) -> Response | None:
    """The form once more, nothing saved: in another language, as a recapture, or with a row more."""
    chosen = language.preferred(request.form)
    wish, _colon, section = request.form.get("redisplay", "").partition(":")
    if chosen:
        with force_locale(chosen):
            return language.remember(page.shown(), chosen)
    if wish == "recapture":
        return replace(page, typed=sheet.as_recapture(page.typed)).shown()
    if wish == "keep" and page.record is None:
        habits.keep(page.kind, section)
        return page.shown()
    if wish == "row":
        return replace(page, rows=min(forms.MOST_ROWS, page.rows + 1), grown=section).shown()
    return None


def _kept_before(page: Page, record: Mapping[str, Any]) -> Response | None:
    """A form sent twice leads to its one record; with other content it asks, and overwrites nothing."""
    station = here.station()
    known = station.store.records.submitted([page.submission]).get(page.submission)
    if known is None:
        return None
    if station.intake.check(Draft(record, page.submission)).outcome == "unchanged":
        return _to_record(page, known.uuid, "already")
    fresh = str(uuids.uuid5(uuids.NAMESPACE_URL, page.submission + json.dumps(record, sort_keys=True)))
    asks = replace(page, submission=fresh, already=known.uuid, generation=str(known.generation))
    return asks.shown(409)


def _admitted(page: Page, record: Mapping[str, Any]) -> Response:
    station = here.station()
    draft = Draft(record, page.submission, page.confirmed)
    session = page.session if _is_in_session(record["core"]) else None
    verdict = fieldwork.kept(
        station, session, lambda: station.intake.admit([draft], door=DOOR, by=here.who() or None)[0]
    )
    return _answered(page, verdict, "already" if verdict.outcome == "unchanged" else "kept")


def _is_in_session(core: Mapping[str, Any]) -> bool:
    """A bird that others have found was not in the nets."""
    return core["kind"] == "banding" or core.get("manner") == "recapture"


def _answered(page: Page, verdict: Verdict, said: str) -> Response:
    page = replace(page, findings=tuple(verdict.findings))
    return _to_record(page, verdict.id, said) if verdict.is_kept and verdict.id else page.shown(422)


@blueprint.route("/records/<uuid:record_id>/correct", methods=("GET", "POST"))
def correct(record_id: uuids.UUID) -> Response:
    """A new version of a record of this node."""
    held = _own(str(record_id))
    if request.method == "GET":
        told = held.groups.get("remarks", {}).get("confirmations", [])
        reasons = {one["rule"]: one["reason"] for one in told}
        typed = fresh.opened(held)
        return Page(held.kind, typed, generation=str(held.generation), record=held, reasons=reasons).shown()
    page = Page.posted(held.kind, held)
    if shown := _only_shown(page):
        return shown
    page, record = read(page)
    if record is None:
        return page.shown(422)
    return _corrected(page, held, record)


def _corrected(page: Page, held: Kept, record: Mapping[str, Any]) -> Response:
    based_on = int(page.generation) if page.generation.isdecimal() and len(page.generation) < 10 else 0
    try:
        verdict = here.station().intake.correct(
            held.uuid, record, by=here.who(), confirmed=page.confirmed, based_on=based_on
        )
    except Refused:
        # By what is meant: a comma decimal or another name of the species is no difference.
        now, mine = forms.texts(held.kind, held.groups), forms.texts(held.kind, record)
        said = fresh.opened(held)
        names = forms.controls(held.kind, page.rows)
        differs = {name: said.get(name, "") for name in names if now.get(name) != mine.get(name)}
        return replace(page, generation=str(held.generation), differs=differs or {"": ""}).shown(409)
    return _answered(page, verdict, "unchanged" if verdict.outcome == "unchanged" else "corrected")


def _own(uuid: str) -> Kept:
    held = _held(uuid)
    own = here.station().settings.node.code
    if held is None:
        raise NotFound(_("There is no such record here"), where=uuid, mend=_("Look for it by its ring"))
    if held.origin != own:
        raise NotAllowed(
            _("Only the station that wrote a record may change it"), where=uuid,
            why=_("It was written at %(origin)s", origin=held.origin),
            mend=_("Send your correction to %(origin)s", origin=held.origin),
        )  # fmt: skip
    if held.withdrawn:
        raise Refused(
            _("The record is withdrawn and cannot be corrected"), where=uuid, mend=_("Bring it back on its page first")
        )
    return held


def _held(uuid: str) -> Kept | None:
    try:
        return here.station().store.records.record(str(uuids.UUID(uuid)))
    except ValueError:
        return None


def _to_record(page: Page, uuid: str, said: str) -> Response:
    """To the record that is in the store now, or for a script what it must know of it."""
    held = _held(uuid) if wants_json() else None
    if held is not None:
        return answering.of_record(page, held, OUTCOMES[said])
    return to(url_for("records.one", record_id=uuid, saved=said), 303)
