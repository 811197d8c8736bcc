"""A sync rehearsed: what would come is fetched and proven, and taken by a copy of the node that is thrown away.

Nothing is written here. For the peer it is a reading like any other, and its ledger of what left says so.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from banding.domain.rules import Finding
from exchange.agreements import opening
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Batch, Offer
from exchange.log.parts import Parts
from exchange.node import ExchangeNode
from exchange.talk import letting_in, trial
from exchange.talk.greeting import glance
from exchange.talk.line import Hello, PeerRefuses
from exchange.talk.peer import Found, PeerClient
from exchange.talk.plan import Read
from exchange.talk.proving import Proven, prove
from exchange.talk.take import Visiting, take

MOST = 20
"""Batches that are tried, and batches of each log that are looked through: a person waits for it."""
LISTED = 50
KINDS = ("new", "corrections", "withdrawals", "letters", "known", "fuller", "aside", "refused")


@dataclass(frozen=True)
class Waiting:
    """An entry that would be set aside, and why."""

    log: str
    number: int
    reasons: Sequence[Finding]


@dataclass
class Rehearsal:
    """What a sync would bring and take.

    `missing` says how many entries of each log would come, `come` what would become of those that were tried,
    `conflicts` how often the rules would have something to say, by code, `held` which logs the brake would hold,
    `waits` which it holds already, `strange` which are of nodes whose keys are not known, so that nothing of them is
    taken, `frozen` which would be frozen; `lacks` how many entries of each log the peer lacks, `goes` how many of those
    looked through would show each group, and `closed` how many would stay closed. `more` says that not all was tried.
    """

    peer: str
    missing: dict[str, int] = field(default_factory=dict)
    come: Counter[str] = field(default_factory=Counter)
    aside: list[Waiting] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    conflicts: dict[str, int] = field(default_factory=dict)
    forks: int = 0
    held: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    lacks: dict[str, int] = field(default_factory=dict)
    goes: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    more: bool = False
    bytes: int = 0

    @property
    def sent(self) -> int:
        """How many entries the peer lacks."""
        return sum(self.lacks.values())


def rehearse(node: ExchangeNode, peer: Peer, client: PeerClient, most: int = MOST) -> Rehearsal:
    """Ask a peer for what is new and try it. Raises PeerTrouble, Cut and Inauthentic."""
    found, hello = Rehearsal(peer.code), glance(node, peer, client)
    theirs, ours = client.have(), node.ledger.have()
    found.missing = {n: theirs[n] - ours.get(n, 0) for n in theirs if theirs[n] > ours.get(n, 0)}
    found.lacks = {n: ours[n] - theirs.get(n, 0) for n in ours if ours[n] > theirs.get(n, 0)}
    found.waits = [log.name for log in node.ledger.logs() if log.held and log.name in found.missing]
    found.strange = [name for name in found.missing if node.ledger.node(name.rpartition(".")[0]) is None]
    with tempfile.TemporaryDirectory() as folder:
        batches, found.more = _fetched(node, peer, client, hello, Parts(Path(folder)), most)
    if batches:
        with trial.on_a_copy(node) as copy:
            _tried(copy, peer.code, batches, found)
    _would_go(node, peer, theirs, found, most)
    found.bytes = client.bytes
    return found


# -- what would come ------------------------------------------------------------------------------------------


def _fetched(
    node: ExchangeNode, peer: Peer, client: PeerClient, hello: Hello, parts: Parts, most: int
) -> tuple[list[Batch | wire.Broken], bool]:
    """The batches that the next sync would bring first, and whether there are more."""
    batches: list[Batch | wire.Broken] = []
    for found in _offered(node, peer, client, hello):
        if isinstance(found, Offer) and not node.ledger.is_full(found):
            with client.segment(found, parts).open("rb") as file:
                batches += [one for one in wire.read(file, endless=True) if isinstance(one, (Batch, wire.Broken))]
        elif isinstance(found, (Batch, wire.Broken)):
            batches.append(found)
        if len(batches) >= most:
            return batches, True
    return batches, False


def _offered(node: ExchangeNode, peer: Peer, client: PeerClient, hello: Hello) -> Iterator[Found]:
    """The feed from where we stand in it, page by page; by numbers where the peer's store is another one now."""
    place, more = f"{hello.epoch}.{peer.cursor}", True
    if peer.epoch not in (None, hello.epoch):
        yield from _by_numbers(node, client, peer)
        return
    try:
        while more:
            before = place
            for found in client.feed(place, peer.page_bytes):
                yield found
                if isinstance(found, wire.End):
                    place, more = found.cursor, found.more
            more = more and place != before
    except PeerRefuses as refuses:
        if refuses.problem != "epoch-changed":
            raise
        yield from _by_numbers(node, client, peer)


