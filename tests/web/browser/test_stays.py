"""Without an answer of the node the page stays, says so, and what was meant for the node is sent or asked later."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from banding import fieldwork
from banding.station import Station
from tests.together.served import until
from tests.web.browser.afield import drafted, enter, queue, ready, state
from tests.web.browser.rows import operator
from tests.web.entry.hand import kept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RING = "XC 345611"
AGE = "button.keep[value='keep:core.age']"


@pytest.fixture
def page(station: Station, at_the_desk: Callable[..., Page]) -> Page:
    """The operator at the form of an open session."""
    fieldwork.begin(station, operator(station), {"core.day": station.intake.today().isoformat()}, "1")
    return ready(at_the_desk("/enter/banding"))


def remark(page: Page) -> str:
    return page.locator("[name='remarks.text']").input_value()


def test_a_correction_half_typed_stays_and_comes_back(page: Page, station: Station) -> None:
    enter(page, RING)
    state(page, RING, "node")
    form = f"/records/{kept(station)[0].uuid}/correct"
    page.goto(form)
    ready(page).fill("[name='remarks.text']", "half")
    page.context.set_offline(True)
    for button in (".language button[value=zh]", ".deeds .main"):
        page.locator(button).click()
        expect(page.locator("#stay")).to_be_visible()
        page.evaluate("document.getElementById('stay').hidden = true")
        assert remark(page) == "half"
    page.context.set_offline(False)
    page.goto(form)
    expect(ready(page).locator("#restored")).to_be_visible()
    assert remark(page) == "half"
    page.locator("#entry .deeds .main").click()
    page.wait_for_url("**/records/*saved=*")
    assert kept(station)[0].groups["remarks"]["text"] == "half"
    page.goto(form)
    expect(ready(page).locator("#restored")).to_have_count(0)
    page.fill("[name='remarks.text']", "thought better of")
    drafted(page, "thought better of")
    page.reload()
    ready(page).locator("#restored button").click()
    expect(page.locator("#restored")).to_have_count(0)
    assert remark(ready(page)) == "half"


def test_words_changed_while_an_answer_was_lost_become_a_correction(page: Page, station: Station) -> None:
    def lose(route: Route) -> None:
        page.route("**/enter/token", lambda token: token.abort())
        route.fetch()
        route.abort()

    page.route("**/enter/banding", lose, times=1)
    with page.expect_event("requestfailed", lambda failed: failed.url.endswith("/enter/banding")):
        enter(page, RING)
    state(page, RING, "device")
    assert len(kept(station)) == 1
    page.click("#undo")
    page.select_option("[name='core.sex']", "M")
    page.keyboard.press("Control+Enter")
    until(lambda: [one["fields"].get("core.sex") for one in queue(page)] == ["M"], "its new words are on the device")
    page.unroute("**/enter/token")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("#asks button").click()
    page.get_by_role("button", name="Correct the saved record").click()
    until(lambda: [(one.generation, one.core.get("sex")) for one in kept(station)] == [(2, "M")], "it is corrected")


def test_a_correction_that_is_refused_opens_as_a_correction_again(page: Page, station: Station) -> None:
    enter(page, RING)
    state(page, RING, "node")
    page.click("#undo")
    page.fill("[name='measurements.wing']", "long")
    page.keyboard.press("Control+Enter")
    page.locator("#asks button").click()
    page.fill("[name='measurements.wing']", "71")
    page.keyboard.press("Control+Enter")
    until(lambda: [one.generation for one in kept(station)] == [2], "it is corrected")
    expect(page.locator("#asks")).to_be_hidden()
    station.intake.withdraw(kept(station)[0].uuid, reason="A slip", by="operator")
    page.reload()
    expect(ready(page).locator("#queue li")).to_have_count(0)
    expect(page.locator("#birds")).to_have_text("0")


def test_keep_without_a_line_is_remembered_and_told_when_the_node_answers(page: Page, station: Station) -> None:
    def told() -> list[str]:
        habits = station.store.preferences.get(operator(station), "fields", {})
        return habits.get("banding", {}).get("keep", [])

    page.route("**/enter/fields/banding", lambda route: route.abort())
    page.click(AGE)
    expect(page.locator("#told")).to_contain_text("remembered on this device")
    page.reload()
    expect(ready(page).locator(AGE)).to_have_attribute("aria-pressed", "true")
    assert "core.age" not in told()
    page.unroute("**/enter/fields/banding")
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: "core.age" in told(), "the node remembers it")
    page.click(AGE)
    until(lambda: "core.age" not in told(), "the node forgets it")


def test_a_session_with_birds_on_the_device_says_so_before_it_ends(page: Page, station: Station) -> None:
    session = station.store.sessions.current(operator(station))
    assert session is not None
    page.context.route("**/enter/token", lambda route: route.abort())
    enter(page, RING)
    state(page, RING, "device")
    page.goto(f"/sessions/{session.id}")
    end = page.get_by_role("button", name="End the session")
    end.click()
    expect(page.locator("#waits")).to_contain_text("only on this device: 1")
    assert station.store.sessions.still_open()
    end.click()
    expect(page.locator("main")).to_contain_text("It is ended.")
    assert not station.store.sessions.still_open()
