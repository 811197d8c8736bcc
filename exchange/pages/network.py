"""The page of the network: stations on the map, who exchanges with whom, and what has crossed this season."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from banding.errors import Refused
from banding.store.shapes import ReturnQuery
from banding.web.access import Access
from banding.web.language import current
from banding.web.words import code_table
from exchange import pages
from exchange.log.book import Peer
from exchange.log.seasonbook import Came, Gone, SeasonBook
from exchange.node import ExchangeNode

blueprint = Blueprint("network", __name__, template_folder="templates")
ACCESS = (Access("network.page", ("GET",), "reader"),)
KINDS = {"banding": lazy_gettext("Bandings"), "recovery": lazy_gettext("Later encounters")}
MOST_REQUESTS = 1000


class Member(NamedTuple):
    """A node of the network as this node knows it: by which peers its log comes, and what came and went of it."""

    code: str
    peer: Peer | None
    by: Sequence[str]
    held: int
    came: Mapping[str, int]
    went: int


class Shared(NamedTuple):
    """Returns that two nodes made together: who banded, who met the bird again, and how many."""

    banded: str
    met: str
    returns: int


def offered() -> Markup:
    """The way to this page, for those who look at what several reserves know."""
    words = gettext("The network: stations, who exchanges with whom, and what has crossed")
    return Markup('<p><a href="{}">{}</a></p>').format(url_for("network.page"), words)


@blueprint.get("/network")
def page() -> str:
    """Stations, peers, whose logs came by whom, and counts since a day."""
    node, since = pages.node(), _since()
    members = _members(node, since)
    shared = [Shared(*row) for row in node.store.returns.tally(ReturnQuery(), "banding_origin", "origin")]
    lately = node.store.returns.tally(ReturnQuery(since=since.isoformat()), "banding_origin", "origin")
    asked = len(node.requests.open(MOST_REQUESTS))
    return render_template(
        "network.html", this=node, members=members, since=since, kinds=KINDS, moment=pages.moment, asked=asked,
        touched=pages.touched,
        most=MOST_REQUESTS, shared=[one for one in shared if one.banded != one.met],
        lately=sum(count for banded, met, count in lately if banded != met), drawn=_drawn(node, members),
    )  # fmt: skip


def _since() -> datetime.date:
    """The day from which is counted: the first of the year unless the address names one."""
    said = request.args.get("since", "").strip()
    if not said:
        return pages.node().station.intake.today().replace(month=1, day=1)
    try:
        return datetime.date.fromisoformat(said)
    except ValueError as error:
        mend = gettext("Write it like 2024-05-01.")
        raise Refused(gettext("%(text)s is no day.", text=said[:40]), where="since", mend=mend) from error


def _members(node: ExchangeNode, since: datetime.date) -> list[Member]:
    """This node first, then its peers, then those whose logs came by a peer."""
    book, peers = SeasonBook(node.store), {peer.code: peer for peer in node.book.peers()}
    zone = ZoneInfo(node.station.settings.node.zone)
    moment = datetime.datetime.combine(since, datetime.time(), zone).astimezone(datetime.UTC).isoformat()
    came, gone = book.came(moment, node.code), book.gone(since.isoformat())
    behind = {code: node.ledger.routes.behind(code) for code in peers}
    held = dict[str, int]()
    for log in node.ledger.logs():
        held[log.node] = held.get(log.node, 0) + log.head_number
    codes = [node.code, *peers, *sorted({*held} - {node.code, *peers})]
    return [
        Member(
            code, peers.get(code), [peer for peer, nodes in behind.items() if code in nodes], held.get(code, 0),
            _by_kind(came, code), _went(gone, code, code == node.code),
        )
        for code in codes
    ]  # fmt: skip


def _by_kind(came: Iterable[Came], code: str) -> dict[str, int]:
    return {one.kind: one.records for one in came if one.node == code}


def _went(gone: Iterable[Gone], code: str, is_here: bool) -> int:
    """Entries that were shown to a peer; of this node itself, its own entries that were shown to anybody."""
    return sum(one.entries for one in gone if (one.node if is_here else one.peer) == code)


def _drawn(node: ExchangeNode, members: Sequence[Member]) -> dict[str, Any]:
    """Every station, the members by name, and a line from each to the peer by which its log comes."""
    rows = code_table("station").rows
    points = {
        one.code: (float(rows[one.code]["latitude"]), float(rows[one.code]["longitude"]))
        for one in members
        if one.code in rows and rows[one.code]["latitude"] and rows[one.code]["longitude"]
    }
    stations = [
        {"code": code, "lat": at[0], "lon": at[1], "name": f"{code} {rows[code][current()]}",
         "url": url_for("peers.one", code=code) if node.book.peer(code) else ""}
        for code, at in points.items()
    ]  # fmt: skip
    others = [
        {"lat": float(row["latitude"]), "lon": float(row["longitude"]), "name": row[current()], "is_quiet": True}
        for code, row in rows.items()
        if code not in points and row["latitude"] and row["longitude"]
    ]
    ways = {(one.code, by) for one in members for by in one.by if one.code != by and one.code != node.code}
    ways |= {(one.code, node.code) for one in members if one.peer}
    legs = [
        {"from": points[begin], "to": points[end], "label": f"{begin} → {end}"}
        for begin, end in sorted(ways)
        if begin in points and end in points
    ]
    return {"stations": [*stations, *others], "legs": legs, "named": True}
