"""Proves every batch held from its stored bytes, a little at a time, and lets peers give back what has rotted."""

import datetime
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from exchange.log import seals, wire
from exchange.log.blocks import Blocks
from exchange.log.book import Peer
from exchange.log.shelf import Held
from exchange.node import ExchangeNode
from exchange.talk import alarms, healing
from exchange.talk.peer import PeerClient

NOTE = "exchange.scrub"
AT_ONCE = 20
"""Batches proven at one look: half a second, and a million entries take an hour of looks."""
LISTED = 100
"""Numbers of a damaged batch that are written down one by one."""


class Damaged(NamedTuple):
    """A batch whose stored bytes no longer prove themselves: `numbers` are the first of its `entries` wrong ones."""

    log: str
    first: int
    entries: int
    numbers: list[int]


class State(NamedTuple):
    """How far a scrub has come: behind a number of a log; `ended` is the day of the last whole one, '' if none was.

    `total` is the number of batches there were when it began.
    """

    log: str = ""
    number: int = 0
    batches: int = 0
    total: int = 0
    is_on: bool = False
    ended: str = ""
    damaged: tuple[Damaged, ...] = ()


def state(node: ExchangeNode) -> State:
    """How far the scrub of this node has come."""
    found: dict[str, Any] = json.loads(node.store.notes.get(NOTE, "{}"))
    return State(**found | {"damaged": tuple(Damaged(*one) for one in found.get("damaged", ()))})


def look(node: ExchangeNode, days: int = 7) -> None:
    """Go on with the scrub, or begin one when the last is so many days old by our own clock."""
    now, today = state(node), node.station.intake.today().isoformat()
    if now.is_on or not now.ended or not 0 <= _days(now.ended, today) < days:
        _keep(node, _step(node, now if now.is_on else _begun(node, now)))


def whole(node: ExchangeNode, told: Callable[[State], None] = lambda _state: None) -> State:
    """Scrub everything now; `told` hears how far it has come."""
    now = _begun(node, state(node))
    while now.is_on:
        now = _step(node, now)
        told(now)
    _keep(node, now)
    return now


def rows(node: ExchangeNode) -> int:
    """Make the rows of records anew that were lost while their versions stayed; how many.

    Nobody needs to be asked for them: a version that proves itself says everything. The others are seen as damage.
    """
    lost, blocks = node.store.records.rowless(), Blocks(node.store)
    if not lost:
        return 0
    with node.store.transaction():
        alarms.ring(node, "audit", node.code, state="own", differences=str(len(lost)))
        return sum(blocks.is_proven(version) and node.store.records.row_anew(one) for one, version in lost.items())


def heal(node: ExchangeNode, peer: Peer, client: PeerClient) -> None:
    """Let a peer give back what was found to have rotted, as far as it holds it. Raises PeerTrouble."""
    now = state(node)
    if not now.damaged:
        return
    theirs = client.have()
    left = [one for one in now.damaged if theirs.get(one.log, 0) < one.first or not _healed(node, peer, client, one)]
    _keep(node, state(node)._replace(damaged=tuple(left)))


def _healed(node: ExchangeNode, peer: Peer, client: PeerClient, one: Damaged) -> bool:
    held = _batch(node, one)
    faults = found(node, held) if held is not None else set()
    if held is not None and faults:
        healing.heal(node, peer, client, one.log, held, faults)
        held = _batch(node, one)
    return held is None or not found(node, held)


def _batch(node: ExchangeNode, one: Damaged) -> Held | None:
    batch_id = node.shelf.batch_of(one.log, one.first)
    return node.shelf.batch(batch_id) if batch_id is not None else None


def found(node: ExchangeNode, held: Held) -> set[int]:
    """The numbers of a batch that its stored bytes do not prove; the first one where it is the signature."""
    return Blocks(node.store).faults(held) or ({held.first} if not _is_signed(node, held) else set())


def _is_signed(node: ExchangeNode, held: Held) -> bool:
    header = wire.header(held.header)
    key = node.keyring.key_for(header.log, header.first, header.key, header.count)
    # A key that is no longer believed says nothing about the disk.
    return key is None or seals.is_signed(key, bytes(held.signature), held.header.encode())


# -- one step -------------------------------------------------------------------------------------------------


def _begun(node: ExchangeNode, now: State) -> State:
    rows(node)
    return State(total=node.shelf.count(), is_on=True, ended=now.ended, damaged=())


def _step(node: ExchangeNode, now: State) -> State:
    batches = list(islice(_behind(node, now), AT_ONCE))
    damaged = list(now.damaged)
    for log, held in batches:
        if numbers := found(node, held):
            damaged.append(Damaged(log, held.first, len(numbers), sorted(numbers)[:LISTED]))
    now = now._replace(batches=now.batches + len(batches), damaged=tuple(damaged))
    if len(batches) < AT_ONCE:
        return now._replace(is_on=False, ended=node.station.intake.today().isoformat(), log="", number=0)
    log, held = batches[-1]
    return now._replace(log=log, number=held.first + held.count - 1)


def _behind(node: ExchangeNode, now: State) -> Iterator[tuple[str, Held]]:
    for one in node.ledger.logs():
        if one.name >= now.log:
            first = now.number + 1 if one.name == now.log else 1
            yield from ((one.name, held) for held in node.shelf.log_from(one.name, first))


def _keep(node: ExchangeNode, now: State) -> None:
    with node.store.transaction():
        node.store.notes.set(NOTE, json.dumps(now._asdict()))
        if now.damaged:
            count = sum(one.entries for one in now.damaged)
            alarms.ring(node, "audit", node.code, state="own", differences=str(count))
        elif not now.is_on:
            alarms.settle(node, "audit", node.code)


def _days(since: str, until: str) -> int:
    return (datetime.date.fromisoformat(until) - datetime.date.fromisoformat(since)).days
