"""Scheduled reports: a question that is asked again each week, month or season, its files, and what failed."""

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, send_from_directory, url_for
from flask import redirect as to
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from banding import scheduled, telling
from banding.errors import NotAllowed, NotFound, Refused, SettingsTrouble
from banding.formats.registry import formats
from banding.reports.about import in_words
from banding.scheduled import EVERY
from banding.store.scheduled import Scheduled
from banding.web import here
from banding.web.access import may
from banding.web.asking_returns import asked_returns
from banding.web.history import clock
from banding.web.language import current

blueprint = Blueprint("scheduled", __name__)
MOST, RUNS, LONGEST = 100, 8, 120
WORDS = {
    "week": lazy_gettext("every week"), "month": lazy_gettext("every month"), "season": lazy_gettext("every season"),
}  # fmt: skip


@blueprint.get("/scheduled")
def listing() -> Any:
    """All reports with their last runs, and a form for one more where a question was brought along."""
    store = here.station().store
    asked = asked_returns(request.args).understood()
    every = [(one, store.scheduled.runs(one.id, RUNS)) for one in store.scheduled.every()]
    return render_template(
        "scheduled.html", every=every, asked=asked, count=store.returns.count(asked.query), words=WORDS,
        formats=formats(), folder=here.station().settings.reports_folder, clock=clock,
        mails=bool(here.station().settings.alarms.host), trouble=lambda run: scheduled.told(run.trouble, current()),
        question=lambda typed: "; ".join(in_words(typed, _, current())),
    )  # fmt: skip


@blueprint.post("/scheduled")
def add() -> Any:
    """Keep the question of the address; the first file is made within minutes."""
    asked = asked_returns(request.args).understood()
    store, told = here.station().store, request.form.get
    kind, every = told("format", ""), told("every", "")
    if kind not in formats() or every not in EVERY:
        raise Refused("It is not said which report is wanted", mend="Go back and choose from the lists")
    if len(store.scheduled.every()) >= MOST:
        raise Refused("There are very many scheduled reports already", mend="Remove one that nobody reads")
    title = " ".join(told("title", "").split())[:LONGEST] or _("Returns")
    one = Scheduled(
        title, dict(asked.typed), kind, every, _addresses(told("mail", "")), current(),
        here.now().isoformat(timespec="seconds"), here.who(),
    )  # fmt: skip
    store.scheduled.add(one)
    return _done(_("The report is scheduled. Its first file is made within minutes."))


@blueprint.post("/scheduled/<int:number>")
def change(number: int) -> Any:
    """Pause a report, let it go on, or remove it."""
    store, deed = here.station().store, request.form.get("do", "")
    if store.scheduled.one(number) is None:
        raise NotFound("There is no such scheduled report", mend="It may have been removed; open the list anew")
    if deed == "remove":
        store.scheduled.remove(number)
        return _done(_("The report is removed; its files stay in the folder."))
    store.scheduled.pause(number, deed == "pause")
    return _done(_("The report is paused.") if deed == "pause" else _("The report goes on."))


@blueprint.get("/scheduled/<int:number>/<period>")
def file(number: int, period: str) -> Response:
    """The file of one period, as it was written."""
    station = here.station()
    run = station.store.scheduled.run(number, period)
    if run is None or not (station.settings.reports_folder / run.file).is_file() or not run.file:
        raise NotFound("This file is not here", mend="It may have been moved out of the folder of reports")
    return send_from_directory(station.settings.reports_folder.resolve(), run.file, as_attachment=True)


def _addresses(text: str) -> tuple[str, ...]:
    """Whom a report is mailed to; only who decides on records may send them out of the house."""
    if not text.strip():
        return ()
    if not may("reviewer"):
        raise NotAllowed("Your role does not allow this", why="It needs a higher role", mend="Ask an administrator")
    try:
        return telling.addresses("mail", text)
    except SettingsTrouble as trouble:
        raise Refused("This is no mail address", where="mail", why=trouble.why, mend=trouble.mend) from trouble


def _done(said: str) -> Any:
    flash(said, "done")
    return to(url_for("scheduled.listing"), 303)
