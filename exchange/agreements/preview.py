"""What would leave under terms, by the code that lets it leave: field by field, in figures, and in real records."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import orjson

from exchange.agreements import opening, policy
from exchange.agreements.showing import View
from exchange.log.book import Peer
from exchange.log.entries import Entry
from exchange.log.tallybook import TallyBook
from exchange.node import ExchangeNode
from schemas import GROUPS
from schemas.records import KINDS, group_fields

EXAMPLES, RETURNED = 3, 2
Entries = Collection[tuple[int, int]]
"""Entries by the id of their log and their number."""
EXACT, TENTH, PROVINCE, GOES = "exact", "tenth", "province", "goes"
RETURNS, WITHHELD = "returns", "withheld"
"""What becomes of a field: its place exactly, to 0.1 degree or by province, or it goes as it is; for returns only;
or it is withheld."""
LEVELS = range(policy.LEVELS)
WHERE = {"place": EXACT, "area": TENTH}
PROVINCES = ("place_code", "current_place_code")


class Row(NamedTuple):
    """One field of the records, and what becomes of it at each sensitivity, for each kind of record."""

    group: str
    field: str
    cells: Mapping[str, Sequence[str]]


class Count(NamedTuple):
    """How much is held of a kind and a sensitivity: records, species, how many stay for the embargo, and the groups.

    `met` is how many of the records would go all the same, because the peer has met their birds too.
    """

    kind: str
    level: int
    records: int
    species: int
    embargoed: int
    others: int
    groups: Sequence[str]
    state: str
    met: int


class Example(NamedTuple):
    """A real record as the peer would get it: the groups that go, parsed, and the names of those withheld.

    Of a closed one the peer gets nothing but a digest.
    """

    kind: str
    level: int
    number: int
    is_closed: bool
    groups: Mapping[str, Any]
    withheld: Sequence[str]


class Change(NamedTuple):
    """What new terms open or close of a class, against those in force."""

    kind: str
    level: int
    opens: Sequence[str]
    closes: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """All that can be said beforehand of terms for a peer."""

    peer: str
    terms: Mapping[str, Any]
    fields: Sequence[Row]
    counts: Sequence[Count]
    examples: Sequence[Example]
    changes: Sequence[Change]

    def without(self, groups: Collection[str]) -> "Preview":
        """The same for somebody who may not read these groups: that they go is told, and not what they say."""
        told = [
            one._replace(groups={name: {} if name in groups else said for name, said in one.groups.items()})
            for one in self.examples
        ]
        return replace(self, examples=told)

    def facts(self) -> dict[str, Any]:
        """The same for a program."""
        lists = {name: [one._asdict() for one in getattr(self, name)] for name in ("fields", "counts", "changes")}
        examples = [one._asdict() | {"groups": dict(one.groups)} for one in self.examples]
        return {"peer": self.peer, "terms": dict(self.terms), **lists, "examples": examples}


def preview(node: ExchangeNode, peer: Peer, terms: Mapping[str, Any]) -> Preview:
    """What would leave to a peer under these terms, today."""
    under = replace(peer, terms=terms)
    would = opening.view(node, under)
    met = [(told.log_id, told.number) for told in opening.would_open(node, under)]
    numbers: dict[int, set[int]] = {}
    for log_id, number in met:
        numbers.setdefault(log_id, set()).add(number)
    would.would_open = numbers
    return Preview(
        peer.code, terms, fields(terms), counts(node, would, met), list(examples(node, would, met)),
        changes(peer.terms, terms),
    )  # fmt: skip


def state(terms: Mapping[str, Any], entry_class: int, group: str) -> str:
    """What becomes of a group of entries of a class: it goes, goes for returns only, or is withheld."""
    if group in (policy.shown(terms, entry_class) or ()):
        return GOES
    return RETURNS if group in (policy.returned(terms, entry_class) or ()) else WITHHELD


# -- field by field -------------------------------------------------------------------------------------------


def fields(terms: Mapping[str, Any]) -> list[Row]:
    """Every field of the records in the order of their groups."""
    found = []
    for group in GROUPS:
        names = dict.fromkeys(name for kind in KINDS for name in _names(kind, group))
        for name in names:
            cells = {kind: [_cell(terms, kind, level, group, name) for level in LEVELS] for kind in KINDS}
            found.append(Row(group, name, cells))
    return found


@cache
def _names(kind: str, group: str) -> tuple[str, ...]:
    return tuple(group_fields(kind, group))


def _cell(terms: Mapping[str, Any], kind: str, level: int, group: str, name: str) -> str:
    if name not in _names(kind, group):
        return ""
    said = state(terms, policy.classify(kind, level), group)
    if said != GOES:
        return said
    return PROVINCE if name in PROVINCES else WHERE.get(group, GOES)


# -- figures --------------------------------------------------------------------------------------------------


def counts(node: ExchangeNode, would: View, met: Entries) -> list[Count]:
    """How much of each kind and sensitivity this node holds of its own, and of others that it may pass on."""
    book = TallyBook(node.store)
    own, others = {}, dict.fromkeys(range(16), 0)
    for tally in book.tallies(node.code):
        if tally.node == node.code:
            own[tally.entry_class] = tally
        elif tally.node != would.peer and any(would.onward.passes(one, would.peer) for one in tally.routes):
            others[tally.entry_class] += tally.records
    stay, told = _embargoed(node, would, book), book.among(node.code, met)
    found = []
    for kind in KINDS:
        for level in LEVELS:
            one = policy.classify(kind, level)
            shown, returned = policy.shown(would.terms, one), policy.returned(would.terms, one)
            records, species = (own[one].records, own[one].species) if one in own else (0, 0)
            groups = [group for group in GROUPS if group in (shown or returned or ())]
            said, sums = state(would.terms, one, "core"), (stay.get(one, 0), others[one])
            found.append(Count(kind, level, records, species, *sums, groups, said, told.get(one, 0)))
    return found


def _embargoed(node: ExchangeNode, would: View, book: TallyBook) -> dict[int, int]:
    stay: dict[int, int] = {}
    if int(would.terms.get("embargo_days") or 0):
        for entry_class, day, count in book.days(node.code, ""):
            if policy.embargoed(would.terms, day, would.today):
                stay[entry_class] = stay.get(entry_class, 0) + count
    return stay


# -- real records ---------------------------------------------------------------------------------------------


def examples(node: ExchangeNode, would: View, met: Entries) -> Iterator[Example]:
    """The newest own records of each kind and sensitivity, as the peer would see them; first of birds it has met."""
    book = TallyBook(node.store)
    for kind in KINDS:
        for level in LEVELS:
            one = policy.classify(kind, level)
            newest = [*book.latest(node.code, one, RETURNED, met), *book.latest(node.code, one, EXAMPLES)]
            for batch_id, number in list(dict.fromkeys(newest))[:EXAMPLES]:
                yield _example(node, would, kind, level, batch_id, number)


def _example(node: ExchangeNode, would: View, kind: str, level: int, batch_id: int, number: int) -> Example:
    held = node.shelf.batch(batch_id)
    assert held is not None
    alone = replace(held, only=frozenset({number}))
    entries: Sequence[Entry] = would.batch(alone, would.decide(alone)).entries
    if not entries:
        return Example(kind, level, number, True, {}, [])
    (entry,) = entries
    groups = {group: orjson.loads(entry.groups[group]) for group in GROUPS if group in entry.groups}
    return Example(kind, level, number, False, groups, [group for group in GROUPS if group in entry.withheld])


# -- against the terms in force -------------------------------------------------------------------------------


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What new terms open and close, kind by kind and level by level; empty when they show the same."""
    moved = sorted({*policy.wider(before, after), *policy.narrower(before, after)})
    return [_change(before, after, one) for one in moved if policy.kind_of(one) in KINDS]


def _change(before: Mapping[str, Any], after: Mapping[str, Any], one: int) -> Change:
    ranks = (WITHHELD, RETURNS, GOES)
    was, now = ({group: ranks.index(state(terms, one, group)) for group in GROUPS} for terms in (before, after))
    opens = [group for group in GROUPS if now[group] > was[group]]
    closes = [group for group in GROUPS if now[group] < was[group]]
    return Change(policy.kind_of(one), one % policy.LEVELS, opens, closes)
