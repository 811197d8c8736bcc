"""The ring panel beside the form: the ring is looked up while it is typed, and the next one comes by itself."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from banding import stock
from banding.station import Station
from tests.node.records import banding
from tests.web.browser.hand import control, ready, type_in
from tests.web.entry.hand import admitted, kept

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("complaints")]
Form = Callable[..., Page]
STRING = {"scheme": "RUM", "received_on": "2024-04-01"}


@pytest.fixture
def form(at_the_desk: Callable[..., Page]) -> Form:
    """Open a form whose scripts have begun."""
    return lambda path="/enter/banding": ready(at_the_desk(path))


# -- the ring ---------------------------------------------------------------------------------------------


def test_a_known_ring_shows_its_history_beside_the_form_while_it_is_typed(form: Form, station: Station) -> None:
    admitted(station, banding(day="2024-04-20", age="4", sex="M"))
    page = form()
    type_in(page, "core.ring", "xc345612")
    expect(page.locator("#ring-said")).to_contain_text("A bird known here wears this ring")
    cells = page.locator("#ring-history tbody td").all_inner_texts()
    assert cells[0] == "2024-04-20"
    assert "0 km" in cells[-1]
    expect(control(page, "core.ring")).to_be_focused()


def test_one_key_makes_a_recapture_and_nothing_typed_is_lost(form: Form, station: Station) -> None:
    admitted(station, banding(day="2024-04-20"))
    page = form()
    type_in(page, "core.ring", "XC 345612")
    type_in(page, "core.species", "emb spo")
    page.keyboard.press("Enter")
    type_in(page, "measurements.wing", "71,5")
    expect(page.locator("#as-recapture")).to_be_visible()
    page.keyboard.press("F8")
    expect(page.locator("#ring-next")).to_contain_text("a recapture now")
    expect(control(page, "measurements.wing")).to_be_focused()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#queue .state.node")).to_have_count(1)
    _banded, met = kept(station)
    assert (met.kind, met.core["manner"], met.core["ring_information"]) == ("recovery", "recapture", "4")
    assert met.groups["measurements"]["wing"] == 71.5
    assert control(page, "core.manner").count() == 0


def test_the_same_key_takes_it_back(form: Form, station: Station) -> None:
    admitted(station, banding(day="2024-04-20"))
    page = form()
    was = control(page, "core.ring_information").input_value()
    type_in(page, "core.ring", "XC 345612")
    expect(page.locator("#as-recapture")).to_be_visible()
    page.keyboard.press("F8")
    expect(page.locator("#as-banding")).to_be_visible()
    page.keyboard.press("F8")
    expect(page.locator("#as-recapture")).to_be_visible()
    assert control(page, "core.manner").count() == 0
    assert control(page, "core.ring_information").input_value() == was
    assert page.locator("form#entry").get_attribute("data-kind") == "banding"


def test_a_foreign_ring_says_that_the_others_will_be_asked(form: Form) -> None:
    page = form("/enter/recovery")
    control(page, "core.scheme").select_option("CPB")
    type_in(page, "core.ring", "H00-0773")
    expect(page.locator("#ring-said")).to_contain_text("a request about this ring is raised by itself")


def test_a_likely_ring_is_taken_with_one_press(form: Form) -> None:
    page = form()
    type_in(page, "core.ring", "XC 34561O")
    page.get_by_role("button", name="XC345610").click()
    expect(control(page, "core.ring")).to_have_value("XC345610")
    expect(page.locator("#ring-panel")).to_have_attribute("data-state", "fresh")


def test_without_an_answer_the_panel_says_so_and_typing_goes_on(form: Form, complaints: list[str]) -> None:
    page = form()
    page.route("**/enter/ring*", lambda route: route.abort())
    page.route("**/enter/check/*", lambda route: route.abort())
    type_in(page, "core.ring", "XC 345612")
    expect(page.locator("#ring-said")).to_contain_text("does not answer")
    with page.expect_event("requestfailed", lambda failed: "/enter/check/" in failed.url):
        type_in(page, "core.age", "3")
    expect(control(page, "core.age")).to_have_value("3")
    page.close()
    # The browser itself notes every call that fails.
    complaints[:] = [one for one in complaints if "ERR_FAILED" not in one]


# -- the next ring ----------------------------------------------------------------------------------------


def strings(station: Station) -> None:
    stock.receive(station, STRING | {"first": "XC 345601", "last": "XC 345610", "size": "2"}, "anna")
    stock.receive(station, STRING | {"first": "VA 100001", "last": "VA 100010", "size": "4.2"}, "anna")


def test_the_next_ring_comes_with_the_species(form: Form, station: Station) -> None:
    strings(station)
    page = form()
    type_in(page, "core.species", "tur obs")
    page.keyboard.press("Enter")
    expect(control(page, "core.ring")).to_have_value("VA 100001")
    type_in(page, "core.species", "emb pus")
    page.keyboard.press("Enter")
    expect(control(page, "core.ring")).to_have_value("XC 345601")
    expect(page.locator("#ring-next")).to_contain_text("XC 345601")


def test_a_ring_that_a_hand_has_typed_is_left_alone(form: Form, station: Station) -> None:
    strings(station)
    page = form()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    type_in(page, "core.ring", "XC 345605")
    type_in(page, "core.species", "tur obs")
    with page.expect_response("**/enter/ring?*species=Eyebrowed*"):
        page.keyboard.press("Enter")
    expect(page.locator("#ring-panel")).to_have_attribute("data-state", "fresh")
    assert "/enter/next-ring" not in asked
    expect(control(page, "core.ring")).to_have_value("XC 345605")


def test_an_unknown_species_brings_no_ring(form: Form, station: Station) -> None:
    strings(station)
    page = form()
    type_in(page, "core.species", "qwertz")
    page.keyboard.press("Enter")
    expect(page.locator("#ring-next")).to_contain_text("as soon as the species is known")
    expect(control(page, "core.ring")).to_have_value("")


def test_two_sizes_are_both_offered(form: Form, station: Station) -> None:
    strings(station)
    today = station.intake.today().isoformat()
    for ring in ("VA 100001", "XC 345601"):
        admitted(station, banding(ring, day=today, species="Accipiter nisus"))
    page = form()
    type_in(page, "core.species", "Accipiter nisus")
    with page.expect_response("**/enter/ring?*"):
        page.keyboard.press("Enter")
    # The ring that was filled in is looked up by now, and the other size is on offer still.
    expect(page.locator("#ring-panel")).to_have_attribute("data-state", "fresh")
    expect(page.locator("#ring-alike button")).to_have_count(2)
    filled = control(page, "core.ring").input_value()
    other = ({"VA 100002", "XC 345602"} - {filled}).pop()
    page.locator("#ring-alike button", has_text=other).click()
    expect(control(page, "core.ring")).to_have_value(other)
