"""Making two nodes peers: each pins the other's key, and writes down where it is reached and what it gets."""

from collections.abc import Mapping, Sequence
from typing import Any

from banding.errors import NotFound, Refused
from exchange.agreements import policy
from exchange.log import birds, seals
from exchange.log.book import Peer
from exchange.log.links import Link
from exchange.node import ExchangeNode
from exchange.talk import alarms
from exchange.talk.peer import Hello, PeerClient


def add_peer(
    node: ExchangeNode,
    code: str,
    address: str,
    public_key: bytes,
    *,
    terms: Mapping[str, Any] | None = None,
    posts: bool = False,
    told: Sequence[Link] = (),
) -> None:
    """Pin a peer's key and write down its address; a new one gets the standard terms unless told otherwise.

    `told` are the statements that lead to its key. Raises Refused when its key has changed and they do not.
    """
    if code == node.code:
        raise Refused("A node cannot be its own peer", where=code)
    if terms is None:
        before = node.book.peer(code)
        terms = before.terms if before else policy.STANDARD
    with node.store.transaction():
        _pin(node, code, public_key, told)
        node.book.add_peer(Peer(code, address.rstrip("/"), terms, posts))


def _pin(node: ExchangeNode, code: str, public_key: bytes, told: Sequence[Link]) -> None:
    pinned, fingerprint = node.keyring.newest(code), seals.fingerprint(public_key)
    if pinned is None:
        node.keyring.pin(code, public_key, told)
    elif pinned != fingerprint and not node.keyring.follow(code, fingerprint, told):
        raise Refused(
            f"{code} is known here with another key", where=fingerprint[:16],
            why=f"The key pinned here begins with {pinned[:16]}",
            mend=f"Ask its administrator over the telephone; if the key was lost, use `banding peers repin {code}`",
        )  # fmt: skip


def ask(node: ExchangeNode, address: str) -> Hello:
    """Who answers at an address. Raises PeerTrouble."""
    return PeerClient(address, node.key).hello()


def check(hello: Hello, told: str, address: str) -> None:
    """See that the key of whoever answers is the one told, in figures or birds. Raises Refused."""
    beginning = birds.beginning(told)
    if beginning is None and (strange := birds.unknown(told)) and len(strange) < birds.COUNT:
        raise Refused("These are no birds of the list", where=", ".join(strange)[:200], mend="Ask for them once more")
    if beginning is None or not hello.fingerprint.startswith(beginning):
        raise Refused(
            "The fingerprint does not fit", where=address, why=f"The node there has {hello.fingerprint}",
            mend="Ask its administrator for the ten birds, or for at least 16 figures of the fingerprint",
        )  # fmt: skip


def add_from_hello(node: ExchangeNode, address: str, fingerprint: str, *, posts: bool = False) -> Hello:
    """Add whoever answers at an address, if its key has the fingerprint that its administrator told us.

    `fingerprint` is at least 16 figures of hex, or the ten birds in any language. Raises PeerTrouble and Refused.
    """
    hello = ask(node, address)
    check(hello, fingerprint, address)
    add_peer(node, hello.node, address, hello.key, posts=posts, told=hello.keys)
    return hello


def known(node: ExchangeNode, code: str) -> Peer:
    """A peer by its code. Raises NotFound."""
    peer = node.book.peer(code)
    if peer is None:
        raise NotFound("There is no such peer", where=code, mend="See `banding peers`")
    return peer


def repin(node: ExchangeNode, code: str, fingerprint: str, *, stolen: bool = False, by: str = "") -> Hello:
    """Trust the key that a known peer has now, where it lost the old one and a person has compared the new one.

    Where the old key was `stolen`, it holds no further than what is here. Raises PeerTrouble and Refused.
    """
    peer = known(node, code)
    hello = ask(node, peer.address)
    if hello.node != code:
        raise Refused(f"{hello.node} answers at the address of {code}", where=peer.address)
    check(hello, fingerprint, peer.address)
    with node.store.transaction():
        node.keyring.pin(code, hello.key, hello.keys, stolen=stolen)
        node.book.note(code, next_at=0.0, failures=0)
        alarms.settle(node, "key", code, by)
    return hello
