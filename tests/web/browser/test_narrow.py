"""A telephone: the menu is one row until somebody opens it, and no page goes sideways."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from banding import stock
from banding.station import Station
from tests.browsing import PATIENCE
from tests.web.browser.conftest import log_in
from tests.web.browser.quick import ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE: ViewportSize = {"width": 390, "height": 844}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def bare(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A telephone that runs no scripts."""
    made = browser.new_context(base_url=site, locale="ru-RU", viewport=PHONE, has_touch=True, java_script_enabled=False)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def test_the_menu_is_one_row_until_it_is_opened_and_needs_no_script(bare: BrowserContext) -> None:
    log_in(bare, "administrator")
    page = bare.new_page()
    page.goto("/")
    box = page.locator("nav.menu").bounding_box()
    assert box
    assert 44 <= box["height"] < 50
    page.locator("nav.menu label").tap()
    links = page.locator("nav.menu a")
    assert links.count() > 10
    for link in links.all():
        held = link.bounding_box()
        assert held
        assert held["height"] >= 44
    links.nth(1).tap()
    page.wait_for_url("**/sessions")
    assert not page.locator("nav.menu a").first.is_visible()


def test_the_keyboard_opens_the_menu_and_goes_on_to_its_links(bare: BrowserContext) -> None:
    log_in(bare, "operator")
    page = bare.new_page()
    page.goto("/")
    page.locator("#menu-open").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('nav.menu') !== null")
    assert page.locator("nav.menu a:focus").get_attribute("href") == "/"


def test_a_desk_sees_the_whole_menu_and_nothing_to_open(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/")
    assert not page.locator("#menu-open").is_visible()
    assert page.locator("nav.menu a").last.is_visible()


def test_words_that_only_a_screen_reader_hears_do_not_widen_the_page(
    at_the_desk: Callable[..., Page], station: Station
) -> None:
    stock.receive(station, {"scheme": "RUM", "first": "XC 345601", "last": "XC 345610"}, by="reviewer")
    page = at_the_desk("/rings", "reviewer")
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) == 0


@pytest.mark.usefixtures("session")
def test_on_a_phone_the_list_of_species_and_the_next_bird_stay_in_sight(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/login")
    page.set_viewport_size(PHONE)
    page.goto("/enter/banding")
    ready(page).fill("[name='core.ring']", "XC 345612")
    page.focus("[name='core.species']")
    page.keyboard.type("emb")
    expect(page.locator(".choices [role=option]").first).to_be_visible()
    assert page.evaluate(
        """() => document.querySelector(".choices").getBoundingClientRect().bottom
            < document.querySelector("form.entry > .deeds").getBoundingClientRect().top"""
    )
    page.keyboard.press("Enter")
    page.focus("[name='remarks.text']")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#section-hand :focus")).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.usefixtures("session")
def test_on_a_phone_the_cells_of_a_sheet_are_not_covered_by_where_each_row_is(
    at_the_desk: Callable[..., Page],
) -> None:
    page = at_the_desk("/login")
    page.set_viewport_size(PHONE)
    page.goto("/enter/grid")
    expect(page.locator("#live textarea")).to_be_focused()
    covered = "getBoundingClientRect().left < document.querySelector('#col-1').getBoundingClientRect().right"
    assert not page.evaluate(f"document.querySelector('#col-state').{covered}")
