"""Entries and batches made for tests, signed with keys of their own."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from exchange.log import seals, trees, wire
from exchange.log.entries import Batch, Closed, Entry, Header
from exchange.log.shelf import Held, Shelf

LOG = "AM-KHG.0123456789abcdef"
ID = "00000000-0000-4000-8000-{:012d}"


@cache
def key(name: str = "AM-KHG") -> Ed25519PrivateKey:
    """A private key, the same for the same name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public(name: str = "AM-KHG") -> bytes:
    """The 32 raw bytes of its public half."""
    return key(name).public_key().public_bytes_raw()


def core(number: int = 1, **more: Any) -> dict[str, Any]:
    """The core of a banding that every schema takes."""
    said = {
        "id": ID.format(number), "origin": "AM-KHG", "generation": 1, "kind": "banding", "scheme": "RUM",
        "ring": f"XC {number:06d}", "species": "Emberiza spodocephala", "day": "2024-05-01",
    }  # fmt: skip
    return said | more


def entry(number: int, groups: Mapping[str, Any] | None = None, /, **head: Any) -> Entry:
    """An entry with all its groups; those given as text are taken as they are."""
    found = {"core": core(number)} if groups is None else dict(groups)
    texts = {g: found[g] if isinstance(found[g], str) else json.dumps(found[g]) for g in seals.ORDER if g in found}
    said = {"id": ID.format(number), "generation": 1, "parents": [], "groups": list(texts)} | head
    root = hashlib.sha256(f"salt {number}".encode()).digest()[: seals.SALT_BYTES]
    return Entry(number, json.dumps(said), texts, {"": root})


def batch(
    entries: Sequence[Entry], log: str = LOG, previous: bytes = seals.NO_PREVIOUS, signer: str = "AM-KHG",
    at: int | None = None, **header: Any,
) -> Batch:  # fmt: skip
    """The entries under a header that `signer` signed; `header` puts other things into it than the truth."""
    said: dict[str, Any] = {
        "log": log, "first": entries[0].number, "count": len(entries), "previous": previous,
        "root": seals.root([one.leaf() for one in entries]), "key": seals.fingerprint(public(signer)), "schema": "1.0",
    }  # fmt: skip
    text = wire.header_text(Header(**said | header))
    return Batch(text, seals.sign(key(signer), text.encode()), entries, at, [])


def chain(sizes: Sequence[int], log: str = LOG, first: int = 1) -> list[Batch]:
    """Batches of these sizes, one behind the other."""
    found: list[Batch] = []
    for place, size in enumerate(sizes, 1):
        previous = seals.header_hash(found[-1].header.encode()) if found else seals.NO_PREVIOUS
        found.append(batch([entry(first + n) for n in range(size)], log, previous, at=place))
        first += size
    return found


def hidden(one: Batch, groups: Sequence[str]) -> Batch:
    """The batch with groups withheld."""
    return Batch(one.header, one.signature, [e.without(groups) for e in one.entries], one.at, one.closed)


def closed(one: Batch, shown: Iterable[int]) -> Batch:
    """The batch with every entry closed but those of these numbers."""
    first, count, shown = one.entries[0].number, len(one.entries), set(shown)
    known = trees.grow({(0, at): each.leaf() for at, each in enumerate(one.entries)}, count)
    nodes = trees.cover((number - first for number in shown), count)
    runs = [Closed(first + (index << level), 1 << level, known[level, index]) for level, index in nodes]
    return Batch(one.header, one.signature, [e for e in one.entries if e.number in shown], one.at, runs)


def whole(shelf: Shelf, each: Iterable[Held]) -> list[Batch]:
    """Batches on a shelf with all that is held of them."""
    return [
        Batch(one.header, one.signature, shelf.entries(one, [fact.number for fact in one.facts]), one.at, one.closed)
        for one in each
    ]


GROUPS = st.lists(st.sampled_from(seals.ORDER[1:]), unique=True).map(lambda more: {"core", *more})
"""The groups a record has: the core and any others."""
WITHHELD = st.sets(st.sampled_from(seals.ORDER[1:]))
"""The groups that somebody withholds."""


@st.composite
def entries(draw: st.DrawFn, number: int = 1) -> Entry:
    """An entry with any groups and any texts."""
    text = st.text(min_size=1, max_size=30)
    return entry(number, {group: draw(text) for group in seals.ORDER if group in draw(GROUPS)} or {"core": "{}"})
