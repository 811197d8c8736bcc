"""The ring is looked up, the next one named, and the form judged while somebody types; nothing of it is kept."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding import stock
from banding.station import Station
from tests.node.records import banding, recovery
from tests.web.entry.hand import BANDING, admitted, kept

STRING = {"scheme": "RUM", "first": "XC 345601", "last": "XC 345610", "size": "2.0", "received_on": "2024-04-01"}


@pytest.fixture
def look(operator: FlaskClient) -> Callable[..., dict[str, Any]]:
    """What the panel beside the form is told of a ring."""

    def asked(ring: str, kind: str = "banding", scheme: str = "RUM", **more: str) -> dict[str, Any]:
        answer = operator.get("/enter/ring", query_string={"kind": kind, "scheme": scheme, "ring": ring, **more})
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
        return found

    return asked


@pytest.fixture
def check(operator: FlaskClient, csrf: Callable[[FlaskClient], str]) -> Callable[..., dict[str, Any]]:
    """What is said of a form that is not sent yet."""
    token = {"X-CSRFToken": csrf(operator), "Accept": "application/json"}

    def asked(typed: Mapping[str, str], kind: str = "banding") -> dict[str, Any]:
        answer = operator.post(f"/enter/check/{kind}", data=typed, headers=token)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
        return found

    return asked


# -- the ring ---------------------------------------------------------------------------------------------


def test_a_known_ring_comes_with_its_history(look: Any, operator: FlaskClient, station: Station) -> None:
    place = {"latitude": 48.01694, "longitude": 130.44694, "name": "Lebediny"}
    admitted(station, banding(age="4", sex="M", day="2024-04-20") | {"place": place})
    found = look("ХС 345612")
    assert (found["state"], found["recapture"]) == ("ours", True)
    assert "Black-faced Bunting" in found["text"]
    assert "XC345612" in found["text"]
    (line,) = found["history"]
    assert (line["day"], line["place"], line["distance"]) == ("2024-04-20", "Lebediny", "111 km")
    assert line["age"]
    assert line["sex"] == "male"
    for address in (found["address"], line["address"]):
        assert operator.get(address).status_code == 200


def test_a_foreign_ring_says_that_a_request_will_be_raised_by_itself(look: Any) -> None:
    found = look("H00-0773", "recovery", "CPB")
    assert found["state"] == "foreign"
    assert "a request about this ring is raised by itself" in found["text"]


def test_a_bird_met_before_whose_banding_nobody_knows(look: Any, station: Station) -> None:
    admitted(station, recovery("H00-0773", scheme="CPB", day="2024-04-20"))
    found = look("H00-0773", "recovery", "CPB")
    assert found["state"] == "foreign"
    assert "met before" in found["text"]
    assert found["history"]


@pytest.mark.parametrize(
    ("ring", "kind", "state"),
    [
        ("XC 345601", "banding", "fresh"), ("XC 345699", "banding", "not-in-stock"), ("XC 345603", "banding", "spent"),
        ("XC 345602", "recovery", "unknown"), ("XC 3456-2", "recovery", "partial"), ("XC 34", "banding", "wrong"),
        ("🐦", "banding", "wrong"), ("X" * 10_000, "recovery", "wrong"), ("", "banding", ""),
    ],
)  # fmt: skip
def test_each_state_has_its_sentence(look: Any, station: Station, ring: str, kind: str, state: str) -> None:
    stock.receive(station, STRING, "anna")
    stock.write_off(station, "RUM", "XC 345603", "damaged", "bent", "anna")
    found = look(ring, kind)
    assert found["state"] == state
    assert bool(found["text"]) == bool(state)


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_the_panel_speaks_the_language_of_the_page(look: Any, operator: FlaskClient, language: str) -> None:
    operator.set_cookie("language", language)
    assert not look("H00-0773", "recovery", "CPB")["text"].isascii()


def test_a_ring_on_another_species_is_said(look: Any, station: Station) -> None:
    admitted(station, banding())
    assert look("XC 345612", species="Parus minor")["state"] == "used"
    assert look("XC 345612", species="овсянка")["state"] == "ours"


# -- the next ring ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("species", ["Emberiza pusilla", "小鹀", "Овсянка-крошка", "18740", "emb pus"])
def test_the_next_ring_is_named_for_any_name_of_a_species(
    operator: FlaskClient, station: Station, species: str
) -> None:
    stock.receive(station, STRING, "anna")
    assert operator.get("/enter/next-ring", query_string={"species": species}).get_json()["ring"] == "XC 345601"


@pytest.mark.parametrize("species", ["", "qwertz", "овсянка", "e", "Aves", "x" * 5000])
def test_no_ring_is_named_for_an_unknown_species(operator: FlaskClient, station: Station, species: str) -> None:
    stock.receive(station, STRING, "anna")
    found = operator.get("/enter/next-ring", query_string={"species": species}).get_json()
    assert found["ring"] == ""
    assert found["why"]


# -- the form before it is sent ---------------------------------------------------------------------------


def test_all_is_well_and_nothing_is_kept(check: Any, station: Station) -> None:
    assert check(BANDING)["outcome"] == "would-keep"
    assert not kept(station)


def test_everything_known_is_said_at_once(check: Any) -> None:
    found = check(BANDING | {"core.day": "soon", "core.ring": "7", "measurements.wing": "long"})
    assert found["outcome"] == "refused"
    assert {"core.day", "measurements.wing"} <= found["troubles"].keys()


@pytest.mark.parametrize("missing", ["core.ring", "core.species"])
def test_what_is_there_is_judged_before_the_rest_is_typed(check: Any, missing: str) -> None:
    wrong = {"core.day": "2024-05-03", "place.typed": "0, 0"}
    found = check({name: text for name, text in (BANDING | wrong).items() if name != missing})
    assert {"core.day", missing} == found["troubles"].keys()
    assert [one["control"] for one in found["warnings"]] == ["place.typed"]


def test_the_ring_is_judged_before_the_species_is_typed(check: Any, station: Station) -> None:
    admitted(station, banding(day="2024-04-20"))
    found = check(BANDING | {"core.species": ""})
    assert found["troubles"].keys() == {"core.ring", "core.species"}


def test_a_warning_asks_until_it_has_its_reason(check: Any) -> None:
    odd = BANDING | {"place.typed": "0, 0"}
    assert check(odd)["outcome"] == "to-confirm"
    assert check(odd | {"confirm-R-point-zero": "A buoy there"})["outcome"] == "would-keep"


def test_a_wing_that_no_bird_has_is_asked_about_whatever_is_known_of_its_species(check: Any) -> None:
    (told,) = check(BANDING | {"measurements.wing": "999"})["warnings"]
    assert (told["code"], told["control"]) == ("R-measure-bird", "measurements.wing")
    assert "999" in told["text"]


def test_a_correction_is_not_held_against_its_own_record(check: Any, station: Station) -> None:
    uuid = admitted(station, banding(day="2024-04-20"))
    assert check(BANDING)["outcome"] == "refused"
    assert check(BANDING | {"record": uuid})["outcome"] == "would-keep"


def test_a_ring_known_by_now_is_told_in_a_check_of_a_recapture(check: Any, station: Station) -> None:
    admitted(station, banding(day="2024-04-20"))
    assert check(BANDING | {"core.manner": "recapture"}, "recovery")["outcome"] == "would-keep"


def test_there_is_no_other_form(operator: FlaskClient, csrf: Any) -> None:
    answer = operator.post("/enter/check/letter", data={"csrf_token": csrf(operator)})
    assert answer.status_code == 404
