"""Plots, life histories and flagship species as people see and print them, in every language and without complaints."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banding.reports.plots import PLOTS
from banding.station import Station
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery
from tests.web.browser.hand import speak

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("complaints", "storks")]
STORK = "Ciconia boyciana"
SHEETS = re.compile(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]")
# Any text of a drawing that leaves its sheet, in the units of the drawing.
STRAYS = """svg => [...svg.querySelectorAll('text')].filter(text => {
  const box = text.getBBox(), sheet = svg.viewBox.baseVal;
  return box.x < -1 || box.x + box.width > sheet.width + 1 || box.y < -1 || box.y + box.height > sheet.height + 1;
}).map(text => text.textContent)"""


@pytest.fixture
def storks(station: Station) -> None:
    """Thirty storks banded over ten years, most of them met again, some at a point that is withheld."""
    mark = {"type": "leg-ring", "action": "added", "side": "left", "position": "tibia", "colour": "green"}
    enter(
        station,
        *(
            banding(
                f"XC 3450{at}", f"{2010 + at % 10}-06-{at}", species=STORK, marks=[mark | {"inscription": f"A{at}"}]
            )
            for at in range(10, 29)
        ),
    )
    for at in range(10, 26):
        met = of_another_node(
            recovery(
                f"XC 3450{at}",
                f"{2012 + at % 10}-1{at % 3}-15",
                species=STORK,
                condition=str(at % 8),
                circumstances=f"{at % 3}{at % 4}",
            )
        )
        met["area"] = {"latitude": 30.0 + at % 7, "longitude": 110.0 + at}
        if at % 5 == 0:
            met.pop("area")
        arrive(station, met)


def test_every_word_of_a_plot_stands_on_its_sheet_in_every_language(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/returns/plots", "reader")
    for language in ("en", "zh", "ru"):
        speak(page, language)
        drawings = page.locator(".plot svg")
        assert drawings.count() == len(PLOTS), language
        assert [drawings.nth(at).evaluate(STRAYS) for at in range(len(PLOTS))] == [[]] * len(PLOTS), language


def test_numbers_stand_in_a_table_that_opens(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/returns/plots", "reader")
    months = page.locator("section:has(> #plot-months)")
    expect(months.locator("table")).not_to_be_visible()
    months.locator("summary").click()
    assert months.locator("tfoot td").all_inner_texts() == ["16", "16"]


@pytest.mark.parametrize("path", ["/returns/plots", "/flagship/ciconia-boyciana", "/birds/RUM/XC345011"])
def test_the_page_prints_on_a4_in_every_language(at_the_desk: Callable[..., Page], path: str) -> None:
    page = at_the_desk(path, "reader")
    for language in ("en", "zh", "ru"):
        speak(page, language)
        page.wait_for_load_state("networkidle")
        paper = page.pdf(prefer_css_page_size=True)
        sizes = {(round(float(wide)), round(float(high))) for wide, high in SHEETS.findall(paper)}
        assert sizes <= {(595, 842), (594, 842), (595, 841), (596, 842)}, language
        assert sizes, language
        page.emulate_media(media="print")
        assert not page.locator("nav.menu").is_visible(), language
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), language
        page.emulate_media(media="screen")


def test_on_paper_the_journeys_are_a_drawing(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/flagship/ciconia-boyciana", "reader")
    expect(page.locator(".map")).to_be_visible()
    expect(page.locator(".on-paper svg")).not_to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".map")).not_to_be_visible()
    expect(page.locator(".on-paper svg")).to_be_visible()


def test_a_life_history_is_drawn_with_its_legs_and_marks(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/birds/RUM/XC345011", "reader")
    expect(page.locator(".map canvas").first).to_be_visible()
    expect(page.locator("#worn ~ .bird .mark .ink").first).to_have_text("A11")


def test_the_table_of_returns_prints_across_the_sheet_with_its_question_and_nothing_to_press(
    at_the_desk: Callable[..., Page],
) -> None:
    page = at_the_desk("/returns?scheme=RUM", "operator")
    sheets = SHEETS.findall(page.pdf(prefer_css_page_size=True))
    assert sheets
    assert all(float(wide) > float(high) for wide, high in sheets)
    page.emulate_media(media="print")
    expect(page.locator(".count")).to_be_visible()
    expect(page.get_by_text("/returns?scheme=RUM")).to_be_visible()
    for hidden in (".looks", ".downloads", ".filters", "table .no-paper >> nth=0"):
        expect(page.locator(hidden)).not_to_be_visible()


def test_the_count_stands_above_the_question_and_leads_to_the_rows_on_a_phone(at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk("/returns?scheme=RUM", "reader")
    expect(page.locator(".to-rows")).not_to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".count")).to_be_in_viewport()
    expect(page.locator("table.returns")).not_to_be_in_viewport()
    page.locator(".to-rows").click()
    expect(page.locator("#found")).to_be_in_viewport()
    expect(page.locator(".looks")).to_be_in_viewport()
