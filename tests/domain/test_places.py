"""Points keep their sign and their second through EURING, and areas are rounded the same way everywhere."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from banding.domain.coordinates import PlaceNotUnderstood
from banding.domain.places import Box, Point, area, from_euring, inside, is_area, to_euring

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@given(st.integers(-90 * 3600, 90 * 3600), st.integers(-180 * 3600, 180 * 3600))
@example(-1, -1)
@example(-3599, 3599)
@example(0, 0)
def test_every_whole_second_comes_back_from_euring(north: int, east: int):
    point = Point(round(north / 3600, 6) + 0.0, round(east / 3600, 6) + 0.0)
    assert from_euring(to_euring(point)) == point


def test_every_second_on_both_sides_of_zero_comes_back():
    for second in range(-7200, 7201):
        point = Point(round(second / 3600, 6) + 0.0, round(-second / 3600, 6) + 0.0)
        assert from_euring(to_euring(point)) == point


@given(LATITUDES, LONGITUDES)
def test_a_point_moves_by_half_a_second_at_most(latitude: float, longitude: float):
    back = from_euring(to_euring(Point(latitude, longitude)))
    assert abs(back.latitude - latitude) <= 0.5 / 3600 + 1e-6
    assert abs(back.longitude - longitude) <= 0.5 / 3600 + 1e-6


def test_a_point_just_south_of_the_equator_keeps_its_sign():
    assert to_euring(Point(-0.5, 0.25)) == "-003000+0001500"
    assert to_euring(Point(-0.00001, -0.0)) == "+000000+0000000"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("+496001+1302649", "minutes"), ("+490160+1302649", "seconds"), ("+900001+1302649", "range"),
        ("+490101+1800001", "range"), ("490101+1302649", "unreadable"), ("...............", "unreadable"),
        ("+490101+1302649\n", "unreadable"),
    ],
)  # fmt: skip
def test_fifteen_characters_that_are_no_point_are_refused(text: str, why: str):
    with pytest.raises(PlaceNotUnderstood) as told:
        from_euring(text)
    assert told.value.why == why


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (49.25, 49.2),
        (49.35, 49.4),
        (49.05, 49.0),
        (0.15, 0.2),
        (-0.05, 0.0),
        (-0.15, -0.2),
        (1e-7, 0.0),
        (90, 90.0),
    ],
)
def test_halves_go_to_the_even_figure_as_they_are_written(exact: float, rounded: float):
    assert repr(area(Point(exact, exact)).latitude) == repr(rounded)


@given(LATITUDES, LONGITUDES)
def test_an_area_is_its_own_area_and_near(latitude: float, longitude: float):
    found = area(Point(latitude, longitude))
    assert area(found) == found
    assert abs(Decimal(repr(found.latitude)) - Decimal(repr(latitude))) <= Decimal("0.05")
    assert abs(Decimal(repr(found.longitude)) - Decimal(repr(longitude))) <= Decimal("0.05")
    assert "-0.0" not in map(repr, found)


TENTHS = st.integers(-1800, 1800).map(lambda tenths: tenths / 10) | st.integers(-180, 180) | st.floats(-180, 180)


@given(st.floats(-90, 90), st.floats(-180, 180), st.none() | TENTHS, st.none() | TENTHS, st.booleans())
def test_what_is_told_as_an_area_is_one_where_the_point_is_rounded_to_it(
    latitude: float, longitude: float, north: float | None, east: float | None, near: bool
):
    point = Point(latitude, longitude)
    told = (round(latitude, 1), round(longitude, 1)) if near else (north, east)
    for one in ((told[0], told[1]), (told[0], area(point).longitude), (area(point).latitude, told[1])):
        assert is_area(*one, point) == (one == area(point))


@pytest.mark.parametrize("value", [49.25, 49.35, 0.15, -0.05, -0.15, 49.0499, 49.05, -0.0, 90.0])
@pytest.mark.parametrize("step", [-0.1, 0.0, 0.1])
def test_beside_a_half_only_the_even_figure_is_the_area(value: float, step: float):
    told = round(area(Point(value, 0.0)).latitude + step, 1)
    assert is_area(told, 0.0, Point(value, 0.0)) == (step == 0)


def test_a_box_holds_its_edges():
    box = Box(43.0, 121.0, 54.0, 136.0)
    assert inside(Point(43.0, 136.0), box)
    assert not inside(Point(42.999, 130), box)
    assert not inside(Point(50, 136.001), box)


def test_a_box_may_span_the_date_line():
    chukotka = Box(62.0, 158.0, 72.0, -169.0)
    assert inside(Point(66, 179), chukotka)
    assert inside(Point(66, -170), chukotka)
    assert not inside(Point(66, 100), chukotka)
