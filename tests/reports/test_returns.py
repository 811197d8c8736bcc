"""Returns follow from bandings and recoveries, whichever came first and from wherever."""

from itertools import permutations
from typing import Any

import pytest
from pyproj import Geod

from banding.reports.returns import CODES, COLUMNS, Row, rows
from banding.station import Station
from banding.store.shapes import ReturnQuery
from schemas.codes import names
from tests.reports.birds import LAKE, MARSH, arrive, banding, enter, of_another_node, recovery


def told(station: Station, **asked: Any) -> list[Row]:
    """The returns of a node, and a check that the count agrees."""
    found = list(rows(station.store, ReturnQuery(**asked)))
    assert len(found) == station.store.returns.count(ReturnQuery(**asked))
    return found


def test_a_row_has_the_columns_in_their_order_and_words_for_its_codes(station: Station) -> None:
    enter(station, banding(sex="M", age="3"), recovery(sex="U", circumstances="81"))
    (row,) = told(station)
    assert tuple(row) == COLUMNS
    assert set(CODES) <= set(COLUMNS)
    assert set(CODES.values()) <= set(names())
    assert (row["banding_sex"], row["sex"], row["banding_age"], row["age"]) == ("M", "U", "3", None)
    assert (row["banding_day"], row["recovery_day"], row["recovery_time"]) == (
        "2024-05-01",
        "2024-09-20",
        "17--",
    )
    assert (row["banding_place_code"], row["recovery_place_code"]) == ("RU83", "CPHK")


def test_distance_direction_and_days_lie_between_the_two(station: Station) -> None:
    enter(station, banding(), recovery())
    (row,) = told(station)
    # Over five hundred kilometres the rhumb line is a few hundred metres longer than the geodesic.
    points = LAKE["longitude"], LAKE["latitude"], MARSH["longitude"], MARSH["latitude"]
    shortest = Geod(ellps="WGS84").inv(*points)[2] / 1000
    assert shortest < row["distance_km"] < shortest + 1
    assert row["distance_km"] == round(row["distance_km"], 1)
    assert 240 < row["direction_deg"] < 250
    assert (row["days"], row["days_exact"]) == (142, True)


def test_days_are_not_exact_when_one_of_the_days_is_not(station: Station) -> None:
    enter(station, banding(), recovery(day_accuracy="3"))
    assert told(station)[0]["days_exact"] is False


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_returns_are_the_same_in_whatever_order_the_records_come(station: Station, order: tuple[int, ...]) -> None:
    ours = [banding(), recovery(), recovery(day="2025-05-03", manner="recapture")]
    for place in order:
        arrive(station, ours[place])
    assert [row["recovery_day"] for row in told(station)] == ["2025-05-03", "2024-09-20"]
    assert {row["banding_day"] for row in told(station)} == {"2024-05-01"}


def test_a_ring_written_otherwise_is_the_same_bird(station: Station) -> None:
    enter(station, banding("XC 345612"), recovery("ХС-345612"))
    assert [row["ring"] for row in told(station)] == ["ХС-345612"]


def test_a_partly_read_ring_makes_no_return(station: Station) -> None:
    enter(station, banding())
    arrive(station, recovery("XC 34561-", ring_partial=True))
    assert told(station) == []


def test_two_bandings_of_a_ring_never_double_its_return(station: Station) -> None:
    arrive(station, banding(day="2024-05-02"), recovery(), banding(day="2024-04-30"))
    assert [row["banding_day"] for row in told(station)] == ["2024-04-30"]


def test_a_withdrawn_recovery_or_banding_takes_its_return_along(station: Station) -> None:
    kept = enter(station, banding(), recovery(), recovery(day="2025-05-03"))
    station.intake.withdraw(str(kept[1].id), reason="another ring", by="anna")
    assert [row["recovery_day"] for row in told(station)] == ["2025-05-03"]
    station.intake.withdraw(str(kept[0].id), reason="another ring", by="anna")
    assert told(station) == []


def test_a_name_is_left_out_where_only_the_area_is_known(station: Station) -> None:
    hidden = recovery()
    hidden["place"] = {"name": "Under the third willow", "accuracy": "0"}
    enter(station, banding(), hidden)
    (row,) = told(station)
    assert (row["banding_precision"], row["banding_place"]) == ("exact", LAKE["name"])
    assert (row["precision"], row["recovery_place"]) == ("0.1 degree", None)
    assert (row["latitude"], row["longitude"]) == (47.2, 124.3)


def test_the_uncertainty_is_the_radius_told_else_what_the_code_stands_for(station: Station) -> None:
    exact, coded = banding(), recovery()
    exact["place"] |= {"uncertainty_m": 25, "accuracy": "0"}
    coded["place"] = {"latitude": 47.2, "longitude": 124.3, "accuracy": "D"}
    hidden = recovery(day="2024-10-01")
    hidden["place"] = {"accuracy": "0"}
    enter(station, exact, coded, hidden)
    unknown, known = told(station)
    assert (known["banding_uncertainty_m"], known["uncertainty_m"]) == (25, 50)
    assert (unknown["precision"], unknown["uncertainty_m"]) == ("0.1 degree", None)


def test_a_point_that_another_node_did_not_send_is_withheld_and_ours_just_unknown(station: Station) -> None:
    nowhere = banding()
    del nowhere["place"]
    without = recovery()
    del without["area"]
    enter(station, nowhere)
    arrive(station, without)
    (row,) = told(station)
    assert (row["banding_precision"], row["precision"]) == ("", "withheld")
    assert (row["distance_km"], row["direction_deg"], row["latitude"]) == (None, None, None)
    assert row["days"] == 142


def test_the_filters_ask_of_the_recovery(station: Station) -> None:
    enter(station, banding(), banding("XC 345613"))
    arrive(station, recovery(), recovery("XC 345613", "2025-09-01", place_code="CPKR"))
    assert len(told(station)) == 2
    assert [row["ring"] for row in told(station, place_code=["CPKR"])] == ["XC 345613"]
    assert [row["ring"] for row in told(station, until="2024-12-31")] == ["XC 345612"]
    assert told(station, origin=["AM-KHG"]) == []
    assert len(told(station, origin=["HL-ZLG"])) == 2


def test_north_is_nought_degrees_and_not_360(station: Station) -> None:
    south, north = recovery(), of_another_node(banding())
    south["area"] = {"latitude": 48.0, "longitude": 130.4}
    north["place"] = {"latitude": 47.0, "longitude": 130.40001}
    arrive(station, south, north)
    assert told(station)[0]["direction_deg"] == 0
