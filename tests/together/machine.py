"""Four nodes to which everything happens that happens to nodes, and what must hold whatever it was."""

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
from exchange.talk import again, brake, chores, packing, proposals, returns, unpacking
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
TERMS: list[dict[str, Any]] = [
    policy.STANDARD, EVERYTHING, {"bandings": "returns"}, {"bandings": "none"}, {"kinds": []}, {"embargo_days": 300},
    {"groups": {level: ["core"] for level in "0123"}}, {"bandings": "returns", "embargo_days": 300},
    EVERYTHING | {"bandings": "none"}, EVERYTHING | {"embargo_days": 500},
]  # fmt: skip
ONWARD: list[Any] = ["all", "none", [CODES[0]], [CODES[2]]]
MOST_ROUNDS = 30

node_, line_ = st.integers(0, 3), st.sampled_from([*LINES, *(pair[::-1] for pair in LINES)])


class FourNodes(RuleBasedStateMachine):
    """Any of them may write, call, fall over, be set back, be copied, change its terms, and have a wrong clock."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="four-"))
        self.network, self.law, self.patch = Network(), Law(), pytest.MonkeyPatch()
        self.twins: dict[str, Town] = {}
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
        _fill(draft.groups, words)
        (verdict,) = town.station.intake.admit([draft], door="form", by="a test", confirm_all="For the test")
        if verdict.is_kept and verdict.id:
            core = draft.groups["core"]
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
