"""While a bird is typed: its ring is looked up, the next ring comes by itself, species are found, mistakes are told."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from banding import stock
from banding.settings import Settings
from banding.station import Station
from tests.node.records import banding
from tests.web.conftest import khingansky
from tests.web.entry.hand import NOW, admitted, kept

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("complaints")]
Desk = Callable[..., Page]
STRING = {"scheme": "RUM", "received_on": "2024-04-01"}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A node in the zone of Vladivostok whose clock stands just after midnight."""
    opened = Station.open(Settings(home=tmp_path, node=replace(khingansky(), zone="Asia/Vladivostok")))
    opened.intake.clock = lambda: NOW
    yield opened
    opened.store.close()


@pytest.fixture
def form(at_the_desk: Desk) -> Callable[..., Page]:
    """A form whose scripts have begun."""

    def opened(path: str = "/enter/banding") -> Page:
        page = at_the_desk(path)
        expect(page.locator("form#entry[data-ready=yes]")).to_be_attached()
        return page

    return opened


def control(page: Page, name: str) -> Any:
    return page.locator(f"form#entry [name='{name}']")


def type_in(page: Page, name: str, text: str) -> None:
    control(page, name).focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


# -- the ring ---------------------------------------------------------------------------------------------


def test_a_known_ring_shows_its_history_beside_the_form_while_it_is_typed(form: Desk, station: Station) -> None:
    admitted(station, banding(day="2024-04-20", age="4", sex="M"))
    page = form()
    type_in(page, "core.ring", "xc345612")
    expect(page.locator("#ring-said")).to_contain_text("A bird known here wears this ring")
    cells = page.locator("#ring-history tbody td").all_inner_texts()
    assert cells[0] == "2024-04-20"
    assert "0 km" in cells[-1]
    expect(control(page, "core.ring")).to_be_focused()


def test_one_key_makes_a_recapture_and_nothing_typed_is_lost(form: Desk, station: Station) -> None:
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
    banded, met = kept(station)
    assert (met.kind, met.core["manner"], met.core["ring_information"]) == ("recovery", "recapture", "4")
    assert met.groups["measurements"]["wing"] == 71.5
    assert control(page, "core.manner").count() == 0


def test_the_same_key_takes_it_back(form: Desk, station: Station) -> None:
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


def test_a_foreign_ring_says_that_the_others_will_be_asked(form: Desk) -> None:
    page = form("/enter/recovery")
    control(page, "core.scheme").select_option("CPB")
    type_in(page, "core.ring", "H00-0773")
    expect(page.locator("#ring-said")).to_contain_text("asked about this ring by themselves")


def test_a_likely_ring_is_taken_with_one_press(form: Desk, station: Station) -> None:
    page = form()
    type_in(page, "core.ring", "XC 34561O")
    page.get_by_role("button", name="XC345610").click()
    expect(control(page, "core.ring")).to_have_value("XC345610")
    expect(page.locator("#ring-panel")).to_have_attribute("data-state", "fresh")


def test_without_an_answer_the_panel_says_so_and_typing_goes_on(form: Desk, complaints: list[str]) -> None:
    page = form()
    page.route("**/enter/ring*", lambda route: route.abort())
    page.route("**/enter/check/*", lambda route: route.abort())
    type_in(page, "core.ring", "XC 345612")
    expect(page.locator("#ring-said")).to_contain_text("does not answer")
    type_in(page, "core.age", "3")
    expect(control(page, "core.age")).to_have_value("3")
    page.wait_for_timeout(700)
    # The browser itself notes every call that fails.
    complaints[:] = [one for one in complaints if "ERR_FAILED" not in one]


# -- the next ring ----------------------------------------------------------------------------------------


def strings(station: Station) -> None:
    stock.receive(station, STRING | {"first": "XC 345601", "last": "XC 345610", "size": "2"}, "anna")
    stock.receive(station, STRING | {"first": "VA 100001", "last": "VA 100010", "size": "4.2"}, "anna")


def test_the_next_ring_comes_with_the_species(form: Desk, station: Station) -> None:
    strings(station)
    page = form()
    type_in(page, "core.species", "tur obs")
    page.keyboard.press("Enter")
    expect(control(page, "core.ring")).to_have_value("VA 100001")
    type_in(page, "core.species", "emb pus")
    page.keyboard.press("Enter")
    expect(control(page, "core.ring")).to_have_value("XC 345601")
    expect(page.locator("#ring-next")).to_contain_text("XC 345601")


