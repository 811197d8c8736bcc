"""Scheduled reports on their page: a question is kept, its files are listed, it pauses, goes on and is removed."""

from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from banding import scheduled
from banding.errors import StoreTrouble
from banding.scheduled import due, make
from banding.station import Station
from banding.web.asking_returns import asked_returns
from tests.reports.birds import banding, enter, recovery


def schedule(client: FlaskClient, token: str, question: str = "?ring=XC", **form: str):
    told = {"csrf_token": token, "title": "Buntings", "format": "csv", "every": "week"} | form
    return client.post(f"/scheduled{question}", data=told)


def test_the_page_of_returns_leads_to_a_form_with_the_same_question(as_role, station):
    enter(station, banding(), recovery())
    client = as_role("operator")
    assert "/scheduled?ring=XC&amp;new=1" in client.get("/returns?ring=XC").text
    page = client.get("/scheduled?ring=XC&new=1").text
    assert 'action="/scheduled?ring=XC"' in page
    assert "1 return" in page
    assert "Ring: XC" in page


def test_a_question_is_kept_and_its_file_can_be_fetched(as_role, csrf, station: Station):
    enter(station, banding(), recovery())
    client = as_role("operator")
    assert schedule(client, csrf(client)).status_code == 303
    (one,) = due(station)
    assert (one.title, dict(one.typed), one.made_by) == ("Buntings", {"ring": "XC"}, "operator")
    run = make(station, one, asked_returns)
    page = client.get("/scheduled").text
    assert run.file in page
    assert "Ring: XC" in page
    with client.get(f"/scheduled/{one.id}/{run.period}") as answer:
        assert "XC 345612" in answer.text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The question is no longer understood"),
        ("zh", "这个查询现在已无法理解"),
        ("ru", "Вопрос больше не понятен"),
    ],
)
def test_what_failed_is_told_in_the_language_of_the_reader(as_role, csrf, station: Station, language: str, told: str):
    client = as_role("operator")
    schedule(client, csrf(client))
    (one,) = due(station)
    make(station, one, lambda _typed, _station: SimpleNamespace(misread=["ring"], query=None))
    assert told in client.get("/scheduled", headers={"X-Page-Language": language}).text


def test_what_was_kept_of_a_failure_long_ago_stays_as_it_is():
    assert scheduled.told("The disk is full: Errno 28", "zh") == "The disk is full: Errno 28"
    full = scheduled.kept(StoreTrouble("A file or folder cannot be used", why="No space left on device"))
    assert scheduled.told(full, "ru").endswith("На диске нет места.")


def test_a_report_pauses_goes_on_and_is_removed(as_role, csrf, station: Station):
    client = as_role("operator")
    schedule(client, csrf(client))
    for deed, left in (("pause", 0), ("go", 1), ("remove", 0)):
        assert client.post("/scheduled/1", data={"csrf_token": csrf(client), "do": deed}).status_code == 303
        assert len(due(station)) == left
    assert client.post("/scheduled/1", data={"csrf_token": csrf(client), "do": "pause"}).status_code == 404


@pytest.mark.parametrize("wrong", [{"format": "doc"}, {"every": "minute"}])
def test_what_cannot_be_made_is_refused(as_role, csrf, station: Station, wrong: dict[str, str]):
    client = as_role("operator")
    assert schedule(client, csrf(client), **wrong).status_code == 422
    assert station.store.scheduled.every() == []


def test_a_misread_question_is_never_kept(as_role, csrf, station: Station):
    client = as_role("operator")
    assert schedule(client, csrf(client), "?since=yesterday").status_code == 422
    assert station.store.scheduled.every() == []


def test_only_a_reviewer_lets_reports_be_mailed(as_role, csrf, station: Station):
    operator, reviewer = as_role("operator"), as_role("reviewer")
    assert schedule(operator, csrf(operator), mail="li@example.org").status_code == 403
    assert schedule(reviewer, csrf(reviewer), mail="Li Ming <li@example.org>").status_code == 422
    assert schedule(reviewer, csrf(reviewer), mail="li@example.org, anna@example.org").status_code == 303
    (one,) = station.store.scheduled.every()
    assert list(one.mail) == ["li@example.org", "anna@example.org"]


def test_a_reader_sees_no_reports(as_role):
    assert as_role("reader").get("/scheduled").status_code == 403


def test_no_file_is_given_out_but_that_of_a_run(as_role, csrf):
    client = as_role("operator")
    schedule(client, csrf(client))
    assert client.get("/scheduled/1/2026-W01").status_code == 404
    assert client.get("/scheduled/1/..%2f..%2fnode.json").status_code == 404
