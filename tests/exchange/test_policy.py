"""What may leave: closed unless somebody opened it."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.agreements import policy
from exchange.log import seals

TODAY = datetime.date(2025, 6, 1)
CLASSES = range(16)
ANY_TERMS = st.fixed_dictionaries(
    {"groups": st.dictionaries(st.sampled_from("0123"), st.lists(st.sampled_from(seals.ORDER)), max_size=4)},
    optional={
        "people": st.sampled_from([True, False, "yes", 1]),
        "bandings": st.sampled_from(["all", "returns", "none"]),
        "kinds": st.lists(st.sampled_from(["banding", "recovery"]), unique=True),
    },
)


def banding(sensitivity: int) -> int:
    return policy.classify("banding", sensitivity)


def recovery(sensitivity: int) -> int:
    return policy.classify("recovery", sensitivity)


@pytest.mark.parametrize(
    ("sensitivity", "open_groups"),
    [
        (0, {"core", "area", "measurements", "place"}),
        (1, {"core", "area", "measurements"}),
        (2, {"core", "area", "measurements"}),
        (3, {"core", "measurements"}),
    ],
)
@pytest.mark.parametrize("kind", ["banding", "recovery"])
def test_where_nothing_else_was_agreed_the_place_is_as_coarse_as_the_species_needs(
    kind: str, sensitivity: int, open_groups: set[str]
) -> None:
    assert policy.shown(policy.STANDARD, policy.classify(kind, sensitivity)) == open_groups
    assert policy.shown({}, policy.classify(kind, sensitivity)) == open_groups


@pytest.mark.parametrize("sensitivity", [4, 99])
def test_a_sensitivity_beyond_the_table_counts_as_the_highest(sensitivity: int) -> None:
    assert banding(sensitivity) == banding(3)


def test_a_kind_that_we_do_not_know_is_guarded_like_a_banding_of_the_most_sensitive_species() -> None:
    assert policy.classify("nest", 0) == banding(3)
    assert policy.shown({"bandings": "returns"}, policy.classify("nest", 0)) is None


def test_a_sensitivity_of_which_the_terms_say_nothing_opens_the_core_alone() -> None:
    for sensitivity in range(4):
        assert policy.shown({"groups": {}}, banding(sensitivity)) == {"core"}


def test_people_need_to_be_named_and_allowed() -> None:
    def opened(**said: object) -> bool:
        return "people" in (policy.shown(said, banding(0)) or ())

    named = {"0": ["core", "people"]}
    assert not opened(groups=named)
    assert not opened(groups=named, people="yes")
    assert not opened(groups={"0": ["core"]}, people=True)
    assert opened(groups=named, people=True)


@pytest.mark.parametrize(
    ("bandings", "of_a_banding", "of_a_return", "of_a_recovery"),
    [("all", True, True, True), ("returns", False, True, True), ("none", False, False, True)],
)
def test_bandings_leave_all_or_for_returns_or_not(
    bandings: str, of_a_banding: bool, of_a_return: bool, of_a_recovery: bool
) -> None:
    terms = {"bandings": bandings}
    assert (policy.shown(terms, banding(0)) is not None) is of_a_banding
    assert (policy.returned(terms, banding(0)) is not None) is of_a_return
    assert (policy.shown(terms, recovery(0)) is not None) is of_a_recovery


def test_a_kind_that_was_not_agreed_stays_closed_even_for_returns() -> None:
    terms = {"kinds": ["recovery"], "bandings": "returns"}
    assert policy.shown(terms, banding(0)) is policy.returned(terms, banding(0)) is None
    assert policy.shown({"kinds": ["banding"]}, recovery(0)) is None


def test_when_all_has_ended_letters_and_rows_still_pass_and_records_do_not() -> None:
    for entry_class in CLASSES:
        passes = policy.kind_of(entry_class) in ("extension", "letter")
        assert (policy.shown(policy.CLOSED, entry_class) is not None) is passes
        assert (policy.returned(policy.CLOSED, entry_class) is not None) is passes
    assert not policy.onward(policy.CLOSED, "HL-QFG")


@given(ANY_TERMS, st.sampled_from(CLASSES))
def test_whatever_was_agreed_the_core_comes_first_people_only_by_name_and_a_return_shows_no_less(
    terms: dict[str, object], entry_class: int
) -> None:
    groups, met = policy.shown(terms, entry_class), policy.returned(terms, entry_class)
    for found in (groups, met):
        assert found is None or "core" in found
        if terms.get("people") is not True:
            assert "people" not in (found or ())
    assert groups is None or groups == met


@given(ANY_TERMS, ANY_TERMS)
def test_what_widens_one_way_narrows_the_other_and_the_same_terms_change_nothing(
    before: dict[str, object], after: dict[str, object]
) -> None:
    assert policy.wider(before, after) == policy.narrower(after, before)
    assert policy.wider(before, before) == []
    for entry_class in CLASSES:
        now, then = policy.shown(after, entry_class), policy.shown(before, entry_class)
        if now is not None and (then is None or now - then):
            assert entry_class in policy.wider(before, after)


@pytest.mark.parametrize(
    ("days", "day", "waits"),
    [
        (0, "2025-05-31", False), (30, "2025-05-02", False), (30, "2025-05-03", True), (30, "2025-06-01", True),
        (30, "", False), (30, "next spring", True), (30, "2025-02-30", True), (10**9, "2025-05-01", True),
    ],
)  # fmt: skip
def test_an_embargo_counts_days_and_a_day_that_cannot_be_read_stays(days: int, day: str, waits: bool) -> None:
    assert policy.embargoed({"embargo_days": days}, day, TODAY) is waits


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("all", True), ("none", False), (["HL-QFG"], True), (["PR-KHN"], False), ([], False), ("HL-QFG", False),
        (1, False),
    ],
)  # fmt: skip
def test_onward_names_who_may_hear_it(said: object, passes: bool) -> None:
    assert policy.onward({"onward": said}, "HL-QFG") is passes
