"""Questions about returns as people put them: every field is understood or told at its field, none is left out."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from banding.domain.regions import understand
from banding.station import Station
from banding.store.shapes import ReturnQuery
from banding.web.asking_returns import ASKED, asked_returns, typed_in
from tests.reports.birds import arrive, banding, enter, recovery
from tests.web.conftest import words

AsRole = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"place_code": "CP"}, {"place_code": ("CP",)}), ({"place_code": "CP--"}, {"place_code": ("CP",)}),
        ({"place_code": "中国，RU83"}, {"place_code": ("CP", "RU83")}),
        ({"banding_place": "Амурская"}, {"banding_place": ("RU83", "SI40")}),
        ({"banding_place": "heilongjiang"}, {"banding_place": ("CPHK",)}),
        ({"scheme": "rum, SUM"}, {"scheme": ("RUM", "SUM")}), ({"origin": "hl-zlg"}, {"origin": ("HL-ZLG",)}),
        ({"condition": "1,2"}, {"condition": ("1", "2")}), ({"circumstances": "00"}, {"circumstances": ("00",)}),
        ({"manner": "FOUND"}, {"manner": ("found",)}), ({"km_from": "12,5"}, {"km_from": 12.5}),
        ({"days_from": "-3", "days_to": "10"}, {"days_from": -3, "days_to": 10}),
        ({"month_from": "11", "month_to": "2"}, {"month_from": 11, "month_to": 2}),
        ({"banded_since": "1.V.2024"}, {"banded_since": "2024-05-01"}),
        ({"since": "2024", "until": "2024"}, {"since": "2024-01-01", "until": "2024-12-31"}),
        ({"banded_since": "2024-02", "banded_until": "2024-02"}, {"banded_since": "2024-02-01",
                                                                 "banded_until": "2024-02-29"}),
        ({"ring": "cpb X98-91*"}, {"ring_like": ("X9891*", "X98?91*"), "scheme": ("CPB",)}),
        ({"ring": "RUM XC 3456"}, {"ring": "XC3456", "scheme": ("RUM",)}),
        ({"ring": "RUM XC 3456", "scheme": "rum"}, {"ring": "XC3456", "scheme": ("RUM",)}),
        ({"ring": "RUM XC 3456", "scheme": "CPB"}, {"ring": "RUMXC3456", "scheme": ("CPB",)}),
        ({"ring": "RUM"}, {"ring": "RUM"}),
        ({"region": "47,130,50,135"}, {"region": understand("47,130,50,135")}),
        ({"region_of": "both"}, {"region_of": "both"}),
        ({"place_name": " Zhalong "}, {"place_name": "Zhalong"}), ({"species": " ", "nobody": "asked"}, {}),
    ],
)  # fmt: skip
def test_a_field_is_understood_as_people_write_it(app: Any, typed: dict[str, str], asked: dict[str, Any]) -> None:
    with app.test_request_context():
        found = asked_returns(typed)
    assert found.misread == {}
    assert found.query == ReturnQuery(**asked)


@pytest.mark.parametrize("typed", ["озёрн", "ОЗЕРН", "Озерная ловушка １"])
def test_a_place_is_found_by_its_name_with_and_without_the_dots(
    reader: FlaskClient, station: Station, typed: str
) -> None:
    there = banding() | {"place": {"latitude": 49.0, "longitude": 130.4, "name": "Озёрная ловушка 1"}}
    enter(station, there, recovery())
    assert "1 return" in words(reader.get("/returns", query_string={"banding_name": typed}).text)
    assert "No return fits" in reader.get("/returns", query_string={"banding_name": "озёра"}).text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group", "dragons"), ("scheme", "Moscow, really"), ("place_code", "Atlantis"), ("place_code", "--"),
        ("banding_place", "CP, nowhere at all"), ("region", "here"), ("region", "1,2;3,4"), ("region", "50,1,40,2"),
        ("region_of", "neither"), ("month_from", "13"), ("month_to", "May"), ("condition", "Z"),
        ("circumstances", "100"), ("manner", "shot"), ("km_from", "far"), ("km_to", "1e9"), ("days_from", "1.5"),
        ("origin", "no code"), ("banding_origin", "?"), ("banded_until", "soon"), ("since", "7.8.99"),
    ],
)  # fmt: skip
def test_what_is_misread_is_told_at_its_field(reader: FlaskClient, name: str, text: str) -> None:
    page = reader.get("/returns", query_string={name: text})
    assert page.status_code == 422
    assert f'id="{name}-wrong"' in page.text
    assert reader.get("/returns.csv", query_string={name: text}).status_code == 422


@pytest.mark.parametrize(("first", "last"), [("km_from", "km_to"), ("days_from", "days_to")])
def test_a_most_below_the_least_is_told(app: Any, first: str, last: str) -> None:
    with app.test_request_context():
        assert list(asked_returns({first: "5", last: "4"}).misread) == [last]


def test_a_group_is_all_its_species_with_their_older_names(app: Any, station: Station) -> None:
    with app.test_request_context():
        found = asked_returns({"group": "cranes-storks", "species": "Oriental Stork"})
    assert {"Grus japonensis", "Ciconia boyciana", "Ciconia nigra"} <= set(found.query.group)
    assert "Anas crecca" not in found.query.group
    older = {
        name for one in station.tables.species if one.scientific_name in found.query.group for name in one.synonyms
    }
    assert older
    assert older <= set(found.query.group)
    assert found.species[0] == "Ciconia boyciana"


def test_codes_may_stand_in_several_fields_of_one_name() -> None:
    several = MultiDict([("condition", "1"), ("condition", "2"), ("ring", ""), ("page", "3")])
    assert typed_in(several) == {"condition": "1,2"}


def test_used_groups_of_filters_are_open_and_the_others_folded(reader: FlaskClient) -> None:
    page = reader.get("/returns?km_from=10&manner=found&manner=recapture").text
    assert page.count("<details open>") == 2
    assert page.count("<details>") == 3
    assert page.count(" selected") == 2 + 2  # two manners, the region's and the order's first choice
    assert all(f'name="{name}"' in page for name in ASKED)


def test_the_same_question_goes_to_the_file_and_to_the_next_page(reader: FlaskClient, station: Station) -> None:
    enter(station, banding())
    arrive(station, recovery(), recovery(day="2025-05-03", manner="recapture"))
    page = reader.get("/returns?manner=resighting&manner=found&place_code=China&order=farthest").text
    assert "1 return<" in page
    same = "place_code=China&amp;manner=resighting,found&amp;order=farthest"
    assert f'href="/returns?{same}"' in page
    assert f'href="/returns.csv?{same}"' in page


def test_a_ring_is_shown_as_it_is_engraved(reader: FlaskClient, station: Station) -> None:
    enter(station, banding("XC 345612"), recovery("хс345612"))
    page = reader.get("/returns").text
    assert ">RUM XC 345612</a>" in page


def test_pages_of_the_same_returns_are_offered_where_there_are_such(
    app: Any, as_role: AsRole, station: Station
) -> None:
    enter(station, banding(), recovery())
    known = "map.page" in app.view_functions
    assert ("/returns/map" in as_role("reader").get("/returns?ring=XC").text) <= known


def test_the_api_takes_the_same_parameters(reader: FlaskClient, station: Station) -> None:
    enter(station, banding(), recovery(), recovery(day="2025-05-03"))
    asked = "group=buntings&region=40,120,50,135&km_from=500&place_code=CP&month_from=9&month_to=9&order=earliest"
    body = reader.get(f"/api/v1/returns?{asked}").get_json()
    assert [one["recovery_day"] for one in body["returns"]] == ["2024-09-20"]
    assert reader.get("/api/v1/returns?order=random").status_code == 422
    assert reader.get("/api/v1/returns?region=here").get_json()["where"] == "region"
    assert reader.get("/api/v1/records?group=buntings").status_code == 422
