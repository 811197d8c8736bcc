"""The pages of records and birds show what is kept, say what is not, and never fail on odd questions."""

import re
import uuid as uuids
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from tests.web.conftest import words
from tests.web.entry.hand import FULL, admitted, foreign, kept


def banded(ring: str = "XC 345612", day: str = "2024-04-01", **more: Any) -> dict[str, Any]:
    """A banding at Khingansky."""
    core = {"kind": "banding", "scheme": "RUM", "ring": ring, "species": "Emberiza spodocephala", "day": day}
    return {"core": core | more, "place": {"latitude": 49.0, "longitude": 130.5}}


def found(ring: str = "XC 345612", day: str = "2024-04-21", **more: Any) -> dict[str, Any]:
    """The same bird in Heilongjiang three weeks later."""
    core = banded(ring, day)["core"] | {"kind": "recovery", "manner": "found", "condition": "1"}
    return {"core": core | more, "place": {"latitude": 47.0, "longitude": 130.5}}


def test_a_record_is_shown_with_words_for_its_codes(reader: FlaskClient, station: Station) -> None:
    page = words(reader.get(f"/records/{admitted(station, FULL)}").text)
    for text in (
        "H00-0773",
        "mark read in the field",
        "alive and released",
        "18.4 g",
        "SK-42",
        "Lake",
    ):
        assert text in page
    assert "not here" not in page


def test_people_and_remarks_are_shown_to_operators_alone(
    reader: FlaskClient, operator: FlaskClient, station: Station
) -> None:
    path = f"/records/{admitted(station, FULL)}"
    for text in ("Li Ming", "Nenjiang", ">worn<"):
        assert text in operator.get(path).text
        assert text not in reader.get(path).text
    assert words(reader.get(path).text).count("shown to operators") == 2


def test_what_another_station_keeps_back_is_said_to_be_not_here(reader: FlaskClient, station: Station) -> None:
    open_groups = {name: group for name, group in FULL.items() if name in {"core", "area"}}
    page = words(reader.get(f"/records/{foreign(station, open_groups)}").text)
    assert page.count("not here") == 2
    assert "HL-GFN" in page


def test_only_an_operator_sees_deeds_and_only_on_own_records(
    reader: FlaskClient, as_role: Callable[[str], FlaskClient], station: Station
) -> None:
    own, other = admitted(station, banded()), foreign(station, found())
    assert "/correct" not in reader.get(f"/records/{own}").text
    operator = as_role("operator")
    assert "/correct" in operator.get(f"/records/{own}").text
    assert "/correct" not in operator.get(f"/records/{other}").text


def test_a_record_nobody_knows_is_a_calm_page(reader: FlaskClient) -> None:
    assert reader.get(f"/records/{uuids.uuid4()}").status_code == 404


def test_a_record_is_withdrawn_with_a_reason_and_stays_to_be_seen(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    record = admitted(station, banded())
    assert send(f"/records/{record}/withdraw", {"reason": " "}).status_code == 422
    assert send(f"/records/{record}/withdraw", {"reason": "x" * 5000}).status_code == 422
    assert kept(station)
    assert send(f"/records/{record}/withdraw", {"reason": "typed twice"}).status_code == 303
    assert not kept(station)
    page = words(operator.get(f"/records/{record}").text)
    assert "This record is withdrawn." in page
    assert "typed twice" in page
    assert "2 (current) (withdrawn)" in page


def test_a_life_history_tells_the_way_and_the_days(reader: FlaskClient, station: Station) -> None:
    admitted(station, banded())
    foreign(station, found())
    page = words(reader.get("/birds/RUM/XC%20345612").text)
    assert "2 encounters" in page
    assert "20 days · 222.4 km S (180°)" in page
    assert page.index("2024-04-01") < page.index("2024-04-21")


def test_a_bird_is_found_in_whatever_way_its_ring_is_written(reader: FlaskClient, station: Station) -> None:
    admitted(station, banded())
    for ring in ("XC345612", "xc 345612", "ХС 345612", "ＸＣ３４５６１２", "XC-345612"):
        assert reader.get(f"/birds/rum/{ring}").status_code == 200


def test_two_bandings_of_one_ring_are_shown_as_a_conflict(reader: FlaskClient, station: Station) -> None:
    first, second = admitted(station, banded()), foreign(station, banded(day="2024-04-11"))
    page = reader.get("/birds/RUM/XC345612").text
    assert "contradict each other" in page
    assert min(page.count(f"/records/{first}"), page.count(f"/records/{second}")) >= 2


def test_a_partial_reading_is_listed_and_stands_for_no_bird(reader: FlaskClient, station: Station) -> None:
    admitted(station, banded(ring="XC 34512"))
    admitted(station, found(ring="XC 345-12", ring_partial=True))
    assert "read in part" in reader.get("/records").text
    page = reader.get("/birds/RUM/XC%20345--12")
    assert page.status_code == 404
    assert "Part of this number was not read" in page.text
    assert "1 encounter" in words(reader.get("/birds/RUM/XC34512").text)


def test_an_unknown_ring_leads_to_entering_its_recovery(operator: FlaskClient) -> None:
    page = operator.get("/birds/RUM/XC 999999")
    assert page.status_code == 404
    link = re.search(r'href="(/enter/recovery\?[^"]+)"', page.text)
    assert link
    form = operator.get(link[1].replace("&amp;", "&")).text
    assert 'name="core.ring" value="XC 999999"' in form


def test_the_list_counts_and_turns_pages(reader: FlaskClient, station: Station) -> None:
    for number in range(53):
        admitted(station, banded(ring=f"XC 3456{number:02}"))
    page = reader.get("/records")
    assert "53 records" in page.text
    assert page.text.count("/birds/RUM/") == 50
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    rest = reader.get(following[1].replace("&amp;", "&")).text
    assert rest.count("/birds/RUM/") == 3
    assert 'rel="prev"' in rest
    assert 'rel="next"' not in rest


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("ring=xc 3456", 2), ("ring=ХС345613", 1), ("ring=%", 0), ("species=灰头鹀", 2),
        ("species=крапивник", 0),
        ("kind=recovery", 1), ("scheme=CPB", 0), ("since=2.IV.2024", 1), ("until=2024-04-01", 1),
        ("since=2024-04-22", 0),
    ],
)  # fmt: skip
def test_the_list_answers_what_is_asked(reader: FlaskClient, station: Station, asked: str, count: int) -> None:
    admitted(station, banded())
    admitted(station, found(ring="XC 345613"))
    assert f"{count} record" in words(reader.get(f"/records?{asked.replace('%', '%25')}").text)


@pytest.mark.parametrize("asked", ["since=7.8.99", "until=soon", "species=qwertz", "kind=other"])
def test_a_question_that_is_not_understood_is_said_and_not_answered(reader: FlaskClient, asked: str) -> None:
    page = reader.get(f"/records?{asked}")
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text or "kind" in asked
    assert "No record is kept here yet" not in page.text


@pytest.mark.parametrize("offset", ["-1", "x", "9" * 15, "9" * 400, "１", ""])
def test_an_odd_page_number_does_no_harm(reader: FlaskClient, offset: str) -> None:
    assert reader.get(f"/records?offset={offset}").status_code == 200


def test_an_empty_list_says_what_to_do_first(operator: FlaskClient) -> None:
    assert "Enter the first banding" in operator.get("/records").text
