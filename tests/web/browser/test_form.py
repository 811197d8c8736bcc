"""The quick form under the hands of an operator: nothing lost, the next bird at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banding.station import Station
from tests.web.browser.afield import drafted
from tests.web.browser.quick import enter, is_on, on_the_node, ready, until, value, values
from tests.web.entry.hand import kept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Desk = Callable[..., Page]


@pytest.mark.usefixtures("complaints", "session")
def test_changing_the_date_changes_nothing_else(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    for name, text in {"core.ring": "XC 345612", "core.species": "Emberiza rustica", "measurements.wing": "76"}.items():
        page.fill(f"[name='{name}']", text)
    page.select_option("[name='core.sex']", "M")
    before = values(page)
    page.fill("[name='core.day']", "2024-05-01")
    page.keyboard.press("Tab")
    assert values(page) == before | {"core.day": "2024-05-01"}


@pytest.mark.usefixtures("complaints", "session")
def test_what_is_kept_stays_and_is_remembered_for_the_person(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    button = page.locator("button.keep[value='keep:core.age']")
    assert button.get_attribute("aria-pressed") == "false"
    page.focus("[name='core.age']")
    with page.expect_response("**/enter/fields/banding"):
        page.keyboard.press("Alt+k")
    assert button.get_attribute("aria-pressed") == "true"
    page.keyboard.press("5")
    page.select_option("[name='core.sex']", "M")
    enter(page, "Emberiza rustica", ring="XC 345612")
    expect(page.locator("[name='core.ring']")).to_have_value("XC 345613")
    assert (value(page, "core.age"), value(page, "core.sex")) == ("5", "")
    page.goto("/enter/banding")
    assert page.locator("button.keep[value='keep:core.age']").get_attribute("aria-pressed") == "true"


@pytest.mark.usefixtures("complaints", "session")
def test_one_undo_brings_the_last_bird_back_and_corrects_it(at_the_desk: Desk, station: Station) -> None:
    page = ready(at_the_desk("/enter/banding"))
    enter(page, "Emberiza rustica", ring="XC 345612")
    on_the_node(page, "XC 345612")
    page.click("#undo")
    assert (value(page, "core.ring"), value(page, "core.species")) == ("XC 345612", "Emberiza rustica")
    page.select_option("[name='core.sex']", "M")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#told")).not_to_be_empty()
    until(page, lambda: [bird.generation for bird in kept(station)] == [2])
    assert [(bird.generation, bird.core.get("sex")) for bird in kept(station)] == [(2, "M")]


@pytest.mark.usefixtures("complaints")
def test_a_clear_by_mistake_is_undone(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.fill("[name='measurements.wing']", "71")
    before = values(page)
    page.click("#empty")
    assert value(page, "measurements.wing") == ""
    page.keyboard.press("Control+z")
    assert values(page) == before


@pytest.mark.usefixtures("session")
def test_what_asks_is_told_loudly_and_opens_again_with_everything_typed(at_the_desk: Desk, station: Station) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.fill("[name='measurements.wing']", "999")
    page.fill("[name='remarks.text']", "雨")
    enter(page, "nosuchbird", ring="XC 345612")
    is_on(page, "core.species")
    page.keyboard.type("Emberiza pus")
    page.locator("#asks").wait_for()
    assert value(page, "core.species") == "Emberiza pus"
    page.locator("#asks button").click()
    expect(page.locator("[name='measurements.wing']")).to_have_value("999")
    assert value(page, "remarks.text") == "雨"
    expect(page.locator("#core-species-wrong")).to_be_visible()
    page.fill("[name='measurements.wing']", "71")
    enter(page, "Emberiza rustica")
    on_the_node(page, "XC 345612")
    expect(page.locator("[name='core.species']")).to_have_value("Emberiza pus")
    assert [bird.core["species"] for bird in kept(station)] == ["Emberiza rustica"]
    expect(page.locator("#asks")).to_be_hidden()


def test_a_warning_wants_its_reason_before_the_bird_is_saved(at_the_desk: Desk, station: Station) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.fill("[name='place.typed']", "0, 0")
    enter(page, "Emberiza rustica", ring="XC 345612")
    page.locator("#asks button").click()
    is_on(page, "confirm-R-point-zero")
    page.keyboard.type("A buoy there")
    page.keyboard.press("Enter")
    on_the_node(page, "XC 345612")
    assert kept(station)[0].core["confirmed"] == ["R-point-zero"]


@pytest.mark.usefixtures("complaints", "session")
def test_a_language_switched_in_the_middle_loses_nothing(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.fill("[name='core.ring']", "XC 345612")
    page.fill("[name='remarks.text']", "дождь")
    for language in ("zh", "ru", "en"):
        page.click(f"button[name=language][value={language}]")
        # The page first asks whether the node answers, so that nobody is sent to an empty one.
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
        ready(page)
        assert (value(page, "core.ring"), value(page, "remarks.text")) == ("XC 345612", "дождь")
    page.goto("/enter/banding")
    ready(page)
    assert value(page, "remarks.text") == "дождь"


@pytest.mark.usefixtures("complaints", "session")
def test_a_recapture_among_the_bandings_leaves_the_next_ring_on_its_string(at_the_desk: Desk, station: Station) -> None:
    page = ready(at_the_desk("/enter/banding"))
    for ring in ("XC 345611", "XC 345612"):
        enter(page, "Emberiza rustica", ring=ring)
        on_the_node(page, ring)
    page.fill("[name='core.day']", "")
    page.fill("[name='core.day']", station.intake.today().isoformat())
    page.fill("[name='core.ring']", "XC 345611")
    page.locator("#as-recapture").wait_for()
    page.keyboard.press("F8")
    enter(page, "Emberiza rustica")
    until(page, lambda: [bird.kind for bird in kept(station)] == ["banding", "banding", "recovery"])
    assert kept(station)[-1].core["manner"] == "recapture"
    told = page.locator("#queue li", has_text="XC 345611")
    expect(told.first).to_contain_text("recapture")
    expect(told.last).not_to_contain_text("recapture")
    expect(page.locator("[name='core.ring']")).to_have_value("XC 345613")
    sent = values(page)
    assert (sent["core.ring_information"], "core.manner" in sent) == ("2", False)
    enter(page, "Emberiza rustica")
    on_the_node(page, "XC 345613")
    assert kept(station)[-1].kind == "banding"


@pytest.mark.usefixtures("complaints", "session")
def test_a_bird_half_typed_is_back_after_the_page_was_closed(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.fill("[name='core.species']", "Emberiza rustica")
    page.fill("[name='measurements.wing']", "76")
    drafted(page, '"measurements.wing":"76"')
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/enter/banding")
    ready(page)
    assert (value(page, "core.species"), value(page, "measurements.wing")) == ("Emberiza rustica", "76")


@pytest.mark.usefixtures("complaints")
def test_what_is_needed_is_said_at_once_and_a_double_click_saves_one_bird(at_the_desk: Desk, station: Station) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.fill("[name='core.ring']", "XC 345612")
    page.keyboard.press("Control+Enter")
    is_on(page, "core.species")
    expect(page.locator("#core-species-wrong")).to_be_visible()
    page.fill("[name='core.species']", "Emberiza rustica")
    # All that a bird needs is kept, so that the second press could save the next one.
    page.click("button.keep[value='keep:core.species']")
    page.dblclick("form#entry button.main")
    expect(page.locator("#section-hand :focus")).to_have_count(1)
    on_the_node(page, "XC 345612")
    assert len(kept(station)) == 1
    expect(page.locator("#queue li")).to_have_count(1)


@pytest.mark.usefixtures("session")
def test_what_was_said_in_one_language_is_said_again_in_another(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    enter(page, "Emberiza rustica", ring="XC 345611")
    on_the_node(page, "XC 345611")
    enter(page, "zzz", ring="XC 345612")
    expect(page.locator("#asks")).to_contain_text("No species of this name")
    page.wait_for_timeout(1000)
    with page.expect_navigation():
        page.locator(".language button[value=zh]").click()
    ready(page)
    expect(page.locator("#asks")).to_contain_text("这里没有叫这个名称的鸟种")
    expect(page.locator("#queue li", has_text="XC 345611")).to_contain_text("田鹀")
    page.locator("#asks button").click()
    expect(page.locator("#core-species-wrong")).to_contain_text("这里没有叫这个名称的鸟种")


@pytest.mark.usefixtures("session")
def test_many_that_ask_leave_the_form_within_reach(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    for number in range(7):
        enter(page, "zzz", ring=f"XC 34561{number}")
    expect(page.locator("#queue .state.asks")).to_have_count(7)
    expect(page.locator("#asks p")).to_have_count(6)
    expect(page.locator("#asks p").last).to_have_text("2 more")


@pytest.mark.usefixtures("session")
def test_a_ring_that_waits_on_the_device_is_not_offered_again(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    enter(page, "Emberiza rustica", ring="XC 345611")
    on_the_node(page, "XC 345611")
    page.context.route("**/enter/token", lambda route: route.abort())
    enter(page, "Emberiza rustica", ring="XC 345612")
    page.locator("#queue .state.device").wait_for()
    page.reload()
    assert value(ready(page), "core.ring") == "XC 345613"


@pytest.mark.usefixtures("session")
def test_a_page_that_came_before_the_first_bird_goes_on_after_the_last_one_that_waits(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.context.route("**/enter/token", lambda route: route.abort())
    for ring in ("XC 345611", "XC 345612"):
        enter(page, "Emberiza rustica", ring=ring)
    expect(page.locator("#queue .state.device")).to_have_count(2)
    page.reload()
    assert value(ready(page), "core.ring") == "XC 345613"
