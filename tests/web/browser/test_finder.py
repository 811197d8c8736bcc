"""Report a ring on a telephone: the puzzle is solved meanwhile, the phone tells its place, no script is needed."""

import datetime
import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from banding.station import Station
from banding.web import finder
from tests.browsing import PATIENCE
from tests.web.finders import banded, only

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 375, "height": 740}


@pytest.fixture
def phone(browser: Browser, site: str, complaints: list[str]) -> Iterator[BrowserContext]:
    """A telephone on the bank of the Amur that tells its place when it is asked."""
    made = browser.new_context(
        base_url=site, locale="zh-CN", viewport=PHONE, has_touch=True, permissions=["geolocation"],
        geolocation={"latitude": 48.5, "longitude": 132.8, "accuracy": 12.4},
    )  # fmt: skip
    made.set_default_timeout(PATIENCE)
    made.on("page", lambda page: page.on("pageerror", lambda error: complaints.append(str(error))))
    yield made
    made.close()


def fill(page: Page) -> None:
    """What everybody fills in."""
    page.fill("#ring", "XC 345612")
    page.locator("label.picture").nth(1).click()
    page.fill("#day", "2024-09-20")


def test_a_ring_is_reported_from_a_phone_and_its_story_stands_there_at_once(
    phone: BrowserContext, station: Station
) -> None:
    banded(station)
    page = phone.new_page()
    page.goto("/ring")
    fill(page)
    page.click("#locate")
    expect(page.locator("#typed")).to_have_value("48.50000, 132.80000")
    page.locator("input[name=state][value=free]").check()
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    expect(page.locator("main")).to_contain_text("灰头鹀")
    expect(page.locator("output.secret")).to_contain_text("/ring/")
    assert only(station).told["uncertainty_m"] == 13


def test_no_page_of_the_report_is_wider_than_the_phone(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/ring")
    for summary in page.locator("summary").all():
        summary.click()
    assert wide(page) <= PHONE["width"]
    fill(page)
    page.fill("#words", "A very long name of a place without end " * 4)
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    assert wide(page) <= PHONE["width"]


def test_a_report_that_is_sent_before_the_puzzle_is_solved_goes_by_itself_when_it_is(
    phone: BrowserContext, station: Station
) -> None:
    held: list[Route] = []
    phone.route("**/solve.js", lambda route: held.append(route))
    page = phone.new_page()
    page.goto("/ring")
    fill(page)
    page.fill("#words", "Устье Биры")
    page.click("#send")
    page.click("#send")
    expect(page.locator("#send")).to_have_text("请稍候……")
    assert station.store.finds.count_waiting() == 0
    held[0].continue_()
    page.wait_for_url("**/ring/*said=taken")
    assert only(station).told["ring"] == "XC 345612"


def wide(page: Page) -> Any:
    return page.evaluate("document.documentElement.scrollWidth")


def test_the_language_is_changed_in_the_middle_and_nothing_typed_is_lost(
    phone: BrowserContext, station: Station
) -> None:
    page = phone.new_page()
    page.goto("/ring")
    page.fill("#ring", "XC 345612")
    page.click("button[name=language][value=ru]")
    expect(page.locator("h1")).to_have_text("Сообщить о кольце")
    expect(page.locator("#ring")).to_have_value("XC 345612")
    fill(page)
    page.fill("#words", "Устье Биры")
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    assert only(station).language == "ru"


def test_without_scripts_the_report_goes_a_slower_way(browser: Browser, site: str, station: Station) -> None:
    made = browser.new_context(base_url=site, locale="en-GB", viewport=PHONE, java_script_enabled=False)
    page = made.new_page()
    page.goto("/ring")
    fill(page)
    page.fill("#words", "Reeds at the mouth of the Bira")
    page.click("#send")
    expect(page.locator("main .said[role=alert]:not([hidden])")).to_contain_text("runs no scripts")
    expect(page.locator("#words")).to_have_value("Reeds at the mouth of the Bira")
    now = station.intake.clock()
    station.intake.clock = lambda: now + datetime.timedelta(seconds=finder.SLOW_SECONDS + 1)
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    made.close()
    assert only(station).told["ring"] == "XC 345612"


def test_a_report_that_finds_no_line_stays_with_its_photos_and_goes_by_itself_when_it_is_back(
    phone: BrowserContext, station: Station
) -> None:
    page = phone.new_page()
    page.goto("/ring")
    fill(page)
    page.fill("#words", "Устье Биры")
    page.set_input_files("#photos", files=[{"name": "ring.jpg", "mimeType": "image/jpeg", "buffer": picture()}])
    phone.set_offline(True)
    page.click("#send")
    expect(page.locator("#stopped")).to_contain_text("自动")
    expect(page.locator("#words")).to_have_value("Устье Биры")
    assert station.store.finds.count_waiting() == 0
    phone.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_url("**/ring/*said=taken")
    assert len(only(station).photos) == 1


def test_a_report_whose_answer_was_lost_is_one_report_however_often_it_is_sent(
    phone: BrowserContext, station: Station
) -> None:
    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page = phone.new_page()
    page.goto("/ring")
    fill(page)
    page.fill("#words", "Устье Биры")
    page.route("**/ring", lose, times=1)
    page.click("#send")
    expect(page.locator("#stopped")).to_be_visible()
    assert station.store.finds.count_waiting() == 1
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    expect(page.locator("#words")).to_have_value("Устье Биры")
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    assert only(station).told["words"] == "Устье Биры"
    page.goto("/ring")
    expect(page.locator("#ring")).to_have_value("")
    expect(page.locator("#restored")).to_be_hidden()


def test_what_was_refused_is_told_with_the_photos_still_chosen(phone: BrowserContext, station: Station) -> None:
    page = phone.new_page()
    page.goto("/ring")
    fill(page)
    page.set_input_files("#photos", files=[{"name": "ring.jpg", "mimeType": "image/jpeg", "buffer": picture()}])
    page.click("#send")
    expect(page.locator("#words-wrong")).to_be_visible()
    expect(page.locator("#photos-again")).to_have_count(0)
    page.click("button[name=language][value=ru]")
    expect(page.locator("h1")).to_have_text("Сообщить о кольце")
    page.locator("summary").first.click()
    expect(page.locator("[data-map=pick][data-ready]")).to_be_visible()
    page.fill("#words", "Устье Биры")
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    assert len(only(station).photos) == 1


def test_a_form_is_emptied_for_the_next_person(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/ring")
    page.fill("#name", "somebody")
    page.reload()
    expect(page.locator("#name")).to_have_value("somebody")
    page.locator("#restored button").click()
    expect(page.locator("#restored")).to_be_hidden()
    expect(page.locator("#name")).to_have_value("")


def test_the_private_address_is_copied_with_one_tap(phone: BrowserContext) -> None:
    phone.grant_permissions(["clipboard-read", "clipboard-write"])
    page = phone.new_page()
    page.add_init_script("delete Navigator.prototype.share")
    page.goto("/ring")
    fill(page)
    page.fill("#words", "Устье Биры")
    page.click("#send")
    page.wait_for_url("**/ring/*said=taken")
    page.click("#share")
    expect(page.locator("#shared")).to_have_text("已复制。")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("output.secret").inner_text() == page.url.partition("?")[0]


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(made, "JPEG")
    return made.getvalue()
