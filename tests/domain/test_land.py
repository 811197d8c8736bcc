"""A point far from any land is asked about; coasts, islands, lakes and harbours are not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from banding import reference
from banding.domain.land import STEP, Land
from banding.domain.places import Point, area
from schemas.codes import table
from tests.domain.birds import TABLES, codes, judged, record
from tests.schemas.verdicts import ACCEPTED

SHIPPED = reference.tables()
LAND = SHIPPED.land or Land([])
MAPPED = replace(TABLES, land=LAND)
OKHOTSK = Point(53.0, 150.0)
SMALL = Land([{"code": "48.25", "runs": "-180:-179.5;10:10.75;179.75:180"}, {"code": "-0.25", "runs": "1:2"}])
longitudes = st.floats(-180, 180)


def said(told: Any) -> list[str]:
    return [code for code in codes(told, tables=MAPPED) if code == "R-point-sea"]


def at(latitude: float, longitude: float, **core: Any) -> Any:
    return record(latitude=latitude, longitude=longitude, **{"place_code": None} | core)


# -- the map ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "longitude", "near"),
    [
        (48.25, 10.0, True), (48.25, 9.999, False), (48.499, 10.75, True), (48.499, 10.751, False),
        (48.249, 10.5, False), (48.5, 10.5, False), (48.3, 180.0, True), (48.3, -180.0, True),
        (48.3, 179.7, False), (48.3, -179.4, False), (-0.001, 1.5, True), (0.0, 1.5, False), (-0.26, 1.5, False),
    ],
)  # fmt: skip
def test_a_run_reaches_from_its_west_to_its_east_within_its_band(latitude: float, longitude: float, near: bool):
    assert SMALL.is_near(Point(latitude, longitude)) is near


@pytest.mark.parametrize("runs", ["", "10", "10:11:12", "11:10", "10:11;11:12", "12:13;10:11", "west:east"])
def test_a_row_that_cannot_be_read_is_no_map(runs: str):
    with pytest.raises(ValueError, match=r".+"):
        Land([{"code": "48.25", "runs": runs}])


def test_the_shipped_map_is_written_in_whole_cells_on_the_earth():
    for code, row in table("land").rows.items():
        assert (float(code) / STEP).is_integer(), code
        assert -90 <= float(code) < 90
        edges = [float(edge) for run in row["runs"].split(";") for edge in run.split(":")]
        assert all((edge / STEP).is_integer() and -180 <= edge <= 180 for edge in edges), code
        assert row["source"], code


@pytest.mark.parametrize(
    "point",
    [
        OKHOTSK, (40.0, 134.5), (58.0, -178.0), (36.0, 123.5), (45.0, -30.0), (56.0, 3.0), (0.1, 0.1), (-0.5, -179.999),
        (-0.5, 180.0), (90.0, 0.0),
    ],
    ids=str,
)  # fmt: skip
def test_the_middle_of_a_sea_is_not_near_land(point: tuple[float, float]):
    assert not LAND.is_near(Point(*point))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (45.0, 132.4),  # Lake Khanka
        (53.5, 108.2),  # Lake Baikal
        (45.0, 147.9),  # Iturup
        (47.75, 153.0),  # Rasshua
        (48.29, 153.25),  # Raikoke
        (51.0, 143.7),  # the east coast of Sakhalin
        (48.5, 144.63),  # Tyuleniy
        (46.25, 141.22),  # Moneron
        (56.4, 143.38),  # Iony
        (55.0, 166.4),  # Commander Islands
        (32.1, 130.35),  # Izumi
        (37.85, 136.92),  # Hegura-jima
        (37.24, 131.87),  # rocks in the Sea of Japan
        (46.8, 132.57),  # Sanhuanpao
        (43.1, 131.87),  # the harbour of Vladivostok
        (71.2, -179.5),  # Wrangel Island, on both sides of the date line
        (71.2, 180.0),
        (71.2, -180.0),
        (54.18, 7.88),  # Heligoland
        (-54.42, 3.36),  # Bouvet
        (-90.0, 0.0),  # the South Pole
    ],
)
def test_coasts_islands_lakes_and_harbours_are_near_land(latitude: float, longitude: float):
    assert LAND.is_near(Point(latitude, longitude))
    assert LAND.is_near(area(Point(latitude, longitude)))


@example(63.0, 0.0)
@given(st.floats(-90, 90), longitudes)
def test_the_date_line_is_one_line(latitude: float, longitude: float):
    assert LAND.is_near(Point(latitude, 180.0)) == LAND.is_near(Point(latitude, -180.0))
    assert isinstance(LAND.is_near(Point(latitude, longitude)), bool)


@pytest.mark.parametrize("code", table("station").codes)
def test_every_station_is_near_land(code: str):
    row = table("station").rows[code]
    point = Point(float(row["latitude"]), float(row["longitude"]))
    assert LAND.is_near(point)
    assert LAND.is_near(area(point))


# -- the rule --------------------------------------------------------------------------------------------


def test_a_point_in_the_open_sea_is_asked_about_with_a_sentence():
    (found,) = judged(at(*OKHOTSK), tables=MAPPED)
    assert (found.code, found.severity, found.field) == ("R-point-sea", "warning", "place.latitude")
    assert found.values == {"latitude": "53.0", "longitude": "150.0"}
    row = table("finding").rows[found.code]
    assert row["severity"] == found.severity
    for language in ("en", "zh", "ru"):
        sentence = row[language].format(**found.values)
        assert "53.0" in sentence
        assert "150.0" in sentence


def test_a_rounded_point_in_the_open_sea_is_asked_about():
    told = at(*OKHOTSK)
    told["area"] = told.pop("place")
    (found,) = judged(told, tables=MAPPED)
    assert (found.code, found.field) == ("R-point-sea", "area.latitude")


def test_nothing_is_asked_without_a_point_or_without_a_map():
    assert said(record(latitude=None)) == []
    assert codes(at(*OKHOTSK)) == []


def test_the_zero_point_is_told_as_such():
    assert codes(at(0.0, 0.0), tables=MAPPED) == ["R-point-zero"]


def test_a_swapped_point_is_told_as_such():
    assert codes(at(10.5, 55.7, place_code="DK--"), tables=MAPPED) == ["R-point-swapped"]
    assert said(at(10.5, 55.7)) == ["R-point-sea"]


@pytest.mark.parametrize(
    ("place_code", "asked"),
    [("-I00", False), ("-B00", False), ("+A00", False), ("+I00", True), ("RU83", True), ("----", True)],
)
def test_a_place_code_of_a_sea_says_that_the_point_lies_there(place_code: str, asked: bool):
    assert said(at(*OKHOTSK, place_code=place_code)) == ["R-point-sea"] * asked


@pytest.mark.parametrize("name", ACCEPTED)
def test_no_accepted_example_is_asked_about(name: str):
    assert said(ACCEPTED[name]) == []
