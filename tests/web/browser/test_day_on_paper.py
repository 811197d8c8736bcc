"""The end of a day, printed by a real browser: one sheet of A4, however busy the day was, in every language."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from banding import fieldwork, stock
from banding.intake import Draft
from banding.station import Station
from tests.node.records import banding
from tests.web.browser.hand import speak

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = "2024-05-01"
PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


def busy(station: Station, species: int, birds: int) -> None:
    """A day with so many species and birds, gaps in the rings, warnings, and a count that does not fit."""
    told = {"scheme": "RUM", "first": "XC 345001", "last": "XC 345999", "received_on": "2024-01-01"}
    stock.receive(station, told, "anna")
    names = list(dict.fromkeys(_every(station)))
    rounds = [fieldwork.begin(station, 1, {"core.day": DAY}, str(at)) for at in range(1, 5)]
    rings = [at for at in range(1, birds * 2) if at % 9][:birds]
    drafts = [
        Draft(
            banding(f"XC 345{ring:03}", DAY, species=names[at % species], age="34251"[at % 5])
            | {"people": {"ringer": f"Ringer of net {at % 3}"}}
        )
        for at, ring in enumerate(rings)
    ]
    verdicts = station.intake.admit(drafts, door="form", by="anna", confirm_all="As it was in the hand")
    for at, verdict in enumerate(verdicts):
        assert verdict.id, verdict
        station.store.sessions.add_bird(rounds[at % 4].id, verdict.id, rounds[at % 4].round)
    for one in rounds:
        fieldwork.end(station, one, str(birds // 4 + 2))


def _every(station: Station) -> list[str]:
    return [one.scientific_name for letter in "aeiou" for one in station.tables.species.search(letter, limit=60)]


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("species", [3, 25, 45])
def test_the_day_is_one_sheet_of_paper_in_every_language(
    station: Station, at_the_desk: Callable[..., Page], species: int
) -> None:
    busy(station, species, birds=180)
    page = at_the_desk(f"/day/{DAY}")
    for language in ("en", "zh", "ru"):
        speak(page, language)
        assert page.locator("section.birds tbody tr").count() == species
        assert page.locator("strong.loud").count() >= 4
        paper = page.pdf(prefer_css_page_size=True)
        assert len(PAGES.findall(paper)) == 1, language


def test_the_sheet_leaves_out_what_cannot_be_pressed_on_paper(
    station: Station, at_the_desk: Callable[..., Page]
) -> None:
    busy(station, 3, birds=20)
    page = at_the_desk(f"/day/{DAY}")
    page.emulate_media(media="print")
    assert not page.locator("nav.menu").is_visible()
    assert not page.locator("nav.days").is_visible()
    assert page.locator(".sign").is_visible()
    page.emulate_media(media="screen")
    assert page.locator("nav.days").is_visible()
    assert not page.locator(".sign").is_visible()
