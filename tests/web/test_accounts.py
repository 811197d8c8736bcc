"""Log-in, one's own account and the accounts of everybody."""

import re
import stat
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding.station import Station
from banding.web import create_app
from tests.web.conftest import PASSWORD, token_of
from tests.web.test_invitations import make

Somebody = Callable[[str], FlaskClient]


def log_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str):
    return client.post("/login", data={"name": name, "password": password, "csrf_token": token_of(client), **more})


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def send(client: FlaskClient, path: str, **form: str):
    return client.post(path, data={"csrf_token": token_of(client), **form})


def number(station: Station, name: str) -> int:
    account = station.store.accounts.by_name(name)
    assert account is not None
    return account.id


# -- coming and going --------------------------------------------------------------------------------------


def test_somebody_logs_in_and_out(client: FlaskClient):
    assert log_in(client, "Reader").headers["Location"] == "/"
    assert is_in(client)
    answer = send(client, "/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not is_in(client)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: FlaskClient):
    wrong, unknown = log_in(client, "reader", "wrong password"), log_in(client, "nobody at all", "wrong password")
    assert wrong.status_code == unknown.status_code == 422
    assert "Name or password is not right." in wrong.text
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text)


def test_an_unknown_name_costs_a_check_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    checked = []
    monkeypatch.setattr("banding.web.accounts.is_right", lambda *what: bool(checked.append(what)))
    log_in(client, "nobody at all")
    log_in(client, "reader")
    assert len(checked) == 2


def test_the_log_in_goes_back_to_the_page_asked_for_and_to_no_other_place(client: FlaskClient):
    assert log_in(client, "reader", next="/records?kind=banding").headers["Location"] == "/records?kind=banding"
    assert log_in(client, "reader", next="//evil.example/x").headers["Location"] == "/"


def test_a_name_is_throttled_after_five_attempts_in_a_minute(client: FlaskClient):
    for _ in range(5):
        assert log_in(client, "reader", "guess").status_code == 422
    stopped = log_in(client, "READER", PASSWORD)
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) <= 61
    assert log_in(client, "operator").status_code == 303


