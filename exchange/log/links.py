"""Statements by which one key of a node names the next: their exact text, and whether they are to be believed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from banding.errors import Refused
from exchange.log import seals
from exchange.log.entries import Inauthentic
from exchange.log.lines import decode, encode

CONTEXT = b"band-exchange key v1\n"
MOST = 20
"""As many links are told in hello: a peer that slept through more changes compares birds again."""
MOST_ENDS = 40


class Statement(NamedTuple):
    """What a statement says: `key` (32 raw bytes) signs in `log` from the number `first` on, and in every later log.

    `previous` is the fingerprint of the key before it; `ends` names the logs that had
    ended before, with the last number that an earlier key may have signed, None where that is not known.
    """

    node: str
    key: bytes
    fingerprint: str
    previous: str
    log: str
    first: int
    ends: Mapping[str, int | None]


class Link(NamedTuple):
    """A statement with its signatures by the key before and by the new one, and the key before (32 raw bytes).

    `by_old` is empty where that key was lost: then only a person can vouch for the new one.
    """

    text: str
    by_old: bytes
    by_new: bytes
    before: bytes


def text_of(statement: Statement) -> str:
    """The text of a statement, written once and never again."""
    return orjson.dumps(
        {
            "kind": "key", "node": statement.node, "key": encode(statement.key),
            "fingerprint": statement.fingerprint, "previous": statement.previous, "log": statement.log,
            "first": statement.first, "ends": dict(statement.ends),
        }
    ).decode()  # fmt: skip


def sign(private: Ed25519PrivateKey, text: str) -> bytes:
    """Ed25519 over the exact text of a statement; 64 bytes."""
    return private.sign(CONTEXT + text.encode())


def is_signed(public: bytes, signature: bytes, text: str) -> bool:
    """Whether the holder of this key (32 raw bytes) has signed the statement."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, CONTEXT + text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read(text: str) -> Statement:
    """What a statement says. Raises Refused."""
    try:
        return _read(orjson.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError, Inauthentic) as error:
        raise Refused("The statement about a new key cannot be read", why=repr(error)[:200]) from error


def _read(said: Any) -> Statement:
    key, log, first = decode(said["key"]), str(said["log"]), said["first"]
    ends = {str(name): number for name, number in said["ends"].items()}
    node = str(said["node"])
    fits = (
        said["kind"] == "key" and len(key) == 32 and seals.fingerprint(key) == said["fingerprint"]
        and type(first) is int and first >= 1
        and all(end is None or (type(end) is int and end >= 0) for end in ends.values())
        and all(name.rpartition(".")[0] == node for name in (log, *ends))
    )  # fmt: skip
    if not fits:
        raise ValueError("its parts do not fit together")
    return Statement(node, key, said["fingerprint"], str(said["previous"]), log, first, ends)


def proven(link: Link, node: str, *, vouched: bool = False) -> Statement:
    """What a link says, if it is this node's and both keys signed it. Raises Refused.

    Where a person has `vouched` for the new key, the signature of the key before may be missing.
    """
    said = read(link.text)
    old_signed = is_signed(link.before, link.by_old, link.text)
    if said.node != node or seals.fingerprint(link.before) != said.previous:
        raise Refused("The statement about a new key is of another node or key", where=said.node)
    if not (old_signed or (vouched and not link.by_old)) or not is_signed(said.key, link.by_new, link.text):
        raise Refused(
            "The statement about a new key is not signed by the keys that it names", where=said.node,
            mend="Compare the birds with its administrator over the telephone",
        )  # fmt: skip
    return said


def leading_to(fingerprint: str, each: Iterable[Link]) -> list[Link]:
    """The unbroken run of links, oldest first, that ends at a key; empty where none ends there."""
    found: list[Link] = []
    for link in reversed(list(each)):
        if read(link.text).fingerprint == fingerprint:
            found.insert(0, link)
            fingerprint = seals.fingerprint(link.before)
    return found


def as_json(each: Sequence[Link]) -> list[dict[str, Any]]:
    """Links as they stand in hello, the newest last."""
    return [
        {
            "statement": link.text,
            "signatures": [encode(link.by_old), encode(link.by_new)],
            "before": encode(link.before),
        }
        for link in each[-MOST:]
    ]


def from_json(found: Any) -> list[Link]:
    """Links from what hello says. Raises ValueError when that cannot be read."""
    if not isinstance(found, list) or len(found) > MOST:
        raise ValueError("the list of keys cannot be read")
    try:
        return [_link(one) for one in found]
    except (KeyError, TypeError, ValueError, Inauthentic) as error:
        raise ValueError(f"the list of keys cannot be read: {error!r}") from error


def _link(one: Any) -> Link:
    by_old, by_new = one["signatures"]
    return Link(str(one["statement"]), decode(by_old), decode(by_new), decode(one["before"]))
