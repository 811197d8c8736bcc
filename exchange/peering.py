"""Making two nodes peers: each pins the other's key, and writes down where it is reached and what it gets."""

import base64
from collections.abc import Mapping
from typing import Any

from banding.errors import Refused
from exchange.agreements import policy
from exchange.log import seals
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.talk.peer import Hello, PeerClient


def add_peer(
    node: ExchangeNode,
    code: str,
    address: str,
    public_key: bytes,
    *,
    terms: Mapping[str, Any] = policy.STANDARD,
    posts: bool = False,
) -> None:
    """Pin a peer's key and write down its address and terms. Raises Refused when its key has changed."""
    if code == node.code:
        raise Refused("A node cannot be its own peer", where=code)
    pinned = node.ledger.node(code)
    if pinned is not None and pinned.public_key != public_key:
        raise Refused(
            f"{code} is known here with another key", where=seals.fingerprint(public_key)[:16],
            why=f"The key pinned here begins with {pinned.fingerprint[:16]}",
            mend="Ask its administrator over the telephone before you trust the new key",
        )  # fmt: skip
    with node.store.transaction():
        node.ledger.trust(code, public_key)
        node.book.add_peer(Peer(code, address.rstrip("/"), terms, posts))


def ask(node: ExchangeNode, address: str) -> Hello:
    """Who answers at an address. Raises PeerTrouble."""
    return PeerClient(address, node.key).hello()


def add_from_hello(node: ExchangeNode, address: str, fingerprint: str, *, posts: bool = False) -> Hello:
    """Add whoever answers at an address, if its key has the fingerprint that its administrator told us."""
    hello = ask(node, address)
    told = "".join(fingerprint.lower().split()).replace(":", "")
    if len(told) < 16 or not hello.fingerprint.startswith(told):
        raise Refused(
            "The fingerprint does not fit", where=address, why=f"The node there has {hello.fingerprint}",
            mend="Ask its administrator for the fingerprint; give at least 16 figures of it",
        )  # fmt: skip
    add_peer(node, hello.node, address, hello.key, posts=posts)
    return hello


def key_of(text: str) -> bytes:
    """A public key from base64. Raises Refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise Refused("This is no public key", why="It must be 32 bytes in base64")
    return raw
