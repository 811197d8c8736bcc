"""Coordinates of another datum are kept as typed and brought to WGS 84; people of the record stay in their group."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from tests.web.conftest import words
from tests.web.entry.hand import BANDING, Controls, kept, whys

AT = {"place.typed": "49.01694, 130.44694", "place.datum": "SK-42"}


def test_coordinates_of_a_soviet_map_come_to_wgs_84_and_stay_as_typed(send: Any, station: Station) -> None:
    assert send("/enter/banding", BANDING | AT).status_code == 303
    place = kept(station)[0].groups["place"]
    assert (place["typed"], place["datum"]) == (AT["place.typed"], "SK-42")
    assert place["latitude"] == pytest.approx(49.017388, abs=2e-5)
    assert place["longitude"] == pytest.approx(130.44808, abs=2e-5)
    assert "uncertainty_m" not in place


def test_without_a_datum_the_receiver_is_believed(send: Any, station: Station) -> None:
    assert send("/enter/banding", BANDING | AT | {"place.datum": ""}).status_code == 303
    place = kept(station)[0].groups["place"]
    assert (place["latitude"], place["longitude"], place["datum"]) == (49.01694, 130.44694, "WGS84")


def test_a_radius_that_was_told_grows_by_what_the_change_may_add_and_only_once(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    assert send("/enter/banding", BANDING | AT | {"place.uncertainty_m": "50"}).status_code == 303
    path = f"/records/{kept(station)[0].uuid}/correct"
    sent = Controls(operator.get(path).text).sent
    assert (sent["place.datum"], sent["place.uncertainty_m"]) == ("SK-42", "55")
    for changed, radius in (
        ({"place.typed": "49.02, 130.45"}, 55), ({"place.datum": "BJ-54"}, 100), ({"place.datum": "WGS84"}, 50),
        ({"place.name": "Lake"}, 50), ({"place.datum": "GCJ-02", "place.uncertainty_m": "10"}, 15),
    ):  # fmt: skip
        sent = Controls(operator.get(path).text).sent | changed
        assert send(path, sent).status_code == 303
        assert kept(station)[0].groups["place"]["uncertainty_m"] == radius


@pytest.mark.parametrize(
    "at", [{"place.typed": "55.75, 37.6"}, {"place.typed": "50.27, 127.54", "core.place_code": "RU83"}]
)
def test_a_chinese_online_map_shows_no_place_abroad(send: Any, station: Station, at: dict[str, str]) -> None:
    page = send("/enter/banding", BANDING | at | {"place.datum": "GCJ-02"})
    assert page.status_code == 422
    assert "within China only" in whys(page.text)["place-datum"]
    assert not kept(station)


def test_a_place_on_the_chinese_bank_is_taken_from_a_chinese_online_map(send: Any, station: Station) -> None:
    at = {"place.typed": "48.36, 134.62", "place.datum": "GCJ-02", "core.place_code": "CPHK"}
    assert send("/enter/banding", BANDING | at).status_code == 303
    place = kept(station)[0].groups["place"]
    assert 0.001 < abs(place["latitude"] - 48.36) + abs(place["longitude"] - 134.62) < 0.02


def test_a_datum_without_coordinates_says_nothing(send: Any, station: Station) -> None:
    assert send("/enter/banding", BANDING | {"place.datum": "SK-95", "place.name": "Lake"}).status_code == 303
    assert kept(station)[0].groups["place"] == {"name": "Lake"}


def test_the_next_bird_of_the_net_has_the_same_datum_as_its_coordinates(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    assert send("/enter/banding", BANDING | AT).status_code == 303
    sent = Controls(operator.get(f"/enter/banding?after={kept(station)[0].uuid}").text).sent
    assert {name: sent[name] for name in AT} == AT


# -- people -----------------------------------------------------------------------------------------------

TWO = {
    "people.others.0.role": "photographer", "people.others.0.name": "王芳",
    "people.others.1.role": "identifier", "people.others.1.name": "В. Андронов", "people.others.1.address": "Архара",
}  # fmt: skip


def test_several_people_are_kept_with_their_parts_and_in_their_own_group(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    assert send("/enter/banding", BANDING | TWO).status_code == 303
    (held,) = kept(station)
    assert held.groups["people"]["others"] == [
        {"role": "photographer", "name": "王芳"},
        {"role": "identifier", "name": "В. Андронов", "address": "Архара"},
    ]
    assert "王芳" not in str({name: group for name, group in held.groups.items() if name != "people"})
    page = words(operator.get(f"/records/{held.uuid}").text)
    assert "photographed it" in page
    assert "В. Андронов" in page
    again = Controls(operator.get(f"/records/{held.uuid}/correct").text).sent
    assert {name: again[name] for name in TWO} == TWO


def test_a_person_without_a_role_is_asked_for_it_and_an_empty_row_is_none(send: Any, station: Station) -> None:
    page = send("/enter/recovery", BANDING | {"core.manner": "found", "people.others.1.name": "Li Ming"})
    assert page.status_code == 422
    assert set(whys(page.text)) == {"people-others-1-role"}
    assert not kept(station)


def test_one_more_person_can_be_written_down(send: Any) -> None:
    page = send("/enter/banding", BANDING | TWO, redisplay="row:others").text
    assert 'name="people.others.2.role"' in page
    assert 'value="row:marks"' in page
    assert '<details class="section" id="section-others" open>' in page
