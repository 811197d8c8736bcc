"""Every route, asked by nobody and by every role, does what the table says and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from banding.errors import NotAllowed
from banding.web.access import ANYONE, PEER, ROLES, TABLE, Access, allow, is_local
from tests.web.conftest import is_refused, token_of

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([A-Z, ]+) \| (\w+) \| (.+) \|$", re.MULTILINE)
ASKERS = (ANYONE, *ROLES)
EXAMPLES = {
    "filename": "frame.css", "token": "no-such-link", "number": 999, "slug": "refused", "scheme": "RUM",
    "ring": "XC345612",
}  # fmt: skip
UUID = "7d9f1c1e-0000-4000-8000-000000000000"
Somebody = Callable[[str], FlaskClient]

EXPECTED = {(row.endpoint, method): row.role for row in TABLE for method in row.methods}


def routes(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def example(rule: Rule, name: str) -> Any:
    return 999 if isinstance(rule._converters[name], IntegerConverter) else UUID


def address(app: Flask, rule: Rule) -> str:
    values = {name: EXAMPLES.get(name, example(rule, name)) for name in rule.arguments}
    with app.test_request_context():
        built = rule.build(values)
    assert built is not None
    return str(built[1])


@pytest.fixture
def askers(app: Flask, as_role: Somebody) -> Callable[[str], tuple[FlaskClient, str]]:
    """A fresh browser of nobody or of somebody, and the token of its forms; each role logs in once."""
    known: dict[str, tuple[str, str]] = {}

    def fresh(role: str) -> tuple[FlaskClient, str]:
        if role not in known:
            first = app.test_client() if role == ANYONE else as_role(role)
            token = token_of(first)
            cookie = first.get_cookie(app.config["SESSION_COOKIE_NAME"])
            assert cookie is not None
            known[role] = (cookie.value, token)
        somebody = app.test_client()
        somebody.set_cookie(app.config["SESSION_COOKIE_NAME"], known[role][0])
        return somebody, known[role][1]

    return fresh


def ask(client: FlaskClient, path: str, method: str, token: str = "") -> TestResponse:
    data = {"csrf_token": token} if method not in {"GET", "HEAD"} else None
    answer = client.open(path, method=method, data=data)
    answer.close()
    return answer


def test_every_route_has_a_row_and_every_row_a_route(app: Flask):
    assert {(rule.endpoint, method) for rule, method in routes(app)} == set(EXPECTED)


def test_no_row_stands_twice():
    assert len(EXPECTED) == sum(len(row.methods) for row in TABLE)


@pytest.mark.parametrize("asker", ASKERS)
def test_every_route_is_open_to_those_in_the_table_and_to_nobody_else(app: Flask, askers, asker: str):
    wrong = []
    for rule, method in routes(app):
        needed = EXPECTED[rule.endpoint, method]
        client, token = askers(asker)
        answer = ask(client, address(app, rule), method, token)
        ends_the_log_in = (rule.endpoint, asker != ANYONE) == ("accounts.logout", True)
        allowed = needed == ANYONE or (asker != ANYONE and ROLES.index(asker) >= ROLES.index(needed))
        if is_refused(answer) == allowed and not ends_the_log_in:
            wrong.append((asker, method, rule.rule, answer.status_code))
        assert answer.status_code < 500, (method, rule.rule)
    assert wrong == []


def test_nobody_sees_only_what_is_open_to_anyone(app: Flask, client: FlaskClient):
    for rule, method in routes(app):
        for asked in {method, "HEAD"} & {"GET", "HEAD"}:
            if ask(client, address(app, rule), asked).status_code == 200:
                assert EXPECTED[rule.endpoint, "GET"] == ANYONE, rule.rule


def test_nothing_is_taken_without_the_token_of_the_form(app: Flask, askers):
    for rule, method in routes(app):
        if method == "GET":
            continue
        client, _token = askers("administrator")
        answer = client.open(address(app, rule), method=method, data={"name": "x", "role": "reader"})
        assert answer.status_code == 400, rule.rule


def test_a_token_from_another_browser_is_refused(app: Flask, as_role: Somebody):
    foreign = token_of(app.test_client())
    assert as_role("administrator").post("/accounts/invite", data={"csrf_token": foreign}).status_code == 400


def test_a_program_with_a_key_needs_no_token(client: FlaskClient, key):
    answer = client.post("/api/v1/records", json=[], headers=key("operator"))
    assert answer.status_code not in {400, 401, 403}


def test_a_key_gives_the_role_of_its_account_and_no_more(client: FlaskClient, key):
    assert client.get("/api/v1/records", headers=key("reader")).status_code == 200
    assert client.post("/api/v1/records", json=[], headers=key("reader")).status_code == 403


def test_an_unknown_key_is_refused_even_beside_a_good_cookie(as_role: Somebody):
    answer = as_role("administrator").get("/api/v1/records", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_key_of_a_closed_account_opens_nothing(client: FlaskClient, station, key):
    headers = key("reader")
    station.store.accounts.change(station.store.accounts.by_name("reader").id, closed=1)
    assert client.get("/api/v1/records", headers=headers).status_code == 401


def test_a_route_that_nobody_entered_in_the_table_is_closed_to_everyone(
    app: Flask, client: FlaskClient, as_role: Somebody
):
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert as_role("administrator").get("/forgotten").status_code == 403
    assert client.get("/forgotten").status_code == 403


def test_a_method_that_nobody_entered_in_the_table_is_closed(app: Flask, as_role: Somebody):
    app.add_url_rule("/half", "half", lambda: "open", methods=["GET", "POST"])
    allow(app, [Access("half", ("GET",), "reader")])
    somebody = as_role("administrator")
    assert somebody.get("/half").status_code == 200
    assert somebody.post("/half", data={"csrf_token": token_of(somebody)}).status_code == 403


def test_a_role_that_does_not_exist_opens_nothing(app: Flask, client: FlaskClient, as_role: Somebody):
    app.add_url_rule("/misspelt", "misspelt", lambda: "open")
    allow(app, [Access("misspelt", ("GET",), "raeder")])
    assert client.get("/misspelt").status_code == 303
    assert as_role("administrator").get("/misspelt").status_code == 403


def test_a_peer_is_let_in_by_its_guard_and_not_by_a_role(app: Flask, client: FlaskClient, as_role: Somebody):
    def guard() -> None:
        raise NotAllowed("This key is not one of ours")

    for name in ("open", "shut", "unguarded"):
        app.add_url_rule(f"/exchange/{name}", name, lambda: "fed", methods=["POST"])
    allow(app, [Access("open", ("POST",), PEER)], lambda: None)
    allow(app, [Access("shut", ("POST",), PEER)], guard)
    allow(app, [Access("unguarded", ("POST",), PEER)])
    assert client.post("/exchange/open").text == "fed"
    for shut in ("/exchange/shut", "/exchange/unguarded"):
        assert as_role("administrator").post(shut).status_code == 403
        assert client.post(shut).content_type == "application/problem+json"


def test_an_unknown_address_is_not_found_rather_than_forbidden(client: FlaskClient):
    assert client.get("/nowhere").status_code == 404


def test_nobody_is_sent_to_the_log_in_and_back_to_the_page(client: FlaskClient):
    answer = client.get("/records?species=Grus")
    assert answer.headers["Location"] == "/login?next=/records?species%3DGrus"


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "", "x", "/a\nb", "/\t/x"]
)
def test_only_a_path_on_this_node_is_gone_back_to(path: str):
    assert not is_local(path)


def test_the_page_on_roles_says_what_the_table_says(app: Flask):
    paths = {rule.endpoint: [] for rule, _ in routes(app)}
    for rule, method in routes(app):
        paths[rule.endpoint].append((rule.rule, method))
    real = {(path, method, EXPECTED[e, method]) for e, found in paths.items() for path, method in found}
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    told = {(path, method.strip(), role) for path, methods, role, _what in rows for method in methods.split(",")}
    assert told == real


def test_the_headers_that_keep_a_page_to_itself_stand_on_every_answer(client: FlaskClient, as_role: Somebody):
    somebody = as_role("reader")
    for browser, path in ((client, "/login"), (client, "/nowhere"), (somebody, "/"), (client, "/static/frame.css")):
        with browser.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            content_type, referrer = answer.headers["X-Content-Type-Options"], answer.headers["Referrer-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert (content_type, referrer) == ("nosniff", "same-origin")


def test_no_page_of_ours_writes_style_or_script_into_itself():
    templates = Path(__file__).parents[2] / "banding" / "web" / "templates"
    pages = {path.name: path.read_text(encoding="utf-8") for path in templates.rglob("*.html")}
    # A block of data is no script: no browser runs it, whatever stands in it.
    script = r"<script(?![^>]*\s(?:src=|type=\"application/json\"))"
    written = re.compile(rf"\sstyle=|\son[a-z]+=|<style|{script}|javascript:", re.IGNORECASE)
    assert {name for name, text in pages.items() if written.search(text)} == set()
