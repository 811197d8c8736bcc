"""Four nodes to which everything happens that happens to nodes, and what must hold whatever it was."""

import contextlib
import copy
import datetime
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from banding.errors import BandingError
from exchange.agreements import documents, life, opening, policy
from exchange.log import publish
from exchange.log.agreementbook import ASKED
from exchange.talk import again, audit, brake, chores, packing, proposals, returns, unpacking
from exchange.talk import sync as talk
from exchange.talk.packing import Packing
from exchange.talk.unpacking import Source
from tests.together.kit import (
    EVERYTHING,
    NOW,
    Network,
    Town,
    WsgiAdapter,
    banding,
    befriend,
    every,
    known,
    make_node,
    pull,
    reach,
    recovery,
    reopen,
    trust,
    withdraw,
)
from tests.together.law import GROUPS, Law, Said, Version, held
from tests.together.mishaps import POINTS, WAYS, copied, power_cut, put_back, save

CODES = ("HL-SHP", "HL-GFN", "PR-KHN", "AM-KHG")
LINES = ((0, 1), (1, 2), (2, 3), (0, 3))
"""A station, its hub, the hub abroad and the zapovednik there; and a line straight from the one to the other."""
RINGS = ("XC 345612", "XC 345613", "XC 345614")
SPECIES = {"Emberiza spodocephala": "0", "Grus japonensis": "3"}
YEARS = (-9, -1, 0, 0, 1, 9)
TERMS: list[dict[str, Any]] = [policy.STANDARD | said for said in (
    {}, EVERYTHING, {"bandings": "returns"}, {"bandings": "none"}, {"kinds": [], "bandings": "none"},
    {"embargo_days": 300}, {"groups": {level: ["core"] for level in "0123"}},
    {"bandings": "returns", "embargo_days": 300}, EVERYTHING | {"bandings": "none"}, EVERYTHING | {"embargo_days": 500},
)]  # fmt: skip
ONWARD: list[Any] = ["all", "none", [CODES[0]], [CODES[2]]]
MOST_ROUNDS = 30
TURNS: list[set[int]] = [set(), {1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}]
"""Whose twin is on the line: in five turns each of two meets each of two."""

node_, line_ = st.integers(0, 3), st.sampled_from([*LINES, *(pair[::-1] for pair in LINES)])


