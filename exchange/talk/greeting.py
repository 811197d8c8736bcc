"""The first words of every conversation: who answers, whether it is the peer, and whether we understand each other."""

import datetime

from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.talk import succession
from exchange.talk.line import Hello, PeerTrouble
from exchange.talk.peer import PeerClient

PROTOCOL = 1
CLOCK_SECONDS = 300
"""Clocks that lie further apart are shown; nothing is ever decided by them."""


class NotThatPeer(PeerTrouble):
    """Somebody else answers at the peer's address, or the peer has another key."""

    slug = "unknown-key"


class TooNew(PeerTrouble):
    """The peer speaks a protocol that this node does not know yet."""

    slug = "protocol-too-new"


def greet(node: ExchangeNode, peer: Peer, client: PeerClient) -> Hello:
    """See that whoever answers is the peer; gives what it says of itself. Raises NotThatPeer, TooNew, PeerTrouble."""
    hello = _understood(client)
    is_it = hello.node == peer.code
    if not is_it or not succession.recognised(node, hello.node, hello.fingerprint, hello.keys):
        raise _somebody_else(hello, client)
    return hello


def glance(node: ExchangeNode, peer: Peer, client: PeerClient) -> Hello:
    """The same without going over to a new key that its statements lead to: writes nothing."""
    hello = _understood(client)
    is_it = hello.node == peer.code
    is_known = hello.fingerprint == node.keyring.newest(peer.code)
    if not is_it or not (is_known or node.keyring.leads(peer.code, hello.fingerprint, hello.keys)):
        raise _somebody_else(hello, client)
    return hello


def _understood(client: PeerClient) -> Hello:
    hello = client.hello()
    if hello.protocol > PROTOCOL:
        raise TooNew(
            "The peer speaks a newer protocol than this node", where=client.base,
            why="It speaks version %(theirs)s, this node version %(ours)s", mend="Upgrade this node",
            theirs=hello.protocol, ours=PROTOCOL,
        )  # fmt: skip
    return hello


def _somebody_else(hello: Hello, client: PeerClient) -> NotThatPeer:
    return NotThatPeer(
        "Another node answers at the peer's address", where=client.base,
        why="It is %(node)s with the key %(key)s", node=hello.node, key=hello.fingerprint[:16],
        mend="Compare fingerprints with its administrator before anything is exchanged",
    )  # fmt: skip


def note_clock(node: ExchangeNode, peer: Peer, hello: Hello) -> None:
    """Write down how far the peer's clock is ahead of ours, in seconds, where it is worth a word."""
    apart = _apart(hello.clock, node.station.intake.clock())
    told = str(apart) if apart is not None and abs(apart) > CLOCK_SECONDS else None
    if (told is None) != (peer.clock_note is None):
        node.book.note(peer.code, clock_note=told)


def _apart(said: str, now: datetime.datetime) -> int | None:
    try:
        return int((datetime.datetime.fromisoformat(said) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
