"""When audits are made: once a week after a sync that went well, when somebody asks, and when bytes have rotted."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from banding.errors import BandingError
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk import has, hindrance, scrub
from exchange.talk.comparing import Audit, compare
from exchange.talk.greeting import greet
from exchange.talk.peer import PeerClient
from exchange.talk.pull import LEASE_SECONDS
from exchange.talk.sync import Busy

NOTE = "exchange.audit.{}"


class Trouble(NamedTuple):
    """What hindered an audit, as `hindrance.told` takes it, and when by our own clock."""

    at: str
    said: str


def visit(
    node: ExchangeNode,
    code: str,
    reach: Callable[[Peer], PeerClient],
    *,
    holder: str = "",
    told: Callable[[Audit], None] = lambda _audit: None,
) -> Audit:
    """Call a peer and audit; what hinders it is written down on the peer's page.

    Raises NotFound, Refused and Busy only.
    """
    peer = node.reachable(code)
    holder = holder or secrets.token_hex(8)
    if not node.store.leases.take(f"sync {code}", holder, time.time(), LEASE_SECONDS):
        raise Busy("A sync with this peer is under way", where=code, mend="Wait until it has ended")

    def went_on(done: Audit) -> None:
        node.store.leases.take(f"sync {code}", holder, time.time(), LEASE_SECONDS)
        told(done)

    try:
        client = reach(peer)
        greet(node, peer, client)
        scrub.rows(node)
        scrub.heal(node, peer, client)
        done = compare(node, peer, client, went_on)
    except (BandingError, Inauthentic, wire.Cut) as trouble:
        done = Audit(code, hindered=hindrance.of(trouble))
    finally:
        node.store.leases.release(f"sync {code}", holder)
    kept = done.hindered.kept() if done.hindered else ""
    node.store.notes.set(NOTE.format(code), json.dumps({"at": node.at(), "trouble": kept}))
    return done


def trouble(node: ExchangeNode, code: str) -> Trouble | None:
    """What hindered the last audit with a peer, None where nothing did."""
    found = json.loads(node.store.notes.get(NOTE.format(code), "{}"))
    return Trouble(found["at"], found["trouble"]) if found.get("trouble") else None


def due(node: ExchangeNode, days: int = 7) -> Iterator[Peer]:
    """The peers with which no audit was made for so many days by our own clock, or whose last one lies ahead of it.

    One that was hindered is made again on another day.
    """
    today = node.station.intake.today()
    for peer in node.book.peers():
        last, hindered = node.book.audits(peer.code, limit=1), trouble(node, peer.code)
        day = last[0].day if last else None
        is_over = day is None or not 0 <= (today - day).days < days
        if peer.last_ok and not peer.paused and is_over and (not hindered or hindered.at[:10] != node.at()[:10]):
            yield peer


def ask(node: ExchangeNode, code: str) -> None:
    """Let the timetable call a peer at its next look and audit, whenever the last one was.

    Raises NotFound and Refused.
    """
    node.reachable(code)
    has.compare(node, [code])
    node.book.note(code, next_at=0.0)


def _made_today(node: ExchangeNode, code: str) -> bool:
    return any(one.day == node.station.intake.today() for one in node.book.audits(code, limit=1))


def after_sync(node: ExchangeNode, code: str, reach: Callable[[Peer], PeerClient], holder: str = "") -> None:
    """Audit with a peer whose line is up: if its time has come, if asked, or if something has rotted. Raises Busy."""
    asked = node.store.notes.get(has.COMPARE.format(code))
    is_asked = asked == has.NOW or (asked == has.ONCE and not _made_today(node, code))
    if is_asked or scrub.state(node).damaged or any(peer.code == code for peer in due(node)):
        if is_asked:
            node.store.notes.set(has.COMPARE.format(code), "")
        visit(node, code, reach, holder=holder)
