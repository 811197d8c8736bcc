"""What changed between two versions of a record is told field by field, and nothing that is withheld counts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from banding.domain import changes

WHOLE: dict[str, Any] = {
    "core": {
        "id": "x", "origin": "AM-KHG", "generation": 1, "species": "Grus japonensis", "species_code": "04350",
        "ring": "H00-0773", "day": "2024-04-30",
    },
    "place": {"latitude": 49.5, "longitude": 130.5, "name": "Lake"},
    "area": {"latitude": 49.5, "longitude": 130.5},
    "people": {"ringer": "V. Andronov"},
}  # fmt: skip
GROUPS = st.dictionaries(
    st.sampled_from(["core", "measurements", "place"]),
    st.dictionaries(st.sampled_from(["day", "sex", "wing", "name"]), st.integers(0, 2), max_size=4),
)


def but(group: str, **fields: Any) -> dict[str, Any]:
    """The record with other fields in one group."""
    return WHOLE | {group: WHOLE[group] | fields}


def test_a_field_is_named_and_the_number_of_the_version_is_none() -> None:
    after = but("core", generation=2, confirmed=["R-speed"], day="2024-05-01")
    assert changes.step(WHOLE, after).changed == ["core.day"]


def test_fields_that_belong_together_are_one_change() -> None:
    after = but("core", species="Grus grus", species_code="04330")
    assert changes.step(WHOLE, after).changed == ["core.species"]
    moved = but("place", latitude=49.6) | {"area": {"latitude": 49.6, "longitude": 130.5}}
    assert changes.step(WHOLE, moved).changed == ["place.typed"]


def test_the_rounded_point_is_told_where_the_exact_one_is_not_here() -> None:
    before = {name: group for name, group in WHOLE.items() if name != "place"}
    after = before | {"area": {"latitude": 49.6, "longitude": 130.5}}
    assert changes.step(before, after).changed == ["area.latitude"]


def test_a_withheld_group_says_nothing_of_what_changed() -> None:
    after = {name: group for name, group in WHOLE.items() if name != "people"}
    assert changes.step(WHOLE, after).changed == ["people.ringer"]
    assert changes.step(WHOLE, after, {"people"}) == ([], ["people"])


def test_a_field_that_is_new_or_gone_is_a_change() -> None:
    after = but("core", sex="F") | {"people": {}}
    assert changes.step(WHOLE, after).changed == ["core.sex", "people.ringer"]


def test_only_the_versions_in_which_something_else_was_said_are_turns() -> None:
    assert list(changes.turns("abcde", [1, 1, 2, 2, 1])) == [("a", 1), ("c", 2), ("e", 1)]
    assert list(changes.turns("", [])) == []


@given(one=GROUPS, other=GROUPS)
def test_what_changed_one_way_changed_the_other_way_too_and_nothing_else(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    there, back = changes.step(one, other).changed, changes.step(other, one).changed
    assert set(there) == set(back)
    units = {*changes.told(one), *changes.told(other)} - set(there)
    assert all(changes.value_of(one, unit) == changes.value_of(other, unit) for unit in units)
    assert changes.step(one, one).changed == []
