"""Carries out what was planned for batches: rows, log and cursor in one transaction, or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from banding.domain.rules import Finding
from banding.intake import Arrival, Received
from exchange.log import seals, wire
from exchange.log.entries import Batch, Header, Inauthentic
from exchange.log.ledger import EntryRow, LogState
from exchange.node import ExchangeNode
from exchange.talk import plan
from exchange.talk.plan import Examined, Position, Read
from schemas import VERSION
from schemas.extensions import EXTENSION

MAJOR, _, MINOR = VERSION.partition(".")
AT_ONCE = 10
"""Batches to a transaction: commits cost more than the rows when there are many of them."""
Faults = Sequence[tuple[str, Mapping[str, str]]]
COUNTS = ("batches", "kept", "known", "fuller", "aside", "refused")


@dataclass(frozen=True)
class Taken:
    """What became of the entries that came; `refused` counts those that no trusted node signed.

    `gaps` names logs of which something before what came is missing here.
    """

    batches: int = 0
    kept: int = 0
    known: int = 0
    fuller: int = 0
    aside: int = 0
    refused: int = 0
    gaps: tuple[str, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Taken(**sums | {"gaps": tuple(dict.fromkeys(self.gaps + other.gaps))})


@dataclass(frozen=True)
class Proven:
    """A batch that came, with its proof, or what is kept of it and the reason why there is none.

    `at` is its place in the feed it came from, `count` the number of its entries as far as they could be read.
    """

    at: int
    count: int
    batch: Batch | None = None
    examined: Examined | None = None
    refused: Inauthentic | None = None
    raw: bytes = b""


def prove(node: ExchangeNode, batch: Batch | wire.Broken) -> Proven:
    """Check signature, root and shape; costs time, so it is done before a transaction begins."""
    if isinstance(batch, wire.Broken):
        return Proven(0, 1, refused=batch.why, raw=batch.raw)
    at, count = batch.at or 0, len(batch.entries)
    try:
        header = wire.header(batch.header)
        known = node.ledger.node(header.node)
        if known is None or known.fingerprint != header.key:
            raise Inauthentic("W-key-unknown", log=header.log)
        return Proven(at, count, batch, plan.examine(batch, known.public_key, MAJOR))
    except Inauthentic as refused:
        # Its entries are let go at once: a delivery may hold any number of batches that nobody signed.
        return Proven(at, count, refused=refused, raw=_raw(batch))


def _raw(batch: Batch) -> bytes:
    return batch.header.encode() + batch.signature


def take(node: ExchangeNode, batches: Sequence[Proven], peer: str, also: Callable[[], None] = lambda: None) -> Taken:
    """Take batches in, in order and in one transaction; `also` runs inside it and moves the cursor.

    Bytes that are not authentic are kept apart with their reason and the cursor moves on: asking for them
    again would bring the same. What lies before a gap is found by comparing the logs held, afterwards.
    """
    with node.store.transaction():
        taken = sum((_take(node, proven, peer) for proven in batches), Taken())
        also()
    return taken


def _take(node: ExchangeNode, proven: Proven, peer: str) -> Taken:
    if proven.refused is not None:
        return _refuse(node, proven, peer, proven.raw, proven.refused.code, proven.refused.values)
    assert proven.batch is not None
    assert proven.examined is not None
    state = node.ledger.log(proven.examined.header.log)
    position = _position(node, proven.examined, state)
    if position.verdict == "next":
        return _take_next(node, proven.batch, proven.examined)
    if position.verdict == "known":
        assert state is not None
        return _take_again(node, proven.examined, state)
    if position.verdict == "gap":
        return Taken(batches=1, gaps=(proven.examined.header.log,))
    return _refuse(node, proven, peer, _raw(proven.batch), position.code, position.values or {})


def _refuse(node: ExchangeNode, proven: Proven, peer: str, raw: bytes, code: str, values: Mapping[str, str]) -> Taken:
    node.book.refuse(peer, code, values, raw, node.at())
    return Taken(batches=1, refused=proven.count)


def _position(node: ExchangeNode, examined: Examined, state: LogState | None) -> Position:
    header = examined.header
    if state is None:
        return plan.position(header, examined.digest, 0, seals.NO_PREVIOUS, None)
    held = node.ledger.held(state, header.first)
    return plan.position(header, examined.digest, state.head_number, state.head_hash, held)


def _take_next(node: ExchangeNode, batch: Batch, examined: Examined) -> Taken:
    received = _receive(node, examined.reads, examined.header)
    rows = [_row(node, read, got) for read, got in zip(examined.reads, received, strict=True)]
    node.ledger.append(examined.header.log, batch, rows)
    state = node.ledger.log(examined.header.log)
    assert state is not None
    for read, got in zip(examined.reads, received, strict=True):
        if got.placed is None:
            node.book.set_aside(state.id, read.entry.number, read.entry.groups, got.reasons, node.at())
    return _counted(received)


def _take_again(node: ExchangeNode, examined: Examined, state: LogState) -> Taken:
    """A batch we hold: only entries that now show a group we lacked are of use."""
    header = examined.header
    lacking = node.ledger.withheld_in(state, header.first, header.count)
    fuller = [
        read
        for read in examined.reads
        if lacking.get(read.entry.number, set()) & read.entry.groups.keys() and not read.faults
    ]
    aside = node.ledger.aside(state.id, [read.entry.number for read in fuller])
    whole = [plan.joined(read, aside.get(read.entry.number, {})) for read in fuller]
    received = _receive(node, whole, header)
    for read, got in zip(whole, received, strict=True):
        _fill(node, state, read, got, was_aside=read.entry.number in aside)
    if fuller:
        node.ledger.offer_again(state, header.first)
    return replace(_counted(received), known=header.count - len(fuller))


def _fill(node: ExchangeNode, state: LogState, read: Read, got: Received, *, was_aside: bool) -> None:
    """Merge a fuller copy. Where its new groups are refused, a record that is already kept stays as it was."""
    number = read.entry.number
    if got.placed is not None or was_aside:
        node.ledger.fill(state, read.entry, got.placed.version_id if got.placed else None)
    if got.placed is None:
        node.book.set_aside(state.id, number, read.entry.groups, got.reasons, node.at())
    else:
        node.book.taken_up(state.id, number)


def _receive(node: ExchangeNode, reads: Sequence[Read], header: Header) -> list[Received]:
    """Through the one door; what does not fit together never gets that far."""
    # A record of a later minor version may have fields that we do not know; they are kept and passed on.
    strict = int(header.schema.partition(".")[2]) <= int(MINOR)
    faults = [read.faults or foreign for read, foreign in zip(reads, _foreign(node, reads, header), strict=True)]
    sound = [read for read, wrong in zip(reads, faults, strict=True) if not wrong]
    arrivals = [Arrival(read.entry.groups, read.record, read.leaf, strict) for read in sound]
    answers = iter(node.station.intake.receive(arrivals))
    return [Received(None, _told(wrong)) if wrong else next(answers) for wrong in faults]


def _foreign(node: ExchangeNode, reads: Sequence[Read], header: Header) -> Iterator[Faults]:
    """Of each entry, whether it continues a record that is another node's: only its origin may."""
    sound = [read.record["core"] for read in reads if not read.faults]
    known = node.store.records.known(core["id"] for core in sound)
    known |= node.store.extensions.known(core["id"] for core in sound if core.get("kind") == EXTENSION)
    for read in reads:
        held = None if read.faults else known.get(read.record["core"]["id"])
        other = held is not None and held.origin != header.node
        yield [("W-origin", {"origin": held.origin, "log": header.log})] if held and other else ()


def _told(faults: Faults) -> list[Finding]:
    return [Finding(code, "error", "", dict(values)) for code, values in faults]


def _row(node: ExchangeNode, read: Read, got: Received) -> EntryRow:
    core = read.record.get("core")
    species = str(core.get("species", "")) if isinstance(core, dict) else ""
    return EntryRow(read.entry, got.placed.version_id if got.placed else None, node.sensitivity(species))


def _counted(received: Sequence[Received]) -> Taken:
    names = {"new": "kept", "known": "known", "fuller": "fuller"}
    found = [names[got.placed.outcome] if got.placed else "aside" for got in received]
    return Taken(1, found.count("kept"), found.count("known"), found.count("fuller"), found.count("aside"))
