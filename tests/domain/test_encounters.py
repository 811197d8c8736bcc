"""An encounter takes from a record what matching and rules need, and has its place in the story."""

from datetime import date
from itertools import permutations

import pytest

from banding.domain.encounters import Encounter, is_alive, is_dead, story_order
from banding.domain.places import Point
from tests.domain.birds import met, record


def test_a_whole_record_becomes_an_encounter():
    e = met("recovery", sex="M", age="5", time="1715", condition="8", circumstances="20")
    assert (e.id, e.origin, e.kind, e.manner, e.ring_key) == (
        "a",
        "AM-KHG",
        "recovery",
        "recapture",
        "XC345612",
    )
    assert (e.day, e.sex, e.age, e.time, e.condition) == (date(2024, 5, 1), "M", "5", "1715", "8")
    assert (e.point, e.coarse, e.withdrawn, e.day_is_exact) == (Point(49.0169, 130.4469), False, False, True)


def test_a_withheld_place_leaves_the_area():
    told = record(latitude=None) | {"area": {"latitude": 49.0, "longitude": 130.4}}
    assert (Encounter.of(told).point, Encounter.of(told).coarse) == (Point(49.0, 130.4), True)
    nothing = Encounter.of(record(latitude=None))
    assert (nothing.point, nothing.coarse) == (None, False)


def test_a_place_with_only_a_name_leaves_the_area():
    told = record(latitude=None) | {"area": {"latitude": 49.0, "longitude": 130.4}, "place": {"name": "Lake"}}
    assert Encounter.of(told).coarse


def test_a_partial_ring_has_no_key():
    assert met(ring="XC 34-612", ring_partial=True).ring_key is None


def test_every_condition_is_dead_or_alive_or_unknown():
    assert [code for code in "0123456789" if is_dead(code)] == list("123")
    assert [code for code in "0123456789" if is_alive(code)] == list("456789")
    assert not any(is_dead(code) or is_alive(code) for code in (None, "", "12", "45"))


def test_on_one_day_the_banding_comes_first_then_time_then_id():
    order = [
        met("recovery", id="z", day="2024-04-30"),
        met("banding", id="y", time="1800"),
        met("recovery", id="x"),
        met("recovery", id="b", time="0700"),
        met("recovery", id="c", time="0700"),
        met("recovery", id="a", day="2024-05-02"),
    ]
    for shuffled in permutations(order):
        assert sorted(shuffled, key=story_order) == order


@pytest.mark.parametrize(("accuracy", "exact"), [(None, True), ("0", True), ("1", False), ("9", False)])
def test_a_day_is_exact_unless_its_accuracy_says_otherwise(accuracy: str | None, exact: bool):
    assert met(day_accuracy=accuracy).day_is_exact is exact
