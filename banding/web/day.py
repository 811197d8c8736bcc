"""The page of a day's end: one sheet to look at in the evening, to print, and to sign."""

import datetime

from flask import Blueprint, render_template, request, url_for
from flask import redirect as to
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding.domain import dates
from banding.errors import NotFound
from banding.reports import day as report
from banding.web import here
from banding.web.history import clock
from banding.web.words import species_name

blueprint = Blueprint("day", __name__)
AGES = {
    report.PULLUS: lazy_gettext("pulli"),
    report.FIRST_YEAR: lazy_gettext("first-years"),
    report.ADULT: lazy_gettext("adults"),
    report.UNKNOWN: lazy_gettext("age unknown"),
}
MOST_GAPS = 8
MOST_DOUBTS = 10
MANY_SPECIES = 30


@blueprint.get("/day")
@blueprint.get("/day/<date>")
def page(date: str = "") -> Response:
    """The end of a day; today where the address names none."""
    today = here.station().intake.today()
    if wanted := request.args.get("day", "").strip():
        return _sought(wanted, today)
    try:
        day = datetime.date.fromisoformat(date) if date else today
    except ValueError as trouble:
        raise NotFound(
            _("This is no day"), where=date, mend=_("Write the day like 2024-05-01.")
        ) from trouble  # fmt: skip
    return _shown(day, today)


def _sought(text: str, today: datetime.date) -> Response:
    """Lead to a day as a person writes it."""
    try:
        return to(url_for("day.page", date=dates.understand(text).isoformat()), 303)
    except ValueError:
        trouble = _("%(text)s is not understood as a day.", text=text[:40]) + " " + _("Write the day like 2024-05-01.")
        return _shown(today, today, trouble, text)


def _shown(day: datetime.date, today: datetime.date, trouble: str = "", typed: str = "") -> Response:
    station = here.station()
    told = report.of(station, day.isoformat())
    species = sorted(told.species, key=lambda one: (-one.total, species_name(one.species)))
    body = render_template(
        "day.html", day=day, told=told, species=species, ages=AGES, clock=clock, title=format_date(day, "full"),
        earlier=_beside(day, -1), later=_beside(day, 1) if day < today else "", is_today=day == today,
        trouble=trouble, typed=typed, most_gaps=MOST_GAPS, most_doubts=MOST_DOUBTS, is_long=len(species) > MANY_SPECIES,
        printed=clock(station.intake.clock().isoformat()), names=_names(),
    )  # fmt: skip
    return Response(body, 422 if trouble else 200, mimetype="text/html")


def _beside(day: datetime.date, step: int) -> str:
    """The address of the day before or after; empty at the ends of the calendar."""
    try:
        return url_for("day.page", date=(day + datetime.timedelta(days=step)).isoformat())
    except OverflowError:
        return ""


def _names() -> dict[int, str]:
    """Names of accounts by their number, for the sessions."""
    return {one.id: one.name for one in here.station().store.accounts.everyone()}
