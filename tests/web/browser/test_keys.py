"""The quick form without a mouse: keys counted, in the order of the hand, codes by their letter."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banding.station import Station
from banding.store.sessions import FieldSession
from tests.web.browser.quick import enter, is_on, on_the_node, ready, value
from tests.web.entry.hand import kept

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Desk = Callable[..., Page]
HAND = ("core.species", "core.age", "core.sex", "measurements.wing", "measurements.mass", "measurements.fat")


class Hand:
    """Fingers on the keyboard; every key that goes down is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.press(*text)


@pytest.mark.usefixtures("complaints")
def test_a_routine_bird_takes_fifteen_keys_beyond_its_figures(
    at_the_desk: Desk, session: FieldSession, station: Station
) -> None:
    page = ready(at_the_desk("/enter/banding"))
    enter(page, "Emberiza spodocephala", ring="XC 345611")
    on_the_node(page, "XC 345611")
    expect(page.locator("[name='core.ring']")).to_have_value("XC 345612")
    is_on(page, "core.species")
    hand = Hand(page)
    hand.type("emb")
    hand.press("Enter")
    if page.evaluate("document.activeElement.name") == "core.species":
        hand.press("Enter")
    hand.press("3", "Enter", "f", "Enter")
    for figures in ("71", "18,4", "3"):
        before = hand.keys
        hand.type(figures)
        hand.keys = before
        hand.press("Enter")
    assert hand.keys <= 15
    on_the_node(page, "XC 345612")
    bird = kept(station)[-1]
    assert (bird.core["ring"], bird.core["species"]) == ("XC 345612", "Emberiza spodocephala")
    assert (bird.core["age"], bird.core["sex"]) == ("3", "F")
    assert bird.groups["measurements"] == {"wing": 71, "mass": 18.4, "fat": 3, "fat_method": "E"}
    assert (bird.groups["people"]["ringer"], bird.core["day"]) == ("V. Andronov", session.day)
    assert [uuid for uuid, _round in station.store.sessions.birds(session.id)][-1] == bird.uuid
    expect(page.locator("[name='core.ring']")).to_have_value("XC 345613")
    expect(page.locator("#birds")).to_have_text("2")


@pytest.mark.usefixtures("complaints")
def test_in_a_session_begun_as_it_is_offered_the_scale_is_chosen_once_and_no_routine_bird_asks(
    at_the_desk: Desk, station: Station
) -> None:
    page = at_the_desk("/sessions")
    page.locator("#round").press("Enter")
    hand = Hand(ready(page))
    hand.type("XC 345611")
    hand.press("Enter")
    for number, keys in ((1, ["e", "Enter"]), (2, ["Enter"]), (3, [])):
        hand.keys = 0
        hand.type("emb")
        hand.press("Enter", "3", "Enter", "f", "Enter", *"71", "Enter", *"18,4", "Enter", "3", "Enter", *keys)
        assert hand.keys - len("7118,43") <= 15
        on_the_node(page, f"XC 34561{number}")
        is_on(page, "core.species")
        if number == 2:
            ready(page.reload() and page)
    assert [one.groups["measurements"]["fat_method"] for one in kept(station)] == ["E"] * 3
    assert page.locator("#asks").is_hidden()


@pytest.mark.usefixtures("complaints")
def test_enter_and_tab_lead_in_the_order_of_the_hand(at_the_desk: Desk) -> None:
    page = ready(at_the_desk("/enter/banding"))
    for key in ("Enter", "Tab"):
        page.focus("[name='core.ring']")
        for name in HAND:
            page.keyboard.press(key)
            is_on(page, name)


@pytest.mark.usefixtures("complaints", "session")
def test_enter_passes_the_day_and_the_place_of_a_bird_that_others_found_and_of_no_recapture(at_the_desk: Desk) -> None:
    page = at_the_desk("/enter/recovery")
    for path, names in (
        ("", ["core.circumstances", "core.day", "place.typed", "place.name"]),
        ("?as=recapture", ["core.circumstances"]),
    ):
        page.goto(f"/enter/recovery{path}")
        hand = ready(page).locator("#section-hand .field")
        assert hand.evaluate_all("all => all.map((one) => one.dataset.name)")[-len(names) :] == names


@pytest.mark.usefixtures("complaints")
def test_the_hand_of_a_person_is_chosen_on_a_page(at_the_desk: Desk) -> None:
    page = at_the_desk("/enter/fields/banding")
    page.fill("[name='order:core.sex']", "1")
    page.fill("[name='order:measurements.fat']", "")
    page.click("main button.main")
    page.goto("/enter/banding")
    names = ready(page).locator("#section-hand .field").evaluate_all("all => all.map((one) => one.dataset.name)")
    assert set(names[:2]) == {"core.ring", "core.sex"}
    assert "measurements.fat" not in names


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize(("key", "code", "meant"), [("f", "KeyF", "F"), ("А", "KeyF", "F"), ("М", "KeyV", "M")])
def test_a_code_is_picked_by_its_letter_on_any_keyboard(at_the_desk: Desk, key: str, code: str, meant: str) -> None:
    page = ready(at_the_desk("/enter/banding"))
    page.locator("[name='core.sex']").dispatch_event("keydown", {"key": key, "code": code})
    assert value(page, "core.sex") == meant
