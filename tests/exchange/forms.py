"""Two nodes with people of every role, and what a browser does with a form: for tests of pages of the exchange."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.web.access import ROLES
from banding.web.invitations import add_account
from tests.exchange.test_pages import words
from tests.together.kit import Network, Town, befriend, make_node
from tests.web.conftest import PASSWORD, token_of

Pair = tuple[Town, Town, Network]
RING = "XC 345612"


def staff(*towns: Town) -> None:
    """An account of each role at each of these nodes."""
    for town in towns:
        with town.app.app_context():
            for role in ROLES:
                add_account(town.station, role, role, PASSWORD, "en", hasher=town.app.config["PASSWORD_HASHER"])


@contextmanager
def two(folder: Path) -> Iterator[Pair]:
    """The reserve that writes records and the station that proposes, with people at both."""
    khg, shp = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(khg, shp)
    staff(khg, shp)
    yield khg, shp, Network().add(khg, shp)
    for town in (khg, shp):
        town.close()


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
    return somebody.post(path, data=form | {"csrf_token": token_of(somebody)}, follow_redirects=True)


def main_of(answer: TestResponse) -> str:
    return unescape(words(answer.text.partition("<main")[2]))
