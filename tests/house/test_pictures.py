"""The pictures of the README: taken here from the running demonstration, and still true of the pages.

`UPDATE_PICTURES=1` takes them anew; otherwise each page must still have all headings, labels and buttons that
its picture shows.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import wsgi
from banding.web import catalog
from exchange.talk.schedule import connect
from exchange.talk.sync import sync
from seed import nodes
from tests.browsing import launched, serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SHOWN = FOLDER / "shown.json"
PICTURES = ("returns", "bird", "entry")
STRUCTURE = "h1, h2, h3, thead th, label, legend, dt, button, nav.menu a"
HERE, OTHER = "HL-SHP", "RUM"


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A station of the demonstration that has synced with the other; its address and the operator's password."""
    home = tmp_path_factory.mktemp("demo")
    catalog.compile_all()
    with ExitStack() as running:
        settings = nodes.ready(home, free_ports(), size=200)
        apps = [wsgi.build(one) for one in settings]
        for app, one in zip(apps, settings, strict=True):
            running.callback(app.extensions["station"].store.close)
            running.callback(serve(app, one.port)[1])
        for node, other in ((apps[0], settings[1]), (apps[1], settings[0])):
            here = node.extensions["exchange"]
            assert sync(here, other.node.code, connect(here)).trouble == ""
        yield settings[1].public_url, nodes.logins(home)["operator"]


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture(scope="module")
def page(season: tuple[str, str]) -> Iterator[Any]:
    """The operator's page in a real browser, in English."""
    address, password = season
    with launched() as browser:
        view = {"width": 1200, "height": 900}
        opened = browser.new_context(locale="en-GB", viewport=view, device_scale_factor=1).new_page()
        opened.goto(address + "/login")
        opened.fill("input[name=name]", "operator")
        opened.fill("input[name=password]", password)
        opened.click("main button[type=submit], form:has(input[name=password]) button")
        opened.wait_for_url(address + "/")
        yield opened


def show(page: Any, address: str, name: str) -> None:
    """Bring the page that a picture shows into the browser: birds of the other station that were met at this one."""
    page.goto(f"{address}/returns?scheme={OTHER}&origin={HERE}")
    # The first is a crane, whose place is withheld; the bird shown has its whole journey.
    link = page.locator(f"main a[href^='/birds/{OTHER}/']").nth(1)
    if name == "bird":
        link.click()
    elif name == "entry":
        ring = link.inner_text().removeprefix(OTHER).strip()
        page.goto(address + "/enter/recovery")
        page.select_option("[name='core.scheme']", OTHER)
        page.fill("[name='core.ring']", ring)
        page.keyboard.press("Tab")
        page.evaluate("document.activeElement.blur()")
    page.wait_for_load_state("networkidle")
    if name == "returns":
        link.scroll_into_view_if_needed()


def structure(page: Any) -> list[str]:
    """The headings, labels and buttons that a person sees, without what belongs to one bird or one day."""
    texts = [" ".join(text.split()) for text in page.locator(STRUCTURE).all_inner_texts()]
    return sorted({text for text in texts if text and not any(map(str.isdecimal, text))})


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_still_has_what_its_picture_shows(page: Any, season: tuple[str, str], name: str):
    show(page, season[0], name)
    if os.environ.get("UPDATE_PICTURES") == "1":
        take(page, name)
    shown = json.loads(SHOWN.read_text(encoding="utf-8"))[name]
    missing = set(shown) - set(structure(page))
    assert missing == set(), "take the pictures anew: UPDATE_PICTURES=1 make test ARGS=tests/house/test_pictures.py"


def take(page: Any, name: str) -> None:
    """Save the picture, and beside it what it shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    shown = json.loads(SHOWN.read_text(encoding="utf-8")) if SHOWN.exists() else {}
    shown[name] = structure(page)
    SHOWN.write_text(json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
