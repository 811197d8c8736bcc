"""Heals batches whose stored bytes have rotted: a peer's copy is fetched, proven, and put in their place."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from exchange.log import seals, trees, wire
from exchange.log.blocks import Blocks
from exchange.log.book import Peer
from exchange.log.entries import Batch, Closed, Inauthentic
from exchange.log.forgetbook import ForgetBook
from exchange.log.mending import Mending, join
from exchange.log.parts import Parts
from exchange.log.shelf import Held
from exchange.node import ExchangeNode
from exchange.talk.line import PeerRefuses
from exchange.talk.peer import PeerClient
from exchange.talk.plan import Examined
from exchange.talk.proving import Proven, prove
from exchange.talk.take import Visiting, take

PAGE = 4096


class Healed(NamedTuple):
    """What became of a damaged entry; `groups` are those of which nothing was found, or nothing that proves itself.

    `is_anew` says that nothing of it was left here, and that it was made anew.
    """

    number: int
    is_whole: bool
    groups: Sequence[str] = ()
    is_anew: bool = False


def fetch(node: ExchangeNode, peer: Peer, client: PeerClient, log: str, first: int) -> Proven | None:
    """The batch of a log that begins at a number, proven; None where the peer shows none. Raises PeerTrouble."""
    parts = Parts(node.parts.folder / peer.code)
    try:
        for found in client.batches_of(log, first, PAGE, parts):
            proven = prove(node, found)
            if proven.examined is not None and _is_it(proven.examined, log, first):
                return proven
    except (wire.Cut, Inauthentic, PeerRefuses):
        # The line broke, or the peer's bytes have rotted too: another time, or from somebody else.
        return None
    return None


def _is_it(examined: Examined, log: str, first: int) -> bool:
    return (examined.header.log, examined.header.first) == (log, first)


def heal(
    node: ExchangeNode, peer: Peer, client: PeerClient, log: str, held: Held, faults: Iterable[int]
) -> list[Healed]:
    """Heal one batch from a peer as far as its terms show it to us; each entry with what became of it."""
    proven = fetch(node, peer, client, log, held.first)
    if proven is None or proven.batch is None or proven.examined is None or not _fits(held, proven.batch):
        return [Healed(number, is_whole=False) for number in sorted(faults)]
    with node.store.transaction():
        told = [_mended(node, held, number, proven) for number in sorted(faults)]
        Mending(node.store).header(held, proven.batch.header, proven.batch.signature)
        take(Visiting(node, peer.code), [proven])
        still = _left(node, held, proven.examined)
        healed = [one._replace(is_whole=one.number not in still) for one in told]
        node.ledger.grew(held.id)
        if numbers := [one.number for one in healed if one.is_whole]:
            node.ledger.offer(held.id, only=numbers)
    return healed


def _left(node: ExchangeNode, held: Held, examined: Examined) -> set[int]:
    """What of a batch still proves nothing, after what stands in for closed entries was put right as well."""
    blocks, after = Blocks(node.store), node.shelf.batch(held.id)
    assert after is not None
    still = blocks.faults(after)
    if len(still) == held.count and (runs := _closed(after, examined)):
        ForgetBook(node.store).close(held.log_id, range(held.first, held.first + held.count), [], runs)
        after = node.shelf.batch(held.id)
        assert after is not None
        still = blocks.faults(after)
    return still


def _closed(held: Held, examined: Examined) -> list[Closed]:
    """What stands in for the entries that are closed to us, from a proven copy; none where that does not tell."""
    shown = trees.of_leaves({read.entry.number: read.leaf for read in examined.reads}, held.first)
    leaves = {(0, fact.number - held.first): fact.leaf for fact in held.facts}
    known = trees.grow(leaves | trees.of_runs(examined.closed, held.first) | shown, held.count)
    cover = trees.cover((index for _, index in leaves), held.count)
    return [Closed(held.first + (i << level), 1 << level, known[level, i]) for level, i in cover if (level, i) in known]


def _fits(held: Held, batch: Batch) -> bool:
    """Whether the peer's header is ours: as it is stored, or as its stored hash still says."""
    digest = seals.header_hash(batch.header.encode())
    return digest == held.hash or batch.header == held.header


def _mended(node: ExchangeNode, held: Held, number: int, proven: Proven) -> Healed:
    """Mend an entry that has a row; one that has none is taken as if it had been closed to us."""
    assert proven.examined is not None
    theirs = next((read for read in proven.examined.reads if read.entry.number == number), None)
    if theirs is None or all(fact.number != number for fact in held.facts):
        return Healed(number, is_whole=False)
    mending = Mending(node.store)
    is_lost = mending.is_lost(held.log_id, theirs.entry)
    ours = next(iter(Blocks(node.store).entry(held, number)), None)
    if ours is not None and is_lost:
        # The texts under its number may be another's; which groups we never had still stands beside its keys.
        ours = replace(ours, groups={})
    joined = join(ours, theirs.entry)
    mending.entry(held.log_id, joined, theirs.leaf, node.at())
    return Healed(number, is_whole=False, groups=sorted(joined.lost | joined.wrong), is_anew=is_lost)