def test_an_address_is_throttled_after_ten_attempts_in_a_minute(client: FlaskClient):
    statuses = [log_in(client, f"name {n}", "guess").status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient):
    said = log_in(client, "reader").headers.getlist("Set-Cookie")
    session = next(one for one in said if one.startswith("banding-AM-KHG="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "Secure" not in session


def test_the_cookie_travels_over_tls_only_where_the_settings_say_so(station: Station):
    app = create_app(replace(station, settings=replace(station.settings, secure_cookies=True)), testing=True)
    said = app.test_client().get("/login", base_url="https://localhost").headers["Set-Cookie"]
    assert "Secure" in said


def test_two_nodes_on_one_computer_do_not_log_each_other_out(station: Station):
    other = replace(station.settings.node, code="AM-BLG")
    apps = [create_app(station, testing=True)]
    apps.append(create_app(replace(station, settings=replace(station.settings, node=other)), testing=True))
    assert len({app.config["SESSION_COOKIE_NAME"] for app in apps}) == 2


def test_the_key_of_the_cookies_is_made_once_and_readable_by_the_node_alone(station: Station):
    first, second = create_app(station, testing=True), create_app(station, testing=True)
    assert first.secret_key == second.secret_key
    path = station.settings.keys / "session.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32


# -- one's own account -------------------------------------------------------------------------------------


def test_a_changed_password_ends_the_other_log_ins_but_not_this_one(app: Flask, as_role: Somebody):
    here, elsewhere = as_role("reader"), as_role("reader")
    new = "four quiet grey cranes"
    assert send(here, "/me", do="password", old=PASSWORD, password=new, again=new).status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)
    assert log_in(app.test_client(), "reader", PASSWORD).status_code == 422
    assert log_in(app.test_client(), "reader", new).status_code == 303


@pytest.mark.parametrize(
    "form",
    [
        {"old": "not the old one", "password": "long enough again", "again": "long enough again"},
        {"old": PASSWORD, "password": "long enough again", "again": "other than the first"},
        {"old": PASSWORD, "password": "short", "again": "short"},
    ],
)
def test_a_password_is_not_changed_for_the_wrong_person_or_a_bad_one(app: Flask, as_role: Somebody, form):
    assert send(as_role("reader"), "/me", do="password", **form).status_code == 422
    assert log_in(app.test_client(), "reader").status_code == 303


def test_a_key_is_shown_once_and_opens_the_api(client: FlaskClient, as_role: Somebody):
    somebody = as_role("reader")
    page = send(somebody, "/me", do="key", label="a spreadsheet").text
    key = re.search(r'<code class="secret">([^<]+)</code>', page).group(1)
    assert key not in somebody.get("/me").text
    assert client.get("/api/v1/records", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_a_key_ends_with_the_log_ins_and_not_with_a_new_language(client: FlaskClient, as_role: Somebody):
    somebody = as_role("reader")
    page = send(somebody, "/me", do="key", label="a spreadsheet").text
    key = re.search(r'<code class="secret">([^<]+)</code>', page).group(1)
    headers = {"Authorization": f"Bearer {key}"}
    send(somebody, "/me", do="language", language="ru")
    assert client.get("/api/v1/records", headers=headers).status_code == 200
    new = "four quiet grey cranes"
    assert send(somebody, "/me", do="password", old=PASSWORD, password=new, again=new).status_code == 303
    assert client.get("/api/v1/records", headers=headers).status_code == 401


# -- everybody's accounts ----------------------------------------------------------------------------------


def test_an_administrator_invites_an_operator_by_a_link_shown_once(app: Flask, as_role: Somebody, station: Station):
    administrator = as_role("administrator")
    page = send(administrator, "/accounts/invite", role="operator").text
    link = re.search(r"http://localhost(/first/[\w-]+)", page).group(1)
    assert link not in administrator.get("/accounts").text
    make(app.test_client(), link, "新同事")
    assert station.store.accounts.by_name("新同事").role == "operator"


def test_a_closed_account_is_out_at_once_and_in_again_when_reopened(as_role: Somebody, app: Flask, station: Station):
    administrator, reader = as_role("administrator"), as_role("reader")
    send(administrator, f"/accounts/{number(station, 'reader')}", do="close")
    assert not is_in(reader)
    assert log_in(app.test_client(), "reader").status_code == 422
    send(administrator, f"/accounts/{number(station, 'reader')}", do="reopen")
    assert log_in(app.test_client(), "reader").status_code == 303


def test_a_new_role_holds_from_the_next_log_in(as_role: Somebody, app: Flask, station: Station):
    administrator, operator = as_role("administrator"), as_role("operator")
    send(administrator, f"/accounts/{number(station, 'operator')}", do="role", role="reader")
    assert not is_in(operator)
    again = app.test_client()
    log_in(again, "operator")
    assert again.get("/enter/banding").status_code == 403


def test_ended_log_ins_are_ended(as_role: Somebody, station: Station):
    administrator, reader = as_role("administrator"), as_role("reader")
    send(administrator, f"/accounts/{number(station, 'reader')}", do="end")
    assert not is_in(reader)
    assert is_in(administrator)


@pytest.mark.parametrize("form", [{"do": "close"}, {"do": "role", "role": "reader"}])
def test_the_last_administrator_stays(as_role: Somebody, station: Station, form):
    administrator = as_role("administrator")
    assert send(administrator, f"/accounts/{number(station, 'administrator')}", **form).status_code == 409
    assert is_in(administrator)


# -- nothing typed is lost ---------------------------------------------------------------------------------

TYPED = {"remarks": 'worn\nring & "two" <b>', "ring": "XC 345612"}
FROM_OUR_PAGE = {"Origin": "http://localhost"}


def kept_form(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    return found.group(1) if found else ""


def test_a_form_sent_after_the_log_in_ended_comes_back_after_the_next_one(client: FlaskClient):
    ended = client.post("/enter/banding", data=TYPED, headers=FROM_OUR_PAGE)
    assert ended.status_code == 401
    wrong = log_in(client, "operator", "wrong password", kept=kept_form(ended.text))
    page = log_in(client, "operator", kept=kept_form(wrong.text)).text
    assert 'action="/enter/banding"' in page
    assert "worn\nring &amp; &#34;two&#34; &lt;b&gt;</textarea>" in page
    assert "XC 345612" in page


def test_a_form_from_another_site_is_not_kept(client: FlaskClient):
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = client.post("/enter/banding", data=TYPED, headers=headers)
        assert answer.status_code == 303


def test_a_kept_form_that_somebody_made_up_is_thrown_away(client: FlaskClient):
    assert log_in(client, "operator", kept="WyIvYWNjb3VudHMiLFtdXQ.made-up").headers["Location"] == "/"


def test_a_password_is_never_carried_through_the_log_in_page(client: FlaskClient):
    form = {"do": "password", "old": PASSWORD, "password": "a new one of mine", "again": "a new one of mine"}
    answer = client.post("/me", data=form, headers=FROM_OUR_PAGE)
    assert answer.status_code == 303
