"""The map as a person uses it: it draws with no line, tells of a journey on a click, and a drawn region is asked."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from banding.station import Station
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery

Desk = Callable[..., Page]
MAP = "/returns/map"
# Only the outlines of areas are dashed.
COUNT_DASHES = """window.dashes = 0;
    const draw = CanvasRenderingContext2D.prototype.setLineDash;
    CanvasRenderingContext2D.prototype.setLineDash = function (dash) {
        window.dashes += dash.join() === "3,2";
        return draw.call(this, dash);
    };"""
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("complaints")]


@pytest.fixture
def birds(station: Station) -> None:
    """Two birds banded here, one met near Zhalong and one at the mouth of the Yangtze."""
    enter(station, banding("XC 345611"), banding("XC 345612"))
    far = of_another_node(recovery("XC 345612", place_code="CPSH"))
    far.pop("area")
    arrive(station, recovery("XC 345611"), far | {"place": {"latitude": 31.5, "longitude": 121.9}})


def opened(desk: Desk, path: str = MAP) -> Page:
    """The page when its map is drawn."""
    page = desk(path, "reader")
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes")
    expect(page.locator(".water").first).to_be_attached()
    return page


def drawn(page: Page, selector: str) -> int:
    """How many pixels of a canvas are not empty."""
    count = """sheet => {
        const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);
        return data.filter((value, place) => place % 4 === 3 && value).length;
    }"""
    return int(page.locator(selector).first.evaluate(count))


def box_of(page: Page) -> dict[str, Any]:
    """Where the map lies on the screen."""
    page.locator("[data-map]").scroll_into_view_if_needed()
    found = page.locator("[data-map]").bounding_box()
    assert found
    return dict(found)


@pytest.mark.usefixtures("birds")
def test_the_map_draws_ground_and_journeys_and_asks_nobody_else(at_the_desk: Desk, context: BrowserContext) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = opened(at_the_desk)
    assert drawn(page, ".leaflet-ground-pane canvas") > 50_000
    assert drawn(page, ".leaflet-overlay-pane canvas") > 500
    assert "Every journey is drawn." in page.locator("[data-map-said]").inner_text()
    assert {urlsplit(address).hostname for address in asked} == {"127.0.0.1"}


@pytest.mark.usefixtures("birds")
def test_a_click_on_a_journey_tells_of_it_and_leads_to_the_life_history(at_the_desk: Desk) -> None:
    page = opened(at_the_desk, f"{MAP}?ring=XC345612")
    box = box_of(page)
    # The map fits the one journey: its way runs through the middle.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = page.locator(".leaflet-popup-content")
    expect(told).to_contain_text("RUM XC 345612")
    expect(told).to_contain_text("2024-05-01 → 2024-09-20 · 142 days")
    told.locator("a").click()
    expect(page).to_have_url(re.compile("/birds/RUM/XC"))


@pytest.mark.usefixtures("birds")
@pytest.mark.parametrize(("ring", "is_an_area"), [("XC345611", True), ("XC345612", False)])
def test_a_rounded_point_is_drawn_as_the_area_it_stands_for(
    at_the_desk: Desk, context: BrowserContext, ring: str, is_an_area: bool
) -> None:
    context.add_init_script(COUNT_DASHES)
    page = opened(at_the_desk, f"{MAP}?ring={ring}")
    page.locator("[data-map]").focus()
    scale = page.locator(".leaflet-control-scale-line")
    for _ in range(2):
        before = scale.inner_text()
        page.keyboard.press("+")
        expect(scale).not_to_have_text(before)
        expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert (page.evaluate("window.dashes") > 0) is is_an_area


@pytest.mark.usefixtures("birds")
def test_a_box_that_is_dragged_is_asked(at_the_desk: Desk) -> None:
    page = opened(at_the_desk, f"{MAP}?scheme=RUM")
    page.get_by_role("button", name="Draw a box").click()
    box = box_of(page)
    page.mouse.move(box["x"] + 100, box["y"] + box["height"] * 0.6)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 100, box["y"] + box["height"] - 40, steps=4)
    page.mouse.up()
    page.wait_for_url(lambda address: "region=" in address)
    asked = parse_qs(urlsplit(page.url).query)
    south, west, north, east = map(float, asked["region"][0].split(","))
    assert south < north < 45
    assert west < 121.9 < east
    assert asked["scheme"] == ["RUM"]
    expect(page.locator(".count")).to_contain_text("1 return")


@pytest.mark.usefixtures("birds")
def test_corners_that_are_clicked_are_asked(at_the_desk: Desk) -> None:
    page = opened(at_the_desk)
    page.get_by_role("button", name="Draw corners").click()
    box = box_of(page)
    left, top, right, bottom = 60, box["height"] * 0.6, box["width"] - 60, box["height"] - 40
    for x, y in ((left, top), (right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_url(lambda address: "region=" in address)
    assert len(parse_qs(urlsplit(page.url).query)["region"][0].split(";")) == 4
    expect(page.locator(".count")).to_contain_text("1 return")


@pytest.mark.usefixtures("birds")
def test_a_region_is_typed_with_the_keyboard_alone(at_the_desk: Desk) -> None:
    page = opened(at_the_desk)
    page.get_by_label("South, west, north and east").focus()
    page.keyboard.type("30,120,33,123")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "region=" in address)
    expect(page.locator(".count")).to_contain_text("1 return")
    page.get_by_role("link", name="Everywhere").click()
    expect(page.locator(".count")).to_contain_text("2 returns")


@pytest.mark.usefixtures("birds")
def test_the_keyboard_moves_and_zooms_the_map(at_the_desk: Desk) -> None:
    page = opened(at_the_desk)
    scale = page.locator(".leaflet-control-scale-line")
    before = scale.inner_text()
    page.locator("[data-map]").focus()
    page.keyboard.press("+")
    expect(scale).not_to_have_text(before)


@pytest.mark.usefixtures("birds")
def test_the_map_stands_on_the_printed_page(at_the_desk: Desk) -> None:
    page = opened(at_the_desk)
    page.emulate_media(media="print")
    expect(page.locator("[data-map]")).to_be_visible()
    expect(page.locator(".map-legend")).to_be_visible()
    expect(page.locator(".map-region")).to_be_hidden()
    assert len(page.pdf()) > 20_000


def test_whoever_found_a_ring_points_to_the_place(at_the_desk: Desk) -> None:
    page = at_the_desk("/ring", "reader")
    page.get_by_text("Point to the place on a map").click()
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes")
    page.locator("#datum").select_option("GCJ-02")
    box = box_of(page)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    latitude, longitude = map(float, page.locator("#typed").input_value().split(", "))
    assert 45 < latitude < 52
    assert 125 < longitude < 132
    expect(page.locator("#datum")).to_have_value("WGS84")
    expect(page.locator(".leaflet-marker-icon[title]")).to_be_visible()


def test_a_map_that_is_folded_away_costs_a_phone_nothing(at_the_desk: Desk, context: BrowserContext) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page = at_the_desk("/ring", "reader")
    expect(page.locator("details.on-map")).to_be_visible()
    assert not [path for path in asked if path.endswith((".geojson", "leaflet.js", "canvas.js"))]