def test_a_ring_that_a_hand_has_typed_is_left_alone(form: Desk, station: Station) -> None:
    strings(station)
    page = form()
    type_in(page, "core.ring", "XC 345605")
    type_in(page, "core.species", "tur obs")
    page.keyboard.press("Enter")
    expect(page.locator("#ring-panel")).to_have_attribute("data-state", "fresh")
    page.wait_for_timeout(400)
    expect(control(page, "core.ring")).to_have_value("XC 345605")


def test_an_unknown_species_brings_no_ring(form: Desk, station: Station) -> None:
    strings(station)
    page = form()
    type_in(page, "core.species", "qwertz")
    page.keyboard.press("Enter")
    expect(page.locator("#ring-next")).to_contain_text("as soon as the species is known")
    expect(control(page, "core.ring")).to_have_value("")


def test_two_sizes_are_both_offered(form: Desk, station: Station) -> None:
    strings(station)
    today = station.intake.today().isoformat()
    for ring in ("VA 100001", "XC 345601"):
        admitted(station, banding(ring, day=today, species="Accipiter nisus"))
    page = form()
    type_in(page, "core.species", "Accipiter nisus")
    page.keyboard.press("Enter")
    expect(page.locator("#ring-alike button")).to_have_count(2)
    page.locator("#ring-alike button").nth(1).click()
    assert control(page, "core.ring").input_value() in {"VA 100002", "XC 345602"}


# -- the species ------------------------------------------------------------------------------------------


def test_the_commonest_bird_of_today_is_two_keys_away(form: Desk, station: Station) -> None:
    today = station.intake.today().isoformat()
    for number in range(3):
        admitted(station, banding(f"XC 34560{number}", day=today, species="Emberiza rustica"))
    page = form()
    type_in(page, "core.species", "em")
    box = control(page, "core.species")
    expect(page.locator("#core-species-list [role=option]").first).to_contain_text("Emberiza rustica")
    expect(box).to_have_attribute("aria-expanded", "true")
    chosen = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    expect(box).to_have_value("Rustic Bunting")
    expect(box).not_to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("typed", ["小鹀", "xiaowu", "овсянка-к", "18740", "emb pus", "little b"])
def test_a_species_is_found_by_any_of_its_names(form: Desk, typed: str) -> None:
    page = form()
    type_in(page, "core.species", typed)
    expect(page.locator("#core-species-list [role=option]").first).to_contain_text("Emberiza pusilla")


def test_arrows_walk_and_escape_leaves_what_was_typed(form: Desk) -> None:
    page = form()
    type_in(page, "core.species", "emberiza")
    options = page.locator("#core-species-list [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#core-species-list")).to_be_hidden()
    expect(control(page, "core.species")).to_have_value("emberiza")


# -- while it is typed ------------------------------------------------------------------------------------


def test_findings_stand_beside_their_fields_all_at_once(form: Desk) -> None:
    page = form()
    type_in(page, "core.day", "2024-05-03")
    type_in(page, "measurements.wing", "long")
    type_in(page, "place.typed", "0, 0")
    expect(page.locator("#core-day-wrong")).to_contain_text("2024-05-02")
    expect(page.locator("#measurements-wing-wrong")).to_contain_text("Write a number")
    expect(page.locator("#place-typed-warns")).to_be_visible()
    expect(control(page, "place.typed")).to_be_focused()
    # Nobody has been at these yet.
    expect(page.locator("#core-species-wrong")).to_have_count(0)
    type_in(page, "measurements.wing", "71")
    expect(page.locator("#measurements-wing-wrong")).to_have_count(0)


def test_a_doubtful_day_is_asked_about_while_it_is_typed(form: Desk) -> None:
    page = form()
    type_in(page, "core.day", "7.8.99")
    page.get_by_role("radio", name="1999-08-07").click()
    expect(control(page, "core.day")).to_have_value("1999-08-07")


def test_a_check_that_never_answers_blocks_nothing(form: Desk, station: Station) -> None:
    page = form()
    held: list[Route] = []
    page.route("**/enter/check/*", lambda route: held.append(route))
    type_in(page, "core.ring", "XC 345612")
    type_in(page, "core.species", "emb pus")
    page.keyboard.press("Enter")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#queue .state.node")).to_have_count(1)
    assert len(kept(station)) == 1
    for route in held:
        route.abort()
    page.unroute_all(behavior="ignoreErrors")
