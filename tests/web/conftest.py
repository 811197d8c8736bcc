"""A real node in a folder of its own, and people of every role who are logged in to it."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.settings import Node, Settings, station_node
from banding.station import Station
from banding.web import catalog, create_app
from banding.web.access import ROLES
from banding.web.invitations import add_account, give_key
from schemas.codes import names, table

PASSWORD = "long enough for a test"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """The catalogues as `make translations` leaves them."""
    catalog.compile_all()


def khingansky() -> Node:
    """The station of the tests."""
    if "station" in names() and "AM-KHG" in table("station"):
        return station_node("AM-KHG")
    said = {"en": "Khingansky Reserve", "zh": "兴安自然保护区", "ru": "Хинганский заповедник"}
    return Node("AM-KHG", said, "RUM", "RU83", "Asia/Yakutsk", 49.01694, 130.44694)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """An open node with nothing in it."""
    opened = Station.open(Settings(home=tmp_path, node=khingansky()))
    yield opened
    opened.store.close()


@pytest.fixture
def app(station: Station) -> Flask:
    """The pages of the node, with an account of each role; its name is the role's."""
    made = create_app(station, testing=True)
    with made.app_context():
        for role in ROLES:
            add_account(station, role, role, PASSWORD, None, hasher=made.config["PASSWORD_HASHER"])
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody."""
    return app.test_client()


@pytest.fixture
def as_role(app: Flask) -> Callable[[str], FlaskClient]:
    """Somebody of a role, logged in through the log-in page."""

    return lambda role: logged_in(app, role)


@pytest.fixture
def reader(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    """Somebody who may only look, logged in."""
    return as_role("reader")


@pytest.fixture
def operator(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    """The station operator, logged in."""
    return as_role("operator")


@pytest.fixture
def csrf() -> Callable[[FlaskClient], str]:
    """The token that a client's forms must carry."""
    return token_of


@pytest.fixture
def key(app: Flask) -> Callable[[str], dict[str, str]]:
    """The headers with which a program of a role comes to the API."""
    station: Station = app.extensions["station"]

    def headers(role: str) -> dict[str, str]:
        account = station.store.accounts.by_name(role)
        assert account is not None
        return {"Authorization": f"Bearer {give_key(station, account.id, 'a test')}"}

    return headers


def logged_in(app: Flask, name: str) -> FlaskClient:
    """Whoever has this name, logged in through the log-in page."""
    somebody = app.test_client()
    form = {"name": name, "password": PASSWORD, "csrf_token": token_of(somebody)}
    assert somebody.post("/login", data=form).status_code == 303
    return somebody


def words(page: str) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def is_refused(answer: TestResponse) -> bool:
    """Whether somebody may not do it, or must log in first."""
    to_login = answer.status_code == 303 and answer.headers["Location"].startswith("/login")
    return answer.status_code in {401, 403} or to_login


def drawn(page: str) -> dict[str, Any]:
    """What a page hands to its map."""
    (told,) = re.findall(r'data-map="show" data-told="([^"]+)"', page)
    return dict(json.loads(unescape(told)))


def token_of(client: FlaskClient) -> str:
    """The token in the forms that this client is shown."""
    for page in ("/login", "/me"):
        found = TOKEN.search(client.get(page).text)
        if found:
            return found.group(1)
    raise AssertionError("no page gave a token")
