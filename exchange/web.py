"""Hangs the exchange on a node's web app: the protocol's endpoints and the pages."""

from flask import Flask
from flask_babel import lazy_gettext as _

from banding.station import Station
from banding.web.access import PEER, Access, allow
from banding.web.problems import explain
from exchange import pages
from exchange.node import Announce, ExchangeNode
from exchange.talk import feed
from exchange.talk.signing import Nonces

ACCESS = (
    Access("exchange.hello", ("GET",), "anyone"),
    Access("exchange.have", ("GET",), PEER),
    Access("exchange.said", ("PUT",), PEER),
    Access("exchange.feed", ("GET",), PEER),
    Access("exchange.audit", ("GET",), PEER),
    Access("exchange.segment", ("GET",), PEER),
    Access("exchange.posted", ("POST",), PEER),
    Access("exchange.arrived", ("GET",), PEER),
    Access("exchange.part", ("PUT",), PEER),
)

PROBLEMS = {
    "not-signed": (
        _("The request is not signed by a peer"),
        _("The two nodes must know each other's keys. Add each as a peer of the other."),
    ),
    "stale-nonce": (
        _("The nonce is too old"),
        _("Ask hello for a new one and sign again; a node does so by itself."),
    ),
    "epoch-changed": (
        _("The store was restored or made anew"),
        _("Compare the logs that both hold and ask for those that differ; a node does so by itself."),
    ),
    "segment-gone": (
        _("The segment is not for this peer any more"),
        _("It was never offered, or the terms or the entries have changed. The feed offers it anew by itself."),
    ),
    "protocol-too-new": (
        _("The peer speaks a newer protocol"),
        _("Nothing is lost: it waits there. Upgrade this node, and the exchange goes on by itself."),
    ),
    "unknown-key": (
        _("Another node answers at this address"),
        _("The key is not the one that was pinned. Compare fingerprints over the telephone."),
    ),
    "peer": (
        _("The peer cannot be reached"),
        _("The line or the other node is down. It is tried again by itself."),
    ),
    "busy": (
        _("A sync is under way"),
        _("Two syncs with one peer never run at once. Wait until this one has ended."),
    ),
}


def introduce(app: Flask, station: Station, announce: Announce | None = None) -> ExchangeNode:
    """Give the app its side of the conversation; the timetable is not begun here."""
    node = ExchangeNode.open(station, announce)
    app.extensions["exchange"] = node
    app.extensions["exchange-nonces"] = Nonces.of(node.key)
    app.register_blueprint(feed.blueprint)
    allow(app, ACCESS, feed.guard)
    for slug, (title, meaning) in PROBLEMS.items():
        explain(app, slug, title, meaning)
    pages.init(app)
    return node
