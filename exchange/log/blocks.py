"""What is held of a log, in one hash for each block of a thousand entries: for two nodes to compare."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from banding.store import Store
from banding.store.rows import text
from exchange.log import seals, trees, wire
from exchange.log.entries import Entry, Inauthentic
from exchange.log.shelf import Held, Shelf

BLOCK = 1000
KEPT, LETTER, ASIDE, CLOSED = "kept", "letter", "aside", "closed"


class Stand(NamedTuple):
    """How an entry is held: its leaf, worked out anew from the stored bytes, the groups that are here, and its state.

    A closed entry has no leaf and no groups.
    """

    leaf: bytes
    groups: frozenset[str]
    state: str

    def line(self) -> list[Any]:
        """As it stands on a line between nodes."""
        return [self.leaf[:8].hex(), sum(1 << seals.ORDER.index(group) for group in self.groups), self.state]


Decide = Callable[[Held], Mapping[int, frozenset[str]]]
"""Which groups of which entries of a batch somebody gets."""
NOTHING = Stand(bytes(32), frozenset(), CLOSED)


class Blocks:
    """Works out blocks from what the store really holds, so that bytes which have rotted show as well."""

    def __init__(self, store: Store) -> None:
        self.store, self.shelf = store, Shelf(store)

    def block(self, log: str, index: int, until: int, decide: Decide | None = None) -> dict[int, Stand]:
        """How each entry of a block is held, by number, as far as the number `until`; blocks count from 0.

        With `decide` it is what somebody would hold who had got exactly what is decided for him.
        """
        first, last = index * BLOCK + 1, min((index + 1) * BLOCK, until)
        found = dict.fromkeys(range(first, last + 1), NOTHING)
        for held in self._batches(log, first, last):
            stands = self.stands(held)
            if decide is not None:
                shown = decide(held)
                stands = {n: _as_shown(stand, shown[n]) for n, stand in stands.items() if n in shown}
            found |= {n: stand for n, stand in stands.items() if first <= n <= last}
        return found

    def digest(self, log: str, index: int, until: int, decide: Decide | None = None) -> str:
        """The hash of a block, in hex."""
        lines = [[number, *stand.line()] for number, stand in sorted(self.block(log, index, until, decide).items())]
        return hashlib.sha256(json.dumps(lines, separators=(",", ":")).encode()).hexdigest()

    def stands(self, held: Held) -> dict[int, Stand]:
        """How the entries of a batch are held that are not closed to us."""
        entries = self.entries(held)
        letters = {fact.number for fact in held.facts if fact.recipient is not None}
        lost = self._lost(held)
        aside = self.shelf.aside(held.log_id, [entry.number for entry in entries])
        return {
            entry.number: Stand(
                bytes(32) if entry.number in lost else _leaf(entry),
                frozenset() if entry.number in lost else frozenset(entry.groups),
                ASIDE if entry.number in aside else LETTER if entry.number in letters else KEPT,
            )
            for entry in entries
        }

    def _lost(self, held: Held) -> set[int]:
        """The entries whose version or record is gone, or is another's: what stands under its number is not theirs."""
        sql = (
            "select e.number, e.head, coalesce(r.uuid, x.uuid), v.id is null from exchange_entries e"
            " left join versions v on v.id = e.version_id left join records r on r.id = v.record_id"
            " left join extensions x on x.id = -v.record_id"
            " where e.log_id = ? and e.number between ? and ? and e.version_id is not null"
        )
        span = [held.log_id, held.first, held.first + held.count - 1]
        rows = self.store.database.conn.execute(sql, span).fetchall()
        return {number for number, head, uuid, is_gone in rows if is_gone or uuid is None or not _names(head, uuid)}

    def is_proven(self, version_id: int) -> bool:
        """Whether the stored texts of a version are what was signed; one that is in no log yet needs no proof."""
        origin = self.shelf.origin_of(version_id)
        if origin is None:
            return True
        log, number, _ = origin
        (held,) = self.batches_with(log, [number])
        told = {fact.number: fact.leaf for fact in held.facts}
        return any(_leaf(entry) == told.get(number) for entry in self.entry(held, number))

    def entries(self, held: Held) -> list[Entry]:
        """The entries of a batch, without those whose row has rotted so far that nothing can be read from it."""
        numbers = [fact.number for fact in held.facts]
        try:
            return self.shelf.entries(held, numbers)
        except ValueError:
            return [entry for number in numbers for entry in self.entry(held, number)]

    def entry(self, held: Held, number: int) -> list[Entry]:
        """One entry, or none."""
        try:
            return self.shelf.entries(held, [number])
        except ValueError:
            return []

    def damaged(self, log: str, index: int) -> dict[int, set[int]]:
        """The batches of a block whose stored bytes prove nothing any more, by first number, with their faults."""
        first, last = index * BLOCK + 1, (index + 1) * BLOCK
        found = {held.first: self.faults(held) for held in self._batches(log, first, last)}
        return {number: faults for number, faults in found.items() if faults}

    def faults(self, held: Held) -> set[int]:
        """The numbers of a batch that no longer prove themselves by what is stored; none where all is well.

        Where not even that can be told, because what stands in for closed entries has rotted, it is all of them.
        """
        stands, told = self.stands(held), {fact.number: fact.leaf for fact in held.facts}
        rotten = {number for number, stand in stands.items() if stand.leaf != told[number]}
        lost = set(range(held.first, held.first + held.count)) - stands.keys() - _closed(held)
        if rotten or lost:
            return rotten | lost
        root = self._root(held, {number: stand.leaf for number, stand in stands.items()})
        return set() if root == _signed_root(held) else set(range(held.first, held.first + held.count))

    def _root(self, held: Held, leaves: Mapping[int, bytes]) -> bytes | None:
        nodes = trees.of_leaves(leaves, held.first) | trees.of_runs(held.closed, held.first)
        return trees.root(nodes, held.count)

    def batches_with(self, log: str, numbers: Sequence[int]) -> list[Held]:
        """The batches of a log that hold these numbers, in order."""
        ids = {self.shelf.batch_of(log, number) for number in numbers} - {None}
        found = [self.shelf.batch(batch_id) for batch_id in ids if batch_id is not None]
        return sorted((held for held in found if held is not None), key=lambda held: held.first)

    def _batches(self, log: str, first: int, last: int) -> Iterator[Held]:
        for held in self.shelf.log_from(log, first):
            if held.first > last:
                return
            yield held


