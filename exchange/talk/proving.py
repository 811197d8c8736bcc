"""Batches that came, proven or refused: what costs time and needs no transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.log import wire
from exchange.log.entries import Batch, Inauthentic, Offer
from exchange.node import ExchangeNode
from exchange.talk import plan
from exchange.talk.plan import Examined
from schemas import VERSION

MAJOR = VERSION.partition(".")[0]
AT_ONCE = 10
"""Batches to a transaction: commits cost more than the rows when there are many of them."""


@dataclass(frozen=True)
class Proven:
    """A batch that came, with its proof, or what is kept of it and the reason why there is none.

    Of a batch that was only offered, because it is held in full already, there is the `offer`.

    `at` is its place in the feed it came from, `count` the number of its entries as far as they could be read.
    """

    at: int
    count: int
    batch: Batch | None = None
    examined: Examined | None = None
    refused: Inauthentic | None = None
    raw: bytes = b""
    offer: Offer | None = None


def prove(node: ExchangeNode, batch: Batch | wire.Broken) -> Proven:
    """Check signature, root and shape; costs time, so it is done before a transaction begins."""
    if isinstance(batch, wire.Broken):
        return Proven(0, 1, refused=batch.why, raw=batch.raw)
    at, count = batch.at or 0, len(batch.entries)
    try:
        header = wire.header(batch.header)
        public = node.keyring.key_for(header.log, header.first, header.key, header.count)
        if public is None:
            raise Inauthentic("W-key-unknown", log=header.log)
        return Proven(at, count, batch, plan.examine(batch, public, MAJOR))
    except Inauthentic as refused:
        # Its entries are let go at once: a delivery may hold any number of batches that nobody signed.
        return Proven(at, count, refused=refused, raw=raw(batch))


def raw(batch: Batch) -> bytes:
    """What is kept of a batch as proof: its header and its signature."""
    return batch.header.encode() + batch.signature


def is_ready(run: Sequence[Proven]) -> bool:
    """Whether a run is to be taken before more is proven: it is long, or a letter in it may name the next key."""
    return len(run) >= AT_ONCE or (bool(run) and _names_key(run[-1]))


def _names_key(proven: Proven) -> bool:
    cores = (read.record.get("core") for read in (proven.examined.reads if proven.examined else ()))
    return any(isinstance(core, dict) and core.get("kind") == "key" for core in cores)
