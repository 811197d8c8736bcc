"""Opens entries to peers: the story of a bird that a peer has met too, and what new terms let go."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exchange.agreements import policy
from exchange.agreements.showing import Onward, View
from exchange.log.book import Peer
from exchange.log.openings import Told
from exchange.node import ExchangeNode

CHUNK = 1000
EMBARGO = "exchange.embargo.{}"
OVERLAP = datetime.timedelta(days=31)
"""So much is offered once more when a clock was put back: what a page closed just before midnight is among it."""
BY_HAND = "by hand"
"""Counts as the peer that brought what somebody carried here and nobody's label is proven for; it goes no further."""


def view(node: ExchangeNode, peer: Peer, way: str = "feed") -> View:
    """What a peer may see of this node today."""
    today, stands = node.station.intake.today(), standing(node)
    return View(
        node.store, node.code, peer.code, peer.terms, onward(node), today, way, lambda: standing(node) == stands
    )


def standing(node: ExchangeNode) -> str:
    """A name for all that is agreed with peers now: it decides what leaves to each, and what of others may go on."""
    agreed = [(peer.code, dict(peer.terms), peer.agreement) for peer in node.book.peers()]
    return hashlib.sha256(json.dumps(agreed, sort_keys=True).encode()).hexdigest()


def onward(node: ExchangeNode) -> Onward:
    """Under which terms each peer lets us pass on what it brings."""
    return Onward({BY_HAND: policy.CLOSED} | {peer.code: received(node, peer) for peer in node.book.peers()})


def received(node: ExchangeNode, peer: Peer) -> Mapping[str, Any]:
    """The terms under which a peer gives to us: those of the agreement in force, else the standing ones."""
    document = node.openings.agreement(peer.agreement) if peer.agreement else {}
    found: Mapping[str, Any] = document.get("gives", {}).get(peer.code) or policy.STANDARD
    return found


# -- returns --------------------------------------------------------------------------------------------------


def open_birds(node: ExchangeNode, version_ids: Sequence[int]) -> None:
    """Open the stories of the birds that these versions tell of to every peer that has met them too.

    Belongs inside the transaction that keeps the versions. Whoever shares an encounter of a bird, its own or one
    that came through it, gets every encounter of that bird that its terms let go for returns.
    """
    peers = [peer for peer in node.book.peers() if _waits_for_returns(peer.terms)]
    if peers:
        for story in _stories(node, version_ids):
            _open_story(node, story, peers)


def would_open(node: ExchangeNode, peer: Peer) -> list[Told]:
    """What the terms of a peer would let go for returns of all that is held now, be it open to it already or not."""
    if not _waits_for_returns(peer.terms):
        return []
    stories = _stories(node, node.openings.versions_met_by(peer.code, node.code))
    found = {(told.log_id, told.number): told for story in stories for told in _kept_back(peer, story)}
    return [found[key] for key in sorted(found)]


def _stories(node: ExchangeNode, version_ids: Sequence[int]) -> Iterator[Sequence[Told]]:
    """Of the birds that these versions tell of, each that was met more than once."""
    for start in range(0, len(version_ids), CHUNK):
        birds = node.store.met.birds(version_ids[start : start + CHUNK])
        for story in node.store.met.stories(birds):
            if len(story) > 1:
                yield node.openings.telling(story)


def _waits_for_returns(terms: Mapping[str, Any]) -> bool:
    return terms.get("bandings") == "returns" or bool(terms.get("embargo_days"))


def _open_story(node: ExchangeNode, story: Sequence[Told], peers: Sequence[Peer]) -> None:
    for peer in peers:
        if any(told.node == peer.code or (peer.code in told.routes and told.node != node.code) for told in story):
            fresh = node.openings.open(peer.code, _kept_back(peer, story), "return", node.at())
            node.ledger.offer_entries(fresh, peer=peer.code)


def _kept_back(peer: Peer, story: Sequence[Told]) -> Iterator[Told]:
    """What of a story is closed to a peer by its class or its day, and may be opened for a return."""
    for told in story:
        is_closed = policy.shown(peer.terms, told.entry_class) is None or bool(peer.terms.get("embargo_days"))
        if told.node != peer.code and is_closed and policy.returned(peer.terms, told.entry_class) is not None:
            yield told


# -- terms ----------------------------------------------------------------------------------------------------


def change_terms(node: ExchangeNode, code: str, terms: Mapping[str, Any], agreement: str = "") -> list[int]:
    """Put terms into force for what leaves to a peer: offer what has opened; gives the classes that have narrowed.

    Belongs inside a transaction. What was given already cannot be called back; the caller may ask to forget it.
    """
    peer = node.book.peer(code)
    assert peer is not None
    before = peer.terms
    brought = received(node, peer)
    node.book.note(code, terms=json.dumps(dict(terms)), agreement=agreement)
    peer = node.book.peer(code)
    assert peer is not None
    if wide := policy.wider(before, terms):
        node.ledger.offer_entries(node.openings.of_classes(wide, since=" "), peer=code)
        node.ledger.offer_entries(node.openings.without_day(wide), peer=code)
    if int(terms.get("embargo_days") or 0) != int(before.get("embargo_days") or 0):
        node.store.notes.set(EMBARGO.format(code), "")
        release(node, peer)
    if _waits_for_returns(terms):
        open_birds(node, node.openings.versions_met_by(code, node.code))
    if brought.get("onward") != received(node, peer).get("onward"):
        for batch_id in node.ledger.routes.brought(code):
            node.ledger.offer(batch_id)
    return policy.narrower(before, terms)


def release(node: ExchangeNode, peer: Peer) -> None:
    """Offer a peer what its embargo has let go since the last time; before each page, and once an hour.

    A day that lies ahead of today was written under a wrong clock. What was let go by it and passed over since, under
    the right one, must be offered when its day has really come: so it is counted from today on again.
    """
    days, name = int(peer.terms.get("embargo_days") or 0), EMBARGO.format(peer.code)
    last = node.station.intake.today() - datetime.timedelta(days=days)
    since, until = node.store.notes.get(name), last.isoformat()
    if not days or since == until:
        return
    if since > until:
        since = (last - OVERLAP).isoformat()
    classes = range(len(policy.KINDS) * policy.LEVELS)
    opens = [one for one in classes if policy.shown(peer.terms, one) is not None]
    with node.store.transaction():
        node.ledger.offer_entries(node.openings.of_classes(opens, since=since or " ", until=until), peer=peer.code)
        node.store.notes.set(name, until)
