"""The field sheet in a real browser: typed by keys, pasted from a spreadsheet, saved row by row."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from banding import fieldwork
from banding.station import Station
from tests.web.entry.hand import kept

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPECIES = "Emberiza spodocephala"
HEADER = {"core.day": "2024-05-01", "core.scheme": "RUM"}
SEVEN = ["core.ring", "core.species", "core.age", "core.sex", "measurements.wing", "measurements.mass", "remarks.text"]


@pytest.fixture
def sheet(station: Station, at_the_desk: Callable[..., Page], complaints: list[str]) -> Iterator[Page]:
    """The field sheet of an open session, with seven columns and the kind of row."""
    prefer(station, by="rows")
    fieldwork.begin(station, operator(station), HEADER, "1")
    yield opened(at_the_desk("/enter/grid"))
    # A browser writes every refusal down as an error, and refusals are what some of these tests are about.
    complaints[:] = [one for one in complaints if "422" not in one and "ERR_INTERNET_DISCONNECTED" not in one]


def operator(station: Station) -> int:
    account = station.store.accounts.by_name("operator")
    assert account is not None
    return account.id


def prefer(station: Station, **more: Any) -> None:
    told = {"columns": [*SEVEN, "kind"], "by": "rows", "first": 1, **more}
    station.store.preferences.set(operator(station), "grid", told)


def opened(page: Page) -> Page:
    """Once the table is there, with the editor in its first empty cell."""
    expect(page.locator("#live textarea")).to_be_focused()
    return page


def type_in(page: Page, *texts: str) -> None:
    """Type texts, each ended by Enter."""
    for text in texts:
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def paste(page: Page, text: str) -> None:
    """What Ctrl+V does, without the clipboard of the machine."""
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector("#live textarea").dispatchEvent(event);
        }""",
        text,
    )


def cells(page: Page, row: int) -> list[str]:
    """What stands in a row, from 1."""
    told: list[str] = (
        page.locator(f"#sheet tbody tr:not(.told) >> nth={row - 1}")
        .locator("td[data-at]")
        .evaluate_all("all => all.map(one => one.querySelector('textarea')?.value ?? one.textContent)")
    )
    return told


def state(page: Page, row: int) -> Any:
    return page.locator(f"#sheet tbody tr:not(.told) >> nth={row - 1}").locator("td.state")


def ring(number: int) -> str:
    return f"XC 3456{number:02}"


def rings(station: Station) -> list[str]:
    return sorted(one.core["ring"] for one in kept(station))


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
    sheet.wait_for_timeout(300)
    assert [(one.core["sex"], one.generation) for one in kept(station)] == [("M", 2)]
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


@pytest.mark.parametrize(
    "heading",
    [
        "Ring number\tSpecies\twing length (mm)\tremarks",
        "环号\t鸟种\t翅长\t备注",
        "номер кольца\tВид\tдлина крыла\tпримечания",
    ],
)
def test_a_table_with_its_heading_is_pasted_and_taken_back_as_one(sheet: Page, station: Station, heading: str) -> None:
    body = "".join(f'{ring(n)}\t{SPECIES}\t7{n % 10}\t"wet, ""very"" wet\nand cold"\n' for n in range(10, 30))
    paste(sheet, f"{heading}\n{body}")
    assert cells(sheet, 20)[:2] == [ring(29), SPECIES]
    assert cells(sheet, 20)[4] == "79"
    press(sheet, "Control+z")
    assert cells(sheet, 1)[0] == ""
    press(sheet, "Control+y")
    sheet.get_by_role("button", name="Save all").click()
    expect(state(sheet, 20)).to_have_text("on the node")
    assert rings(station) == [ring(n) for n in range(10, 30)]
    assert {one.groups["remarks"]["text"] for one in kept(station)} == {'wet, "very" wet\nand cold'}


