"""The page of alarms, what of them stands on the first page, and on a peer's page when to expect and to call it."""

import math
from typing import Any, NamedTuple

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from banding.errors import BandingError, NotFound, Refused
from banding.web import here
from banding.web.access import Access, may, role_of
from exchange import pages
from exchange.log.alarmbook import Alarm
from exchange.talk import words
from exchange.talk.alarms import KINDS, NEWS, by_level, level, level_of
from exchange.talk.couriers import couriers
from exchange.talk.delivery import states
from exchange.talk.windows import parse

blueprint = Blueprint("alarms", __name__, template_folder="templates")
ACCESS = (
    Access("alarms.listing", ("GET",), "reader"),
    Access("alarms.settle", ("POST",), "operator"),
    Access("alarms.seen", ("POST",), "operator"),
    Access("alarms.expect", ("POST",), "administrator"),
)
# Where something can be done about a kind of alarm, if the node has that page.
PAGES = {
    "aside": "aside.listing",
    "brake": "crossing.held",
    "equivocation": "crossing.evidence",
    "refused": "aside.listing",
    "agreement": "agreements.listing",
    "request": "agreements.listing",
    "proposal": "proposals.listing",
    "report": "scheduled.listing",
    "find": "finds.listing",
    "fork": "forks.listing",
    "return": "reports.returns",
}
IN_SHORT = 5
MOST_SHOWN = 200
LONGEST_WORD = 200
LONGEST_DAYS = 3650


class Shown(NamedTuple):
    """An alarm as a page shows it: its words, and the page on which something can be done."""

    alarm: Alarm
    level: str
    title: str
    mend: str
    link: str


@blueprint.get("/alarms")
def listing() -> str:
    """What is open, those first that ask most; then what was settled, and by which way people are told."""
    alarms = pages.node().alarms
    found = shown(alarms.open())
    return render_template(
        "alarms.html", open=found[:MOST_SHOWN], more=max(0, len(found) - MOST_SHOWN),
        news=sum(one.level == NEWS for one in found), history=shown(alarms.history(), in_order=False),
        ways=ways(), moment=pages.moment,
    )  # fmt: skip


@blueprint.post("/alarms/<int:number>/settle")
def settle(number: int) -> Response:
    """Somebody has seen to it and says in a word what was done."""
    alarms, node = pages.node().alarms, pages.node()
    alarm = alarms.one(number)
    if alarm is None:
        raise NotFound("There is no such alarm", where=str(number), mend="Look for it on the page of alarms")
    alarms.settle(alarm.kind, alarm.about, node.at(), f"{here.who()}: {_word()}")
    flash(gettext("Settled."), "done")
    return redirect(url_for("alarms.listing"), 303)


@blueprint.post("/alarms/seen")
def seen() -> Response:
    """Somebody has seen all the good news."""
    node = pages.node()
    for kind in (kind for kind in KINDS if level(kind) == NEWS):
        node.alarms.settle_kind(kind, node.at(), here.who())
    flash(gettext("Settled."), "done")
    return redirect(url_for("alarms.listing"), 303)


@blueprint.post("/peers/<code>/watch")
def expect(code: str) -> Response:
    """How often something is expected of a peer, and in which hours its line is up."""
    pages.node().peer(code)
    try:
        days, window = _days(request.form.get("expect_days", "")), parse(request.form.get("window", ""))
    except BandingError as error:
        flash(" ".join(gettext(part) for part in (f"{error.what}.", f"{error.mend}.") if part), "wrong")
        return redirect(url_for("peers.one", code=code), 303)
    pages.node().book.note(code, expect_days=days, window=str(window or ""))
    flash(gettext("Saved."), "done")
    return redirect(url_for("peers.one", code=code), 303)


def news() -> Markup:
    """On the first page: what is open, in short."""
    # Whoever may look at reported rings is told of them by the first page itself.
    found = [one for one in shown(pages.node().alarms.open()) if one.alarm.kind != "find" or not may("reviewer")]
    return Markup(render_template("alarms_news.html", open=found[:IN_SHORT], more=max(0, len(found) - IN_SHORT)))


def shown(found: list[Alarm], *, in_order: bool = True) -> list[Shown]:
    """Alarms in the language of the page."""
    node, locale = pages.node(), get_locale()
    language = locale.language if locale is not None else "en"
    told = []
    for alarm in by_level(found) if in_order else found:
        said = words.inward(node, alarm.kind, alarm.about, alarm.details, language)
        told.append(Shown(alarm, level_of(alarm), said.title, said.mend, _link(alarm)))
    return told


def ways() -> list[dict[str, Any]]:
    """Each way to a person: whether it is set up, where it leads, when it last worked and what its trouble is."""
    node = pages.node()
    known, set_up = states(node), {way.name: way.where for way in couriers(node.station.settings.alarms)}
    return [
        {"name": name, "where": set_up.get(name, ""), "state": known.get(name, {}) if name in set_up else {}}
        for name in ("mail", "webhook")
    ]


def _link(alarm: Alarm) -> str:
    """The page on which something can be done about an alarm."""
    said = alarm.details
    if alarm.kind == "return" and said.get("scheme") and said.get("ring"):
        return url_for("records.bird", scheme=said["scheme"], ring=said["ring"])
    if alarm.kind == "return":
        return url_for("reports.returns")
    page = PAGES.get(alarm.kind, "")
    if page in current_app.view_functions:
        # Who may not open that page is told here what is to be done, and not turned away there.
        return url_for(page if may(role_of(page, "GET") or "") else "alarms.listing")
    code = str(said.get("peer") or alarm.about)
    if alarm.kind == "audit" and pages.node().book.peer(code):
        return url_for("crossing.audited", code=code)
    return url_for("peers.one", code=code) if pages.node().book.peer(code) else url_for("peers.listing")


def _word() -> str:
    word = " ".join(request.form.get("word", "").split())
    if not 0 < len(word) <= LONGEST_WORD:
        raise Refused(
            "A word is needed on what was done", where="word", mend="Write 1 to 200 letters, such as: seen, in order"
        )
    return word


def _days(text: str) -> float:
    try:
        days = float(text.strip().replace(",", ".") or 0)
    except ValueError:
        days = -1.0
    if not (days == 0 or 1 <= days <= LONGEST_DAYS) or not math.isfinite(days):
        raise Refused("This is no number of days", where="expect_days", mend="Write 1 or more, or 0 for never")
    return days
