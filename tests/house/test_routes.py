"""The whole app, the exchange's addresses among them: every one has one row in the access table and keeps to it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import wsgi
from banding.settings import Settings, station_node
from banding.web.access import ANYONE, PEER, ROLES, TABLE
from banding.web.invitations import add_account
from exchange import pages, web
from tests.web.conftest import is_refused

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operating.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([A-Z, ]+) \| (\w+) \|", re.MULTILINE)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PASSWORD = "long enough for a test"
EXCHANGE = (*web.ACCESS, *pages.ACCESS)
ROWS = (*TABLE, *EXCHANGE)
EXPECTED = {(row.endpoint, method): row.role for row in ROWS for method in row.methods}
ASKERS = (ANYONE, *ROLES)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EXAMPLES = {
    "filename": "frame.css", "token": "no-such-link", "number": 999, "photo": 999, "slug": "refused", "scheme": "RUM",
    "ring": "XC345612", "code": "HL-SHP",
}  # fmt: skip
UUID = "7d9f1c1e-0000-4000-8000-000000000000"


class Asker(NamedTuple):
    """What a browser holds of somebody: the cookie, and the token of the forms."""

    cookie: str
    token: str


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app as a server builds it, in a folder of its own, with an account of each role."""
    home = tmp_path_factory.mktemp("node")
    # Nobody listens there: what a page sends to a peer must fail in words.
    made = wsgi.build(replace(Settings(home=home, node=station_node("AM-KHG")), port=9))
    station = made.extensions["station"]
    for role in ROLES:
        add_account(station, role, role, PASSWORD, None, hasher=PasswordHasher(1, 8, 1))
    yield made
    station.store.close()


@pytest.fixture(scope="module")
def askers(app: Flask) -> dict[str, Asker]:
    """Nobody, and somebody of each role who has logged in."""
    return {name: log_in(app, name) for name in ASKERS}


def log_in(app: Flask, name: str) -> Asker:
    browser = app.test_client()
    token = TOKEN.search(browser.get("/login").text)
    assert token is not None
    if name != ANYONE:
        form = {"name": name, "password": PASSWORD, "csrf_token": token[1]}
        assert browser.post("/login", data=form).status_code == 303
        token = TOKEN.search(browser.get("/me").text)
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    assert token is not None
    return Asker(cookie.value, token[1])


def routes(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def address(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        built = rule.build({name: EXAMPLES.get(name, UUID) for name in rule.arguments})
    assert built is not None
    return str(built[1])


def ask(app: Flask, asker: Asker, path: str, method: str) -> TestResponse:
    browser: FlaskClient = app.test_client()
    browser.set_cookie(app.config["SESSION_COOKIE_NAME"], asker.cookie)
    data = None if method == "GET" else {"csrf_token": asker.token}
    answer = browser.open(path, method=method, data=data)
    answer.close()
    return answer


def may(asker: str, role: str) -> bool:
    if role in {ANYONE, PEER}:
        # A peer comes with a signature; no role stands for one.
        return role == ANYONE
    return asker != ANYONE and ROLES.index(asker) >= ROLES.index(role)


def test_every_address_and_method_has_exactly_one_row():
    twice = Counter((row.endpoint, method) for row in ROWS for method in row.methods)
    assert [one for one, count in twice.items() if count > 1] == []


def test_the_rows_are_those_of_the_addresses_that_there_are(app: Flask):
    assert {(rule.endpoint, method) for rule in routes(app) for method in methods(rule)} == set(EXPECTED)
    assert app.extensions["access"] == EXPECTED


def test_every_address_for_peers_has_a_guard(app: Flask):
    assert set(app.extensions["guards"]) == {key for key, role in EXPECTED.items() if role == PEER}


@pytest.mark.parametrize("asker", ASKERS)
def test_every_address_is_open_to_those_in_the_table_and_to_nobody_else(app: Flask, askers, asker: str):
    wrong = []
    for rule in routes(app):
        for method in methods(rule):
            answer = ask(app, askers[asker], address(app, rule), method)
            leaves = rule.endpoint == "accounts.logout" and asker != ANYONE
            if is_refused(answer) == may(asker, EXPECTED[rule.endpoint, method]) and not leaves:
                wrong.append((method, rule.rule, answer.status_code))
            assert answer.status_code < 500, (method, rule.rule)
    assert wrong == []


@pytest.mark.parametrize("asker", [ANYONE, "administrator"])
def test_a_method_that_an_address_does_not_have_changes_nothing(app: Flask, askers, asker: str):
    for path in {address(app, rule) for rule in routes(app)}:
        offered = set().union(*(methods(rule) for rule in routes(app) if address(app, rule) == path))
        for method in set(METHODS) - offered:
            assert ask(app, askers[asker], path, method).status_code == 405, (method, path)


def test_what_is_for_machines_is_refused_in_their_language(app: Flask, askers):
    for rule in routes(app):
        if rule.rule.startswith(("/api/", "/exchange/")):
            for method in methods(rule):
                answer = ask(app, askers[ANYONE], address(app, rule), method)
                if is_refused(answer):
                    assert answer.content_type == "application/problem+json", rule.rule


def test_the_page_on_operating_says_what_the_exchange_rows_say(app: Flask):
    rules = {(rule.endpoint, method): rule.rule for rule in routes(app) for method in methods(rule)}
    real = {(rules[row.endpoint, method], method, row.role) for row in EXCHANGE for method in row.methods}
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    told = {(path, method.strip(), role) for path, found, role in rows for method in found.split(",")}
    assert told == real