class FourNodes(RuleBasedStateMachine):
    """Any of them may write, call, fall over, be set back, be copied, change its terms, and have a wrong clock."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="four-"))
        self.network, self.law, self.patch = Network(), Law(), pytest.MonkeyPatch()
        self.twins: dict[str, Town] = {}
        self.turned: set[int] = set()
        self.saved: dict[str, list[Path]] = {}
        self.bundles: list[tuple[int, Path, set[str]]] = []
        self.asked: list[requests.PreparedRequest] = []
        self.numbers: Iterator[int] = itertools.count(1)

    @initialize()
    def begin(self) -> None:
        """Pages, batches and parts are small, for a few entries to meet their borders; the brake holds soon."""
        for owner, name, value in (
            (publish, "BATCH", 3), (talk, "PAGE_LEAST", 100), (brake, "LEAST", 2), (brake, "SHARE", 0.0),
            (packing, "PART_LEAST", 1),
        ):  # fmt: skip
            self.patch.setattr(owner, name, value)
        self.patch.setattr("exchange.talk.feed.PAGE_LEAST", 100)
        self.patch.setattr("exchange.agreements.showing.SEGMENT_LEAST", 800)
        towns = [make_node(self.folder, code) for code in CODES]
        trust(*towns)
        for one, other in LINES:
            befriend(towns[one], towns[other])
        self.network.add(*towns).change = lambda request: self.asked.append(copy.deepcopy(request))
        for at, town in enumerate(towns):
            for peer in town.node.book.peers():
                town.node.book.note(peer.code, page_bytes=700)
            self.write(at, banding(f"XC 10000{at}", "2024-05-01"), "0")

    def teardown(self) -> None:
        try:
            if self.network.towns:
                self.everything_comes_right()
        finally:
            self.patch.undo()
            for town in [*self.network.towns.values(), *self.twins.values()]:
                town.close()
            shutil.rmtree(self.folder)

    def town(self, at: int) -> Town:
        return self.network.towns[CODES[at]]

    @property
    def towns(self) -> list[Town]:
        """Every node that is alive, those included that sleep while their twin is on the line."""
        return [*self.network.towns.values(), *self.twins.values()]

    # -- writing ------------------------------------------------------------------------------------------

    def planted(self) -> dict[str, str]:
        number = next(self.numbers)
        return {group: f"kw{number:05}{group}" for group in GROUPS}

    def write(self, at: int, draft: Any, level: str) -> None:
        words, town = self.planted(), self.town(at)
        _fill(draft.record, words)
        (verdict,) = town.station.intake.admit([draft], door="form", by="a test", confirm_all="For the test")
        if verdict.is_kept and verdict.id:
            core = draft.record["core"]
            one = Said(verdict.id, town.code, core["kind"], level, core["day"], core["ring"])
            self.law.records[verdict.id] = one
            self.law.plant(town.code, verdict.id, words)
            self.law.acknowledged.add(Version(verdict.id, 1, words["core"], False))

    @rule(at=node_, ring=st.sampled_from(RINGS), species=st.sampled_from(sorted(SPECIES)), banded=st.booleans(),
          day=st.integers(1, 28))  # fmt: skip
    def meet(self, at: int, ring: str, species: str, banded: bool, day: int) -> None:
        """A second banding of the same ring is an error where the first is known; then nothing is written."""
        draft = banding if banded else recovery
        self.write(at, draft(ring, f"2024-{5 if banded else 9:02}-{day:02}", species=species), SPECIES[species])

    def own(self, at: int, which: int) -> Any:
        mine = [one for one in every(self.town(at)) if one.origin == CODES[at] and not one.withdrawn]
        return mine[which % len(mine)] if mine else None

    @rule(at=node_, which=st.integers(0, 9))
    def correct(self, at: int, which: int) -> None:
        if (one := self.own(at, which)) is None:
            return
        words, intake = self.planted(), self.town(at).station.intake
        groups = {name: dict(one.groups[name]) for name in one.groups}
        groups["core"].pop("confirmed", None)
        groups.get("remarks", {}).pop("confirmations", None)
        _fill(groups, words)
        verdict = intake.correct(one.uuid, groups, by="a test")
        if verdict.outcome == "to-confirm":
            why = {finding.code: "For the test" for finding in verdict.findings}
            verdict = intake.correct(one.uuid, groups, by="a test", confirmed=why)
        if verdict.is_kept:
            self.law.plant(CODES[at], one.uuid, words)
            self.law.acknowledged.add(Version(one.uuid, one.generation + 1, words["core"], False))

    @rule(at=node_, which=st.integers(0, 9))
    def take_back(self, at: int, which: int) -> None:
        if (one := self.own(at, which)) is not None:
            withdraw(self.town(at), one.uuid)
            self.law.acknowledged.add(Version(one.uuid, one.generation + 1, one.core.get("reference", ""), True))

    @rule(at=node_, which=st.integers(0, 9))
    def propose(self, at: int, which: int) -> None:
        """Its words are for all on the way to the steward, and for everybody once they are accepted."""
        town, words = self.town(at), self.planted()
        others = [one for one in every(town) if one.origin != CODES[at] and not one.withdrawn]
        if others:
            self.law.public.update(words.values())
            changes = {"core": {"reference": words["core"]}}
            proposals.propose(town.node, others[which % len(others)], changes, "Read again on the photograph")

    @rule(at=node_, accepts=st.booleans())
    def decide(self, at: int, accepts: bool) -> None:
        node = self.town(at).node
        for letter in node.letters.received("proposal", "new"):
            if not accepts:
                proposals.decline(node, letter.uuid, reason="It is as I wrote it")
                continue
            word = letter.core["changes"]["core"]["reference"]
            with contextlib.suppress(BandingError):
                before = node.store.records.record(letter.about)
                verdict = proposals.accept(node, letter.uuid, by="a test", confirmed=_any_reason())
                if verdict.is_kept and before is not None:
                    self.law.plant(CODES[at], letter.about, {"core": word})
                    self.law.acknowledged.add(Version(letter.about, before.generation + 1, word, False))

    # -- talking ------------------------------------------------------------------------------------------

    def visit(self, pair: tuple[int, int], *, posts: bool = False) -> str:
        """One node calls another; the law hears before and after what may go each way."""
        caller, other = self.town(pair[0]), self.town(pair[1])
        ways = [(other, caller.code)] + ([(caller, other.code)] if posts else [])
        caller.node.book.note(other.code, posts=int(posts))
        for giver, taker in ways:
            self.law.goes(giver, taker)
        try:
            trouble = pull(caller, other, self.network).trouble
            if not trouble:
                audit.after_sync(caller.node, other.code, reach(caller, self.network))
            return trouble
        finally:
            for giver, taker in ways:
                self.law.goes(giver, taker)

    @rule(pair=line_, posts=st.booleans(), times=st.integers(1, 2))
    def call(self, pair: tuple[int, int], posts: bool, times: int) -> None:
        """The second time brings nothing."""
        for _ in range(times):
            trouble = self.visit(pair, posts=posts)
            assert not trouble, (pair, trouble)

    @rule(pair=line_, posts=st.booleans(), after=st.integers(0, 6000), silent=st.booleans())
    def call_over_a_line_that_breaks(self, pair: tuple[int, int], posts: bool, after: int, silent: bool) -> None:
        self.network.cut_after, self.network.silent = after, silent
        try:
            self.visit(pair, posts=posts)
        finally:
            self.network.cut_after, self.network.silent = None, False

    @rule(pair=line_, point=st.sampled_from(sorted(POINTS)), calls=st.integers(0, 3), after=st.booleans(),
          posts=st.booleans())  # fmt: skip
    def call_while_the_power_fails(
        self, pair: tuple[int, int], point: str, calls: int, after: bool, posts: bool
    ) -> None:
        """Whatever was under way is rolled back as a whole; both begin anew."""
        with power_cut(point, calls, after=after):
            self.visit(pair, posts=posts)
        for at in pair:
            self.network.add(reopen(self.town(at)))

    @rule(which=st.integers(0, 99))
    def ask_once_more(self, which: int) -> None:
        """A request that was heard before comes again, as it was."""
        if self.asked:
            WsgiAdapter(self.network).send(self.asked[which % len(self.asked)]).close()

    @rule(pair=line_, from_beginning=st.booleans(), size=st.sampled_from([500, 5000]))
    def pack(self, pair: tuple[int, int], from_beginning: bool, size: int) -> None:
        giver, taker = self.town(pair[0]), CODES[pair[1]]
        words = self.law.gives(giver, taker)
        packing_ = Packing(giver.node, taker, from_beginning=from_beginning)
        target = self.folder / f"bundle-{next(self.numbers)}"
        with contextlib.suppress(BandingError):
            files = packing_.write(target, max(size, packing.LABEL_BYTES + size)).files
            self.bundles += [(pair[1], path, words | self.law.gives(giver, taker)) for path in files]

    @rule(picks=st.lists(st.integers(0, 99), min_size=1, max_size=4))
    def unpack(self, picks: list[int]) -> None:
        """Parts of any bundles, in any order, as often as one likes."""
        for pick in picks if self.bundles else ():
            to, path, words = self.bundles[pick % len(self.bundles)]
            self.law.may.setdefault(CODES[to], set()).update(words)
            unpacking.read(self.town(to).node, [Source(path.name, path.read_bytes)])

    # -- terms and clocks ---------------------------------------------------------------------------------

    @rule(pair=line_, terms=st.sampled_from(TERMS))
    def give_otherwise(self, pair: tuple[int, int], terms: dict[str, Any]) -> None:
        node = self.town(pair[0]).node
        peer = node.book.peer(CODES[pair[1]])
        if peer is not None and not peer.agreement:
            with node.store.transaction():
                opening.change_terms(node, peer.code, terms)

    @rule(pair=line_, ours=st.sampled_from(TERMS), theirs=st.sampled_from(TERMS), onward=st.sampled_from(ONWARD))
    def offer(self, pair: tuple[int, int], ours: dict[str, Any], theirs: dict[str, Any], onward: Any) -> None:
        node, us, them = self.town(pair[0]).node, CODES[pair[0]], CODES[pair[1]]
        peer = node.book.peer(them)
        assert peer is not None
        said = {"names": {us: "One", them: "Other"}, "legal_basis": "Treaty", "valid_from": "2025-06-01",
                "gives": {us: ours | {"onward": onward}, them: theirs}}  # fmt: skip
        said |= {"replaces": peer.agreement} if peer.agreement else {}
        life.sign(node, life.draft(node, them, documents.new((us, them), **said), "anna"), "anna")

    @rule(at=node_)
    def sign(self, at: int) -> None:
        node = self.town(at).node
        for peer in node.book.peers():
            for found in node.agreements.of(peer.code, (ASKED,)):
                life.sign(node, found.digest, "bao")

    @rule(at=node_, years=st.sampled_from(YEARS))
    def set_the_clock(self, at: int, years: int) -> None:
        _set(self.town(at), years)

    # -- disks --------------------------------------------------------------------------------------------

    @rule(at=node_)
    def start_again(self, at: int) -> None:
        self.network.add(reopen(self.town(at)))

    @rule(at=node_)
    def back_up(self, at: int) -> None:
        to = self.folder / f"saved-{next(self.numbers)}"
        self.saved.setdefault(CODES[at], []).append(save(self.town(at), to))

    @rule(at=node_, which=st.integers(0, 9), way=st.sampled_from(WAYS))
    def restore(self, at: int, which: int, way: str) -> None:
        if saved := self.saved.get(CODES[at]):
            town = self.town(at)
            self.law.dies(town, self.others(town))
            older = saved[which % len(saved)]
            self.network.add(put_back(town, older, way))

    def others(self, town: Town) -> list[Town]:
        return [other for other in self.towns if other is not town]

    @rule(at=node_)
    def clone(self, at: int) -> None:
        """From now on the two are on the line in turns."""
        if CODES[at] not in self.twins:
            self.twins[CODES[at]] = copied(self.town(at), self.folder / f"twin-{next(self.numbers)}")

    @rule(at=node_)
    def change_places(self, at: int) -> None:
        if CODES[at] in self.twins:
            town = self.town(at)
            self.turned ^= {at}
            self.network.add(self.twins[CODES[at]])
            self.twins[CODES[at]] = town

    @rule(at=node_)
    def lose_the_twin(self, at: int) -> None:
        if town := self.twins.pop(CODES[at], None):
            self.law.dies(town, self.others(town))
            town.close()

    # -- the end ------------------------------------------------------------------------------------------

    def everything_comes_right(self) -> None:
        for town in self.towns:
            _set(town, 0)
        for _ in range(MOST_ROUNDS):
            before = self.all_that_is_known()
            for on_the_line in TURNS if self.twins else TURNS[:1]:
                for at in self.turned ^ on_the_line:
                    self.change_places(at)
                for pair in LINES:
                    self.everybody_calls(pair)
            if self.all_that_is_known() == before:
                break
        else:
            raise AssertionError(f"the nodes were still moving after {MOST_ROUNDS} rounds")
        assert not self.network.faults
        pairs = [(one, other) for one in self.towns for other in self.towns if one.node.book.peer(other.code)]
        self.law.check(self.towns, pairs)

    def everybody_calls(self, pair: tuple[int, int]) -> None:
        for way in (pair, pair[::-1]):
            self.chores(self.town(way[0]))
            trouble = self.visit(way)
            assert not trouble, (way, trouble)

    def chores(self, town: Town) -> None:
        """What the timetable does, and what a person does who looks at the alarms."""
        chores.agreements(town.node)
        chores.embargoes(town.node)
        returns.look(town.node)
        again.look(town.node)
        for one in brake.waiting(town.node):
            brake.release(town.node, one.log, "a test")

    def all_that_is_known(self) -> list[Any]:
        sql = "select count(*) from exchange_letters"
        return [(known(t), held(t), t.station.store.database.execute(sql).fetchone()) for t in self.towns]


def _set(town: Town, years: int) -> None:
    town.clock = town.station.intake.clock = lambda: NOW + datetime.timedelta(days=365 * years)


def _any_reason() -> Any:
    return dict.fromkeys(("S-region", "S-season", "S-repeat"), "For the test")


def _fill(groups: dict[str, Any], words: dict[str, str]) -> None:
    """Put the words into the groups, one into each."""
    fields = {"core": "reference", "place": "name", "people": "ringer", "remarks": "text"}
    for group, word in words.items():
        groups.setdefault(group, {})[fields[group]] = word
