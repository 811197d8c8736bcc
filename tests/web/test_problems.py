"""An error is a calm page for a person and problem JSON for a program, and never a traceback."""

import errno
import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding.errors import BandingError, NotAllowed, NotFound, Refused, SettingsTrouble, StoreTrouble
from banding.web.access import ANYONE, Access, allow
from banding.web.problems import KINDS, SLUGS, explain

JSON = {"Accept": "application/json"}


@pytest.fixture
def failing(app: Flask) -> Callable[[Exception], FlaskClient]:
    """A browser for which /fails raises the error, and /api/fails too."""

    def prepare(error: Exception) -> FlaskClient:
        def view() -> str:
            raise error

        for path in ("/fails", "/api/fails"):
            app.add_url_rule(path, path, view)
            allow(app, [Access(path, ("GET",), ANYONE)])
        return app.test_client()

    return prepare


def test_an_error_of_ours_is_a_page_that_says_what_where_why_and_what_to_do(failing):
    client = failing(Refused("This will not do", where="row <7>", why="It is upside down", mend="Turn it round"))
    page = client.get("/fails")
    assert page.status_code == 422
    for said in ("This will not do", "row &lt;7&gt;", "It is upside down", "Turn it round"):
        assert said in page.text


def test_what_somebody_typed_is_no_markup_even_inside_an_error(failing):
    page = failing(Refused("<b>%d</b> will not do", why="<i>so</i>", mend="<u>go</u>")).get("/fails").text
    for harmless in ("&lt;b&gt;%d&lt;/b&gt;", "&lt;i&gt;", "&lt;u&gt;"):
        assert harmless in page


def test_the_same_error_is_problem_json_for_a_program(failing):
    client = failing(Refused("This will not do", where="row 7", why="It is upside down", mend="Turn it round"))
    for answer in (client.get("/api/fails"), client.get("/fails", headers=JSON)):
        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        assert answer.json == {
            "type": "/problems/refused", "title": "This cannot be taken as it is", "status": 422,
            "detail": "This will not do. It is upside down.", "where": "row 7", "mend": "Turn it round.",
        }  # fmt: skip


def test_a_browser_gets_a_page_though_it_would_take_anything(failing):
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert failing(NotFound("Gone")).get("/fails", headers=browser).content_type.startswith("text/html")


def test_a_fault_of_ours_shows_a_number_that_stands_in_the_log_too(failing, caplog: pytest.LogCaptureFixture):
    client = failing(RuntimeError("the inner secret"))
    page = client.get("/fails")
    assert page.status_code == 500
    assert "the inner secret" not in page.text
    assert "Traceback" not in page.text
    number = client.get("/api/fails").json["number"]
    assert number in caplog.text
    assert "the inner secret" in caplog.text


def test_a_locked_or_full_file_is_said_without_its_path(failing, caplog: pytest.LogCaptureFixture):
    answer = failing(sqlite3.OperationalError("database or disk is full")).get("/fails")
    assert answer.status_code == 503
    assert "disk may be full" in answer.text
    assert "database or disk is full" in caplog.text


def test_the_path_of_the_file_is_for_the_log(failing, caplog: pytest.LogCaptureFixture):
    page = failing(StoreTrouble("The node's file cannot be used", where="/home/anna/node.sqlite")).get("/fails")
    assert "/home/anna" not in page.text
    assert "/home/anna" in caplog.text


def test_the_error_page_comes_though_the_store_is_broken(as_role, station, caplog):
    somebody = as_role("reader")
    station.store.database.execute("alter table accounts rename to lost")
    answer = somebody.get("/")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text
    assert "accounts" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/login", 405, "method"),
        ("GET", "/login/%00", 404, "not-found"),
    ],
)
def test_what_flask_refuses_is_told_in_the_same_way(client: FlaskClient, method, path, status, slug):
    answer = client.open(path, method=method, headers=JSON)
    assert (answer.status_code, answer.json["type"]) == (status, f"/problems/{slug}")
    page = client.open(path, method=method)
    assert page.status_code == status
    assert "<h1>" in page.text


def test_too_much_at_once_is_said(client: FlaskClient):
    answer = client.post("/login", data={"name": "x" * (5 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_a_form_without_its_token_is_told_what_to_do(client: FlaskClient):
    page = client.post("/login", data={"name": "x"})
    assert page.status_code == 400
    assert "The form is no longer valid" in page.text


def test_every_error_of_ours_and_every_status_has_its_explanation(client: FlaskClient):
    ours = {kind.slug for kind in (BandingError, Refused, NotFound, NotAllowed, SettingsTrouble, StoreTrouble)}
    assert ours | set(SLUGS.values()) <= set(KINDS)
    for slug, kind in KINDS.items():
        page = client.get(f"/problems/{slug}")
        assert page.status_code == 200
        assert str(kind.title) in page.text


def test_another_room_explains_problems_of_its_own(app: Flask, client: FlaskClient):
    explain(app, "epoch-changed", "The store was begun anew", "Ask for everything once more.")
    assert "The store was begun anew" in client.get("/problems/epoch-changed").text
    assert client.get("/problems/never-heard-of").status_code == 404


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 503), (errno.EROFS, 503), (errno.ENOENT, 500)])
def test_a_full_disk_is_told_as_what_it_is_and_without_the_path(
    app: Flask, failing: Callable[[Exception], FlaskClient], number: int, status: int
) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    page = failing(OSError(number, "No space left on device", "/secret/path")).get("/fails")
    assert page.status_code == status
    assert ("The disk may be full" in page.text) == (status == 503)
    assert "/secret/path" not in page.text
