"""Journeys follow the rhumb line on WGS 84, as two independent libraries draw it."""

import math
from datetime import date

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Proj

from banding.domain.journeys import (
    Elapsed,
    Journey,
    compass,
    days_between,
    elapsed,
    journey,
    speed_km_per_day,
)
from banding.domain.places import Point

MERCATOR = Proj("+proj=merc +ellps=WGS84 +units=m")
GEOD = Geod(ellps="WGS84")
POINTS = st.builds(Point, st.floats(-80, 80), st.floats(-180, 180))
PIECES = 2000


def drawn(a: Point, b: Point) -> tuple[float, float]:
    """Kilometres and degrees of the straight line on the Mercator map, measured in pieces on the ground."""
    turn = math.remainder(b.longitude - a.longitude, 360)
    assume(abs(turn) < 180)  # straight across the world both ways are as short
    x1, y1 = MERCATOR(0, a.latitude)
    x2, y2 = 6378137 * math.radians(turn), MERCATOR(0, b.latitude)[1]
    steps = [step / PIECES for step in range(PIECES + 1)]
    xs, ys = [x1 + (x2 - x1) * s for s in steps], [y1 + (y2 - y1) * s for s in steps]
    # Near 180 degrees the map would fold, so longitudes are taken by hand.
    latitudes = MERCATOR([0.0] * len(ys), ys, inverse=True)[1]
    length = GEOD.line_length([math.degrees(x / 6378137) for x in xs], latitudes)
    return length / 1000, math.degrees(math.atan2(x2 - x1, y2 - y1)) % 360


@settings(max_examples=30, deadline=None)
@given(POINTS, POINTS)
def test_any_journey_agrees_with_the_mercator_map_and_pyproj(a: Point, b: Point):
    km, direction = drawn(a, b)
    assume(km > 0.1)
    found = journey(a, b)
    assert found.km == pytest.approx(km, rel=1e-6)
    assert found.direction is not None
    assert abs(math.remainder(found.direction - direction, 360)) < 1e-4


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-90, 90), st.floats(-180, 180))
def test_along_a_meridian_it_is_the_geodesic(first: float, second: float, longitude: float):
    metres = Geodesic.WGS84.Inverse(first, 0, second, 0)["s12"]
    found = journey(Point(first, longitude), Point(second, longitude))
    assert found.km * 1000 == pytest.approx(metres, rel=1e-8, abs=1e-6)
    assert found.direction in ({None} if first == second else {0.0, 180.0, None} if metres < 1e-6 else {0.0, 180.0})


@given(POINTS, st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))
def test_over_a_short_way_it_is_the_geodesic(a: Point, north: float, east: float):
    b = Point(a.latitude + north, a.longitude + east)
    metres = Geodesic.WGS84.Inverse(*a, *b)["s12"]
    assert journey(a, b).km * 1000 == pytest.approx(metres, abs=1e-3)


def test_due_east_follows_the_parallel():
    found = journey(Point(60, 10), Point(60, 30))
    radius = 6378.137 * math.cos(math.radians(60)) / math.sqrt(1 - 0.00669437999014 * 0.75)
    assert found.km == pytest.approx(radius * math.radians(20), rel=1e-9)
    assert found.direction == 90.0


@pytest.mark.parametrize("step", [1e-5, 3e-5, 5.7e-5, 5.8e-5, 1e-4, 1e-3])
def test_nearly_due_east_there_is_no_step_between_the_two_ways_to_reckon(step: float):
    level, tilted = journey(Point(49, 130), Point(49, 131)), journey(Point(49, 130), Point(49 + step, 131))
    assert tilted.km == pytest.approx(level.km, rel=abs(step) * 0.02)


def test_the_short_way_leads_over_the_date_line():
    found = journey(Point(66, 179), Point(66, -179))
    assert found.km == pytest.approx(journey(Point(66, 0), Point(66, 2)).km)
    assert found.direction == 90.0


def test_straight_across_the_world_is_eastward():
    assert journey(Point(0, 90), Point(0, -90)).direction == journey(Point(0, -90), Point(0, 90)).direction == 90.0


@given(POINTS, POINTS)
def test_the_way_back_is_as_long(a: Point, b: Point):
    assert journey(a, b).km == pytest.approx(journey(b, a).km, rel=1e-9, abs=1e-9)


@given(POINTS, POINTS)
def test_a_direction_is_on_the_dial(a: Point, b: Point):
    direction = journey(a, b).direction
    assert direction is None or 0 <= direction < 360


def test_no_way_has_no_direction():
    assert journey(Point(49, 130), Point(49, 130)) == Journey(0.0, None)
    assert journey(Point(49, 180), Point(49, -180)).km == 0
    assert journey(Point(90, 0), Point(90, 77)) == Journey(0.0, None)


@pytest.mark.parametrize(
    ("direction", "wind"),
    [(0, "N"), (11.24, "N"), (11.26, "NNE"), (90, "E"), (225, "SW"), (348.8, "N"), (348.7, "NNW")],
)
def test_a_direction_has_the_nearest_of_sixteen_winds(direction: float, wind: str):
    assert compass(direction) == wind


def test_days_are_counted_over_a_leap_day():
    assert days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2
    assert days_between(date(2024, 3, 1), date(2024, 2, 28)) == -2


@pytest.mark.parametrize(
    ("first", "second", "exact"),
    [(None, None, True), ("0", None, True), ("0", "1", False), ("9", "0", False)],
)
def test_elapsed_days_are_exact_where_both_days_are(first: str | None, second: str | None, exact: bool):
    assert elapsed("2023-05-01", "2024-05-01", first, second) == Elapsed(366, exact)


def test_less_than_a_day_counts_as_one():
    assert speed_km_per_day(300, 0) == speed_km_per_day(300, 1) == 300
    assert speed_km_per_day(300, 2) == 150
