"""Marks are put on the drawn bird by hand or by keyboard, and are read back when the record is opened."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banding.station import Station
from tests.web.browser.hand import ready
from tests.web.entry.hand import FULL, admitted

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("complaints")]

MARK = {
    "type": "leg-flag", "side": "left", "position": "tibia", "colour": "white", "inscription": "3C7",
    "inscription_colour": "black",
}  # fmt: skip
Sit = Callable[..., Page]


def control(page: Page, part: str, row: int = 0) -> str:
    return page.locator(f"[name='core.marks.{row}.{part}']").input_value()


def swatch(page: Page, part: str, word: str, row: int = 0) -> None:
    group = page.locator(f"[data-name='core.marks.{row}.{part}'] .swatches")
    group.get_by_role("button", name=word, exact=True).click()


def test_a_leg_is_clicked_and_the_plain_controls_are_filled(at_the_desk: Sit) -> None:
    page = ready(at_the_desk("/enter/recovery"))
    page.get_by_role("button", name="left leg, above the joint (tibia)").click()
    assert (control(page, "side"), control(page, "position")) == ("left", "tibia")
    page.select_option("[name='core.marks.0.type']", "leg-flag")
    swatch(page, "colour", "white")
    page.fill("[name='core.marks.0.inscription']", "3C7")
    swatch(page, "inscription_colour", "black")
    assert {part: control(page, part) for part in MARK} == MARK
    expect(page.locator("ol.worn")).to_contain_text("leg flag, left, tibia, white, 3C7 (black)")
    # The place says by itself what is worn there.
    expect(page.locator(".at-left-tibia")).to_have_attribute("aria-label", "left leg, above the joint (tibia): "
                                                             "leg flag, left, tibia, white, 3C7 (black)")  # fmt: skip


def test_the_keyboard_alone_reaches_every_place(at_the_desk: Sit) -> None:
    page = ready(at_the_desk("/enter/recovery"))
    page.locator(".at-left-tibia").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert (control(page, "side"), control(page, "position"), control(page, "type")) == ("right", "tarsus", "leg-ring")
    # The kind is clear on a leg, so the colour is asked for next.
    assert page.evaluate("document.activeElement.name") == "core.marks.0.colour"


def test_two_rings_on_one_leg_and_a_third_elsewhere(at_the_desk: Sit) -> None:
    page = ready(at_the_desk("/enter/recovery"))
    page.locator(".at-left-tarsus").click()
    swatch(page, "colour", "red")
    page.get_by_role("button", name="One more mark at the same place").click()
    swatch(page, "colour", "blue", 1)
    page.locator(".at-neck").click()
    assert control(page, "type", 2) == "neck-collar"
    assert page.locator(".at-left-tarsus .band").count() == 2
    page.locator("ol.worn button").nth(0).click()
    page.get_by_role("button", name="Take this mark out").click()
    assert page.locator(".at-left-tarsus .band").count() == 1
    assert control(page, "colour") == ""
    assert page.locator("ol.worn li").count() == 2


def test_a_saved_mark_is_drawn_on_the_record_and_read_back_for_correction(at_the_desk: Sit, station: Station) -> None:
    record = admitted(station, FULL | {"core": FULL["core"] | {"marks": [MARK]}})
    page = at_the_desk(f"/records/{record}")
    expect(page.locator(".bird .at-left-tibia .band.colour-white")).to_be_visible()
    expect(page.locator(".bird ol.worn")).to_contain_text("3C7")
    page.goto(f"/records/{record}/correct")
    ready(page)
    assert {part: control(page, part) for part in MARK} == MARK
    expect(page.locator(".at-left-tibia .ink")).to_have_text("3C7")
    page.locator(".at-left-tibia").click()
    expect(page.locator("[name='core.marks.0.inscription']")).to_be_visible()


def test_without_scripts_the_plain_controls_stand_there(at_the_desk: Sit) -> None:
    page = at_the_desk("/enter/recovery")
    cookies = page.context.cookies()
    plain = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    bare = plain.new_page()
    bare.goto(page.url)
    expect(bare.locator(".bird.live")).to_be_hidden()
    expect(bare.locator("[name='core.marks.1.inscription']")).to_be_visible()
    plain.close()
