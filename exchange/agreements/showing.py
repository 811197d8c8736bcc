"""What of a batch a peer sees: every entry whole, without some groups, or closed, as terms and returns decide."""

import contextlib
import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from banding.errors import Refused
from banding.store import Store
from exchange.agreements import policy
from exchange.log import leftbook, seals, trees, wire
from exchange.log.entries import Batch, Closed, Offer
from exchange.log.leftbook import LeftBook
from exchange.log.routes import Routes
from exchange.log.shelf import Facts, Held, Shelf

SEGMENT_LEAST = 16 * 1024
"""Lines of at least so many bytes are offered as a segment; what is shorter is sent again whole after a cut."""
ENTRY_BYTES = 400

Decisions = Mapping[int, frozenset[str]]
"""The groups shown of each entry by its number; an entry that is not here is closed."""


class Onward(NamedTuple):
    """Under which terms others let us pass things on: by the peer through which they came."""

    terms: Mapping[str, Mapping[str, Any]]

    def passes(self, peer: str, to: str) -> bool:
        """Whether what came by a peer may go on to a node."""
        return policy.onward(self.terms.get(peer, policy.STANDARD), to)


class TermsChanged(Refused):
    """What was agreed with a peer has become other while something was on its way to somebody."""


class View:
    """What one peer may see of what this node holds, today."""

    def __init__(
        self, store: Store, node: str, peer: str, terms: Mapping[str, Any], onward: Onward, today: datetime.date,
        way: str = "feed", still: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self.store, self.shelf, self.left, self.routes = store, Shelf(store), LeftBook(store), Routes(store)
        self.node, self.peer, self.terms, self.onward, self.today, self.way = node, peer, terms, onward, today, way
        self.still = still
        self.digest = hashlib.sha256(json.dumps(dict(terms), sort_keys=True).encode()).hexdigest()
        self.behind = self.routes.behind(peer)
        self.would_open: Mapping[int, set[int]] = {}
        """For a preview: numbers by log that these terms would open for returns, once they are in force."""
        self.shown = cache(lambda entry_class: policy.shown(terms, entry_class))
        self.own = frozenset(seals.ORDER) - (frozenset() if terms.get("people") is True else policy.NEVER)
        self.returned = cache(lambda entry_class: policy.returned(terms, entry_class))

    # -- deciding -----------------------------------------------------------------------------------------

    def decide(self, held: Held) -> Decisions:
        """Which groups of which entries of a batch this peer sees."""
        passes = self._passing(held)
        opened = self.shelf.opened(self.peer, held.log_id, held.first, held.count) if passes else set()
        opened |= self.would_open.get(held.log_id, set())
        found = {}
        for fact in held.facts:
            if held.only is None or fact.number in held.only:
                is_free = passes >> (fact.number - held.first) & 1 == 1
                # Whoever has lost what it wrote must get it back; it can learn nothing from that.
                is_theirs = held.node == self.peer
                groups = self.own if is_theirs else self._groups(fact, is_free, fact.number in opened)
                if groups is not None:
                    found[fact.number] = groups
        return found

    def _passing(self, held: Held) -> int:
        """The entries of a batch that may go on to this peer, as bits: ours, and what came by a way that lets it."""
        whole = (1 << held.count) - 1
        if held.node == self.node:
            return whole
        bits = 0
        for peer, shown in self.routes.shown_by(held.id).items():
            if self.onward.passes(peer, self.peer):
                bits |= int(shown, 16) if shown else whole
        return bits

    def _groups(self, fact: Facts, passes: bool, is_opened: bool) -> frozenset[str] | None:
        kind = policy.kind_of(fact.entry_class)
        if fact.recipient is not None or kind == "letter":
            return policy.CORE if fact.recipient == "" or fact.recipient in self.behind else None
        if kind == "extension":
            return policy.CORE
        if not passes:
            return None
        if is_opened:
            return self.returned(fact.entry_class)
        return None if policy.embargoed(self.terms, fact.day, self.today) else self.shown(fact.entry_class)

    # -- showing ------------------------------------------------------------------------------------------

    def batch(self, held: Held, decisions: Decisions) -> Batch:
        """The batch as this peer sees it."""
        entries = [
            entry.without([group for group in entry.groups if group not in decisions[entry.number]])
            for entry in self.shelf.entries(held, list(decisions))
        ]
        return Batch(held.header, held.signature, entries, held.at, closed(held, decisions))

    def blocks(self, each: Iterable[Held], *, segments: bool) -> Iterator[tuple[int | None, bytes, int]]:
        """Batches as blocks of lines for `wire.page`; with `segments` long ones are only offered.

        What is about to leave is written down first. Raises TermsChanged: a page may be on its way for an hour.
        """
        for held in each:
            if not self.still():
                raise TermsChanged("The terms have changed while this was being sent", mend="Begin again")
            decisions = self.decide(held)
            view = view_of(held, decisions)
            self._note(held, decisions, view)
            offer = self._offered(held, decisions, view) if segments else None
            if offer is not None:
                yield held.at, wire.offer_line(offer), offer.bytes
            else:
                yield held.at, wire.batch_lines(self.batch(held, decisions)), 0

    def _offered(self, held: Held, decisions: Decisions, view: str) -> Offer | None:
        """The batch as a segment, made ready if nobody has asked for it so yet; None when it is short."""
        ready = self.shelf.segment(held.id, view)
        if ready is None:
            if len(decisions) * ENTRY_BYTES < SEGMENT_LEAST:
                return None
            bare = self.batch(held, decisions)
            lines = wire.batch_lines(Batch(bare.header, bare.signature, bare.entries, None, bare.closed))
            digest, body = wire.segment(lines)
            with self.store.transaction():
                self.shelf.keep_segment(held.id, view, digest, body)
            ready = digest, len(body)
        log = wire.header(held.header).log
        heads = self.shelf.heads(held.id)[0] if len(decisions) == held.count else ""
        return Offer(*ready, held.at, log, held.first, held.count, held.hash.hex(), len(decisions), heads)

    def may_have(self, digest: str) -> bytes | None:
        """The bytes of a segment, if it was offered to this peer under the terms that are in force."""
        for batch_id, view, body in self.shelf.segment_of(digest):
            if hashlib.sha256(body).hexdigest() != digest:
                # It has rotted here; the next time it is asked for it is made anew.
                with self.store.transaction():
                    self.shelf.drop_segment(digest)
            elif self._may_still(batch_id, self.left.offered(self.peer, batch_id, view, self.digest)):
                return body
        return None

    def _may_still(self, batch_id: int, offered: Mapping[str, str] | None) -> bool:
        """Whether all that a segment shows would be shown today: by whom it came may let less go on than then."""
        held = self.shelf.batch(batch_id)
        if offered is None or held is None:
            return False
        now, nothing = self.decide(held), frozenset[str]()
        return all(
            frozenset(groups.split(",")) <= now.get(held.first + at, nothing)
            for groups, mask in offered.items()
            for at in range(held.count)
            if int(mask, 16) >> at & 1
        )

    def _note(self, held: Held, decisions: Decisions, view: str) -> None:
        shown = Counter(group for groups in decisions.values() for group in groups)
        told = dict(shown) | {"closed": held.count - len(decisions)}
        with self.store.transaction():
            which = leftbook.which(held.first, decisions)
            self.left.left(self.peer, held.id, self.way, self.digest, told, which, view, self.today.isoformat())


def until_terms_change(lines: Iterator[bytes]) -> Iterator[bytes]:
    """A page that has no end when the terms change under it: the next one is asked for, and made, under the new."""
    with contextlib.suppress(TermsChanged):
        yield from lines


def view_of(held: Held, decisions: Decisions) -> str:
    """A name for what is shown of a batch, the same for all who see it so."""
    parts = (f"{number}:{','.join(sorted(decisions[number]))}" for number in sorted(decisions))
    return hashlib.sha256(f"{held.hash.hex()}|{';'.join(parts)}".encode()).hexdigest()


def closed(held: Held, shown: Iterable[int]) -> list[Closed]:
    """The nodes of the tree that stand in for the entries of a batch that are not shown."""
    offsets = [number - held.first for number in shown]
    if len(offsets) == held.count:
        return []
    leaves = trees.of_leaves({fact.number: fact.leaf for fact in held.facts}, held.first)
    known = trees.grow(leaves | trees.of_runs(held.closed, held.first), held.count)
    return [
        Closed(held.first + (index << level), 1 << level, known[level, index])
        for level, index in trees.cover(offsets, held.count)
    ]