def _by_numbers(node: ExchangeNode, client: PeerClient, peer: Peer) -> Iterator[Found]:
    ours = node.ledger.have()
    for name, number in client.logs.items():
        if number > ours.get(name, 0) and node.ledger.node(name.rpartition(".")[0]) is not None:
            yield from client.log(name, ours.get(name, 0) + 1, peer.page_bytes)


def _tried(node: ExchangeNode, code: str, batches: Sequence[Batch | wire.Broken], found: Rehearsal) -> None:
    visiting = Visiting(node, code)
    with node.store.transaction():
        before = _State.of(node)
        for batch in batches:
            proven = prove(node, batch)
            known = _known(node, proven)
            taken = take(visiting, [proven])
            found.come.update({name: getattr(taken, name) for name in ("known", "fuller", "aside", "refused")})
            if taken.kept:
                found.come.update(kind_of(read) for read in _kept(node, proven, known))
            if proven.refused is not None:
                found.refused.append(proven.refused.code)
        _compared(node, before, found)


def _known(node: ExchangeNode, proven: Proven) -> set[int]:
    """The numbers of a batch that are held before it is taken."""
    header = proven.examined.header if proven.examined else None
    state = node.ledger.log(header.log) if header else None
    return node.ledger.held_numbers(state, header.first, header.count) if header and state else set()


def _kept(node: ExchangeNode, proven: Proven, known: set[int]) -> list[Read]:
    """The entries of a batch that are held now, were not before, and do not wait."""
    assert proven.examined is not None
    header = proven.examined.header
    state = node.ledger.log(header.log)
    if state is None:
        return []
    fresh = node.ledger.held_numbers(state, header.first, header.count) - known
    fresh -= node.shelf.aside(state.id, sorted(fresh)).keys()
    return [read for read in proven.examined.reads if read.entry.number in fresh]


def kind_of(read: Read) -> str:
    """What an entry is that is new here: a letter, a withdrawal, a correction or a new record."""
    core = read.record["core"]
    if letting_in.is_letter(read):
        return "letters"
    if core.get("withdrawn"):
        return "withdrawals"
    return "corrections" if core.get("generation", 1) > 1 else "new"


@dataclass
class _State:
    """What can be told apart before and after."""

    aside: set[tuple[str, int]]
    held: set[str]
    frozen: set[str]
    forks: int
    newest: int

    @classmethod
    def of(cls, node: ExchangeNode) -> "_State":
        logs = node.ledger.logs()
        return cls(
            {(one.log, one.number) for one in node.book.waiting(-1)},
            {one.name for one in logs if one.held},
            {one.name for one in logs if one.frozen},
            len(node.store.forks.open(-1)),
            node.requests.newest(),
        )


def _compared(node: ExchangeNode, before: _State, found: Rehearsal) -> None:
    after = _State.of(node)
    waits = [one for one in node.book.waiting(-1) if (one.log, one.number) not in before.aside]
    found.aside = [Waiting(one.log, one.number, one.reasons) for one in waits[:LISTED]]
    found.held, found.frozen = sorted(after.held - before.held), sorted(after.frozen - before.frozen)
    found.forks = after.forks - before.forks
    said = node.store.records.findings(range(before.newest + 1, after.newest + 1))
    found.conflicts = dict(sorted(Counter(one.code for each in said.values() for one, _ in each).items()))


# -- what would go --------------------------------------------------------------------------------------------


def _would_go(node: ExchangeNode, peer: Peer, theirs: Mapping[str, int], found: Rehearsal, most: int) -> None:
    """How much of what the peer lacks its terms would show it."""
    view = opening.view(node, peer, "rehearsal")
    for log in found.lacks:
        if log.rpartition(".")[0] == peer.code:
            continue
        first = theirs.get(log, 0) + 1
        for count, held in enumerate(node.shelf.log_from(log, first)):
            if count == most:
                found.more = True
                break
            shown = {number: groups for number, groups in view.decide(held).items() if number >= first}
            found.goes.update(group for groups in shown.values() for group in groups)
            found.closed += held.first + held.count - max(first, held.first) - len(shown)
