"""Holds for a person what would withdraw or change more than a set share of what is held from a log."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from banding.errors import NotFound
from exchange.log.ledger import LogState
from exchange.node import ExchangeNode
from exchange.talk import alarms
from exchange.talk.plan import Examined, Read

SHARE, LEAST = 0.1, 20
TO_THE_END = 2**53
"""As a number up to which all is let pass: the end of the log as peers have it, wherever that is."""


@dataclass
class Brake:
    """Counts, over one delivery or one sync, the records of each node that it changes among those held before."""

    node: ExchangeNode
    before: dict[str, int] = field(default_factory=dict)
    changed: dict[str, set[str]] = field(default_factory=dict)

    def holds(self, examined: Examined, state: LogState) -> int:
        """How many records would be changed if this batch were taken too, where that is too many; else 0."""
        known = self.before.setdefault(state.name, state.head_number)
        if not known or examined.header.first <= state.released:
            return 0
        # What does not fit together is set aside and changes nothing; it need not even name a record.
        later = [read for read in examined.reads if not read.faults and _generation(read) > 1]
        if not later:
            return 0
        touched = self._held_before(state, known, later)
        changed = self.changed.setdefault(state.name, set())
        if len(changed | touched) > max(LEAST, SHARE * known):
            return len(changed | touched)
        changed |= touched
        return 0

    def _held_before(self, state: LogState, known: int, later: Sequence[Read]) -> set[str]:
        """Those of the records that stood in this node's logs before, and that these versions say otherwise."""
        leaves = {str(read.record["core"]["id"]): read.leaf for read in later}
        held = self.node.shelf.versions_held(list(leaves), state.node, state.name, known)
        return {uuid for uuid, seals in held.items() if leaves[uuid] not in seals}


def let_pass(node: ExchangeNode, state: LogState) -> None:
    """Take a log without counting until it has been taken to its end; belongs inside a transaction."""
    node.ledger.mark(state, released=TO_THE_END)


def caught_up(node: ExchangeNode, ends: Mapping[str, int]) -> None:
    """Count again in logs that have been taken to their end, each given with its last number as a peer has it."""
    passing = [state for state in node.ledger.logs() if state.released > state.head_number and state.held is None]
    done = [state for state in passing if state.head_number >= ends.get(state.name, TO_THE_END)]
    if done:
        with node.store.transaction():
            for state in done:
                node.ledger.mark(state, released=state.head_number)


class Waiting(NamedTuple):
    """A log that waits for a person: from which number, how many of the records held it would change, who brought it.

    `number` is how far it is held, `at` when it stopped, by our own clock.
    """

    log: str
    node: str
    first: int
    number: int
    changed: int
    held: int
    peer: str
    at: str


def waiting(node: ExchangeNode) -> list[Waiting]:
    """The logs that wait, by name."""
    found = [(state, json.loads(state.held)) for state in node.ledger.logs() if state.held is not None]
    return [
        Waiting(
            one.name, one.node, int(said.get("first", 0)), one.head_number, int(said.get("changed", 0)),
            node.shelf.records_in(one.id), str(said.get("peer", "")), str(said.get("at", "")),
        )
        for one, said in found
    ]  # fmt: skip


def release(node: ExchangeNode, log_name: str, by: str) -> None:
    """Let a log go on that was held, as somebody has decided; the next sync brings the rest. Raises NotFound."""
    state = node.ledger.log(log_name)
    if state is None or state.held is None:
        raise NotFound("Nothing of this log waits", where=log_name, mend="See the logs that wait under Alarms")
    with node.store.transaction():
        let_pass(node, state)
        node.ledger.mark(state, held=None)
        alarms.settle(node, "brake", log_name, by)


def _generation(read: Read) -> int:
    core = read.record.get("core")
    found = core.get("generation") if isinstance(core, dict) and isinstance(core.get("id"), str) else 1
    return found if isinstance(found, int) else 1
