"""Pages of the field session: begin one, change or end it; and which fields a person has in hand and keeps."""

import uuid as uuids
from collections.abc import Iterable, Mapping
from dataclasses import replace

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding import fieldwork
from banding.errors import NotFound, Refused
from banding.store.sessions import FieldSession
from banding.store.shapes import Account
from banding.web import forms, fresh, habits, here, language, sheet
from banding.web.access import wants_json
from banding.web.forms import Reading
from banding.web.showing import Page
from banding.web.typed import plain
from banding.web.words import code_table

blueprint = Blueprint("session", __name__)
KINDS = ("banding", "recovery")


# -- begin, change, end -----------------------------------------------------------------------------------


@blueprint.route("/sessions", methods=("GET", "POST"))
def listing() -> Response:
    """Open sessions, and the head of a new one; the head of the last one stands in it, with today's day."""
    if request.method == "GET":
        return _listing(Page("banding", _begun()))
    page = _posted()
    if page.reading.troubles:
        return _listing(page, status=422)
    try:
        begun = fieldwork.begin(here.station(), _account().id, _header(page), request.form.get("round", ""))
    except Refused as refused:
        return _listing(page, refused)
    return to(url_for("entry.banding", session=begun.id), 303)


@blueprint.route("/sessions/<uuid:session_id>", methods=("GET", "POST"))
def one(session_id: uuids.UUID) -> Response:
    """The head of a session, changed for the birds to come; the count at the net; its end."""
    session = fieldwork.session_of(here.station(), str(session_id))
    if request.method == "GET":
        return _one(Page("banding", dict(session.header) | fresh.methods(session), session=session))
    page = replace(_posted(), session=session)
    if page.reading.troubles:
        return _one(page, status=422)
    try:
        return _done(request.form.get("deed", ""), session, page)
    except Refused as refused:
        return _one(page, refused)


def _done(deed: str, session: FieldSession, page: Page) -> Response:
    station, form = here.station(), request.form
    counted = form.get("counted", "")
    if deed == "reopen":
        fieldwork.reopen(station, session)
        return to(url_for("entry.banding", session=session.id), 303)
    with station.store.transaction():
        session = fieldwork.change(station, session, _header(page), form.get("round", ""), counted)
        if deed == "round":
            session = fieldwork.another_round(station, session, _account().id, form.get("next_round", ""), counted)
        if deed == "end":
            fieldwork.end(station, session, counted)
    if deed == "end":
        flash(_("The session is ended."), "done")
        return to(url_for("session.one", session_id=session.id), 303)
    flash(_("The session is changed for the birds to come; saved birds stay as they are."), "done")
    return to(url_for("entry.banding", session=session.id), 303)


def _begun() -> dict[str, str]:
    last = here.station().store.sessions.last(_account().id)
    typed = fresh.fresh("banding", None)
    return typed | dict(last.header if last else {}) | fresh.methods(last) | {"core.day": typed["core.day"]}


def _posted() -> Page:
    """The head as typed; only what is there is judged, since no bird is there yet."""
    typed = {name: text for name, text in forms.settled(request.form).items() if name not in sheet.BIRDS_OWN}
    reading = forms.read("banding", typed, here.station().tables, language.current(), None)
    told = {name for name, text in typed.items() if plain(text)} | {"core.day", "place.datum"}
    troubles = {name: why for name, why in reading.troubles.items() if name in told}
    reading = Reading(reading.values, troubles, reading.answers)
    return Page("banding", typed, rows=forms.rows_in(typed), reading=reading)


def _header(page: Page) -> dict[str, str]:
    """What every bird begins with: the texts as typed, the day as it is understood."""
    controls = forms.controls("banding", page.most_rows)
    texts = {name: plain(page.typed.get(name, "")) for name in controls}
    return {name: text for name, text in texts.items() if text} | {"core.day": page.reading.values["core.day"]}


def _listing(page: Page, refused: Refused | None = None, status: int = 200) -> Response:
    sessions = here.station().store.sessions
    today = here.station().intake.today().isoformat()
    still_open = sessions.still_open()
    ended = [one for one in sessions.list(today) if not one.is_open]
    return _page(page, refused, status, open_sessions=_told(still_open), ended=_told(ended), session=None)


def _one(page: Page, refused: Refused | None = None, status: int = 200) -> Response:
    assert page.session is not None
    return _page(page, refused, status, session=page.session, open_sessions=[], ended=[])


def _told(sessions: Iterable[FieldSession]) -> list[dict[str, object]]:
    """Each session with how many birds it has and who began it."""
    store = here.station().store
    names = {one.id: one.name for one in store.accounts.everyone()}
    return [
        {"session": one, "birds": store.sessions.count(one.id), "by": names.get(one.account, "")} for one in sessions
    ]


def _page(page: Page, refused: Refused | None, status: int, **more: object) -> Response:
    station = here.station()
    session = page.session
    typed = {"round": session.round, "counted": session.counted} if session else {}
    body = render_template(
        "session.html", page=page, refused=refused, sections=sheet.headings(page.most_rows),
        troubles=page.troubles, schemes=sheet.scheme_choices, species=station.tables.species,
        places=code_table("place").rows, label_code=forms.label_code,
        round=request.form.get("round", typed.get("round") or ""), next_round=request.form.get("next_round", ""),
        counted=request.form.get("counted", "" if typed.get("counted") is None else typed["counted"]),
        birds=station.store.sessions.count(session.id) if session else 0,
        filled={name for name, text in page.typed.items() if text.strip() and name not in sheet.QUIET}, **more,
    )  # fmt: skip
    return Response(body, 422 if refused else status, mimetype="text/html")


# -- fields in hand and fields kept -----------------------------------------------------------------------


@blueprint.route("/enter/fields/<kind>", methods=("GET", "POST"))
def fields(kind: str) -> Response:
    """Every field of a form: its place in the order of the hand, and whether it is kept."""
    if kind not in KINDS:
        raise NotFound(_("There is no such form"), where=kind, mend=_("Choose banding or recovery"))
    if request.method == "GET":
        return _fields(kind, habits.of(kind))
    if "one" in request.form:
        habits.keep(kind, request.form["one"], request.form.get("kept") == "1")
        return Response(status=204) if wants_json() else to(url_for("session.fields", kind=kind), 303)
    if request.form.get("deed") == "again":
        habits.choose(kind, sheet.HAND[kind], sheet.STAYS)
    else:
        keep = [name.removeprefix("keep:") for name in request.form if name.startswith("keep:")]
        habits.choose(kind, _ordered(request.form), keep)
    flash(_("Your fields are remembered."), "done")
    return to(url_for("session.fields", kind=kind), 303)


def _ordered(form: Mapping[str, str]) -> list[str]:
    """The fields with a number, in the order of the numbers; what is no number stands at the end of the hand."""
    told = [(name.removeprefix("order:"), text.strip()) for name, text in form.items() if name.startswith("order:")]
    places = [(int(text) if text.isdecimal() and len(text) < 6 else 10**6, name) for name, text in told if text]
    return [name for _place, name in sorted(places, key=lambda one: one[0])]


def _fields(kind: str, habit: habits.Habit) -> Response:
    in_hand = {name: place for place, name in enumerate(habit.order, 1)}
    controls = [control for section in sheet.sections(kind, 2, habit.order) for control in section.controls]
    body = render_template("fields.html", kind=kind, controls=controls, in_hand=in_hand, keep_now=habit.keep)
    return Response(body, mimetype="text/html")


def _account() -> Account:
    account = here.account()
    assert account is not None
    return account
