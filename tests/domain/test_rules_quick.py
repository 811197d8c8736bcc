"""The quick way through the rules: the same findings as by asking every rule, and no rule forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from banding import reference
from banding.domain.encounters import Encounter
from banding.domain.rules import RULES, Case, Finding, hand_, judge, quick
from banding.domain.rules.case import warning
from banding.domain.rules.quick import CODES, OF_CODES, Quick
from banding.domain.stock import Stock, String
from tests.domain.birds import TODAY, record

TABLES = reference.tables()
SPECIES = [*(one.scientific_name for one in list(TABLES.species)[::40]), "Emberiza spodocephala", "Parus minor", "Aves",
           "Schoeniclus spodocephalus", "Emberiza spodocephala sordida", "Nemo nusquam"]  # fmt: skip
RINGS = [
    "XC 345612",
    "XC345612",
    "ХС 345612",
    "XC-345612",
    "XC 34561?",
    "A 1",
    "H00-0773",
    "H000773",
    "xc 345 612",
    "7",
]
CODE = {
    "sex": "MFU", "age": "0123456AZ", "status": ["-", "U", "N", "M"], "condition": "0123456789",
    "circumstances": ["01", "02", "08", "11", "20", "28", "91"], "catching_method": "MFUN", "ring_information": "12457",
    "brood_size": ["--", "03"], "pullus_age": ["--", "07"], "pullus_age_accuracy": ["-", "0", "U"],
    "species_code": ["00000", "18690", "65001"], "species_mentioned_code": ["18690", "69999"],
    "manner": ["recapture", "found", "resighting"], "sexing_method": "UPS", "day_accuracy": "012",
    "time": ["0600", "1830"], "scheme": ["RUM", "CPB", "JHY", "DKC", "XXX"],
    "place_code": ["RU83", "DK--", "CN30", "-B00"],
}  # fmt: skip
DEGREES = st.sampled_from([0.0, 0, 49.05, 49.15, 49.25, 49.0169, 130.4469, 12.5, 55.7, -49.3, 49.6, 90, 180.0, -180.0])
CORE = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["banding", "recovery"]), "ring": st.sampled_from(RINGS),
        "species": st.sampled_from(SPECIES), "scheme": st.sampled_from(["RUM", "CPB", "JHY", "XXX"]),
        "day": st.dates(date(1890, 1, 1), date(2024, 7, 1)).map(str) | st.sampled_from(["2024-05-01", "2024-05-02"]),
        "id": st.sampled_from(["a", "b", "c"]), "origin": st.sampled_from(["AM-KHG", "HL-SHP"]),
    },
    optional={name: st.sampled_from(list(values)) for name, values in CODE.items() if name != "scheme"}
    | {"ring_partial": st.booleans(), "withdrawn": st.booleans(),
       "replaces": st.just({"scheme": "RUM", "ring": "XC 111111"})},
)  # fmt: skip
PLACE = st.fixed_dictionaries({"latitude": DEGREES, "longitude": DEGREES})
MEASURES = st.fixed_dictionaries(
    {},
    optional={name: st.floats(1, 300) | st.floats(300, 1000) for name in hand_.ANY}
    | {"fat": st.integers(0, 8), "fat_method": st.just("E"), "bill_method": st.sampled_from("CFSX"),
       "tarsus_method": st.sampled_from("MSX"), "primary_score": st.integers(0, 50),
       "primary_moult": st.sampled_from(["5555500000", "VVVVVVVVVX"])},
)  # fmt: skip
RECORDS = st.fixed_dictionaries({"core": CORE}, optional={"place": PLACE, "area": PLACE, "measurements": MEASURES})
HELD = Stock(date(2000, 1, 1), [String.between("XC 345600", "XC 345611")])
AROUND = [
    TABLES, replace(TABLES, land=None), replace(TABLES, entered_here=True), replace(TABLES, stock={"RUM": HELD}),
    replace(TABLES, near_rings=frozenset({"XC345613", "XC345672"})),
]  # fmt: skip


@settings(max_examples=400)
@given(run=st.lists(RECORDS, min_size=1, max_size=4), around=st.sampled_from(AROUND))
@example(run=[record(), record("recovery", id="b", day="2024-04-01", species="Emberiza pallasi")], around=TABLES)
def test_a_run_is_judged_as_by_asking_every_rule(run: list[Any], around: Any) -> None:
    fast = Quick(around, TODAY)
    met = [Encounter.of(told) for told in run]
    for told, me in zip(run, met, strict=True):
        for history in (met, ()):
            assert fast.judge(told, me, history) == judge(Case(told, me, history, TODAY, around))


def test_the_codes_of_a_sound_record_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Case] = []

    def counted(case: Case) -> Iterator[Finding]:
        asked.append(case)
        return iter(())

    monkeypatch.setattr(quick, "OF_CODES", (counted,))
    fast = Quick(TABLES, TODAY)
    for number in range(5):
        fast._told(record(ring=f"XC 34561{number}"), Encounter.of(record()))
    assert len(asked) == 1


class Watched(dict[str, Any]):
    """A core that tells what was looked up in it."""

    seen: set[str]

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)


class Met:
    """An encounter that tells which of its fields were looked up."""

    def __init__(self, met: Encounter, seen: set[str]) -> None:
        self._met, self._seen = met, seen

    def __getattr__(self, name: str) -> Any:
        self._seen.add({"is_banding": "kind"}.get(name, name))
        return getattr(self._met, name)


@given(CORE)
def test_the_rules_of_codes_look_at_nothing_else(core: Any) -> None:
    seen: set[str] = set()
    watched = Watched(core)
    watched.seen = seen
    case: Any = Case({"core": watched}, Met(Encounter.of({"core": core}), seen), (), TODAY, TABLES)  # type: ignore[arg-type]
    seen.clear()
    for rule in OF_CODES:
        list(rule(case))
    assert seen <= set(CODES)


def test_every_rule_that_is_passed_over_is_a_rule() -> None:
    fast = Quick(TABLES, TODAY)
    assert {rule for _, rules in fast.questions for rule in rules} <= set(RULES)
    assert fast._always == frozenset()


def test_a_rule_without_a_question_is_always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def new(_case: Case) -> Iterator[Finding]:
        yield warning("R-new", "core")

    monkeypatch.setattr(quick, "RULES", (*RULES, new))
    found = Quick(TABLES, TODAY).judge(record(), Encounter.of(record()), ())
    assert [finding.code for finding in found] == ["R-new"]


def test_what_is_remembered_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "MOST_REMEMBERED", 3)
    fast = Quick(TABLES, TODAY)
    for number in range(20):
        told = record(species=f"Nemo {number}")
        fast.judge(told, Encounter.of(told), ())
    assert max(len(fast._codes), len(fast._ranges), len(fast._series)) <= 3
