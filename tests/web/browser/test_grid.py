"""The field sheet in a real browser: typed by keys, saved row by row, kept whatever happens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banding.station import Station
from tests.web.browser.afield import drafted
from tests.web.browser.quick import until
from tests.web.browser.rows import SPECIES, cells, opened, operator, prefer, press, ring, rings, state, type_in
from tests.web.entry.hand import kept

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_row_typed_by_keys_alone_saves_itself_when_it_is_left(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), SPECIES, "3", "f", "71,5", "18.4", "", "")
    expect(state(sheet, 1)).to_have_text("on the node")
    (bird,) = kept(station)
    assert (bird.core["ring"], bird.core["sex"], bird.groups["measurements"]["wing"]) == (ring(12), "F", 71.5)
    assert len(station.store.sessions.birds(station.store.sessions.current(operator(station)).id)) == 1  # type: ignore[union-attr]
    expect(sheet.locator("#where")).to_have_text("2")


def test_a_wrong_row_says_so_under_itself_and_never_delays_the_next(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), "zzz", "", "", "seventy", "", "", "")
    type_in(sheet, ring(13), SPECIES, "", "", "", "", "", "")
    expect(state(sheet, 2)).to_have_text("on the node")
    expect(state(sheet, 1)).to_have_text("not saved: it asks")
    told = sheet.locator("tr.told")
    expect(told).to_contain_text("No species of this name")
    expect(told).to_contain_text("Write a number")
    assert rings(station) == [ring(13)]
    assert cells(sheet, 1)[4] == "seventy"


def test_save_anyway_asks_the_reason_in_the_row(station: Station, at_the_desk: Callable[..., Page]) -> None:
    prefer(station, columns=["core.ring", "core.species", "place.typed"])
    page = opened(at_the_desk("/enter/grid"))
    type_in(page, ring(12), SPECIES, "0, 0")
    expect(state(page, 1)).to_have_text("not saved: it asks")
    type_in(page, ring(13), SPECIES, "49.5, 130.5")
    expect(state(page, 2)).to_have_text("on the node")
    page.get_by_role("button", name="Save anyway").click()
    expect(page.locator("tr.told input").first).to_be_focused()
    page.keyboard.insert_text("A buoy there")
    page.keyboard.press("Enter")
    expect(state(page, 1)).to_have_text("on the node")
    assert kept(station)[-1].core["confirmed"] == ["R-point-zero"]


def test_a_saved_row_is_corrected_in_place(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), SPECIES, "", "F", "", "", "", "")
    expect(state(sheet, 1)).to_have_text("on the node")
    press(sheet, "ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight")
    type_in(sheet, "M")
    press(sheet, "ArrowDown")
    expect(state(sheet, 1)).to_have_text("on the node")
    until(sheet, lambda: [(one.core["sex"], one.generation) for one in kept(station)] == [("M", 2)])
    expect(state(sheet, 1)).to_have_text("on the node")
    sheet.reload()
    opened(sheet)
    assert cells(sheet, 1)[3] == "M"


def test_f2_escape_and_undo_give_back_what_stood_there(sheet: Page) -> None:
    type_in(sheet, ring(12))
    press(sheet, "ArrowLeft", "F2", "End", "9", "Escape")
    assert cells(sheet, 1)[0] == ring(12)
    press(sheet, "9", "Enter", "Control+z")
    assert cells(sheet, 1)[0] == ring(12)
    press(sheet, "Control+y")
    assert cells(sheet, 1)[0] == "9"


def test_filling_down_counts_rings_on(sheet: Page) -> None:
    type_in(sheet, "XC 345698", SPECIES)
    press(sheet, "ArrowDown", "Home", "Control+d", "ArrowRight", "Control+d")
    assert cells(sheet, 2)[:2] == ["XC 345699", SPECIES]
    press(sheet, "Home", "ArrowDown", "Control+d")
    assert cells(sheet, 3)[0] == "XC 345700"
    press(sheet, "ArrowUp", "ArrowUp", "ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    assert [cells(sheet, row)[1] for row in (1, 2, 3)] == [SPECIES] * 3


def test_a_sheet_read_by_columns_goes_down_and_saves_after_its_last_column(
    station: Station, at_the_desk: Callable[..., Page]
) -> None:
    prefer(station, columns=["core.ring", "core.species", "core.sex"], by="columns", first=31)
    page = opened(at_the_desk("/enter/grid"))
    expect(page.locator("#where")).to_have_text("31")
    type_in(page, ring(12), ring(13), ring(14), "")
    type_in(page, *[SPECIES] * 3)
    assert not kept(station)
    type_in(page, "F", "M", "F")
    for row in (1, 2, 3):
        expect(state(page, row)).to_have_text("on the node")
    assert [(one.core["ring"], one.core["sex"]) for one in kept(station)] == [
        (ring(12), "F"), (ring(13), "M"), (ring(14), "F")
    ]  # fmt: skip


def test_what_is_not_saved_survives_a_closed_tab(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), SPECIES)
    sheet.keyboard.type("3")
    drafted(sheet, '"core.age":"3"')
    again = sheet.context.new_page()
    sheet.close()
    again.goto("/enter/grid")
    opened(again)
    assert cells(again, 1)[:3] == [ring(12), SPECIES, "3"]
    again.get_by_role("button", name="Save all").click()
    expect(state(again, 1)).to_have_text("on the node")
    assert rings(station) == [ring(12)]


def test_a_ring_that_is_known_becomes_a_recapture_by_one_button(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), SPECIES, "", "", "", "", "", "")
    expect(state(sheet, 1)).to_have_text("on the node")
    type_in(sheet, ring(12), SPECIES, "", "", "", "", "", "")
    sheet.get_by_role("button", name="Enter it as a recapture").click()
    expect(state(sheet, 2)).to_have_text("on the node")
    assert [one.kind for one in kept(station)] == ["banding", "recovery"]


def test_without_a_line_rows_wait_on_the_device_and_go_by_themselves(sheet: Page, station: Station) -> None:
    sheet.context.set_offline(True)
    type_in(sheet, ring(12), SPECIES, "", "", "", "", "", "")
    expect(state(sheet, 1)).to_have_text("on this device")
    sheet.context.set_offline(False)
    expect(state(sheet, 1)).to_have_text("on the node")
    assert rings(station) == [ring(12)]


def test_every_cell_has_a_name(sheet: Page) -> None:
    type_in(sheet, ring(12))
    assert sheet.locator("#live textarea").get_attribute("aria-label") == "species, Line 1"
    found = sheet.get_by_role("gridcell", name=f"ring number 1 {ring(12)}")
    expect(found).to_have_count(1)


def test_a_language_switched_in_the_middle_loses_no_row(sheet: Page) -> None:
    type_in(sheet, ring(12), "灰头鹀")
    sheet.get_by_role("button", name="中文").click()
    expect(sheet.locator("#save-all")).to_have_text("全部保存")
    opened(sheet)
    assert cells(sheet, 1)[:2] == [ring(12), "灰头鹀"]


def test_a_row_on_the_node_before_the_language_is_switched_stands_there_by_its_name(
    sheet: Page, station: Station
) -> None:
    type_in(sheet, ring(12), "灰头鹀")
    sheet.get_by_role("button", name="Save all").click()
    expect(state(sheet, 1)).to_have_text("on the node")
    for button, name in (("中文", "灰头鹀"), ("Русский", "Седоголовая овсянка")):
        with sheet.expect_navigation():
            sheet.get_by_role("button", name=button).click()
        opened(sheet)
        assert cells(sheet, 1)[:2] == [ring(12), name]
    press(sheet, "ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight")
    type_in(sheet, "M")
    press(sheet, "ArrowDown")
    until(sheet, lambda: [(one.core.get("sex"), one.core["species"]) for one in kept(station)] == [("M", SPECIES)])


def test_what_a_row_asks_is_asked_in_the_language_of_the_page(sheet: Page) -> None:
    type_in(sheet, ring(12), "zzz", *[""] * 6)
    expect(sheet.locator("tr.told")).to_contain_text("No species of this name")
    expect(state(sheet, 1)).to_have_text("not saved: it asks")
    sheet.get_by_role("button", name="中文").click()
    expect(sheet.locator("tr.told")).to_contain_text("这里没有叫这个名称的鸟种")


def test_two_tabs_save_a_row_of_one_draft_once(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), SPECIES)
    drafted(sheet, SPECIES)
    other = sheet.context.new_page()
    other.goto("/enter/grid")
    opened(other)
    for page in (sheet, other):
        page.get_by_role("button", name="Save all").click()
    for page in (sheet, other):
        expect(state(page, 1)).to_have_text("on the node")
    assert rings(station) == [ring(12)]


def test_the_table_can_be_left_by_the_keyboard(sheet: Page) -> None:
    press(sheet, "Escape")
    expect(sheet.locator("#save-all")).to_be_focused()
    press(sheet, "Shift+Tab")
    expect(sheet.locator("#live textarea")).to_be_focused()


def test_species_are_offered_under_the_cell_the_commonest_of_the_sheet_first(sheet: Page, station: Station) -> None:
    choices = sheet.locator("#species-list [role=option]")
    type_in(sheet, ring(12), "Emberiza rutila", *[""] * 6)
    press(sheet, "ArrowRight")
    sheet.wait_for_selector("#species-list", state="attached")
    sheet.keyboard.type("emb")
    expect(choices.first).to_contain_text("Emberiza rutila")
    sheet.wait_for_function(
        """() => Math.abs(document.getElementById("species-list").getBoundingClientRect().top
            - document.querySelector("#live textarea").getBoundingClientRect().bottom) < 3"""
    )
    press(sheet, "Escape")
    expect(sheet.locator("#species-list")).to_be_hidden()
    sheet.keyboard.type("e")
    press(sheet, "Backspace", "ArrowDown", "ArrowUp", "Enter")
    assert cells(sheet, 2)[1] == "Chestnut Bunting"
    expect(sheet.locator("#live textarea")).to_have_attribute("aria-label", "age, Line 2")
    press(sheet, "ArrowLeft")
    sheet.keyboard.type("0435")
    choices.last.click()
    press(sheet, "Home")
    type_in(sheet, ring(13))
    sheet.get_by_role("button", name="Save all").click()
    expect(state(sheet, 2)).to_have_text("on the node")
    assert kept(station)[1].core["species"].startswith("Grus")


def test_without_a_session_the_rows_of_today_stand_there_again(
    station: Station, at_the_desk: Callable[..., Page]
) -> None:
    prefer(station, columns=["core.ring", "core.species"])
    page = opened(at_the_desk("/enter/grid"))
    type_in(page, ring(12), SPECIES, ring(13), SPECIES)
    expect(state(page, 2)).to_have_text("on the node")
    page.reload()
    opened(page)
    assert [cells(page, row)[0] for row in (1, 2, 3)] == [ring(12), ring(13), ""]
    expect(state(page, 1)).to_have_text("on the node")
