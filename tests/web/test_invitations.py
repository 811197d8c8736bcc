"""The one-time link by which an account is made, and what an account must be like."""

import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding.errors import Refused
from banding.station import Station
from banding.web.invitations import add_account, first_link
from tests.web.conftest import PASSWORD, token_of


def make(client: FlaskClient, link: str, name: str, password: str = PASSWORD, again: str | None = None, **more: str):
    form = {"name": name, "password": password, "again": password if again is None else again}
    return client.post(link, data={"csrf_token": token_of(client), **form, **more})


def test_the_first_link_makes_an_administrator_who_is_logged_in_at_once(client: FlaskClient, station: Station):
    answer = make(client, first_link(station), "Анна Сергеевна", language="ru")
    assert answer.headers["Location"] == "/"
    account = station.store.accounts.by_name("Анна Сергеевна")
    assert (account.role, account.language) == ("administrator", "ru")
    assert account.password.startswith("$argon2id$")
    assert client.get("/accounts").status_code == 200


def test_a_link_works_once(app: Flask, station: Station):
    link = first_link(station)
    make(app.test_client(), link, "first")
    assert app.test_client().get(link).status_code == 404
    assert make(app.test_client(), link, "second").status_code == 404
    assert station.store.accounts.by_name("second") is None


def test_a_link_is_too_old_after_a_day(client: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch):
    link = first_link(station)
    later = station.intake.clock() + datetime.timedelta(hours=24, seconds=1)
    monkeypatch.setattr(station.intake, "clock", lambda: later - datetime.timedelta(seconds=10))
    assert client.get(link).status_code == 200
    monkeypatch.setattr(station.intake, "clock", lambda: later)
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": "reader"}, "This name is taken"),
        ({"name": "new", "password": "too short"}, "The password is too short"),
        ({"name": "new", "again": "something else"}, "The two passwords differ"),
        ({"name": "   "}, "A name has 1 to 80 letters"),
        ({"name": "x" * 81}, "A name has 1 to 80 letters"),
    ],
)
def test_what_does_not_do_is_said_and_the_link_stays_good(client: FlaskClient, station: Station, form, why: str):
    link = first_link(station)
    refused = make(client, link, **form)
    assert refused.status_code == 422
    assert why in refused.text
    assert make(client, link, "good name").status_code == 303


def test_the_file_holds_no_link_no_password_and_no_key(station: Station, key):
    link = first_link(station)
    token = key("reader")["Authorization"].removeprefix("Bearer ")
    station.store.database.execute("pragma wal_checkpoint(truncate)")
    kept = station.settings.store.read_bytes()
    for secret in (link.rsplit("/", 1)[1], PASSWORD, token):
        assert secret.encode() not in kept


def test_an_account_made_by_the_command_line_is_held_to_the_same_rules(station: Station):
    add_account(station, "worker", "operator", PASSWORD, "zh")
    for name, role, password in (
        ("WORKER", "reader", PASSWORD),
        ("other", "reader", "short"),
        ("other", "king", PASSWORD),
    ):
        with pytest.raises(Refused):
            add_account(station, name, role, password)


@pytest.mark.parametrize("typed", ["анна  ЁЛКИНА", " Анна Е\u0308лкина "], ids=["in capitals", "composed otherwise"])
def test_a_name_is_the_same_in_any_case_and_spelling_of_its_letters(
    app: Flask, client: FlaskClient, station: Station, typed: str
):
    add_account(station, "Анна Ёлкина", "reader", PASSWORD, hasher=app.config["PASSWORD_HASHER"])
    form = {"name": typed, "password": PASSWORD, "csrf_token": token_of(client)}
    assert client.post("/login", data=form).status_code == 303
    with pytest.raises(Refused, match="taken"):
        add_account(station, typed, "operator", PASSWORD, hasher=app.config["PASSWORD_HASHER"])
