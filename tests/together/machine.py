"""Four nodes to which everything happens that happens to nodes, and what must hold whatever it was."""

import copy
import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from exchange.agreements import documents, life, opening, policy
from exchange.log import publish
from exchange.log.agreementbook import ASKED
from exchange.talk import again, brake, chores, packing, pull, returns
from tests.together.kit import (
    EVERYTHING,
    NOW,
    Town,
    banding,
    befriend,
    known,
    make_node,
    recovery,
    reopen,
    trust,
)
from tests.together.law import held
from tests.together.mishaps import WAYS, copied, put_back, save
from tests.together.stories import CODES, NODE, RINGS
from tests.together.talking import CALLS, LINES, Talking

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


class FourNodes(Talking):
    """Any of them may write, call, fall over, be set back, be copied, change its terms, and have a wrong clock."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.twins: dict[str, Town] = {}
        self.turned: set[int] = set()
        self.saved: dict[str, list[Path]] = {}

    @initialize(given=st.lists(st.sampled_from(TERMS), min_size=8, max_size=8))
    def begin(self, given: list[dict[str, Any]]) -> None:
        """Pages, batches and parts are small, for a few entries to meet their borders; the brake holds soon."""
        for owner, name, value in (
            (publish, "BATCH", 3), (pull, "PAGE_LEAST", 100), (brake, "LEAST", 2), (brake, "SHARE", 0.0),
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
        for at, (town, met) in enumerate(zip(towns, (recovery, recovery, banding, banding), strict=True)):
            for peer in town.node.book.peers():
                town.node.book.note(peer.code, page_bytes=700, terms=json.dumps(given.pop()))
            # The birds of either side are met on the other from the first day on.
            self.write(at, met(RINGS[at % 2], "2024-05-01", species="Grus japonensis"), "3")
            self.back_up(at)

    def teardown(self) -> None:
        try:
            if self.network.towns:
                self.everything_comes_right()
        finally:
            self.patch.undo()
            for town in [*self.network.towns.values(), *self.twins.values()]:
                town.close()
            shutil.rmtree(self.folder)

    @property
    def towns(self) -> list[Town]:
        """Every node that is alive, those included that sleep while their twin is on the line."""
        return [*self.network.towns.values(), *self.twins.values()]

    # -- terms and clocks ---------------------------------------------------------------------------------

    @rule(pair=CALLS, terms=st.sampled_from(TERMS))
    def give_otherwise(self, pair: tuple[int, int], terms: dict[str, Any]) -> None:
        node = self.town(pair[0]).node
        peer = node.book.peer(CODES[pair[1]])
        if peer is not None and not peer.agreement:
            with node.store.transaction():
                opening.change_terms(node, peer.code, terms)

    @rule(pair=CALLS, ours=st.sampled_from(TERMS), theirs=st.sampled_from(TERMS), onward=st.sampled_from(ONWARD))
    def offer(self, pair: tuple[int, int], ours: dict[str, Any], theirs: dict[str, Any], onward: Any) -> None:
        node, us, them = self.town(pair[0]).node, CODES[pair[0]], CODES[pair[1]]
        peer = node.book.peer(them)
        assert peer is not None
        said = {"names": {us: "One", them: "Other"}, "legal_basis": "Treaty", "valid_from": "2025-06-01",
                "gives": {us: ours | {"onward": onward}, them: theirs}}  # fmt: skip
        said |= {"replaces": peer.agreement} if peer.agreement else {}
        life.sign(node, life.draft(node, them, documents.new((us, them), **said), "anna"), "anna")

    @rule(at=NODE)
    def sign(self, at: int) -> None:
        node = self.town(at).node
        for peer in node.book.peers():
            for found in node.agreements.of(peer.code, (ASKED,)):
                life.sign(node, found.digest, "bao")

    @rule(at=NODE, years=st.sampled_from(YEARS))
    def set_the_clock(self, at: int, years: int) -> None:
        _set(self.town(at), years)

    # -- disks --------------------------------------------------------------------------------------------

    @rule(at=NODE)
    def start_again(self, at: int) -> None:
        self.network.add(reopen(self.town(at)))

    @rule(at=NODE)
    def back_up(self, at: int) -> None:
        to = self.folder / f"saved-{next(self.numbers)}"
        self.saved.setdefault(CODES[at], []).append(save(self.town(at), to))

    @rule(at=NODE, which=st.integers(0, 9), way=st.sampled_from(WAYS))
    def restore(self, at: int, which: int, way: str) -> None:
        if saved := self.saved.get(CODES[at]):
            town = self.town(at)
            self.law.dies(town, self.others(town))
            older = saved[which % len(saved)]
            self.network.add(put_back(town, older, way))

    def others(self, town: Town) -> list[Town]:
        return [other for other in self.towns if other is not town]

    @rule(at=NODE)
    def clone(self, at: int) -> None:
        """From now on the two are on the line in turns."""
        if CODES[at] not in self.twins:
            self.twins[CODES[at]] = copied(self.town(at), self.folder / f"twin-{next(self.numbers)}")

    @rule(at=NODE)
    def change_places(self, at: int) -> None:
        if CODES[at] in self.twins:
            town = self.town(at)
            self.turned ^= {at}
            self.network.add(self.twins[CODES[at]])
            self.twins[CODES[at]] = town

    @rule(at=NODE)
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
