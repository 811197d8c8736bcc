"""What may leave: closed unless somebody opened it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.agreements import policy
from exchange.log import seals

ALL = dict.fromkeys(seals.ORDER, "{}")
TERMS = st.fixed_dictionaries(
    {"groups": st.dictionaries(st.sampled_from("0123"), st.lists(st.sampled_from(seals.ORDER)), max_size=4)},
    optional={"people": st.booleans()},
)


@pytest.mark.parametrize(
    ("sensitivity", "open_groups"),
    [
        (0, {"core", "area", "measurements", "place"}),
        (1, {"core", "area", "measurements"}),
        (2, {"core", "area", "measurements"}),
        (3, {"core", "measurements"}),
    ],
)
def test_where_nothing_else_was_agreed_the_place_is_as_coarse_as_the_species_needs(
    sensitivity: int, open_groups: set[str]
) -> None:
    assert policy.shown(policy.STANDARD, sensitivity) == open_groups


def test_an_unknown_sensitivity_opens_the_core_alone() -> None:
    assert policy.shown(policy.STANDARD, 4) == {"core"}
    assert policy.withheld({}, 0, ALL) == [group for group in seals.ORDER if group != "core"]


def test_people_need_to_be_named_and_allowed() -> None:
    named = {"groups": {"0": ["core", "people"]}}
    assert "people" in policy.withheld(named, 0, ALL)
    assert "people" in policy.withheld(named | {"people": "yes"}, 0, ALL)
    assert "people" in policy.withheld({"groups": {"0": ["core"]}, "people": True}, 0, ALL)
    assert "people" not in policy.withheld(named | {"people": True}, 0, ALL)


@given(TERMS, st.integers(0, 3), st.sets(st.sampled_from(seals.ORDER[1:])))
def test_every_group_is_either_open_or_withheld_and_the_core_is_open(
    terms: dict[str, object], sensitivity: int, more: set[str]
) -> None:
    groups = {group: "{}" for group in seals.ORDER if group in more | {"core"}}
    closed = policy.withheld(terms, sensitivity, groups)
    assert "core" not in closed
    assert set(groups) - set(closed) <= policy.shown(terms, sensitivity) | {"core"}
    if terms.get("people") is not True and "people" in groups:
        assert "people" in closed