def test_columns_too_many_are_said_and_wait_for_a_name(sheet: Page, station: Station) -> None:
    paste(sheet, f"ring\tspecies\tcolour of socks\n{ring(12)}\t{SPECIES}\tred\n")
    expect(sheet.locator("#told")).to_contain_text("Columns without a place in the sheet: 1")
    assert cells(sheet, 1)[-1] == "red"
    sheet.get_by_role("button", name="Save all").click()
    expect(sheet.locator("tr.told")).to_contain_text("This column has no field yet")
    assert not kept(station)
    sheet.locator("thead select").select_option("place.name")
    assert cells(sheet, 1)[-1] == "red"
    sheet.get_by_role("button", name="Save all").click()
    expect(state(sheet, 1)).to_have_text("on the node")
    assert kept(station)[0].groups["place"]["name"] == "red"


def test_what_is_copied_is_pasted_as_it_was(sheet: Page) -> None:
    type_in(sheet, ring(12), SPECIES, "3")
    press(sheet, "Home", "Shift+ArrowRight", "Shift+ArrowRight")
    text = sheet.evaluate(
        """() => {
            const data = new DataTransfer();
            const event = new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector("#live textarea").dispatchEvent(event);
            return data.getData("text/plain");
        }"""
    )
    assert text == f"{ring(12)}\t{SPECIES}\t3"
    press(sheet, "Home", "ArrowDown")
    paste(sheet, text)
    assert cells(sheet, 2)[:3] == [ring(12), SPECIES, "3"]


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
    sheet.wait_for_timeout(200)
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


def test_five_hundred_rows_stay_quick(sheet: Page) -> None:
    paste(sheet, "".join(f"AB {n:05}\t{SPECIES}\t3\tF\t71\t18\tx\n" for n in range(500)))
    assert cells(sheet, 500)[0] == "AB 00499"
    press(sheet, "Control+End")
    took = sheet.evaluate(
        """() => {
            const editor = document.querySelector("#live textarea");
            const more = {bubbles: true, cancelable: true};
            const press = (key) => editor.dispatchEvent(new KeyboardEvent("keydown", {key, ...more}));
            const begun = performance.now();
            for (let n = 0; n < 200; n += 1) press(n % 2 ? "ArrowUp" : "ArrowLeft");
            return (performance.now() - begun) / 200;
        }"""
    )
    # A time is printed and never judged: the machine may be busy with something else.
    print(f"{took:.2f} ms a key among 500 rows")


def test_every_cell_has_a_name(sheet: Page) -> None:
    type_in(sheet, ring(12))
    assert sheet.locator("#live textarea").get_attribute("aria-label") == "species, Line 1"
    found = sheet.get_by_role("gridcell", name=f"ring number 1 {ring(12)}")
    expect(found).to_have_count(1)


def test_whatever_is_copied_comes_back_from_the_clipboard(sheet: Page) -> None:
    dice = random.Random(7)
    texts = ["", "a", "\t", "\n", '"', 'a"b', '"a', "тау", "1,5 ", '""']
    tables = [
        [
            ["x" + "".join(dice.choices(texts, k=2)) if dice.random() < 0.8 else "" for _cell in range(3)]
            for _row in range(4)
        ]
        for _table in range(300)
    ]
    back = sheet.evaluate(
        """async (tables) => {
            const { parse, print } = await import("/static/entry/paste.js");
            return tables.map((table) => parse(print(table)));
        }""",
        tables,
    )
    assert back == tables


def test_a_language_switched_in_the_middle_loses_no_row(sheet: Page) -> None:
    type_in(sheet, ring(12), "灰头鹀")
    sheet.get_by_role("button", name="中文").click()
    expect(sheet.locator("#save-all")).to_have_text("全部保存")
    opened(sheet)
    assert cells(sheet, 1)[:2] == [ring(12), "灰头鹀"]


def test_two_tabs_save_a_row_of_one_draft_once(sheet: Page, station: Station) -> None:
    type_in(sheet, ring(12), SPECIES)
    sheet.wait_for_timeout(200)
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
