"""A served node and somebody in front of it: a real port, a real Chromium, and nothing the browser complains of."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from banding import fieldwork
from banding.station import Station
from banding.store.sessions import FieldSession
from tests.browsing import PATIENCE, launched, serve
from tests.web.browser.rows import HEADER, opened, operator, prefer
from tests.web.conftest import PASSWORD, TOKEN


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for this folder: a process drives one at a time. Each test gets a context of its own."""
    with launched() as found:
        yield found


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the served node."""
    port, end = serve(app)
    yield f"http://127.0.0.1:{port}"
    end()


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A browser profile of its own, with nothing in it."""
    made = browser.new_context(base_url=site, locale="en-GB", viewport={"width": 1280, "height": 900})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def at_the_desk(context: BrowserContext) -> Callable[..., Page]:
    """Log in as a role and open a page; the test fails for whatever the browser complains of."""

    def sit_down(path: str = "/", role: str = "operator") -> Page:
        log_in(context, role)
        page = context.new_page()
        page.goto(path)
        return page

    return sit_down


def log_in(context: BrowserContext, role: str, password: str = PASSWORD) -> None:
    """Give a browser the cookie of somebody's log-in, by the form of the log-in page and without drawing a page."""
    token = TOKEN.search(context.request.get("/login").text())
    assert token
    form = {"name": role, "password": password, "csrf_token": token[1]}
    answer = context.request.post("/login", form=form, max_redirects=0)
    assert answer.status == 303, answer.text()


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What any page of the context complains of; empty at the end, or the test fails."""
    heard: list[str] = []

    def listen(page: Any) -> None:
        page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
        page.on("console", lambda said: heard.append(f"{page.url}: {said.text}") if said.type == "error" else None)

    context.on("page", listen)
    yield heard
    assert heard == []


@pytest.fixture
def sheet(station: Station, at_the_desk: Callable[..., Page], complaints: list[str]) -> Iterator[Page]:
    """The field sheet of an open session, with seven columns and the kind of row."""
    prefer(station, by="rows")
    fieldwork.begin(station, operator(station), HEADER, "1")
    yield opened(at_the_desk("/enter/grid"))
    # A browser writes every refusal down as an error, and refusals are what some of these tests are about.
    complaints[:] = [one for one in complaints if "422" not in one and "ERR_INTERNET_DISCONNECTED" not in one]


@pytest.fixture
def session(app: Flask) -> FieldSession:
    """A net round of the operator at the station, begun today."""
    station: Station = app.extensions["station"]
    operator = station.store.accounts.by_name("operator")
    assert operator is not None
    header = {
        "core.day": station.intake.today().isoformat(), "core.scheme": "RUM", "people.ringer": "V. Andronov",
        "core.catching_method": "M", "place.typed": "49.01694, 130.44694", "place.name": "Net line",
        "measurements.fat_method": "E",
    }  # fmt: skip
    return fieldwork.begin(station, operator.id, header, "1")
