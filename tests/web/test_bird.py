"""A bird's life history: its legs with their speeds, records of its species, marks worn, and what is withheld."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding.reports import longevity
from banding.station import Station
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery
from tests.web.conftest import drawn
from tests.web.conftest import words as text_of

AsRole = Callable[[str], FlaskClient]
BIRD = "/birds/RUM/XC345612"


def words(page: str) -> str:
    """The text of a page without its marks."""
    return " ".join(unescape(text_of(page)).split())


def test_each_leg_tells_days_way_direction_and_speed(station: Station, reader: FlaskClient) -> None:
    enter(station, banding(day="2024-05-01"))
    arrive(station, recovery(day="2024-05-11"))
    page = words(reader.get(BIRD).text)
    found = re.search(r"↓ 10 days · ≈ (\d+)[.\d]* km WSW \(\d+°\) · ≈ (\d+)[.\d]* km a day", page)
    assert found is not None
    assert int(found[1]) // 10 == int(found[2])


@pytest.mark.parametrize(("day", "more"), [("2024-05-01", {}), ("2024-05-11", {"day_accuracy": "1"})])
def test_a_speed_is_told_only_of_whole_days_that_are_exact(
    station: Station, reader: FlaskClient, day: str, more: dict[str, str]
) -> None:
    enter(station, banding(day="2024-05-01"))
    arrive(station, recovery(day=day, **more))
    page = words(reader.get(BIRD).text)
    assert "km WSW" in page
    assert "km a day" not in page


def test_the_oldest_and_the_farthest_of_a_species_are_marked_where_they_are(
    station: Station, reader: FlaskClient
) -> None:
    enter(station, banding(), banding("XC 345613"))
    near = of_another_node(recovery("XC 345613", "2026-01-01")) | {"area": {"latitude": 49.1, "longitude": 130.4}}
    arrive(station, recovery(day="2024-09-20"), near)
    farthest, oldest = words(reader.get(BIRD).text), words(reader.get("/birds/RUM/XC345613").text)
    assert "farthest of its species here" in farthest
    assert "longest time of its species here" not in farthest
    assert "longest time of its species here" in oldest
    assert "farthest of its species here" not in oldest
    assert "by the 2 returns of this species" in oldest


def test_marks_now_worn_are_the_last_told_of_each_place(station: Station, reader: FlaskClient) -> None:
    ring = {"type": "leg-ring", "side": "right", "position": "tibia", "colour": "blue"}
    red = ring | {"side": "left", "colour": "red", "inscription": "A1"}
    collar = {"type": "neck-collar", "position": "neck", "colour": "white", "inscription": "K7"}
    on = [red | {"action": "added"}, ring | {"action": "added"}]
    later = [ring | {"action": "removed"}, collar | {"action": "added"}]
    enter(station, banding(marks=on))
    arrive(station, recovery(marks=later))
    section = reader.get(BIRD).text.partition('id="worn"')[2].partition("</section>")[0]
    assert "A1" in section
    assert "K7" in section
    assert "colour-blue" not in section


def test_without_marks_there_is_no_drawing(station: Station, reader: FlaskClient) -> None:
    enter(station, banding())
    assert 'id="worn"' not in reader.get(BIRD).text


def test_the_map_has_every_point_and_every_leg_in_order(station: Station, reader: FlaskClient) -> None:
    enter(station, banding())
    hidden = of_another_node(recovery(day="2024-10-01"))
    hidden.pop("area")
    arrive(station, recovery(day="2024-09-20"), hidden)
    told = drawn(reader.get(BIRD).text)
    assert [(one["kind"], one["coarse"]) for one in told["spots"]] == [("banding", False), ("recovery", True)]
    assert [(leg["from"], leg["to"]) for leg in told["legs"]] == [([49.01694, 130.44694], [47.2, 124.3])]


def test_what_is_withheld_is_said_with_whose_decision_it_is(
    app: Flask, station: Station, reader: FlaskClient, as_role: AsRole
) -> None:
    app.extensions["record.withheld"] = lambda one: {"place", "people"} if one.origin == "HL-ZLG" else set()
    enter(station, banding() | {"people": {"ringer": "Ivanov"}})
    arrive(station, recovery())
    page = words(reader.get(BIRD).text)
    assert "exact point and name of the place (withheld by HL-ZLG); people (withheld by HL-ZLG)" in page
    assert "people (not open to your role)" in page
    assert "Ivanov" not in page
    assert "not open to your role" not in words(as_role("operator").get(BIRD).text)


def test_worn_marks_follow_the_order_of_encounters() -> None:
    ring = {"type": "leg-ring", "side": "left", "position": "tarsus", "colour": "red"}
    assert longevity.worn([[ring | {"action": "added"}], [], [ring | {"action": "present"}]]) == [ring]
    assert longevity.worn([[ring], [ring | {"action": "removed"}]]) == []
    assert longevity.worn([[ring | {"action": "removed"}], [ring]]) == [ring]
    assert longevity.worn([[ring, ring | {"colour": "blue"}]]) == [ring, ring | {"colour": "blue"}]
