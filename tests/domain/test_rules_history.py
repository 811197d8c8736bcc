"""A record is held against the bird's other encounters, whichever was entered first."""

from typing import Any

import pytest

from banding.domain.places import Point
from tests.domain.birds import again, codes, judged, met, record

BANDED = met(id="b", day="2024-04-01")


def test_no_recovery_comes_before_its_banding():
    assert codes(again(day="2024-04-01"), BANDED) == []
    (found,) = judged(again(day="2024-03-31"), BANDED)
    assert (found.code, found.values) == (
        "R-before-banding",
        {"day": "2024-03-31", "banding_day": "2024-04-01"},
    )
    assert codes(again(day="2024-03-31", day_accuracy="1"), BANDED) == []


def test_it_does_not_matter_whether_the_banding_or_the_recovery_is_entered_last():
    early = met("recovery", id="r", day="2024-04-30")
    assert judged(record(), early)[0].values == {"day": "2024-04-30", "banding_day": "2024-05-01"}


def test_a_dead_bird_is_not_met_alive_later():
    dead = met("recovery", id="d", day="2024-05-01", condition="1")
    assert codes(again(day="2024-05-01", condition="8"), dead, BANDED) == ["R-twin"]
    (found,) = judged(again(day="2024-05-02", condition="4"), dead, BANDED)
    assert (found.code, found.values) == (
        "R-alive-after-dead",
        {"day": "2024-05-02", "dead_day": "2024-05-01"},
    )
    assert codes(again(day="2024-05-02", condition="3", manner="found"), dead, BANDED) == []
    assert codes(again(day="2024-05-02", condition="0"), dead, BANDED) == []
    assert codes(again(day="2024-05-02", condition="8", day_accuracy="4"), dead, BANDED) == []


def test_a_bird_known_alive_later_was_not_dead_before():
    alive = met("recovery", id="l", day="2024-05-02", condition="8")
    assert codes(again(day="2024-05-01", condition="2", manner="found"), alive, BANDED) == ["R-alive-after-dead"]


def test_a_ring_is_put_on_once():
    (found,) = judged(record(), met(id="b", ring="ХС-345612", day="2024-04-01"))
    assert (found.code, found.field) == ("R-second-banding", "core.ring")
    assert found.values == {"ring": "XC 345612", "scheme": "RUM", "banding_day": "2024-04-01"}
    assert codes(record(), met(id="b", ring="XC 345613", day="2024-04-01")) == []
    assert codes(record(), met(id="b", scheme="CPB", day="2024-04-01")) == []


def test_a_bird_keeps_its_species():
    (found,) = judged(again(species="Emberiza pallasi"), BANDED, met("recovery", id="c", day="2024-04-02"))
    assert (found.code, found.severity) == ("R-species-differs", "warning")
    assert found.values == {"species": "Emberiza pallasi", "earlier": "Emberiza spodocephala"}
    assert codes(again(species="Schoeniclus spodocephalus"), BANDED) == []
    assert codes(again(), met(id="b", species="Aves", day="2024-04-01")) == []


def test_a_bird_keeps_its_sex():
    male = met(id="b", sex="M", day="2024-04-01")
    (found,) = judged(again(sex="F"), male)
    assert (found.code, found.values) == ("R-sex-differs", {"sex": "F", "earlier": "M"})
    for sex in ("M", "U", None):
        assert codes(again(sex=sex), male) == []


@pytest.mark.parametrize(
    ("earlier", "age", "falls"),
    [
        ("5", "3", True), ("5", "5", True), ("5", "7", False), ("5", "6", False), ("5", "4", False),
        ("5", "0", False),
        ("3", "3", True), ("3", "5", False), ("4", "5", True), ("4", "7", False),
        ("2", "3", True), ("2", "5", False),
        ("A", "9", True), ("A", "B", True), ("A", "D", False), ("0", "3", False), (None, "1", False),
    ],
)  # fmt: skip
def test_a_year_later_a_bird_is_a_year_older(earlier: str | None, age: str, falls: bool):
    found = judged(again(age=age), met(id="b", age=earlier, day="2023-05-01"))
    assert [f.code for f in found] == ["R-age-falls"] * falls
    assert all(f.values == {"age": age, "earlier": earlier} for f in found)


def test_in_one_calendar_year_a_bird_is_not_older():
    assert codes(again(age="5"), met(id="b", age="5", day="2024-01-01")) == []
    assert codes(again(age="3"), met(id="b", age="5", day="2024-01-01")) == ["R-age-falls"]


def test_an_age_falls_whichever_encounter_is_entered_last():
    later = met("recovery", id="r", age="3", day="2024-05-31")
    assert judged(record(age="5"), later)[0].values == {"age": "3", "earlier": "5"}


@pytest.mark.parametrize(("day", "north", "fast"), [(0, 5.3, False), (0, 5.5, True), (1, 5.5, True), (2, 5.5, False)])
def test_no_bird_keeps_up_more_than_600_km_a_day(day: int, north: float, fast: bool):
    told = again(day=f"2024-04-{1 + day:02}", latitude=49.0169 + north)
    found = judged(told, BANDED)
    assert [f.code for f in found] == ["R-speed"] * fast
    assert all(f.values["days"] == str(day) and 610 < int(f.values["km"]) < 613 for f in found)


def test_speed_is_reckoned_to_the_neighbours_in_time_alone():
    far = met("recovery", id="f", day="2024-04-20", latitude=23.1, longitude=113.3)
    assert codes(again(day="2024-04-10"), BANDED, far) == []
    assert codes(again(day="2024-04-19"), BANDED, far) == ["R-speed"]
    assert codes(again(day="2024-04-19", day_accuracy="2"), BANDED, far) == []
    assert codes(again(day="2024-04-19", latitude=None), BANDED, far) == []
    lake = met("recovery", id="l", day="2024-04-21")
    assert codes(again(day="2024-04-22"), BANDED, far, lake) == []


@pytest.mark.parametrize(("minutes", "is_twin"), [(0, True), (2, True), (2.01, False)])
@pytest.mark.parametrize("axis", ["latitude", "longitude"])
def test_two_minutes_of_arc_part_twins(axis: str, minutes: float, is_twin: bool):
    moved = {"latitude": 49.0169, "longitude": 130.4469}
    moved[axis] = round(moved[axis] + minutes / 60, 6)
    other = met("recovery", id="t", **moved)
    found = judged(again(), other, BANDED)
    assert [(f.code, f.values) for f in found] == [("R-twin", {"id": "t"})] * is_twin


@pytest.mark.parametrize(
    ("changes", "is_twin"),
    [
        ({"time": "1715"}, True), ({"time": "17--"}, True), ({"time": None}, True), ({"time": "1800"}, False),
        ({"day": "2024-05-02"}, False), ({"latitude": None}, True),
        ({"latitude": None, "place_code": None}, False),
    ],
)  # fmt: skip
def test_twins_share_day_hour_and_place(changes: dict[str, Any], is_twin: bool):
    found = codes(again(time="1715"), met("recovery", id="t", **changes), BANDED)
    assert found == ["R-twin"] * is_twin


def test_a_banding_and_a_recapture_on_one_day_are_no_twins():
    assert codes(again(day="2024-04-01"), BANDED) == []


def test_a_coarse_twin_is_known_by_its_area():
    for area, is_twin in (((49.0, 130.4), True), ((49.1, 130.4), False)):
        other = met("recovery", id="t")._replace(point=Point(*area), coarse=True)
        assert codes(again(), other, BANDED) == ["R-twin"] * is_twin
