"""Coordinates are understood in every usual spelling, and a likely slip is named."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.coordinates import WHYS, Axis, PlaceNotUnderstood, degrees
from banding.domain.places import Point, understand

LAKE = Point(49.016944, 130.446944)


@pytest.mark.parametrize(
    "text",
    [
        "49.016944, 130.446944", "49,016944 130,446944", "49,016944; 130,446944", "49,016944,130,446944",
        "49.016944 130.446944", "49.016944,130.446944", "130.446944 E, 49.016944 N",
        "(49.016944°, 130.446944°)",
        "49°01'01\"N 130°26'49\"E",
        "N49°01′01″, E130°26′49″", "49º01’01''N 130º26’49''E", "49 01 01 130 26 49",
        "49:01:01 130:26:49", "49d01m01s 130d26m49s", "49°01'01\" 130°26'49\"",
        "49°01′01″ с.ш. 130°26′49″ в.д.", "49° 01′ 01″ с. ш., 130° 26′ 49″ в. д.",
        "С 49°01'01\" В 130°26'49\"",
        "北纬49°01′01″ 东经130°26′49″", "东经130度26分49秒，北纬49度01分01秒", "+490101+1302649",
        "４９．０１６９４４，１３０．４４６９４４",
    ],
)  # fmt: skip
def test_one_lake_in_every_spelling(text: str):
    assert understand(text) == LAKE


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("33.5S 70.25W", Point(-33.5, -70.25)),
        ("ю.ш. 33,5; з.д. 70,25", Point(-33.5, -70.25)),
        ("南纬33.5 西经70.25", Point(-33.5, -70.25)),
        ("-33.5, -70.25", Point(-33.5, -70.25)),
        ("-0°30' -0°15'", Point(-0.5, -0.25)),
        ("49 01.5 130 26.7", Point(49.025, 130.445)),
        ("48d30m15s 135d5m10s", Point(48.504167, 135.086111)),
    ],
)
def test_south_and_west_are_negative_and_minutes_may_have_decimals(text: str, point: Point):
    assert understand(text) == point


@pytest.mark.parametrize(
    ("text", "why", "likely"),
    [
        ("130.4469, 49.0169", "swapped", "49.0169, 130.4469"),
        ("49°75' 130°26'", "minutes", "49.75"),
        ("49°60' 130°26'", "minutes", "50°00'"),
        ("49°01'75\" 130°26'", "seconds", "49°01.75'"),
        ("5375, 12750", "decimal-point", "53.75"),
        ("91.5, 130", "range", ""),
        ("49.0", "one-number", ""),
        ("53,127", "one-number", "53, 127"),
        ("49N 50N", "hemisphere", ""),
        ("-49N, 130E", "hemisphere", ""),
        ("N49S 130E", "hemisphere", ""),
        ("49.5°30' 130°", "unreadable", ""),
        ("the lake", "unreadable", ""),
        ("", "unreadable", ""),
    ],
)
def test_a_slip_is_named_with_what_is_likely_meant(text: str, why: str, likely: str):
    with pytest.raises(PlaceNotUnderstood) as told:
        understand(text)
    assert (told.value.why, told.value.likely, told.value.text) == (why, likely, text)
    assert WHYS[why] in str(told.value)


@pytest.mark.parametrize(
    ("text", "axis", "value"),
    [
        ("53,75", "latitude", 53.75), ("53°45'", "latitude", 53.75), ("53 45", "latitude", 53.75),
        ("130.5 E", "longitude", 130.5), ("З 10°30'", "longitude", -10.5), ("-0°30'", "latitude", -0.5),
        ("180", "longitude", 180.0), ("-90", "latitude", -90.0), ("53d45m00s", "latitude", 53.75),
    ],
)  # fmt: skip
def test_one_coordinate_is_read_by_itself(text: str, axis: Axis, value: float):
    assert degrees(text, axis) == value


@pytest.mark.parametrize(
    ("text", "axis", "why", "likely"),
    [
        ("5375", "latitude", "decimal-point", "53.75"), ("-5375", "latitude", "decimal-point", "-53.75"),
        ("12750", "longitude", "decimal-point", "127.50"), ("1805", "longitude", "decimal-point", "18.05"),
        ("91", "latitude", "range", ""), ("180.1", "longitude", "range", ""),
        ("130 E", "latitude", "hemisphere", ""),
    ],
)  # fmt: skip
def test_one_coordinate_that_cannot_be_is_refused(text: str, axis: Axis, why: str, likely: str):
    with pytest.raises(PlaceNotUnderstood) as told:
        degrees(text, axis)
    assert (told.value.why, told.value.likely) == (why, likely)


@given(st.integers(-89 * 3600, 89 * 3600), st.integers(-179 * 3600, 179 * 3600))
def test_degrees_minutes_and_seconds_come_back(north: int, east: int):
    def spelt(seconds: int, letters: str) -> str:
        size = abs(seconds)
        return f"{size // 3600}°{size // 60 % 60:02}'{size % 60:02}\"{letters[seconds < 0]}"

    point = Point(round(north / 3600, 6), round(east / 3600, 6))
    assert understand(f"{spelt(north, 'NS')} {spelt(east, 'EW')}") == point
    assert understand(f"{point.latitude:.6f}, {point.longitude:.6f}") == point


@settings(max_examples=200)
@given(st.text("0123456789.,;:°'\" NSEWСЮВЗ-+/度分秒北东", max_size=25))
def test_any_text_is_a_point_on_earth_or_refused(text: str):
    # Anything but a refusal of its own kind would come out of here.
    with suppress(PlaceNotUnderstood):
        point = understand(text)
        assert abs(point.latitude) <= 90
        assert abs(point.longitude) <= 180
