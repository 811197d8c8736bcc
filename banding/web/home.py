"""The first page: what there is, what has come back lately, and what to do first when there is nothing."""

from typing import Any, NamedTuple

from flask import Flask, current_app, render_template
from flask_babel import lazy_gettext as _

from banding.store.returns_behind import Behind
from banding.store.shapes import KeptReturn, Query
from banding.web import here, slots
from banding.web.access import may
from banding.web.language import TAGS, current

NEWEST = 10
MENU = (
    slots.Entry("home", _("Home"), "reader"),
    slots.Entry("session.listing", _("Field session"), "operator"),
    slots.Entry("entry.banding", _("Enter a banding"), "operator"),
    slots.Entry("entry.recovery", _("Enter a recovery"), "operator"),
    slots.Entry("day.page", _("End of day"), "operator"),
    slots.Entry("records.listing", _("Records"), "reader"),
    slots.Entry("stock.listing", _("Rings"), "operator"),
    slots.Entry("reports.returns", _("Returns"), "reader"),
    slots.Entry("flagship.listing", _("Flagship species"), "reader"),
    slots.Entry("finds.listing", _("Reported rings"), "reviewer"),
)
LAST = (
    slots.Entry("tables.listing", _("Tables"), "administrator"),
    slots.Entry("accounts.people", _("Accounts"), "administrator"),
)


class Line(NamedTuple):
    """One return in the list of the newest."""

    scheme: str
    ring: str
    species: str
    banded_on: str
    banded_in: str
    met_on: str
    met_in: str


def init(app: Flask) -> None:
    """Put the first page in its place and hand the frame what every page shows."""
    app.add_url_rule("/", "home", page)
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """What the frame of every page needs: node, menu, person."""
    account = here.account()
    return {
        "node": here.station().settings.node,
        "node_name": here.station().settings.node.name(current()),
        "lang_tag": TAGS[current()],
        "menu": menu(),
        "account": account,
        "demonstration": bool(here.station().store.notes.get("demonstration")),
    }


def menu() -> list[slots.Entry]:
    """The entries of the menu for who is asking."""
    entries = (*MENU, *current_app.extensions["menu"], *LAST)
    return [e for e in entries if may(e.role) and e.endpoint in current_app.view_functions]


def page() -> str:
    """Counts, the newest returns, and news of the exchange."""
    search, returned = here.station().store.search, here.station().store.returns
    tally = search.tally()
    counts = {"banding": tally.get("banding", 0), "recovery": tally.get("recovery", 0)}
    try:
        returns = returned.count() if all(counts.values()) else 0
    except Behind:
        # Counted again in a few minutes; the page from which birds are entered does not wait for that.
        returns = None
    newest = [line(one) for one in search.returns(Query(), limit=NEWEST)] if returns else []
    return render_template("home.html", counts=counts, returns=returns, newest=newest)


def line(kept: KeptReturn) -> Line:
    """A return in one line."""
    banding, recovery = kept.banding.core, kept.recovery.core
    return Line(
        banding["scheme"], banding["ring"], banding["species"], banding["day"], banding.get("place_code", ""),
        recovery["day"], recovery.get("place_code", ""),
    )  # fmt: skip
