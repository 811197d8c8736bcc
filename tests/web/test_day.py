"""The page of a day's end says loudly what is missing, in every language, and leads from day to day."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding import fieldwork, stock
from banding.intake import Draft
from banding.station import Station
from tests.node.records import banding
from tests.web.conftest import words

DAY = "2024-05-01"


def write(station: Station, *records: dict[str, Any]) -> list[str]:
    """Keep records past every warning; their ids."""
    verdicts = station.intake.admit(map(Draft, records), door="form", by="anna", confirm_all="For the test")
    assert all(one.is_kept for one in verdicts), verdicts
    return [str(one.id) for one in verdicts]


def page(operator: FlaskClient, day: str = DAY) -> str:
    """What a person reads of a day, without the frame around it."""
    answer = operator.get(f"/day/{day}")
    assert answer.status_code == 200
    return words(answer.text.split("<main")[1])


def test_a_day_without_anything_says_so_and_leads_to_an_entry(operator: FlaskClient) -> None:
    answer = operator.get("/day").text
    assert "Nothing was written on this day" in answer
    assert 'href="/enter/banding"' in answer
    assert 'rel="prev"' in answer
    assert 'rel="next"' not in answer


def test_the_count_at_the_net_is_held_against_the_birds_entered(operator: FlaskClient, station: Station) -> None:
    account = station.store.accounts.by_name("operator")
    assert account is not None
    session = fieldwork.begin(station, account.id, {"core.day": DAY}, "06:30")
    for record in write(station, *(banding(f"XC 34560{at}", age="3") for at in range(3))):
        station.store.sessions.add_bird(session.id, record, "06:30")
    assert "not counted" in page(operator)
    assert "not ended" in page(operator)
    fieldwork.end(station, session, "5")
    shown = operator.get(f"/day/{DAY}").text
    assert '<strong class="loud">2 birds counted and not entered</strong>' in shown
    assert f'href="/sessions/{session.id}"' in shown
    assert "round 06:30" in shown
    station.store.sessions.change(fieldwork.change(station, session, session.header, "06:30", "2"))
    assert "1 bird more than counted" in page(operator)
    fieldwork.change(station, session, session.header, "06:30", "3")
    assert "3 3 none" in page(operator)


def test_a_ring_passed_over_is_named_loudly(operator: FlaskClient, station: Station) -> None:
    told = {"scheme": "RUM", "first": "XC 345601", "last": "XC 345650", "received_on": "2024-01-01"}
    stock.receive(station, told, "anna")
    write(station, banding("XC 345601"), banding("XC 345603"))
    shown = operator.get(f"/day/{DAY}").text
    assert '<strong class="loud">XC 345602</strong>' in shown
    assert "XC 345601 – XC 345603 2 XC 345602 48 XC 345602" in page(operator)


def test_species_stand_with_their_totals(operator: FlaskClient, station: Station) -> None:
    write(station, banding("XC 345601", age="3"), banding("XC 345602", age="4"), banding("VD 12345", age="0"))
    assert "Black-faced Bunting 1 1 1 3 3" in page(operator)
    assert "1 species 0 1 1 1 3 0 3" in page(operator)


def test_what_the_rules_remarked_is_listed_with_its_reason(operator: FlaskClient, station: Station) -> None:
    (record,) = write(station, banding(species="Avis incognita"))
    shown = operator.get(f"/day/{DAY}").text
    assert f'href="/records/{record}"' in shown
    assert "<q>For the test</q>" in shown
    assert "look at the list on each device" in shown


def test_html_in_a_name_stays_text(operator: FlaskClient, station: Station) -> None:
    write(station, banding() | {"people": {"ringer": "<b>Anna</b>"}})
    assert "&lt;b&gt;Anna&lt;/b&gt;: 1" in operator.get(f"/day/{DAY}").text


@pytest.mark.parametrize("typed", ["2024-05-01", "01.05.2024", "1.V.2024", "2024年5月1日", "２０２４年５月１日"])
def test_a_day_is_found_as_a_person_writes_it(operator: FlaskClient, typed: str) -> None:
    assert operator.get("/day", query_string={"day": typed}).location == f"/day/{DAY}"


@pytest.mark.parametrize("typed", ["soon", "7.8.99", "😀", "x" * 10_000, "<b>"])
def test_a_day_that_is_not_understood_is_said(operator: FlaskClient, typed: str) -> None:
    answer = operator.get("/day", query_string={"day": typed})
    assert answer.status_code == 422
    assert "is not understood as a day" in answer.text


def test_days_at_the_ends_of_the_calendar_do_no_harm(operator: FlaskClient) -> None:
    assert 'rel="prev"' not in operator.get("/day/0001-01-01").text
    assert 'rel="next"' not in operator.get("/day/9999-12-31").text
    assert operator.get("/day/2024-02-30").status_code == 404


def test_the_sheet_of_a_day_is_for_operators(as_role: Callable[[str], FlaskClient]) -> None:
    assert as_role("reader").get("/day").status_code == 403


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_the_day_speaks_the_reader_s_language(
    operator: FlaskClient, csrf: Callable[[FlaskClient], str], station: Station, language: str
) -> None:
    write(station, banding("XC 345601", age="3"), banding("XC 345603", age="4"))
    form = {"language": language, "next": f"/day/{DAY}", "csrf_token": csrf(operator)}
    assert operator.post("/language", data=form).location == f"/day/{DAY}"
    assert {"zh": "2024年5月1日", "ru": "1 мая 2024"}[language] in page(operator)
    sheet = words(operator.get(f"/day/{DAY}").text.split('<div class="sheet')[1].split("</main>")[0])
    assert re.findall(r"\b[a-z]{4,}\b", sheet.removeprefix('">')) == []
