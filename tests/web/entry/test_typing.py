"""The entry form takes what people type, asks where it is doubtful, and says all that is wrong at once."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from banding.web import forms
from schemas.records import KINDS
from tests.web.entry.hand import BANDING, Controls, kept, whys


@pytest.mark.parametrize("day", ["7.VIII.1999", "1999年8月7日", "1999-08-07", "7 августа 1999", "１９９９年８月７日"])
def test_a_day_is_taken_as_people_write_it(send: Any, station: Station, day: str) -> None:
    assert send("/enter/banding", BANDING | {"core.day": day}).status_code == 303
    assert kept(station)[0].core["day"] == "1999-08-07"


def test_what_people_type_becomes_a_clean_record(send: Any, station: Station) -> None:
    typed = {
        "core.ring": "ХС 345612", "core.species": "седоголовая овсянка", "core.time": "17:15",
        "core.sex": "M", "place.typed": "49°01'01\"N 130°26'49\"E", "core.place_code": "ru83",
        "measurements.mass": "１８，４", "measurements.wing": "71", "core.marks.0.type": "leg-flag",
        "core.marks.0.colour": "white", "remarks.text": "one\r\ntwo",
    }  # fmt: skip
    assert send("/enter/banding", BANDING | typed).status_code == 303
    groups = kept(station)[0].groups
    core, place = groups["core"], groups["place"]
    assert (core["ring"], core["species"]) == ("ХС 345612", "Emberiza spodocephala")
    assert core["species_code"] == station.tables.species.by_name(core["species"]).euring_code
    assert (core["time"], core["utc_offset"], core["place_code"]) == ("1715", "+10:00", "RU83")
    assert core["marks"] == [{"type": "leg-flag", "colour": "white"}]
    assert (place["typed"], place["datum"]) == ("49°01'01\"N 130°26'49\"E", "WGS84")
    assert (round(place["latitude"], 4), round(place["longitude"], 4)) == (49.0169, 130.4469)
    assert groups["measurements"] == {"mass": 18.4, "wing": 71}
    assert groups["remarks"]["text"] == "one\ntwo"
    assert station.store.records.bird("RUM", "XC345612")


@pytest.mark.parametrize("text", ["49,01694 130,44694", "49.01694, 130.44694", "北纬49.01694 东经130.44694"])
def test_coordinates_are_taken_as_people_write_them(send: Any, station: Station, text: str) -> None:
    assert send("/enter/banding", BANDING | {"place.typed": text}).status_code == 303
    place = kept(station)[0].groups["place"]
    assert (place["latitude"], place["longitude"], place["typed"]) == (49.01694, 130.44694, text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("17:15", "1715"),
        ("1715", "1715"),
        ("17", "17--"),
        ("17--", "17--"),
        ("9.05", "0905"),
        ("１７：１５", "1715"),
    ],
)
def test_a_time_is_taken_as_people_write_it(send: Any, station: Station, typed: str, meant: str) -> None:
    assert send("/enter/banding", BANDING | {"core.time": typed}).status_code == 303
    assert kept(station)[0].core["time"] == meant


@pytest.mark.parametrize("typed", ["25:00", "17:60", "noon", "24"])
def test_an_impossible_time_is_refused_in_words(send: Any, station: Station, typed: str) -> None:
    page = send("/enter/banding", BANDING | {"core.time": typed})
    assert page.status_code == 422
    assert "core-time" in whys(page.text)
    assert not kept(station)


def test_a_doubtful_day_is_asked_about_and_never_guessed(send: Any, station: Station) -> None:
    doubtful = BANDING | {"core.day": "7.8.99"}
    page = send("/enter/banding", doubtful)
    assert page.status_code == 422
    assert 'name="choose:core.day" value="1999-08-07"' in page.text
    assert not kept(station)
    answer = {"asked:core.day": "7.8.99", "choose:core.day": "1999-08-07"}
    changed = doubtful | answer | {"core.day": "2024-04-30"}
    assert send("/enter/banding", changed, submission="two").status_code == 303
    assert send("/enter/banding", doubtful | answer | {"core.ring": "XC 345613"}).status_code == 303
    assert [one.core["day"] for one in kept(station)] == ["2024-04-30", "1999-08-07"]


def test_a_species_that_could_be_several_is_asked_about(send: Any, station: Station) -> None:
    page = send("/enter/banding", BANDING | {"core.species": "овсянка"})
    assert page.status_code == 422
    assert page.text.count('name="choose:core.species"') > 1
    assert not kept(station)
    answer = {"asked:core.species": "овсянка", "choose:core.species": "Emberiza spodocephala"}
    assert send("/enter/banding", BANDING | {"core.species": "овсянка"} | answer).status_code == 303
    assert kept(station)[0].core["species"] == "Emberiza spodocephala"


def test_a_name_that_two_species_share_names_both_and_settles_neither(send: Any, station: Station) -> None:
    row = {"en": "Black-faced Bunting", "zh": "新鹀"}
    station.intake.extending.add("species", "Emberiza nova", row, by="anna")
    shared = BANDING | {"core.species": "black faced bunting"}
    page = send("/enter/banding", shared)
    assert page.status_code == 422
    told = whys(page.text)["core-species"]
    assert "Black-faced Bunting (Emberiza spodocephala), Black-faced Bunting (Emberiza nova)" in told
    for name in ("Emberiza spodocephala", "Emberiza nova"):
        assert f'name="choose:core.species" value="{name}"' in page.text
    assert page.text.count('name="choose:core.species"') == 2
    assert not kept(station)
    answer = {"asked:core.species": "black faced bunting", "choose:core.species": "Emberiza nova"}
    assert send("/enter/banding", shared | answer).status_code == 303
    plain = BANDING | {"core.species": "emberiza spodocephala", "core.ring": "XC 345613"}
    assert send("/enter/banding", plain, submission="two").status_code == 303
    assert [one.core["species"] for one in kept(station)] == ["Emberiza nova", "Emberiza spodocephala"]


@pytest.mark.parametrize(
    "name", ["emb spo", "huitouwu", "hui tou wu", "灰头鹀", "Black-faced Bunting", "EMBERIZA SPODOCEPHALA"]
)
def test_a_species_is_known_by_any_of_its_names(send: Any, station: Station, name: str) -> None:
    assert send("/enter/banding", BANDING | {"core.species": name}).status_code == 303
    assert kept(station)[0].core["species"] == "Emberiza spodocephala"


def test_a_species_nobody_knows_is_refused_at_the_field(send: Any) -> None:
    page = send("/enter/banding", BANDING | {"core.species": "qwertz"})
    assert page.status_code == 422
    assert "No species" in whys(page.text)["core-species"]


def test_everything_wrong_is_said_at_once_beside_the_fields(send: Any, station: Station) -> None:
    typed = {
        "core.scheme": "RUM", "core.ring": "", "core.day": "soon", "place.typed": "5375, 30",
        "core.time": "99", "measurements.wing": "long", "measurements.fat": "12", "core.sex": "X",
        "core.marks.0.colour": "white",
    }  # fmt: skip
    page = send("/enter/banding", typed)
    assert page.status_code == 422
    assert set(whys(page.text)) == {
        "core-ring", "core-species", "core-day", "place-typed", "core-time", "measurements-wing",
        "measurements-fat", "core-sex", "core-marks-0-type",
    }  # fmt: skip
    for name in whys(page.text):
        assert f'<a href="#{name}">' in page.text
        assert f'id="{name}"' in page.text
    assert {name: text for name, text in Controls(page.text).sent.items() if name in typed} == typed
    assert not kept(station)


def test_shape_and_sense_are_told_in_the_language_of_the_page(send: Any, operator: FlaskClient) -> None:
    operator.set_cookie("language", "ru")
    page = send("/enter/banding", BANDING | {"core.day": "2024-05-03", "core.ring": "7"})
    assert page.status_code == 422
    for text in (whys(page.text)["core-day"], whys(page.text)["core-ring"]):
        assert any("а" <= letter <= "я" for letter in text)


@pytest.mark.parametrize("ring", ["🐦", "XC 🐦345612", "---", "...", "X" * 10_000])
def test_a_ring_that_no_bird_can_wear_is_refused_and_stays_in_the_form(send: Any, station: Station, ring: str) -> None:
    page = send("/enter/banding", BANDING | {"core.ring": ring})
    assert page.status_code == 422
    assert "core-ring" in whys(page.text)
    assert Controls(page.text).sent["core.ring"] == ring
    assert not kept(station)


@pytest.mark.parametrize(
    ("ring", "scheme", "is_partial"),
    [
        ("XC 34--12", "RUM", True), ("XC 345-12", "RUM", True), ("XC 3456–2", "RUM", True),
        ("XC-345612", "RUM", None), ("H00-0773", "CPB", None), ("H00-07-3", "CPB", True),
        ("XC 3456?2", "RUM", True), ("A-123", "DEW", None),
    ],
)  # fmt: skip
def test_a_reading_with_gaps_is_marked_as_partial(
    send: Any, station: Station, ring: str, scheme: str, is_partial: bool | None
) -> None:
    found = BANDING | {"core.manner": "found", "core.ring": ring, "core.scheme": scheme}
    assert send("/enter/recovery", found).status_code == 303
    assert kept(station)[0].core.get("ring_partial") is is_partial


@pytest.mark.parametrize(("ring", "scheme"), [("H00-073", "CPB"), ("XC 345-12", "RUM"), ("XC 3456?2", "RUM")])
def test_a_slip_in_a_ring_that_is_put_on_is_never_taken_for_a_part_of_it(
    send: Any, operator: FlaskClient, station: Station, ring: str, scheme: str
) -> None:
    page = send("/enter/banding", BANDING | {"core.ring": ring, "core.scheme": scheme})
    assert page.status_code == 422
    assert whys(page.text)["core-ring"]
    asked = {"kind": "banding", "ring": ring, "scheme": scheme}
    assert "read in full" in operator.get("/enter/ring", query_string=asked).get_json()["text"]
    met = {"kind": "recovery", "manner": "recapture"}
    again = BANDING | {"core.manner": "recapture", "core.ring": ring, "core.scheme": scheme}
    assert whys(send("/enter/recovery", again).text)["core-ring"]
    assert "read in full" in operator.get("/enter/ring", query_string=asked | met).get_json()["text"]
    assert not kept(station)
    assert operator.get("/enter/ring", query_string=asked | met | {"partial": "1"}).get_json()["state"] == "partial"
    assert send("/enter/recovery", again | {"core.ring_partial": "1"}).status_code == 303
    assert kept(station)[0].core["ring_partial"] is True


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_the_schema_can_be_reached(operator: FlaskClient, kind: str) -> None:
    page = operator.get(f"/enter/{kind}").text
    missing = [name for name in forms.controls(kind, 2) if f'name="{name}"' not in page]
    assert not missing
    assert {"core.ring", "core.marks.1.colour", "core.replaces.ring"} <= set(forms.controls(kind, 2))


def test_every_species_that_fits_is_offered(send: Any) -> None:
    page = send("/enter/banding", BANDING | {"core.species": "овсянка"})
    assert 'name="choose:core.species" value="Emberiza spodocephala"' in page.text
