"""People of every role at a node, and what a browser does with a form: for tests of pages of the exchange."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.web.access import ROLES
from banding.web.invitations import add_account
from exchange import peering
from tests.together.kit import Network, Town, banding, client_of, settle, write
from tests.web.conftest import PASSWORD, logged_in, token_of, words

Apart = tuple[Town, Town]
Pair = tuple[Town, Town, Network]
RING = "XC 345612"


def staff(*towns: Town) -> None:
    """An account of each role at each of these nodes."""
    for town in towns:
        with town.app.app_context():
            for role in ROLES:
                add_account(town.station, role, role, PASSWORD, "en", hasher=town.app.config["PASSWORD_HASHER"])


def strangers_on_a_line(strangers: Apart, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two nodes that do not know each other, and the line over which the second one calls the first by hand."""
    network = Network().add(*strangers)
    monkeypatch.setattr(peering, "PeerClient", lambda address, *_: client_of(strangers[1], address, network))
    return *strangers, network


def as_role(town: Town, role: str) -> FlaskClient:
    """Somebody of a role at a node with such a staff, logged in."""
    return logged_in(town.app, role)


def known(pair: Pair, **more: Any) -> str:
    """A record of the first node that has come to the second."""
    khg, _shp, network = pair
    (uuid,) = write(khg, banding(RING, **more))
    settle(network)
    return uuid


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of a form as it is shown."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in said and (said.get("type") not in ("checkbox", "radio") or " checked" in tag):
            found[said["name"]] = unescape(said.get("value", ""))
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(inner)
    return found


def act(somebody: FlaskClient, path: str, **form: str) -> TestResponse:
    """Send a form and follow where the answer leads."""
    return somebody.post(path, data=form | {"csrf_token": token_of(somebody)}, follow_redirects=True)


def send(somebody: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    """Send a form: the status of the page that it ends on, and what a person reads there."""
    answer = act(somebody, path, **form)
    return answer.status_code, words(answer.text)


def main_of(answer: TestResponse) -> str:
    """What a person reads in the main part of a page."""
    return unescape(words(answer.text.partition("<main")[2]))
