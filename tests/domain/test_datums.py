"""Points of other datums come to WGS 84 by the parameters named, and back within a metre, without a network."""

import math

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from pyproj import network
from pyproj.transformer import TransformerGroup

from banding.datums import NotOnDatum, from_wgs84, to_wgs84, uncertainty
from banding.domain.places import Point
from schemas.codes import table

KHABAROVSK, MURAVIOVKA, TOREY = Point(48.48, 135.07), Point(49.87, 127.7), Point(50.1, 115.5)
HEIXIAZI = Point(48.36, 134.62)
FROM_HERE = [(one, datum) for one in (KHABAROVSK, MURAVIOVKA, TOREY) for datum in ("SK-42", "SK-95", "BJ-54")]
latitudes, longitudes = st.floats(42, 53), st.floats(115, 135)


def metres(a: Point, b: Point) -> float:
    return float(Geodesic.WGS84.Inverse(*a, *b)["s12"])


@pytest.mark.parametrize(
    ("datum", "point", "shift"),
    [
        ("SK-42", KHABAROVSK, 103.7), ("SK-42", MURAVIOVKA, 94.0), ("SK-42", TOREY, 77.9),
        ("SK-95", KHABAROVSK, 83.9), ("SK-95", MURAVIOVKA, 75.3), ("SK-95", TOREY, 61.4),
        ("GCJ-02", HEIXIAZI, 601.0),
    ],
)  # fmt: skip
def test_a_point_typed_on_another_datum_lies_as_far_off_as_is_known(datum: str, point: Point, shift: float) -> None:
    assert metres(point, from_wgs84(point, datum)) == pytest.approx(shift, abs=0.3)
    assert metres(point, to_wgs84(point, datum)) == pytest.approx(shift, abs=3)


def test_on_the_amur_receivers_show_a_point_further_north_and_east_than_soviet_maps() -> None:
    there = to_wgs84(KHABAROVSK, "SK-42")
    assert there.longitude > KHABAROVSK.longitude
    assert there.latitude > KHABAROVSK.latitude


@pytest.mark.parametrize(
    ("datum", "epsg", "operation"),
    [("SK-42", 4284, "Pulkovo 1942 to WGS 84 (20)"), ("SK-95", 4200, "Pulkovo 1995 to WGS 84 (2)"),
     ("BJ-54", 4214, "Beijing 1954 to WGS 84 (1)")],
)  # fmt: skip
def test_the_parameters_are_those_of_the_registry(datum: str, epsg: int, operation: str) -> None:
    group = TransformerGroup(f"EPSG:{epsg}", "EPSG:4326", always_xy=True)
    (registered,) = [one for one in group.transformers if operation in one.description]
    for point in (KHABAROVSK, MURAVIOVKA, TOREY):
        east, north = registered.transform(point.longitude, point.latitude)
        assert metres(to_wgs84(point, datum), Point(north, east)) < 0.2


def test_a_chinese_online_map_draws_shanghai_where_everybody_knows() -> None:
    assert from_wgs84(Point(31.1774276, 121.5272106), "GCJ-02") == pytest.approx((31.175304, 121.531542), abs=1e-6)


def test_beijing_1954_lies_tens_of_metres_off_and_the_national_system_does_not() -> None:
    assert 50 < metres(HEIXIAZI, to_wgs84(HEIXIAZI, "BJ-54")) < 150
    assert to_wgs84(HEIXIAZI, "CGCS2000") == to_wgs84(HEIXIAZI, "WGS84") == HEIXIAZI


@pytest.mark.parametrize("datum", [code for code in table("datum").codes if code != "GCJ-02"])
@given(latitude=latitudes, longitude=longitudes)
def test_there_and_back_is_the_same_place(datum: str, latitude: float, longitude: float) -> None:
    point = Point(latitude, longitude)
    assert metres(to_wgs84(from_wgs84(point, datum), datum), point) < 1


@given(latitude=st.floats(43.4, 53.5), longitude=st.floats(121.2, 135.0))
def test_a_chinese_shift_is_undone_to_the_metre(latitude: float, longitude: float) -> None:
    point = Point(latitude, longitude)
    assert metres(to_wgs84(from_wgs84(point, "GCJ-02"), "GCJ-02"), point) < 1
    assert metres(from_wgs84(to_wgs84(point, "GCJ-02"), "GCJ-02"), point) < 1


@pytest.mark.parametrize("point", [Point(55.75, 37.6), Point(35.7, 139.7), Point(56.1, 125.0), Point(0.0, 0.0)])
def test_gcj_is_refused_outside_china_in_plain_words(point: Point) -> None:
    with pytest.raises(NotOnDatum, match="outside China") as trouble:
        to_wgs84(point, "GCJ-02")
    assert trouble.value.where == "place.datum"
    with pytest.raises(NotOnDatum):
        from_wgs84(point, "GCJ-02")


def test_every_datum_of_the_table_says_how_much_it_adds_to_the_uncertainty() -> None:
    told = {code: uncertainty(code) for code in table("datum").codes}
    assert told == {"WGS84": 0, "SK-42": 5, "SK-95": 3, "GCJ-02": 5, "BJ-54": 50, "CGCS2000": 1}
    for code in told:
        assert math.isfinite(sum(to_wgs84(HEIXIAZI, code)))


def test_a_datum_that_is_none_is_no_datum() -> None:
    with pytest.raises(KeyError):
        to_wgs84(HEIXIAZI, "NAD27")


@pytest.mark.parametrize(("point", "datum"), FROM_HERE)
def test_nothing_is_fetched_from_a_network(point: Point, datum: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJ_NETWORK", "OFF")
    network.set_network_enabled(False)
    assert not network.is_network_enabled()
    assert to_wgs84(point, datum) != point
