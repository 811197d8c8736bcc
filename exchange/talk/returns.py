"""Returns: who met a ring of ours gets an answer, and both sides hear of each return that became whole."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banding.domain import matching
from banding.domain.encounters import Encounter
from exchange.agreements import policy
from exchange.log.book import Peer
from exchange.log.letters import DONE, Letter
from exchange.log.requests import Bird
from exchange.node import ExchangeNode
from exchange.talk import alarms

NOTE = "exchange.returns"
AT_ONCE = 1000
"""Versions looked at in one transaction; when more than these are waiting at once, they are history and no news."""
ANSWERS = 500
"""After so many answers a look ends; the next one goes on where it ended."""
NEIGHBOURS = 3
"""Rings that differ in so many last figures only come from one string: whoever put on one of them had the others."""
MATCHED, NOT_KNOWN, NOT_REPORTED = "matched", "not-known", "not-reported"
MANY = "history"


class Mark(NamedTuple):
    """How far was looked: the version, the string of rings, and up to which version what is found is history."""

    version: int = 0
    string: int = 0
    history: int = 0


class Verdict(NamedTuple):
    """What we know of a ring that another node met: the verdict of the letter, and the banding where it is ours."""

    said: str
    banding: Encounter | None = None


class Heard(NamedTuple):
    """A return that became whole, or one more encounter of a bird that we had met: its recovery and who else it is of.

    `state` chooses the sentence: '' for a ring of ours, `answered` for a recovery of ours, `also` for any other.
    """

    recovery: Encounter
    state: str
    peer: str


# -- pure -----------------------------------------------------------------------------------------------------


def verdict(met: Encounter, story: Iterable[Encounter], us: str, *, is_ours: bool, in_stock: bool) -> Verdict | None:
    """What we have to say to the origin of a recovery about its ring; None where another node has to.

    `is_ours` says that the ring is one of our scheme, `in_stock` that it lies in a string that we received.
    """
    bandings = sorted((e for e in story if e.is_banding and not e.withdrawn), key=lambda e: (e.day, e.id))
    if ours := next((e for e in bandings if e.origin == us), None):
        return Verdict(MATCHED, ours)
    if bandings or met.withdrawn:
        return None
    if in_stock:
        return Verdict(NOT_REPORTED)
    return Verdict(NOT_KNOWN) if is_ours else None


def heard(story: matching.Story, us: str, new: set[str], later: set[str]) -> Iterator[Heard]:
    """What is worth telling of a bird of which these records are new; of `later` ones the next run will tell."""
    was_joined = any(e.id in new and e.replaces is not None for e in story.encounters)
    ours_too = {e.id for e in story.encounters if e.origin == us}
    for one in story.returns:
        banding, recovery = one.banding, one.recovery
        if not (was_joined or {banding.id, recovery.id} & new) or {banding.id, recovery.id} & later:
            continue
        if banding.origin == us != recovery.origin:
            yield Heard(recovery, "", recovery.origin)
        elif recovery.origin == us != banding.origin:
            yield Heard(recovery, "answered", banding.origin)
        elif recovery.origin != us and recovery.id in new and ours_too:
            yield Heard(recovery, "also", recovery.origin)


# -- looking --------------------------------------------------------------------------------------------------


def look(node: ExchangeNode, runs: int = 100) -> int:
    """Answer and tell whatever came or was written since the last look; gives the number of answers.

    Each run of a thousand versions is one transaction, which moves the mark: what is cut off is done by the next
    look, and nothing is done twice. `runs` bounds how long one look may take.
    """
    answers = 0
    for _ in range(runs):
        with node.store.transaction():
            run = _Run(node, _mark(node))
            answers += run.go()
        if run.is_last or answers >= ANSWERS:
            break
    return answers


def _mark(node: ExchangeNode) -> Mark:
    text = node.store.notes.get(NOTE)
    mark, newest = Mark(*json.loads(text)) if text else Mark(), node.requests.newest()
    return mark._replace(history=newest) if newest - mark.version > AT_ONCE else mark


def look_again(node: ExchangeNode) -> None:
    """Versions were taken away, and the next ones may bear their numbers: let those be news. Inside a transaction."""
    text, newest = node.store.notes.get(NOTE), node.requests.newest()
    mark = Mark(*json.loads(text)) if text else Mark()
    if mark.version > newest:
        node.store.notes.set(NOTE, json.dumps(mark._replace(version=newest, history=min(mark.history, newest))))


@dataclass
class _Run:
    """One run of a look, inside its transaction."""

    node: ExchangeNode
    mark: Mark
    is_last: bool = True
    is_history: bool = False
    peers: Sequence[Peer] = field(default_factory=list)
    versions: Mapping[str, int] = field(default_factory=dict)

    def go(self) -> int:
        node, after = self.node, self.mark.version
        until, strings = min(node.requests.newest(), after + AT_ONCE), node.requests.newest_string()
        self.is_last, self.is_history = until == node.requests.newest(), until <= self.mark.history
        birds = node.requests.birds(after, until, node.station.settings.node.scheme)
        if strings > self.mark.string:
            birds += node.requests.met_in_strings(self.mark.string)
        answers = self._deal_with(birds, until) if birds else 0
        mark = Mark(until, strings, self.mark.history)
        if (until, strings) != self.mark[:2]:
            node.store.notes.set(NOTE, json.dumps(mark))
        return answers

    def _deal_with(self, birds: Sequence[Bird], until: int) -> int:
        answers, told = 0, list[Heard]()
        self.peers = self.node.book.peers()
        # A bird that wears two numbers has one story, which stands under both.
        stories = {id(one): one for one in self.node.store.records.histories(birds).values()}.values()
        self.versions = self._versions(stories)
        new = {uuid for uuid, version in self.versions.items() if self.mark.version < version <= until}
        later = {uuid for uuid, version in self.versions.items() if version > until}
        for met in stories:
            answers += sum(self._answer(one, met) for one in met if one.origin != self.node.code)
            told += heard(matching.story(met), self.node.code, new, later)
        self._tell(told)
        return answers

    def _versions(self, stories: Iterable[Sequence[Encounter]]) -> dict[str, int]:
        known = self.node.store.records.known({one.id for story in stories for one in story})
        return {uuid: found.version_id for uuid, found in known.items()}

    # -- answers ------------------------------------------------------------------------------------------

    def _answer(self, met: Encounter, story: Sequence[Encounter]) -> bool:
        """Write to the origin of an encounter what we know of its ring, unless our last letter says the same."""
        if met.is_banding or met.ring_key is None or met.withdrawn:
            return False
        node, is_ours = self.node, met.scheme == self.node.station.settings.node.scheme
        in_stock = node.store.stock.of_ring(met.scheme, met.ring_key) is not None
        found = verdict(met, story, node.code, is_ours=is_ours, in_stock=in_stock)
        if found is None:
            return False
        said: dict[str, Any] = {"scheme": met.scheme, "ring": met.ring, "verdict": found.said}
        towards = self._lets_go(met, found.banding) if found.banding else set()
        if found.banding is not None and towards:
            said["banding"] = found.banding.id
        before = self._last(met.id)
        if not self._is_due(met, found, towards) if before is None else _said(before) == said:
            return False
        node.letters.write("answer", met.origin, met.id, said, at=node.at())
        return True

    def _last(self, uuid: str) -> Mapping[str, Any] | None:
        ours = [one.core for one in self.node.letters.of(uuid, "answer") if one.sender == self.node.code]
        return ours[-1] if ours else None

    def _is_due(self, met: Encounter, found: Verdict, towards: set[str]) -> bool:
        """Whether a first answer is worth a letter. A banding that goes to the asking node itself is the answer.

        Of history less is: one that goes at least the first stretch will do, and that we do not know a ring says
        nothing where we never had its neighbours.
        """
        assert met.ring_key is not None
        if found.said == MATCHED:
            return not towards if self.is_history else met.origin not in towards
        if found.said == NOT_REPORTED or not self.is_history:
            return True
        stem = met.ring_key[:-NEIGHBOURS]
        return self.node.requests.has_put_on(met.scheme, stem + "0" * NEIGHBOURS, stem + "9" * NEIGHBOURS)

    def _lets_go(self, met: Encounter, banding: Encounter) -> set[str]:
        """The peers on the way to the node that met the bird to which our terms let a banding go."""
        level = policy.classify("banding", self.node.sensitivity(banding.species))
        told = self.node.openings.telling([self.versions[met.id]])
        ways = {peer for entry in told for peer in entry.routes} | {met.origin}
        return {one.code for one in self.peers if one.code in ways and policy.returned(one.terms, level) is not None}

    # -- news ---------------------------------------------------------------------------------------------

    def _tell(self, found: Sequence[Heard]) -> None:
        fresh = [one for one in found if not self.node.requests.was_told(one.recovery.id)]
        if self.is_history:
            _tell_many(self.node, len(fresh))
            return
        for one in fresh:
            details = {"scheme": one.recovery.scheme, "ring": one.recovery.ring, "peer": one.peer}
            # What could not be kept must be found again by the next look, so this may raise.
            alarms.keep(self.node, "return", one.recovery.id, details | ({"state": one.state} if one.state else {}))


def _said(core: Mapping[str, Any]) -> dict[str, Any]:
    return {name: core[name] for name in ("scheme", "ring", "verdict", "banding") if name in core}


def _tell_many(node: ExchangeNode, count: int) -> None:
    """Returns that came with the history of others: one piece of news, however many they are."""
    if not count:
        return
    open_now = (one for one in node.alarms.open() if (one.kind, one.about) == ("return", MANY))
    before = next((int(one.details.get("count", 0)) for one in open_now), 0)
    alarms.keep(node, "return", MANY, {"state": "many", "count": before + count})


# -- at the node that asks ------------------------------------------------------------------------------------


def came(node: ExchangeNode, letter: Letter) -> None:
    """An answer has come; the page of requests shows it. One about a record that is not ours says nothing."""
    found = node.store.records.known([letter.about]).get(letter.about)
    # A record that is not here may be ours and lost, and come back after its answer.
    is_anothers = found is not None and found.origin != node.code
    node.letters.mark(letter, "void" if is_anothers else DONE)


def answers(node: ExchangeNode, uuid: str) -> list[Letter]:
    """The last answer of each node about a recovery of ours, by node."""
    told = {one.sender: one for one in node.letters.of(uuid, "answer") if one.sender != node.code}
    return [told[sender] for sender in sorted(told) if told[sender].state == DONE]
