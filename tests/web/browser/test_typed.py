"""While a bird is typed: its species is found, mistakes are told, and Back after saving makes no second one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from banding.settings import Settings
from banding.station import Station
from tests.node.records import banding
from tests.web.browser.afield import sent
from tests.web.browser.hand import control, ready, type_in
from tests.web.browser.quick import until
from tests.web.conftest import PASSWORD, khingansky
from tests.web.entry.hand import NOW, admitted, kept

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("complaints")]
Form = Callable[..., Page]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A node in the zone of Vladivostok whose clock stands just after midnight."""
    opened = Station.open(Settings(home=tmp_path, node=replace(khingansky(), zone="Asia/Vladivostok")))
    opened.intake.clock = lambda: NOW
    yield opened
    opened.store.close()


@pytest.fixture
def form(at_the_desk: Callable[..., Page]) -> Form:
    """Open a form whose scripts have begun."""
    return lambda path="/enter/banding": ready(at_the_desk(path))


# -- the species ------------------------------------------------------------------------------------------


def test_the_commonest_bird_of_today_is_two_keys_away(form: Form, station: Station) -> None:
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
def test_a_species_is_found_by_any_of_its_names(form: Form, typed: str) -> None:
    page = form()
    type_in(page, "core.species", typed)
    expect(page.locator("#core-species-list [role=option]").first).to_contain_text("Emberiza pusilla")


def test_arrows_walk_and_escape_leaves_what_was_typed(form: Form) -> None:
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


@pytest.fixture
def shared(station: Station) -> None:
    """Two species of one English name: one that the list came with, and one that a node has added."""
    station.intake.extending.add("species", "Emberiza nova", {"en": "Little Bunting"}, by="anna")


@pytest.mark.usefixtures("shared")
def test_of_two_species_of_one_name_neither_is_chosen_before_a_person_chooses(form: Form, station: Station) -> None:
    page = form()
    box, options = control(page, "core.species"), page.locator("#core-species-list [role=option]")
    type_in(page, "core.ring", "XC 345612")
    type_in(page, "core.species", "little bunting")
    expect(options).to_have_text(["Little Bunting Emberiza pusilla", "Little Bunting Emberiza nova"])
    expect(page.locator("#core-species-list [aria-selected=true]")).to_have_count(0)
    expect(page.locator("#told")).to_contain_text("More than one species is called so")
    page.keyboard.press("Enter")
    expect(box).to_have_value("little bunting")
    expect(page.locator("#core-species-wrong")).to_contain_text("(Emberiza pusilla), Little Bunting (Emberiza nova)")
    page.get_by_role("radio", name="Little Bunting (Emberiza nova)").click()
    expect(box).to_have_value("Emberiza nova")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#queue .state.node")).to_have_count(1)
    assert [one.core["species"] for one in kept(station)] == ["Emberiza nova"]


@pytest.mark.usefixtures("shared")
def test_a_bird_saved_under_a_name_of_two_species_waits_for_a_choice(
    form: Form, station: Station, complaints: list[str]
) -> None:
    page = form()
    type_in(page, "core.ring", "XC 345612")
    type_in(page, "core.species", "little bunting")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#asks")).to_contain_text("More than one species is called so")
    assert not kept(station)
    # A browser writes every refusal down as an error.
    complaints[:] = [one for one in complaints if "422" not in one]


@pytest.mark.parametrize(("key", "name"), [("ArrowDown", "Lymnocryptes minimus"), ("ArrowUp", "Actitis hypoleucos")])
def test_arrows_choose_among_two_species_that_are_spelt_alike(form: Form, key: str, name: str) -> None:
    page = form()
    type_in(page, "core.species", "ji yu")
    options = page.locator("#core-species-list [role=option]")
    expect(options).to_have_text(["Jack Snipe Lymnocryptes minimus", "Common Sandpiper Actitis hypoleucos"])
    page.keyboard.press(key)
    expect(page.locator("#core-species-list [aria-selected=true]")).to_contain_text(name)


