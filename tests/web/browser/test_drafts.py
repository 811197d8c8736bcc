"""What is half typed survives every end of the page, and no tab takes it from another."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from banding.station import Station
from tests.web.browser.afield import device, drafted, enter, log_in, pull_the_plug, queue, ready, sent, state
from tests.web.browser.quick import until
from tests.web.entry.hand import kept as records

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIELDS = {"core.scheme": "RUM", "core.ring": "XC 345611", "core.species": "Emberiza spodocephala"}
PUT = """async ([fields, times]) => {
  const { put } = await import("/static/entry/queue.js");
  return Promise.all(Array.from({ length: times }, () => put({ kind: "banding", fields, label: "a bird" })));
}"""


@pytest.fixture
def page(at_the_desk) -> Page:
    """The operator at the form."""
    return ready(at_the_desk("/enter/banding"))


def half(page: Page, text: str) -> None:
    """Type the beginning of a remark, key by key, until the last one is on the disk."""
    page.locator("[name='remarks.text']").press_sequentially(text)
    drafted(page, text)


def expect_half(page: Page, text: str) -> None:
    expect(page.locator("[name='remarks.text']")).to_have_value(text)


def another(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/enter/banding")
    return ready(page)


def test_a_reload_brings_back_what_was_typed(page: Page):
    half(page, "half a bird")
    page.reload()
    expect_half(ready(page), "half a bird")


def test_a_closed_tab_brings_back_what_was_typed(page: Page, context: BrowserContext):
    half(page, "half a bird")
    page.close()
    expect_half(another(context), "half a bird")


def test_two_tabs_keep_what_is_theirs(page: Page, context: BrowserContext):
    half(page, "the first")
    other = another(context)
    expect_half(other, "")
    half(other, "the second")
    for tab, text in ((page, "the first"), (other, "the second")):
        tab.reload()
        expect_half(ready(tab), text)


def test_what_is_typed_before_the_form_has_begun_stands_above_the_draft_and_keeps_the_cursor(page: Page):
    page.locator("[name='core.ring']").fill("XC 345611")
    half(page, "half a bird")
    held: list[Route] = []
    page.context.route("**/entry/words.js*", lambda route: held.append(route))
    page.goto("/enter/banding", wait_until="commit")
    until(page, lambda: bool(held))
    species = page.locator("[name='core.species']")
    species.press_sequentially("Emberiza")
    for asked in held:
        asked.continue_()
    expect_half(ready(page), "half a bird")
    expect(page.locator("[name='core.ring']")).to_have_value("XC 345611")
    expect(species).to_have_value("Emberiza")
    expect(species).to_be_focused()
    page.reload()
    expect(ready(page).locator("[name='core.species']")).to_have_value("Emberiza")


def test_a_killed_browser_brings_back_what_was_typed(browser: Browser, site: str, tmp_path: Path):
    first = log_in(device(browser, tmp_path / "device").new_page(), site)
    half(first, "half a bird")
    pull_the_plug(tmp_path / "device")
    context = device(browser, tmp_path / "device")
    second = context.new_page()
    second.goto(f"{site}/enter/banding")
    if "/login" in second.url:
        log_in(second, site)
    expect_half(ready(second), "half a bird")
    context.close()


def test_a_saved_bird_leaves_no_draft(page: Page, station: Station):
    half(page, "a whole bird")
    enter(page, "XC 345611")
    state(page, "XC 345611", "node")
    page.reload()
    expect_half(ready(page), "")
    assert [one.groups["remarks"]["text"] for one in records(station)] == ["a whole bird"]


def test_another_language_keeps_what_is_typed(page: Page):
    half(page, "half a bird")
    page.locator(".language button[value=zh]").click()
    page.wait_for_selector("html[lang^=zh]")
    expect_half(ready(page), "half a bird")


# -- one record --------------------------------------------------------------------------------------------


def test_a_double_click_makes_one_record(page: Page, station: Station):
    page.fill("[name='core.ring']", "XC 345611")
    page.fill("[name='core.species']", "Emberiza spodocephala")
    page.locator(".deeds button.main").dblclick()
    state(page, "XC 345611", "node")
    sent(page)
    expect(page.locator("#queue li")).to_have_count(1)
    assert [one.core["ring"] for one in records(station)] == ["XC 345611"]


def test_the_same_entry_put_many_times_from_two_tabs_is_one_record(
    page: Page, context: BrowserContext, station: Station
):
    fields = {**FIELDS, "submission": "0f5e2bd4-5f2d-4c69-9b65-2f6a8c7f1a11", "core.day": str(station.intake.today())}
    other = another(context)
    keys = {key for tab in (page, other) for key in tab.evaluate(PUT, [fields, 3])}
    assert keys == {fields["submission"]}
    state(page, "XC 345611", "node")
    for tab in (page, other):
        sent(tab)
    assert len(records(station)) == 1


def test_one_key_with_other_words_becomes_an_entry_of_its_own(page: Page, station: Station):
    fields = {**FIELDS, "submission": "0f5e2bd4-5f2d-4c69-9b65-2f6a8c7f1a11", "core.day": str(station.intake.today())}
    [first] = page.evaluate(PUT, [fields, 1])
    [second] = page.evaluate(PUT, [{**fields, "core.ring": "XC 345612"}, 1])
    assert first != second
    expect(page.locator("#queue .state.node")).to_have_count(2)
    assert [one.core["ring"] for one in records(station)] == ["XC 345611", "XC 345612"]


# -- what stands in the line -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "content_type": "text/html", "body": "<h1>Pay for this network</h1>"},
        {"status": 502, "body": "gone"}, {"status": 503, "body": "{}"}, {"status": 429, "body": "{}"},
        {"status": 200, "content_type": "application/json", "body": "[]"},
    ],
)  # fmt: skip
def test_no_answer_but_the_nodes_own_counts_as_kept(page: Page, answer, station: Station):
    page.route("**/enter/banding", lambda route: route.fulfill(**answer))
    with page.expect_response("**/enter/banding"):
        enter(page, "XC 345611")
    with page.expect_response("**/enter/banding"):
        sent(page)
    assert [one["state"] for one in queue(page)] != ["node"]
    assert records(station) == []
    page.unroute("**/enter/banding")
    page.evaluate("dispatchEvent(new Event('online'))")
    state(page, "XC 345611", "node")
    assert len(records(station)) == 1


def test_an_answer_that_was_lost_on_the_way_makes_no_second_record(page: Page, station: Station):
    def lose(route) -> None:
        route.fetch()
        route.abort()

    page.route("**/enter/banding", lose, times=1)
    enter(page, "XC 345611")
    state(page, "XC 345611", "node")
    assert len(records(station)) == 1


def test_an_entry_at_which_the_node_stumbles_does_not_hold_up_the_next(page: Page, station: Station):
    def stumble(route) -> None:
        if "345611" in (route.request.post_data or ""):
            route.fulfill(status=500, content_type="application/problem+json", body='{"status": 500, "number": "x"}')
        else:
            route.continue_()

    page.route("**/enter/banding", stumble)
    enter(page, "XC 345611")
    enter(page, "XC 345612")
    state(page, "XC 345612", "node")
    assert queue(page)[0]["state"] != "node"
    page.unroute("**/enter/banding")
    page.evaluate("dispatchEvent(new Event('online'))")
    state(page, "XC 345611", "node")
    assert len(records(station)) == 2
