"""What an audit does: compare with a peer, block by block, what both hold, and heal or explain each difference."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exchange.agreements import opening
from exchange.log.blocks import BLOCK, CLOSED, NOTHING, Blocks, Stand
from exchange.log.book import Peer
from exchange.log.shelf import Held
from exchange.node import ExchangeNode
from exchange.talk import alarms, healing
from exchange.talk.hindrance import Hindrance
from exchange.talk.peer import PeerClient
from exchange.talk.take import Visiting, take
from exchange.talk.words import N_

LISTED = 1000
"""Differences written down one by one; of more only the number."""
HEALED, ASKED, EXPLAINED, DAMAGED, OPEN = "healed", "asked", "explained", "damaged", "open"
WHY = {
    "offered": N_("The peer lacked groups that it may have; they are offered to it again."),
    "came": N_("The peer had more; it was fetched and has found its place here."),
    "mended": N_("Stored bytes had rotted here; they were fetched from the peer, proven and put back."),
    "anew": N_("Its record had been lost here; it was fetched from the peer, proven and made anew."),
    "lost": N_("Stored bytes had rotted here and were put back, but for these groups, which the peer does not give."),
    "asked": N_("The peer has more; it was asked, and has not given it yet."),
    "terms": N_("By our terms the peer does not get these groups."),
    "their terms": N_("By its terms the peer does not give us these groups."),
    "waits there": N_("The peer has it, but cannot take it yet; its receipt says why."),
    "waits here": N_("It is here, but cannot be taken yet; the reasons stand under “Set aside”."),
    "standing": N_("It is held in another way here than there: set aside, as a letter, or closed."),
    "ours rotted": N_("Stored bytes have rotted here, and this peer could not give them back. Others may."),
    "theirs rotted": N_("Stored bytes have rotted at the peer. It heals them by itself; if it does not, telephone it."),
}
"""Why a verdict is what it is, in a sentence."""


@dataclass(frozen=True)
class Difference:
    """An entry that two nodes hold differently: what each has, and what became of it.

    `verdict` is `healed`, `asked` (of the peer, in vain so far), `open` (in vain twice), `explained`, or `damaged`
    (stored bytes no longer prove themselves); `why` is a key of WHY, and `groups` those that it is about.
    """

    log: str
    number: int
    ours: list[Any]
    theirs: list[Any]
    verdict: str
    why: str = ""
    groups: Sequence[str] = ()


@dataclass
class Audit:
    """What one audit with a peer found; `blocks` were compared."""

    peer: str
    blocks: int = 0
    found: int = 0
    differences: list[Difference] = field(default_factory=list)
    unexplained: int = 0
    hindered: Hindrance | None = None
    told: Callable[["Audit"], None] = lambda _audit: None

    @property
    def trouble(self) -> str:
        """What hindered it, in English; '' where it came to its end."""
        return str(self.hindered) if self.hindered else ""

    def add(self, difference: Difference) -> None:
        """Count a difference, and list it while the list is short."""
        self.found += 1
        self.unexplained += difference.verdict in (DAMAGED, OPEN)
        if len(self.differences) < LISTED:
            self.differences.append(difference)


def compare(
    node: ExchangeNode, peer: Peer, client: PeerClient, told: Callable[[Audit], None] = lambda _audit: None
) -> Audit:
    """Compare with a peer every log that both hold, and write down what differs. Raises PeerTrouble.

    `told` hears how far it has come, after each block.
    """
    done, theirs, ours = Audit(peer.code, told=told), client.have(), node.ledger.have()
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
        last = [one for line in node.book.audits(peer.code, limit=1) for one in line.differences]
        self.told: set[int] = set()
        self.asked = {(one["log"], one["number"]) for one in last if one["why"] == "asked"}

    def log(self, log: str, until: int) -> None:
        self.told.clear()
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
                self.done.told(self.done)
            start += len(theirs)

    def _block(self, log: str, index: int, until: int) -> None:
        theirs, to_us = self.client.audit_block(log, index, until)
        self._heal(log, index, theirs)
        ours, to_them = self.blocks.block(log, index, until), self.blocks.block(log, index, until, self.view.decide)
        differing = [
            n
            for n in sorted((ours.keys() & theirs.keys()) - self.told)
            if ours[n].line() not in (theirs[n].line(), _line(to_us, n)) and theirs[n].line() != _line(to_them, n)
        ]
        fetched = self._fetched(log, [n for n in differing if _more(to_us, n, ours[n])], theirs)
        batches = {held.first: held for held in self.blocks.batches_with(log, differing)}
        heal: list[tuple[int, int]] = []
        for number in differing:
            held = batches[max(first for first in batches if first <= number)]
            now = fetched.get(number, ours[number])
            verdict, why, groups = self._judge(log, held, number, ours[number], now, theirs[number], to_us)
            if why == "offered":
                heal.append((held.log_id, number))
            self._add(log, number, now.line(), theirs[number].line(), verdict, why, groups)
        with self.node.store.transaction():
            self.node.ledger.offer_entries(heal, peer=self.peer.code)

    def _heal(self, log: str, index: int, theirs: Mapping[int, Stand]) -> None:
        """Heal what has rotted here, as far as the peer can give it back."""
        damaged = self.blocks.damaged(log, index)
        for held in self.blocks.batches_with(log, list(damaged)):
            before = self.blocks.stands(held)
            for one in healing.heal(self.node, self.peer, self.client, log, held, damaged[held.first]):
                # A batch may lie across two blocks, and is told of with the first of them.
                if one.number not in self.told:
                    why = _mended(one) if one.is_whole else "ours rotted"
                    said = _line(before, one.number), _line(theirs, one.number)
                    self._add(log, one.number, *said, HEALED if one.is_whole else DAMAGED, why, one.groups)
            self._came(log, held, before, damaged[held.first], theirs)

    def _add(
        self, log: str, number: int, ours: list[Any], theirs: list[Any], verdict: str, why: str, groups: Sequence[str]
    ) -> None:
        self.told.add(number)
        self.done.add(Difference(log, number, ours, theirs, verdict, why, sorted(groups)))

    def _judge(
        self, log: str, held: Held, number: int, before: Stand, ours: Stand, theirs: Stand, to_us: Mapping[int, Stand]
    ) -> tuple[str, str, Sequence[str]]:
        """What is to be done about one difference, and why nothing where nothing is."""
        if CLOSED not in (ours.state, theirs.state) and ours.leaf[:8] != theirs.leaf[:8]:
            return DAMAGED, "theirs rotted", ()
        lacking, more = sorted(ours.groups - theirs.groups), sorted(theirs.groups - ours.groups)
        shown = sorted(self.view.decide(held).get(number, frozenset()).intersection(lacking))
        if shown:
            there = any(one.peer == self.peer.code for one in self.node.waits.of_entry(log, number))
            return (EXPLAINED, "waits there", shown) if there else (HEALED, "offered", shown)
        if ours.groups - before.groups:
            return HEALED, "came", sorted(ours.groups - before.groups)
        if _more(to_us, number, ours):
            here = self.node.waits.here((held.log_id, number - 1), 1)
            is_here = bool(here) and (here[0].log_id, here[0].number) == (held.log_id, number)
            if is_here:
                return EXPLAINED, "waits here", more
            return OPEN if (log, number) in self.asked else ASKED, "asked", more
        if lacking or more:
            return EXPLAINED, "terms" if lacking else "their terms", lacking or more
        return EXPLAINED, "standing", ()

    def _fetched(self, log: str, numbers: Sequence[int], theirs: Mapping[int, Stand]) -> dict[int, Stand]:
        """Fetch the batches of which the peer shows more than is held here, merge them, and see what is held then."""
        found: dict[int, Stand] = {}
        for held in self.blocks.batches_with(log, numbers):
            before = self.blocks.stands(held)
            proven = healing.fetch(self.node, self.peer, self.client, log, held.first)
            if proven is not None:
                take(Visiting(self.node, self.peer.code), [proven])
            found |= self._came(log, held, before, numbers, theirs)
        return found

    def _came(
        self, log: str, held: Held, before: Mapping[int, Stand], but: Collection[int], theirs: Mapping[int, Stand]
    ) -> dict[int, Stand]:
        """What is held of a batch after it was fetched; entries beside those asked for that it completed are told."""
        after = self.node.shelf.batch(held.id)
        assert after is not None
        stands = self.blocks.stands(after)
        for number, stand in stands.items():
            was = before.get(number, NOTHING)
            if number not in but and (more := stand.groups - was.groups):
                self._add(log, number, was.line(), _line(theirs, number), HEALED, "came", sorted(more))
        return stands


def _mended(one: healing.Healed) -> str:
    if one.groups:
        return "lost"
    return "anew" if one.is_anew else "mended"


def _more(to_us: Mapping[int, Stand], number: int, ours: Stand) -> bool:
    return number in to_us and bool(to_us[number].groups - ours.groups)


def _line(stands: Mapping[int, Stand], number: int) -> list[Any]:
    return stands[number].line() if number in stands else []