def _as_shown(stand: Stand, groups: frozenset[str]) -> Stand:
    # Whoever gets an entry that waits here may well have kept it.
    return Stand(stand.leaf, stand.groups & groups, KEPT if stand.state == ASIDE else stand.state)


def _closed(held: Held) -> set[int]:
    """The numbers that something stands in for."""
    return {run.number + at for run in held.closed for at in range(run.span)}


def _signed_root(held: Held) -> bytes | None:
    """The root that was signed; None where the very header has rotted."""
    if seals.header_hash(held.header.encode()) != held.hash:
        return None
    return wire.header(held.header).root


def _names(head: str, uuid: bytes) -> bool:
    """Whether a head names this record; one that cannot be read is told of in other ways."""
    if f'"{text(uuid)}"' in head:
        return True
    try:
        return bool(orjson.loads(head)["id"] == text(uuid))
    except (ValueError, TypeError, KeyError):
        return True


def _leaf(entry: Entry) -> bytes:
    try:
        return entry.leaf()
    except (Inauthentic, KeyError, ValueError):
        return bytes(32)


def read_line(said: Any) -> Stand | None:
    """A stand from its line; only the first 8 bytes of the leaf are known then. None when it is none."""
    try:
        start, bits, state = said
        groups = frozenset(group for at, group in enumerate(seals.ORDER) if int(bits) >> at & 1)
        return Stand(bytes.fromhex(start), groups, str(state))
    except (TypeError, ValueError):
        return None
