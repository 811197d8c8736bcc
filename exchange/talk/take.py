"""Carries out what was planned for batches: rows, log and cursor in one transaction, or nothing."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from exchange.agreements import opening
from exchange.log import seals
from exchange.log.amends import Evidence
from exchange.log.entries import Batch, Offer
from exchange.log.ledger import LogState
from exchange.node import ExchangeNode
from exchange.talk import alarms, brake, letting_in, plan
from exchange.talk.brake import Brake
from exchange.talk.letting_in import LetIn
from exchange.talk.plan import Examined, Position
from exchange.talk.proving import Proven, raw
from exchange.talk.receipts import Tray

COUNTS = ("batches", "kept", "known", "fuller", "aside", "refused")


@dataclass(frozen=True)
class Taken:
    """What became of the entries that came; `refused` counts those that no trusted node signed.

    `gaps` names logs of which something before what came is missing here, `waiting` those of which something is
    held for a person, `heard` the nodes whose own entries were new here.
    """

    batches: int = 0
    kept: int = 0
    known: int = 0
    fuller: int = 0
    aside: int = 0
    refused: int = 0
    gaps: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        lists = ("gaps", "waiting", "heard")
        named = {name: tuple(dict.fromkeys(getattr(self, name) + getattr(other, name))) for name in lists}
        return Taken(**sums | named)


@dataclass
class Visiting:
    """Who brings what is taken, and what has been counted on this visit so far; `logs` is how far each was taken."""

    node: ExchangeNode
    peer: str
    brake: Brake = field(init=False)
    tray: Tray = field(init=False)
    logs: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.brake, self.tray = Brake(self.node), Tray(self.node)


def take(visiting: Visiting, batches: Sequence[Proven], also: Callable[[], None] = lambda: None) -> Taken:
    """Take batches in, in order and in one transaction; `also` runs inside it and moves the cursor.

    Bytes that are not authentic are kept apart with their reason and the cursor moves on: asking for them
    again would bring the same. What lies before a gap is found by comparing the logs held, afterwards.
    """
    node = visiting.node
    with node.store.transaction():
        taken = sum((_take(visiting, proven) for proven in batches), Taken())
        for code in taken.heard:
            node.book.heard(code, node.at())
        visiting.tray.write()
        also()
    return taken


def _take(visiting: Visiting, proven: Proven) -> Taken:
    if proven.refused is not None:
        return _refuse(visiting, proven, proven.raw, proven.refused.code, proven.refused.values)
    if proven.offer is not None:
        return _pass_over(visiting, proven.offer)
    assert proven.batch is not None
    assert proven.examined is not None
    node, header = visiting.node, proven.examined.header
    state = node.ledger.log(header.log)
    position = _position(node, proven.examined, state)
    if position.verdict == "known":
        assert state is not None
        return _take_again(visiting, proven.examined, state)
    if position.verdict == "fork":
        return _take_fork(visiting, proven, state, position)
    if state is not None and (state.frozen or _is_held(visiting, proven.examined, state)):
        return Taken(batches=1, waiting=(header.log,))
    if position.verdict == "next":
        return _take_next(visiting, proven.batch, proven.examined)
    return Taken(batches=1, gaps=(header.log,))


def _pass_over(visiting: Visiting, offer: Offer) -> Taken:
    """A batch that is held in full came by one more way, where the peer can tell what only its entries say."""
    node, state = visiting.node, visiting.node.ledger.log(offer.log)
    assert state is not None
    batch_id = node.ledger.batch_id(state, offer.first)
    if (offer.heads, offer.shown) == node.shelf.heads(batch_id):
        node.ledger.routes.came(batch_id, visiting.peer, node.at())
    return Taken(batches=1, known=offer.count)


def _refuse(visiting: Visiting, proven: Proven, raw: bytes, code: str, values: Mapping[str, str]) -> Taken:
    visiting.node.book.refuse(visiting.peer, code, values, raw, visiting.node.at())
    return Taken(batches=1, refused=max(proven.count, 1))


def _position(node: ExchangeNode, examined: Examined, state: LogState | None) -> Position:
    header = examined.header
    if state is None:
        return plan.position(header, examined.digest, 0, seals.NO_PREVIOUS, None)
    held = node.ledger.held(state, header.first)
    return plan.position(header, examined.digest, state.head_number, state.head_hash, held)


def _take_fork(visiting: Visiting, proven: Proven, state: LogState | None, position: Position) -> Taken:
    """Two headers that one honest log cannot hold: both are kept as proof, and nothing more of that log is taken."""
    assert proven.batch is not None
    assert proven.examined is not None
    node, header = visiting.node, proven.examined.header
    ours = node.amends.batch_at(state, header.first) if state is not None else None
    # One proof is enough: somebody with a key could make any number of them.
    if ours is not None and state is not None and not state.frozen:
        theirs = (proven.batch.header, proven.batch.signature)
        node.amends.prove(Evidence(header.log, header.first, visiting.peer, *ours, *theirs, node.at()))
        if header.node != node.code:
            alarms.ring(node, "equivocation", header.log, number=str(header.first), peer=visiting.peer)
    return _refuse(visiting, proven, raw(proven.batch), position.code, position.values or {})


def _is_held(visiting: Visiting, examined: Examined, state: LogState) -> bool:
    """Whether a batch waits for a person because it would change too much, or stands behind one that does."""
    node, header = visiting.node, examined.header
    if state.held is not None:
        return True
    # What lies behind a gap is counted when it can be taken.
    changed = visiting.brake.holds(examined, state) if header.first == state.head_number + 1 else 0
    if changed:
        held = {"first": header.first, "changed": changed, "peer": visiting.peer, "at": node.at()}
        node.ledger.mark(state, held=json.dumps(held))
        alarms.ring(node, "brake", header.log, changed=str(changed), held=str(state.head_number), peer=visiting.peer)
    return bool(changed)


def _take_next(visiting: Visiting, batch: Batch, examined: Examined) -> Taken:
    node, header = visiting.node, examined.header
    is_new_log = node.ledger.log(header.log) is None
    let_in = letting_in.let_in(node, examined.reads, header)
    node.ledger.append(header.log, batch, [one.row for one in let_in], peer=visiting.peer, at=node.at())
    state = node.ledger.log(header.log)
    assert state is not None
    visiting.logs[header.log] = state.head_number
    if is_new_log:
        # Of a log that is met for the first time nothing was held before, however many pages it takes.
        brake.let_pass(node, state)
        node.ledger.offer_entries(node.letters.entries_to([header.node]), peer=visiting.peer)
    _settle(visiting, state, let_in)
    if header.node == node.code:
        _came_home(node, state, header.first)
    return replace(_counted(let_in), heard=(header.node,))


def _came_home(node: ExchangeNode, state: LogState, first: int) -> None:
    """Our own earlier log comes back after a clash: say it again in the new one, for those who froze the old."""
    if node.store.notes.get(f"exchange.clash.{state.name}"):
        node.amends.again(state, first)


def _take_again(visiting: Visiting, examined: Examined, state: LogState) -> Taken:
    """A batch we hold: only entries that were closed to us, or now show a group we lacked, are of use."""
    node, header = visiting.node, examined.header
    batch_id = node.ledger.batch_id(state, header.first)
    shown = [read.entry.number for read in examined.reads]
    node.ledger.routes.came(batch_id, visiting.peer, node.at(), shown if examined.closed else None)
    held = node.ledger.held_numbers(state, header.first, header.count)
    lacking = node.ledger.withheld_in(state, header.first, header.count)
    opened = [read for read in examined.reads if read.entry.number not in held]
    more = [read for read in examined.reads if lacking.get(read.entry.number, set()) & read.entry.groups.keys()]
    aside = node.shelf.aside(state.id, [read.entry.number for read in more])
    # What does not fit together is of use where the entry waits, for the day when it does; a record stays as it was.
    fuller = [read for read in more if not read.faults or read.entry.number in aside]
    if not opened and not fuller:
        return Taken(batches=1, known=len(examined.reads))
    whole = [plan.joined(read, aside.get(read.entry.number, {})) for read in fuller]
    let_in = letting_in.let_in(node, opened, header)
    filled = letting_in.let_in(node, whole, header)
    if opened:
        node.ledger.show(state, header, [one.row for one in let_in], examined.closed)
    _settle(visiting, state, let_in)
    for one in filled:
        _fill(visiting, state, one, was_aside=one.row.entry.number in aside)
    opening.open_birds(node, [one.row.version_id for one in filled if one.row.version_id is not None])
    node.ledger.grew(batch_id)
    node.ledger.offer(batch_id, only=[read.entry.number for read in (*opened, *fuller)])
    counted = _counted([*let_in, *filled])
    return replace(counted, known=len(examined.reads) - len(opened) - len(fuller), heard=(header.node,))


def _fill(visiting: Visiting, state: LogState, one: LetIn, *, was_aside: bool) -> None:
    """Merge a fuller copy. Where its new groups are refused, a record that is already kept stays as it was."""
    entry = one.row.entry
    if one.row.version_id is not None or was_aside:
        visiting.node.ledger.fill(state, entry, one.row.version_id)
    if one.row.version_id is None:
        visiting.tray.aside(state, entry.number, entry.groups, one.reasons)
    else:
        visiting.tray.kept(state, entry.number)


def _settle(visiting: Visiting, state: LogState, let_in: Sequence[LetIn]) -> None:
    """What follows from entries that are held now: set aside, delivered as letters, opened as stories of birds."""
    node = visiting.node
    for one in let_in:
        number = one.row.entry.number
        if one.letter is not None:
            letting_in.deliver(node, one, state.id)
        elif one.row.version_id is None:
            visiting.tray.aside(state, number, one.row.entry.groups, one.reasons)
    opening.open_birds(node, [one.row.version_id for one in let_in if one.row.version_id is not None])


def _counted(let_in: Sequence[LetIn]) -> Taken:
    found = [one.outcome for one in let_in]
    return Taken(1, found.count("kept"), found.count("known"), found.count("fuller"), found.count("aside"))
