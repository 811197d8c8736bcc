"""The weekly audit: two nodes compare what they hold, block by block; each difference is healed or explained."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exchange.agreements import opening
from exchange.log.blocks import BLOCK, CLOSED, Blocks, Stand
from exchange.log.book import Peer
from exchange.log.shelf import Held
from exchange.node import ExchangeNode
from exchange.talk import alarms
from exchange.talk.peer import PeerClient

LISTED = 1000
"""Differences written down one by one; of more only the number."""
HEALED, ASKED, EXPLAINED, DAMAGED, OPEN = "healed", "asked", "explained", "damaged", "open"


@dataclass(frozen=True)
class Difference:
    """An entry that two nodes hold differently: what each has, and what became of it.

    `verdict` is `healed` (offered to the peer again), `asked` (asked of the peer again), `explained` by `why`,
    `damaged` (stored bytes no longer prove themselves), or `open`.
    """

    log: str
    number: int
    ours: list[Any]
    theirs: list[Any]
    verdict: str
    why: str = ""


@dataclass
class Audit:
    """What one audit with a peer found; `blocks` were compared."""

    peer: str
    blocks: int = 0
    found: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        """Count a difference, and list it while the list is short."""
        self.found += 1
        if len(self.differences) < LISTED:
            self.differences.append(difference)

    @property
    def unexplained(self) -> int:
        """How many differences neither the terms nor the healing account for."""
        return sum(one.verdict in (DAMAGED, OPEN) for one in self.differences)


def audit(node: ExchangeNode, peer: Peer, client: PeerClient) -> Audit:
    """Compare with a peer every log that both hold, and write down what differs. Raises PeerTrouble."""
    done, theirs, ours = Audit(peer.code), client.have(), node.ledger.have()
    comparing = _Comparing(node, peer, client, done)
    for log in sorted(theirs.keys() & ours.keys()):
        comparing.log(log, min(theirs[log], ours[log]))
    with node.store.transaction():
        said = [vars(one) for one in done.differences]
        node.book.audited(peer.code, node.at(), done.blocks, json.dumps(said, ensure_ascii=False))
        if done.unexplained:
            alarms.ring(node, "audit", peer.code, differences=str(done.unexplained), blocks=str(done.blocks))
        else:
            alarms.settle(node, "audit", peer.code)
    return done


class _Comparing:
    def __init__(self, node: ExchangeNode, peer: Peer, client: PeerClient, done: Audit) -> None:
        self.node, self.peer, self.client, self.done = node, peer, client, done
        self.blocks, self.view = Blocks(node.store), opening.view(node, peer, "audit")

    def log(self, log: str, until: int) -> None:
        count = (until + BLOCK - 1) // BLOCK
        start = 0
        while start < count:
            theirs = self.client.audit(log, start, until)
            if not theirs:
                return
            for index, (held, shown) in enumerate(theirs, start):
                self.done.blocks += 1
                # Equal, or each has just what the other's terms give: no line has to cross for that.
                ours = self.blocks.digest(log, index, until)
                if ours not in (held, shown) and held != self.blocks.digest(log, index, until, self.view.decide):
                    self._block(log, index, until)
            start += len(theirs)

    def _block(self, log: str, index: int, until: int) -> None:
        (theirs, to_us), ours = self.client.audit_block(log, index, until), self.blocks.block(log, index, until)
        to_them, damaged = self.blocks.block(log, index, until, self.view.decide), self.blocks.damaged(log, index)
        differing = [
            n
            for n in sorted(ours.keys() & theirs.keys())
            if ours[n].line() not in (theirs[n].line(), _line(to_us, n)) and theirs[n].line() != _line(to_them, n)
        ]
        batches = {held.first: held for held in self.blocks.batches_with(log, differing)}
        heal: list[tuple[int, int]] = []
        for number in differing:
            held = batches[max(first for first in batches if first <= number)]
            verdict, why = self._judge(held, number, ours[number], theirs[number], held.first in damaged)
            if verdict == HEALED:
                heal.append((held.log_id, number))
            self.done.add(Difference(log, number, ours[number].line(), theirs[number].line(), verdict, why))
        with self.node.store.transaction():
            self.node.ledger.offer_entries(heal, peer=self.peer.code)
        self._ask(log, [n for n in differing if theirs[n].groups - ours[n].groups])

    def _judge(self, held: Held, number: int, ours: Stand, theirs: Stand, is_damaged: bool) -> tuple[str, str]:
        """What is to be done about one difference, and why nothing where nothing is."""
        if is_damaged:
            return DAMAGED, "our stored bytes no longer make the root that was signed"
        if CLOSED not in (ours.state, theirs.state) and ours.leaf[:8] != theirs.leaf[:8]:
            return DAMAGED, "the peer's stored bytes no longer make the leaf that was signed"
        lacking = ours.groups - theirs.groups
        shown = self.view.decide(held).get(number, frozenset())
        if lacking & shown:
            return HEALED, f"offered again: {', '.join(sorted(lacking & shown))}"
        if lacking:
            return EXPLAINED, f"by the terms the peer does not get {', '.join(sorted(lacking))}"
        if theirs.groups - ours.groups:
            return ASKED, f"the peer holds more: {', '.join(sorted(theirs.groups - ours.groups))}"
        return EXPLAINED, f"{ours.state} here, {theirs.state} there"

    def _ask(self, log: str, numbers: Sequence[int]) -> None:
        """Ask the peer for batches of which it holds more; what its terms open to us comes and is merged."""
        from exchange.talk.take import Visiting, prove, take

        asked: set[int] = set()
        for held in self.blocks.batches_with(log, numbers):
            if held.first not in asked:
                asked.add(held.first)
                page = self.client.batches_of(log, held.first, 4096, self.node.parts)
                found = next(iter(page), None)
                if found is not None:
                    take(Visiting(self.node, self.peer.code), [prove(self.node, found)])


def _line(stands: Mapping[int, Stand], number: int) -> list[Any]:
    return stands[number].line() if number in stands else []


def due(node: ExchangeNode, days: int = 7) -> Iterator[Peer]:
    """The peers with which no audit was made for so many days by our own clock, or whose last one lies ahead of it."""
    today = node.station.intake.today()
    for peer in node.book.peers():
        last = node.book.audits(peer.code, limit=1)
        day = last[0].day if last else None
        if peer.last_ok and not peer.paused and (day is None or not 0 <= (today - day).days < days):
            yield peer
