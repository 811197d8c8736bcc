"""What people do at four nodes: they meet birds, correct, withdraw, propose and decide; every version has its words."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from banding.errors import BandingError
from exchange.talk import proposals
from tests.together.kit import Network, Town, banding, every, recovery, withdraw
from tests.together.law import GROUPS, Law, Said, Version

CODES = ("HL-SHP", "HL-GFN", "PR-KHN", "AM-KHG")
RINGS = ("XC 345612", "XC 345613")
SPECIES = {"Emberiza spodocephala": "0", "Grus japonensis": "3"}
NODE = st.integers(0, 3)


class Writing(RuleBasedStateMachine):
    """Whatever is acknowledged is told to the law."""

    def __init__(self) -> None:
        super().__init__()
        self.network, self.law = Network(), Law()
        self.numbers: Iterator[int] = itertools.count(1)

    def town(self, at: int) -> Town:
        return self.network.towns[CODES[at]]

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

    @rule(at=NODE, ring=st.sampled_from(RINGS), species=st.sampled_from(sorted(SPECIES)), banded=st.booleans(),
          day=st.integers(1, 28))  # fmt: skip
    def meet(self, at: int, ring: str, species: str, banded: bool, day: int) -> None:
        """A second banding of the same ring is an error where the first is known; then nothing is written."""
        draft = banding if banded else recovery
        self.write(at, draft(ring, f"2024-{5 if banded else 9:02}-{day:02}", species=species), SPECIES[species])

    def own(self, at: int, which: int) -> Any:
        mine = [one for one in every(self.town(at)) if one.origin == CODES[at] and not one.withdrawn]
        return mine[which % len(mine)] if mine else None

    @rule(at=NODE, which=st.integers(0, 9))
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

    @rule(at=NODE, which=st.integers(0, 9))
    def take_back(self, at: int, which: int) -> None:
        if (one := self.own(at, which)) is not None:
            withdraw(self.town(at), one.uuid)
            self.law.acknowledged.add(Version(one.uuid, one.generation + 1, one.core.get("reference", ""), True))

    @rule(at=NODE, which=st.integers(0, 9))
    def propose(self, at: int, which: int) -> None:
        """Its words are for all on the way to the steward, and for everybody once they are accepted."""
        town, words = self.town(at), self.planted()
        others = [one for one in every(town) if one.origin != CODES[at] and not one.withdrawn]
        if others:
            self.law.public.update(words.values())
            changes = {"core": {"reference": words["core"]}}
            proposals.propose(town.node, others[which % len(others)], changes, "Read again on the photograph")

    @rule(at=NODE, accepts=st.booleans())
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


def _any_reason() -> Any:
    return dict.fromkeys(("S-region", "S-season", "S-repeat"), "For the test")


def _fill(groups: dict[str, Any], words: dict[str, str]) -> None:
    """Put the words into the groups, one into each."""
    fields = {"core": "reference", "place": "name", "people": "ringer", "remarks": "text"}
    for group, word in words.items():
        groups.setdefault(group, {})[fields[group]] = word
