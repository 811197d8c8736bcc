"""A banding and its recoveries become one story, in whatever order they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain.encounters import Encounter
from banding.domain.matching import pair, story
from tests.domain.birds import met, record

BANDING = met(id="b", day="2023-05-01")
RECAPTURE = met("recovery", id="r", day="2023-09-01", latitude=45.5)
FOUND = met("recovery", id="f", day="2024-01-10", latitude=23.1, longitude=113.3, condition="2")
LIFE = (BANDING, RECAPTURE, FOUND)


@given(st.permutations(LIFE))
def test_a_story_does_not_depend_on_the_order_of_arrival(life: list[Encounter]):
    told = story(life)
    assert told == story(LIFE)
    assert (told.banding, told.encounters) == (BANDING, LIFE)
    assert [(leg.first, leg.second) for leg in told.legs] == [(BANDING, RECAPTURE), (RECAPTURE, FOUND)]
    assert [found.recovery for found in told.returns] == [RECAPTURE, FOUND]
    assert all(found.banding == BANDING for found in told.returns)
    assert told.conflicts == ()


def test_a_return_tells_the_way_and_the_days():
    found = pair(BANDING, FOUND)
    assert found.journey is not None
    assert found.journey.km == pytest.approx(3230, abs=40)
    assert (found.elapsed.days, found.elapsed.exact, found.coarse) == (254, True, False)


def test_recoveries_without_a_banding_are_a_story_without_returns():
    told = story([FOUND, RECAPTURE])
    assert (told.banding, told.returns, len(told.legs)) == (None, (), 1)


def test_nothing_is_an_empty_story():
    assert story([]).encounters == ()


def test_a_withdrawn_encounter_is_no_part_of_the_story():
    assert story([BANDING, met("recovery", id="w", withdrawn=True)]).encounters == (BANDING,)


def test_an_encounter_without_a_point_has_a_leg_without_a_journey():
    told = story([BANDING, met("recovery", id="n", latitude=None)])
    assert told.legs[0].journey is None
    assert told.legs[0].elapsed.days == 366


def test_a_journey_from_an_area_is_coarse():
    area = Encounter.of(record("recovery", id="c", latitude=None) | {"area": {"latitude": 49.0, "longitude": 130.4}})
    assert pair(BANDING, area).coarse
    assert story([BANDING, area]).legs[0].coarse


def test_of_two_bandings_the_earlier_counts_and_the_conflict_is_shown():
    second = met(id="s", day="2023-06-01")
    told = story([second, BANDING])
    assert told.banding == BANDING
    assert [(c.code, c.earlier, c.later) for c in told.conflicts] == [("R-second-banding", BANDING, second)]


def test_a_bird_met_before_its_banding_and_alive_after_its_death_is_shown():
    early = met("recovery", id="e", day="2022-05-01", condition="2")
    late = met("recovery", id="l", day="2024-05-01", condition="8")
    told = story([late, BANDING, early])
    assert [(c.code, c.earlier.id, c.later.id) for c in told.conflicts] == [
        ("R-before-banding", "e", "b"),
        ("R-alive-after-dead", "e", "l"),
    ]
