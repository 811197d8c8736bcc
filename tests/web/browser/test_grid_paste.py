"""The clipboard of the field sheet: pasted from a spreadsheet, copied, taken back as one."""

import random

import pytest
from playwright.sync_api import Page, expect

from banding.station import Station
from tests.web.browser.rows import SPECIES, cells, paste, press, ring, rings, state, type_in
from tests.web.entry.hand import kept

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


def test_a_sex_is_understood_as_people_write_it_in_their_sheets(sheet: Page) -> None:
    signs = ("m", "М", "♂", "雄", "公", "самец", "ｆ", "♀", "母", "самка")
    paste(sheet, "ring\tsex\n" + "".join(f"{ring(n)}\t{sign}\n" for n, sign in enumerate(signs, 10)))
    assert [cells(sheet, row)[3] for row in range(1, 11)] == ["M"] * 6 + ["F"] * 4


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
