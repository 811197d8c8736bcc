"""One sync with one peer: publish, pull its feed, fill what is missing, post ours where it cannot reach us."""

import secrets
import time
from collections.abc import Callable

from banding.errors import BandingError
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk import brake, greeting, has, hindrance, news, returns, setback
from exchange.talk.peer import PeerClient
from exchange.talk.post import Posting
from exchange.talk.pull import LEASE_SECONDS, Pull
from exchange.talk.report import Report, write_down


class Busy(BandingError):
    """Another sync with this peer is under way."""

    slug, status = "busy", 409


def sync(
    node: ExchangeNode,
    code: str,
    connect: Callable[[Peer], PeerClient],
    *,
    holder: str = "",
    told: Callable[["Report"], None] = lambda _report: None,
) -> Report:
    """Sync once with a peer; the report and the peer's page say how it went. Raises NotFound, Refused and Busy only.

    `holder` is who holds the lease on this peer meanwhile.
    `told` hears how far it has come, after each run of batches.
    """
    peer = node.reachable(code, mend="See `banding peers`")
    holder, began = holder or secrets.token_hex(8), time.time()
    if not node.store.leases.take(f"sync {code}", holder, began, LEASE_SECONDS):
        raise Busy("A sync with this peer is under way", where=code, mend="Wait until it has ended")
    report = Report(code, told=told)
    try:
        _hold(node, peer, connect(peer), report, holder)
    except (BandingError, Inauthentic, wire.Cut) as trouble:
        report.hindered = hindrance.of(trouble)
    except BaseException as fault:
        # Not foreseen, so it is passed on; but the peer's page must not say that all went well.
        report.hindered = hindrance.of(fault)
        raise
    finally:
        report.seconds = time.time() - began
        try:
            write_down(node, peer, report)
        finally:
            node.store.leases.release(f"sync {code}", holder)
    return report


def _hold(node: ExchangeNode, peer: Peer, client: PeerClient, report: Report, holder: str) -> None:
    """The whole conversation, in order; it can be cut off anywhere and is taken up again by the next sync."""
    hello = greeting.greet(node, peer, client)
    greeting.note_clock(node, peer, hello)
    # Before anything is published: a number that was already given must not be given again.
    setback.heed(node, client)
    node.publisher.publish()
    pull = Pull(node, peer, client, report, holder)
    try:
        pull.everything(hello)
        # A peer that has nothing new of a log does not know where it ends.
        brake.caught_up(node, {name: client.logs.get(name, 0) for name in pull.visiting.logs})
        # A ring that somebody asked about with what has just come is answered with what is posted now.
        if returns.look(node, runs=1):
            node.publisher.publish()
        if peer.posts:
            posting = Posting(node, peer.code, client, pull.page_bytes)
            try:
                posting.post(hello.inbox_bytes)
            finally:
                report.sent += posting.sent
            has.say(node, peer.code, client, hello.epoch)
    finally:
        report.bytes = client.bytes
        if pull.page_bytes != peer.page_bytes:
            node.book.note(peer.code, page_bytes=pull.page_bytes)
        if client.logs:
            has.heard(node, peer.code, client.logs, hello.epoch, held=client.held)
        if report.taken.refused:
            # What was spoilt on the way is passed over; what it would have added to a batch held here, no number tells.
            has.compare_today(node, peer.code)
        news.tell(node, peer.code, report.taken)
