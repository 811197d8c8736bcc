"""The page of requests: rings that we met and whose bandings are asked for, since when, and what was answered."""

import datetime
from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask_babel import gettext

from banding.errors import Refused
from banding.web.access import Access
from exchange import pages
from exchange.log.leftbook import LeftBook, Went
from exchange.log.letters import Letter
from exchange.log.requests import Answered, Request
from exchange.talk import returns

blueprint = Blueprint("requests", __name__, template_folder="templates")
ACCESS = (Access("requests.listing", ("GET",), "reader"),)
PAGE, ANSWERED = 50, 50
HOUR, DAY = 3600, 86400


class Asked(NamedTuple):
    """An open request as the page shows it: its age, where it stands in our log, to whom it went, what was said."""

    request: Request
    age: str
    entry: tuple[str, int] | None
    went: list[Went]
    answers: list[Letter]


class Came(NamedTuple):
    """An answered request, and how long its banding was waited for."""

    request: Answered
    wait: str


@blueprint.get("/requests")
def listing() -> str:
    """Open requests, the oldest first, and the latest answered ones."""
    node, after = pages.node(), _after()
    found = node.requests.open(PAGE + 1, after)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render_template(
        "returns_asked.html", open=[_asked(one) for one in found[:PAGE]], more=more, after=after,
        answered=[_came(one) for one in node.requests.answered(ANSWERED)] if not after else [], moment=pages.moment,
    )  # fmt: skip


def _after() -> int:
    text = request.args.get("after", "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Refused("There is no such page of requests", where="after", mend="Begin with the first page")
    return int(text)


def _asked(one: Request) -> Asked:
    node = pages.node()
    found, went = node.shelf.origin_of(one.version_id), dict[str, Went]()
    for each in LeftBook(node.store).of_version(one.version_id):
        went.setdefault(each.peer, each)
    age = _span(one.since, node.station.intake.clock())
    told = returns.answers(node, one.uuid)
    return Asked(one, age, found[:2] if found else None, list(went.values()), told)


def _came(one: Answered) -> Came:
    return Came(one, _span(one.since, datetime.datetime.fromisoformat(one.came)))


def _span(since: str, until: datetime.datetime) -> str:
    """From one moment to another in days, or in hours where it is less than two days; '' where it went backwards."""
    seconds = (until - datetime.datetime.fromisoformat(since)).total_seconds()
    if seconds < 0:
        return ""
    if seconds < 2 * DAY:
        return str(gettext("%(count)s h", count=int(seconds // HOUR)))
    return str(gettext("%(count)s d", count=int(seconds // DAY)))
