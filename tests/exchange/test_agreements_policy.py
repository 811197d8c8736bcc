"""What may leave under any terms at all: people only when named twice over, and wider is the inverse of narrower."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exchange.agreements import forgetting, policy, preview
from schemas import GROUPS
from schemas.agreement import LEVELS, Terms

CLASSES = range(len(policy.KINDS) * policy.LEVELS)
SOME = st.lists(st.sampled_from(GROUPS), unique=True)
NODES = st.lists(st.sampled_from(["AM-KHG", "HL-SHP", "PR-KHN"]), unique=True)
TERMS = st.fixed_dictionaries(
    {
        "bandings": st.sampled_from(["all", "returns", "none"]),
        "kinds": st.lists(st.sampled_from(["banding", "recovery"]), unique=True),
        "groups": st.fixed_dictionaries(dict.fromkeys(LEVELS, SOME)),
        "people": st.booleans(),
        "embargo_days": st.integers(0, 3650),
        "onward": st.sampled_from(["all", "none"]) | NODES,
    }
)
ANY_CLASS = st.sampled_from(CLASSES)


@given(TERMS)
def test_the_terms_drawn_here_are_those_of_the_schema(terms: dict[str, Any]) -> None:
    assert Terms().validate(terms) == {}


@given(TERMS, ANY_CLASS)
def test_people_leave_only_when_the_terms_say_so_and_the_group_is_named(terms: dict[str, Any], one: int) -> None:
    for shown in (policy.shown(terms, one), policy.returned(terms, one)):
        if "people" in (shown or ()):
            assert terms["people"] is True
            assert "people" in terms["groups"][str(one % policy.LEVELS)]


@given(TERMS, ANY_CLASS, st.sampled_from(["yes", 1, "true", None, [True]]))
def test_nothing_that_merely_looks_true_opens_people(terms: dict[str, Any], one: int, odd: Any) -> None:
    for shown in (policy.shown(terms | {"people": odd}, one), policy.returned(terms | {"people": odd}, one)):
        assert "people" not in (shown or ())


@given(TERMS, ANY_CLASS)
def test_a_kind_that_is_not_named_is_closed_even_for_returns(terms: dict[str, Any], one: int) -> None:
    kind = policy.kind_of(one)
    if kind in ("banding", "recovery") and kind not in terms["kinds"]:
        assert policy.shown(terms, one) is None
        assert policy.returned(terms, one) is None


@given(TERMS, ANY_CLASS)
def test_what_is_shown_is_shown_for_returns_too(terms: dict[str, Any], one: int) -> None:
    shown = policy.shown(terms, one)
    assert shown is None or shown <= (policy.returned(terms, one) or frozenset())


@given(TERMS, TERMS)
def test_wider_and_narrower_are_inverses_and_miss_nothing(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert policy.wider(before, after) == policy.narrower(after, before)
    assert policy.wider(before, before) == policy.narrower(before, before) == []
    for one in CLASSES:
        gains = (policy.shown(after, one) or frozenset()) - (policy.shown(before, one) or frozenset())
        assert not gains or one in policy.wider(before, after)


@given(TERMS, TERMS)
def test_what_is_asked_to_be_forgotten_is_what_was_shown_and_no_longer_is(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    asked = {one: groups for groups, classes in forgetting.lost(before, after).items() for one in classes}
    for one in forgetting.RECORDS:
        gone = asked.get(one, frozenset())
        assert gone <= (policy.returned(before, one) or frozenset())
        assert not gone & (policy.shown(after, one) or frozenset())
        always = policy.shown(before, one) or frozenset()
        assert always <= gone | (policy.shown(after, one) or frozenset())
        assert always or gone == (policy.returned(before, one) or frozenset()) - (
            policy.returned(after, one) or frozenset()
        )


@given(TERMS)
def test_the_preview_says_of_every_field_what_the_policy_does(terms: dict[str, Any]) -> None:
    for row in preview.fields(terms):
        for kind, cells in row.cells.items():
            for level, cell in enumerate(cells):
                shown = policy.shown(terms, policy.classify(kind, level)) or ()
                assert cell == "" or (row.group in shown) == (cell not in (preview.RETURNS, preview.WITHHELD))
