"""Making two nodes peers: each pins the other's key, and writes down where it is reached and what it gets."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from banding.errors import Refused
from banding.spoken import filled
from exchange.agreements import policy
from exchange.log import birds, links, seals, wire
from exchange.log.book import Peer
from exchange.log.entries import Inauthentic
from exchange.log.links import Link
from exchange.node import ExchangeNode
from exchange.talk import alarms
from exchange.talk.feed import PROTOCOL
from exchange.talk.line import Hello
from exchange.talk.peer import PeerClient
from schemas import VERSION
from schemas.parts import NODE

LONGEST_CODE = 13
CARD = "band:"
"""How a node's card begins: what it would say in hello, as one line of text, for a node that cannot call it."""


def posts_first(node: ExchangeNode, code: str) -> bool:
    """Whether we post to a peer as long as nobody has said so: as before, and to a new one where it cannot call us."""
    before = node.book.peer(code)
    return before.posts if before else not node.station.settings.public_url


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
    if len(code) > LONGEST_CODE or not re.fullmatch(NODE, code):
        # The other side says it itself, and folders here are named after it.
        raise Refused("This is no code of a node", where=code[:80], mend="Ask its administrator how it was set up")
    before = node.book.peer(code)
    if terms is None:
        terms = before.terms if before else policy.STANDARD
    if address.startswith(CARD):
        address = before.address if before else ""
    with node.store.transaction():
        _pin(node, code, public_key, told)
        node.book.add_peer(Peer(code, address.rstrip("/"), terms, posts))
        # What hindered it at another address is over, and nobody who adds it again wants to wait for hours.
        node.book.note(code, next_at=0.0, failures=0, trouble=None)


def _pin(node: ExchangeNode, code: str, public_key: bytes, told: Sequence[Link]) -> None:
    pinned, fingerprint = node.keyring.newest(code), seals.fingerprint(public_key)
    if pinned is None:
        node.keyring.pin(code, public_key, told)
    elif pinned != fingerprint and not node.keyring.follow(code, fingerprint, told):
        raise Refused(
            filled("%(code)s is known here with another key", code=code), where=fingerprint[:16],
            why=filled("The key pinned here begins with %(start)s", start=pinned[:16]),
            mend=filled(
                "Ask its administrator over the telephone; if the key was lost, use `banding peers repin %(code)s`",
                code=code,
            ),
        )  # fmt: skip


def card(node: ExchangeNode) -> str:
    """What another node must know of ours to take it for a peer without ever calling it; proven by its birds."""
    key = node.key
    told = {
        "node": node.code, "names": dict(node.station.settings.node.names), "protocol": PROTOCOL, "schema": VERSION,
        "key": wire.encode(key.public), "keys": links.as_json(node.keyring.links(node.code)),
    }  # fmt: skip
    return CARD + base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode()


def ask(node: ExchangeNode, address: str) -> Hello:
    """Who answers at an address, or whose card it is. Raises PeerTrouble, and Refused for what is no card."""
    if not address:
        raise Refused("An address or a card is needed", mend="Ask for its card: it stands on its page “Add a peer”")
    if not address.startswith(CARD):
        return PeerClient(address, node.key).hello()
    try:
        return _carded(json.loads(base64.urlsafe_b64decode("".join(address.removeprefix(CARD).split()))))
    except (ValueError, KeyError, TypeError, AttributeError, Inauthentic) as error:
        raise Refused("The card cannot be read", mend="Copy it again, as a whole") from error


def _carded(found: dict[str, Any]) -> Hello:
    key = wire.decode(found["key"])
    if len(key) != seals.DIGEST_BYTES:
        raise ValueError("the key has not 32 bytes")
    names = {str(language): str(name) for language, name in found["names"].items()}
    return Hello(
        str(found["node"]), key, seals.fingerprint(key), epoch="", schema=str(found["schema"]),
        protocol=int(found["protocol"]), clock="", nonce="", names=names, page_bytes=0, inbox_bytes=0,
        keys=links.from_json(found["keys"]),
    )  # fmt: skip


def check(hello: Hello, told: str, address: str) -> None:
    """See that the key of whoever answers is the one told, in figures or birds. Raises Refused."""
    beginning = birds.beginning(told)
    strange = birds.unknown(told)
    # Where nothing is a bird, somebody has meant figures.
    if beginning is None and 0 < len(strange) < len(birds.typed(told)):
        raise Refused("These are no birds of the list", where=", ".join(strange)[:200], mend="Ask for them once more")
    if beginning is None or not hello.fingerprint.startswith(beginning):
        raise Refused(
            "The fingerprint does not fit", where=address[:80],
            why=filled("The node there has %(fingerprint)s", fingerprint=hello.fingerprint),
            mend="Ask its administrator for the ten birds, or for at least 16 figures of the fingerprint",
        )  # fmt: skip


def add_from_hello(node: ExchangeNode, address: str, fingerprint: str, *, posts: bool | None = None) -> Hello:
    """Add whoever answers at an address, if its key has the fingerprint that its administrator told us.

    `fingerprint` is at least 16 figures of hex, or the ten birds in any language. Raises PeerTrouble and Refused.
    """
    hello = ask(node, address)
    check(hello, fingerprint, address)
    posts = posts_first(node, hello.node) if posts is None else posts
    add_peer(node, hello.node, address, hello.key, posts=posts, told=hello.keys)
    return hello


def known(node: ExchangeNode, code: str) -> Peer:
    """A peer by its code, for somebody at the terminal. Raises NotFound."""
    return node.peer(code, mend="See `banding peers`")


def repin(
    node: ExchangeNode, code: str, fingerprint: str, *, address: str = "", stolen: bool = False, by: str = ""
) -> Hello:
    """Trust the key that a known peer has now, where it lost the old one and a person has compared the new one.

    It is asked at the `address` told, which is its address from now on, or its card is read there, else at the one
    known. Where the old key was
    `stolen`, it holds no further than what is here. Raises PeerTrouble and Refused.
    """
    address = address or known(node, code).address
    hello = ask(node, address)
    if hello.node != code:
        raise Refused(
            filled("%(node)s answers at the address of %(code)s", node=hello.node, code=code), where=address[:80]
        )
    check(hello, fingerprint, address)
    with node.store.transaction():
        node.keyring.pin(code, hello.key, hello.keys, stolen=stolen)
        moved = {} if address.startswith(CARD) else {"address": address.rstrip("/")}
        node.book.note(code, next_at=0.0, failures=0, **moved)
        alarms.settle(node, "key", code, by)
    return hello
