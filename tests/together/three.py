"""Three nodes that write, correct, withdraw, pull, post, are cut off and fall over, as a machine of rules."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from exchange.log import publish
from exchange.log.ledger import Ledger
from exchange.talk import pull
from exchange.talk.report import Report
from exchange.talk.sync import sync
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    banding,
    befriend,
    correct,
    count,
    every,
    make_node,
    reach,
    recovery,
    reopen,
    returns_of,
    seals_of,
    settle,
    snapshot,
    trust,
    withdraw,
)

CODES = ("AM-KHG", "HL-SHP", "HL-QFG")
RINGS = ("XC 345612", "XC 345613", "H00-0773")
# Not more than a few lines cross in an example: pages and batches must be small for their borders to be met.
SMALL_BATCH, SMALL_PAGE = 2, 700


class PowerCut(Exception):
    """What a process never gets to handle."""


class ThreeNodes(RuleBasedStateMachine):
    """A full mesh: each is a peer of each."""

    pairs: tuple[tuple[int, int], ...] = ((0, 1), (1, 2), (0, 2))
    posting: tuple[str, ...] = ()
    terms: Mapping[str, Any] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="three-"))
        self.network = Network(hidden=set(self.posting))
        self.written: dict[str, int] = {}
        self.withdrawn: set[str] = set()
        self.patch = pytest.MonkeyPatch()

    @initialize()
    def begin(self) -> None:
        self.patch.setattr(publish, "BATCH", SMALL_BATCH)
        self.patch.setattr(pull, "PAGE_LEAST", 100)
        self.patch.setattr("exchange.talk.feed.PAGE_LEAST", 100)
        towns = [make_node(self.folder, code) for code in CODES]
        trust(*towns)
        for one, other in self.pairs:
            befriend(towns[one], towns[other], posts=self.posting, **({"terms": self.terms} if self.terms else {}))
        for town in towns:
            for peer in town.node.book.peers():
                town.node.book.note(peer.code, page_bytes=SMALL_PAGE)
        self.network.add(*towns)

    def teardown(self) -> None:
        try:
            if self.network.towns:
                self.agree()
        finally:
            self.patch.undo()
            for town in self.network.towns.values():
                town.close()
            shutil.rmtree(self.folder)

    # -- writing ------------------------------------------------------------------------------------------

    def town(self, number: int) -> Town:
        return self.network.towns[CODES[number]]

    @rule(at=st.integers(0, 2), ring=st.sampled_from(RINGS), day=st.integers(1, 28))
    def band(self, at: int, ring: str, day: int) -> None:
        """A second banding of the same ring is an error where the first is known; then nothing is written."""
        self.admit(self.town(at), banding(ring, day=f"2024-05-{day:02}", measurements={"wing": 70.0 + at}))

    @rule(at=st.integers(0, 2), ring=st.sampled_from(RINGS), day=st.integers(1, 28))
    def recover(self, at: int, ring: str, day: int) -> None:
        """Remarks and people never leave; the rest does."""
        people, remarks = {"ringer": f"Ringer of {at}"}, {"text": "worn"}
        self.admit(self.town(at), recovery(ring, day=f"2024-09-{day:02}", people=people, remarks=remarks))

    def admit(self, town: Town, draft: Any) -> None:
        (verdict,) = town.station.intake.admit([draft], door="form", by="a test", confirm_all="For the test")
        if verdict.is_kept and verdict.id:
            self.written[verdict.id] = 1

    @rule(at=st.integers(0, 2), which=st.integers(0, 99), sex=st.sampled_from("MFU"))
    def amend(self, at: int, which: int, sex: str) -> None:
        """Whatever a node has acknowledged has one version more."""
        own = [one for one in every(self.town(at)) if one.origin == CODES[at] and not one.withdrawn]
        if own and own[which % len(own)].core.get("sex") != sex:
            chosen = own[which % len(own)].uuid
            correct(self.town(at), chosen, sex=sex)
            self.written[chosen] += 1

    @rule(at=st.integers(0, 2), which=st.integers(0, 99))
    def take_back(self, at: int, which: int) -> None:
        own = [one for one in every(self.town(at)) if one.origin == CODES[at] and not one.withdrawn]
        if own:
            chosen = own[which % len(own)].uuid
            withdraw(self.town(at), chosen)
            self.written[chosen] += 1
            self.withdrawn.add(chosen)

    # -- talking ------------------------------------------------------------------------------------------

    def visit(self, which: int, turned: bool) -> tuple[Town, str] | None:
        """Who calls whom; nobody calls a node that cannot be reached."""
        pair = self.pairs[which % len(self.pairs)]
        one, other = reversed(pair) if turned else pair
        return None if CODES[other] in self.network.hidden else (self.town(one), CODES[other])

    def talk(self, which: int, turned: bool) -> Report | None:
        found = self.visit(which, turned)
        return sync(found[0].node, found[1], reach(found[0], self.network)) if found else None

    @rule(which=st.integers(0, 2), turned=st.booleans(), times=st.integers(1, 2))
    def pull(self, which: int, turned: bool, times: int) -> None:
        """The second time brings nothing."""
        for _ in range(times):
            report = self.talk(which, turned)
            assert report is None or not report.trouble, report

    @rule(which=st.integers(0, 2), turned=st.booleans(), after=st.integers(0, 4000), silent=st.booleans())
    def pull_over_a_line_that_breaks(self, which: int, turned: bool, after: int, silent: bool) -> None:
        self.network.cut_after, self.network.silent = after, silent
        try:
            self.talk(which, turned)
        finally:
            self.network.cut_after, self.network.silent = None, False

    @rule(which=st.integers(0, 2), turned=st.booleans(), where=st.sampled_from(["also", "append", "keep"]),
          calls=st.integers(0, 3))  # fmt: skip
    def fall_over_in_the_middle(self, which: int, turned: bool, where: str, calls: int) -> None:
        """Whatever was under way is rolled back as a whole; the process begins anew."""
        found = self.visit(which, turned)
        if found is None:
            return
        with pytest.MonkeyPatch.context() as planted:
            plant(planted, where, calls, found[0])
            with contextlib.suppress(PowerCut):
                sync(found[0].node, found[1], reach(found[0], self.network))
        self.start_again(CODES.index(found[0].code))

    @rule(at=st.integers(0, 2))
    def start_again(self, at: int) -> None:
        self.network.add(reopen(self.town(at)))

    @precondition(lambda self: self.posting)
    @rule(at=st.integers(0, 2))
    def forget_what_was_posted(self, at: int) -> None:
        """What is posted once more changes nothing."""
        for peer in self.town(at).node.book.peers():
            self.town(at).node.book.note(peer.code, posted=0)

    # -- the end ------------------------------------------------------------------------------------------

    def agree(self) -> None:
        """Everybody knows everything that anybody was told is kept, once, and alike."""
        settle(self.network)
        towns = list(self.network.towns.values())
        known = [snapshot(town) for town in towns]
        for town, found in zip(towns, known, strict=True):
            assert {uuid: one[0] for uuid, one in found.items()} == self.written, town
            assert {uuid for uuid, one in found.items() if one[3]} == self.withdrawn, town
            assert seals_of(found) == seals_of(known[0]), town
            assert count(town, "records") == len(self.written)
            assert count(town, "versions") == sum(self.written.values())
            assert count(town, "exchange_entries where version_id is not null") == sum(self.written.values())
            self.check_letters(town)
            assert not town.node.book.waiting()
            assert not town.node.book.refusals()
            self.check_groups(town, found, known)
        assert all(returns_of(town) == returns_of(towns[0]) for town in towns)
        assert not self.network.faults

    def check_letters(self, town: Town) -> None:
        """Every entry that is no version is a letter, and every letter is there once."""
        letters = [*town.node.letters.received(), *town.node.letters.sent()]
        assert len({letter.uuid for letter in letters}) == len(letters)
        assert count(town, "exchange_letters") == count(town, "exchange_entries where version_id is null")

    def check_groups(self, town: Town, found: dict[str, Any], known: list[dict[str, Any]]) -> None:
        """A record is held in full where it was written, and elsewhere as far as the terms open it."""
        for one in every(town):
            whole = set(known[CODES.index(one.origin)][one.uuid][2])
            open_here = whole if one.origin == town.code or self.terms else whole - {"people", "remarks"}
            assert set(found[one.uuid][2]) == open_here, (town, one)


def plant(planted: pytest.MonkeyPatch, where: str, calls: int, town: Town) -> None:
    """Let the power fail at one of the next calls of a step of taking."""
    left = [calls]
    owner, name = {
        "also": (type(town.node.book), "note"), "append": (Ledger, "append"),
        "keep": (type(town.station.store.records), "keep"),
    }[where]  # fmt: skip
    real: Callable[..., Any] = getattr(owner, name)

    def failing(self: Any, *args: Any, **kwargs: Any) -> Any:
        mine = getattr(self, "store", None) is town.station.store or self is town.station.store.records
        if mine and left[0] == 0:
            raise PowerCut
        left[0] -= mine
        return real(self, *args, **kwargs)

    planted.setattr(owner, name, failing)


class AChain(ThreeNodes):
    """The middle one relays: the ends know each other's keys and have never met."""

    pairs = ((0, 1), (1, 2))


class AHubAndTwoBehindFirewalls(AChain):
    """Nobody can call the ends; they pull from the middle and post to it."""

    posting = (CODES[0], CODES[2])


class AChainThatShowsEverything(AChain):
    """All groups are open to everybody."""

    terms = EVERYTHING