def test_what_was_typed_before_the_list_is_there_is_offered_its_species(
    context: BrowserContext, at_the_desk: Callable[..., Page]
) -> None:
    held: list[Route] = []
    # From before the first page: a device that has never been here has nothing to look in.
    context.route("**/enter/pack", lambda route: held.append(route))
    page = at_the_desk("/enter/banding")
    until(page, lambda: bool(held))
    type_in(page, "core.species", "ji yu")
    expect(page.locator("#core-species-list [role=option]")).to_have_count(0)
    for asked in held:
        asked.continue_()
    expect(page.locator("#core-species-list [role=option]")).to_have_count(2)


# -- while it is typed ------------------------------------------------------------------------------------


def test_findings_stand_beside_their_fields_all_at_once(form: Form) -> None:
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
    expect(page.locator("#measurements-wing-warns")).to_have_count(0)
    type_in(page, "measurements.wing", "999")
    expect(page.locator("#measurements-wing-warns")).to_contain_text("birds like it have 35 to 950 here")


def test_a_doubtful_day_is_asked_about_while_it_is_typed(form: Form) -> None:
    page = form()
    type_in(page, "core.day", "7.8.99")
    page.get_by_role("radio", name="1999-08-07").click()
    expect(control(page, "core.day")).to_have_value("1999-08-07")


def test_a_check_that_never_answers_blocks_nothing(form: Form, station: Station) -> None:
    page = form()
    held: list[Route] = []
    page.route("**/enter/check/*", lambda route: held.append(route))
    type_in(page, "core.ring", "XC 345612")
    type_in(page, "core.species", "emb pus")
    page.keyboard.press("Enter")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#queue .state.node")).to_have_count(1)
    assert len(kept(station)) == 1
    # A browser writes a broken answer down as an error; one that comes too late is about another bird.
    for route in held:
        route.fulfill(json={"troubles": {}, "questions": {}, "warnings": []})
    page.unroute_all(behavior="ignoreErrors")


# -- after saving -----------------------------------------------------------------------------------------


def test_back_after_saving_makes_no_second_bird(form: Form, station: Station) -> None:
    page = form()
    type_in(page, "core.ring", "XC 345612")
    type_in(page, "core.species", "emb pus")
    page.keyboard.press("Enter")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#queue .state.node")).to_have_count(1)
    page.goto("/records")
    page.go_back()
    expect(page.locator("form#entry[data-ready=yes]")).to_be_attached()
    sent(page)
    assert [one.core["ring"] for one in kept(station)] == ["XC 345612"]
    # The form is that of the next bird, and takes it.
    expect(control(page, "core.species")).to_have_value("")
    type_in(page, "core.ring", "XC 345613")
    type_in(page, "core.species", "emb pus")
    page.keyboard.press("Enter")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#queue .state.node")).to_have_count(2)
    assert [one.core["ring"] for one in kept(station)] == ["XC 345612", "XC 345613"]


@pytest.mark.parametrize("ring", ["XC 345612", "XC 345613"])
def test_back_after_saving_without_scripts_never_doubles_nor_overwrites(
    browser: Browser, site: str, station: Station, ring: str
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=name]", "operator")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button.main").click()
    page.goto("/enter/banding")
    control(page, "core.ring").fill("XC 345612")
    control(page, "core.species").fill("Emberiza pusilla")
    page.locator("form#entry .deeds button.main").click()
    expect(page).to_have_url(re.compile("/records/.*saved=kept"))
    page.go_back()
    control(page, "core.ring").fill(ring)
    control(page, "core.species").fill("Emberiza pusilla")
    page.locator("form#entry .deeds button.main").click()
    expect(page.locator("#summary, main h1").first).to_be_visible()
    context.close()
    # A browser may show the form that was sent, and then the node asks, or a new one for the next bird.
    first, *more = kept(station)
    assert (first.core["ring"], first.generation) == ("XC 345612", 1)
    assert [one.core["ring"] for one in more] in ([], [ring])
    assert not (more and ring == "XC 345612")
