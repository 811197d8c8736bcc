"""The exchange's pages, on the frame and in the access table of the node's own."""

import datetime
import time
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from banding.web import slots
from banding.web.access import Access, allow
from banding.web.language import current
from exchange.agreements.under import under
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.pages import (
    agreements,
    alarms,
    aside,
    asked,
    bundles,
    crossing,
    finds,
    forks,
    left,
    network,
    peering,
    proposals,
    proposing,
    returns,
)
from exchange.pages.provenance import way
from exchange.talk import audit, board, has, hindrance
from exchange.talk.proposals import withheld

blueprint = Blueprint("peers", __name__, template_folder="templates")

ACCESS = (
    Access("peers.listing", ("GET",), "reader"),
    Access("peers.one", ("GET",), "reader"),
    Access("peers.now", ("POST",), "operator"),
    Access("peers.pause", ("POST",), "administrator"),
    *agreements.ACCESS,
    *alarms.ACCESS,
    *left.ACCESS,
    *network.ACCESS,
    *peering.ACCESS,
    *aside.ACCESS,
    *bundles.ACCESS,
    *crossing.ACCESS,
    *returns.ACCESS,
    *proposals.ACCESS,
    *proposing.ACCESS,
    *forks.ACCESS,
)


def init(app: Flask) -> None:
    """Hang the pages on the node's frame and fill the slots that it offers."""
    app.register_blueprint(blueprint)
    app.register_blueprint(agreements.blueprint)
    app.register_blueprint(alarms.blueprint)
    app.register_blueprint(left.blueprint)
    app.register_blueprint(network.blueprint)
    app.register_blueprint(peering.blueprint)
    app.register_blueprint(aside.blueprint)
    app.register_blueprint(bundles.blueprint)
    app.register_blueprint(crossing.blueprint)
    app.register_blueprint(returns.blueprint)
    app.register_blueprint(proposals.blueprint)
    app.register_blueprint(proposing.blueprint)
    app.register_blueprint(forks.blueprint)
    allow(app, ACCESS)
    slots.add_nav(app, "peers.listing", lazy_gettext("Exchange"), "reader")
    slots.add_nav(app, "requests.listing", lazy_gettext("Requests"), "reader")
    slots.add_nav(app, "alarms.listing", lazy_gettext("Alarms"), "reader")
    slots.fill(app, "home.news", alarms.news)
    slots.fill(app, "home.news", news)
    slots.fill(app, "record.way", forks.at_odds)
    slots.fill(app, "record.way", way)
    slots.fill(app, "record.way", proposals.offered)
    slots.fill(app, "bird", asked.of_bird)
    slots.fill(app, "flagships", network.offered)
    finds.init(app)
    app.extensions["agreed"] = lambda origins: under(node(), origins)
    app.extensions["record.withheld"] = lambda record: withheld(node(), record)


def node() -> ExchangeNode:
    """The node whose pages these are."""
    found: ExchangeNode = current_app.extensions["exchange"]
    return found


@blueprint.get("/peers")
def listing() -> str:
    """Every peer: when it was last in touch, when it is next, what came and went, what is wrong."""
    this = node()
    return render_template(
        "peers.html", this=this, peers=this.book.peers(), totals=this.book.totals(), lines=board.board(this),
        visits=this.book.visits(limit=12), waiting=this.waits.count_here(), until=until, moment=moment,
        told=told, touched=touched,
    )  # fmt: skip


@blueprint.get("/peers/<code>")
def one(code: str) -> str:
    """One peer with its latest visits, its terms and its key."""
    this = node()
    peer = this.peer(code)
    return render_template(
        "peer.html", this=this, peer=peer, trusted=this.ledger.node(code), visits=this.book.visits(code, limit=100),
        totals=this.book.totals().get(code, {}), until=until, moment=moment, audits=this.book.audits(code, limit=1),
        hindered=audit.trouble(this, code), told=told, touched=touched,
    )  # fmt: skip


@blueprint.post("/peers/<code>/now")
def now(code: str) -> Response:
    """Let the timetable call this peer at its next look."""
    peer = node().reachable(code)
    node().book.note(peer.code, next_at=0.0)
    flash(gettext("%(code)s is called within a few seconds.", code=code), "done")
    return redirect(url_for("peers.one", code=code), 303)


@blueprint.post("/peers/<code>/pause")
def pause(code: str) -> Response:
    """Stop calling a peer, or begin again."""
    peer = node().peer(code)
    node().book.note(peer.code, paused=int(not peer.paused))
    said = gettext("%(code)s is called again.") if peer.paused else gettext("%(code)s is no longer called.")
    flash(said % {"code": code}, "done")
    return redirect(url_for("peers.one", code=code), 303)


def news() -> Markup:
    """On the first page: the peers in a line each, and what is wrong."""
    this = node()
    waiting = this.waits.count_here()
    return Markup(render_template("news.html", peers=this.book.peers(), waiting=waiting, moment=moment, told=told,
                                  touched=touched))  # fmt: skip


def told(kept: str | None) -> str:
    """What hindered a visit or an audit, in the language of the page."""
    return hindrance.told(kept, current())


def until(peer: Peer) -> str:
    """When a peer is called next, in words."""
    if not peer.address:
        return str(gettext("it calls this node"))
    seconds = int(peer.next_at - time.time())
    if seconds <= 1:
        return str(gettext("now"))
    if seconds < 120:
        return str(gettext("in %(count)s s", count=seconds))
    return str(gettext("in %(count)s min", count=seconds // 60))


def touched(peer: Peer) -> str:
    """When a peer and this node last spoke: the last sync that went well, or what came of one that is not called."""
    if peer.address:
        return peer.last_ok or ""
    brought = [visit.at for visit in node().book.visits(peer.code, limit=1)]
    return max([*brought, has.told(node(), peer.code).at, peer.heard_at or ""])


def moment(text: str | None) -> str:
    """A moment of our own clock, as the station's clock shows it."""
    if not text:
        return ""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(node().station.settings.node.zone)
    return datetime.datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def claimed(text: str) -> str:
    """A moment as another node says it, as our clock would show it; what is no moment as it is."""
    try:
        return moment(text)
    except (ValueError, OverflowError):
        return text


def settled(peer: Peer) -> dict[str, Any]:
    """What a program is told of a peer."""
    return {
        "code": peer.code, "address": peer.address, "last_ok": peer.last_ok, "last_at": peer.last_at,
        "trouble": hindrance.told(peer.trouble, "en") or None, "failures": peer.failures, "paused": peer.paused,
        "posts": peer.posts, "cursor": peer.cursor, "posted": peer.posted,
    }  # fmt: skip
