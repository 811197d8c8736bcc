"""The pictures of the README: taken here from the running demonstration, and still true of the pages.

`UPDATE_PICTURES=1` takes them anew; otherwise each page must still have all headings, labels and buttons that
its picture shows.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import launched
from tests.seasoned import Season, season

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SHOWN = FOLDER / "shown.json"
PICTURES = ("returns", "bird", "entry", "marks", "session", "grid", "day")
STRUCTURE = "h1, h2, h3, thead th, label, legend, dt, button, nav.menu a"
HERE, OTHER = "HL-SHP", "RUM"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    """A station of the demonstration that has synced with the other."""
    with season(tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture(scope="module")
def page(node: Season) -> Iterator[Any]:
    """The operator's page in a real browser, in English."""
    with launched() as browser:
        view = {"width": 1200, "height": 900}
        opened = browser.new_context(locale="en-GB", viewport=view, device_scale_factor=1).new_page()
        opened.goto(node.address + "/login")
        opened.fill("input[name=name]", "operator")
        opened.fill("input[name=password]", node.passwords["operator"])
        opened.click("main button[type=submit], form:has(input[name=password]) button")
        opened.wait_for_url(node.address + "/")
        yield opened


def show(page: Any, address: str, name: str) -> None:
    """Bring the page that a picture shows into the browser."""
    if name in AFIELD:
        AFIELD[name](page, address)
    else:
        met_again(page, address, name)


def met_again(page: Any, address: str, name: str) -> None:
    """Birds of the other station that were met at this one."""
    page.goto(f"{address}/returns?scheme={OTHER}&origin={HERE}")
    # The first is a crane, whose place is withheld; the bird shown has its whole journey.
    link = page.locator(f"main a[href^='/birds/{OTHER}/']").nth(1)
    if name == "bird":
        link.click()
    elif name == "entry":
        ring = link.inner_text().removeprefix(OTHER).strip()
        page.goto(address + "/enter/recovery")
        page.select_option("[name='core.scheme']", OTHER)
        page.fill("[name='core.ring']", ring)
        page.keyboard.press("Tab")
        page.evaluate("document.activeElement.blur()")
        # What is known of the ring comes a moment later, and is what the picture is for.
        page.locator("#beside a[href^='/birds/']").first.wait_for()
    page.wait_for_load_state("networkidle")
    if name == "returns":
        link.scroll_into_view_if_needed()


def marks(page: Any, address: str) -> None:
    """A crane seen with a flag and two rings."""
    page.goto(address + "/enter/recovery")
    page.locator("form[data-ready=yes]").wait_for()
    for place, colours, text in (("left-tibia", ("white", "black"), "3C7"), ("right-tarsus", ("red",), "")):
        page.locator(f".at-{place}").click()
        row = page.locator("ol.worn li").count() - 1
        page.fill(f"[name='core.marks.{row}.inscription']", text)
        for part, colour in zip(("colour", "inscription_colour"), colours, strict=False):
            page.select_option(f"[name='core.marks.{row}.{part}']", colour)
    page.evaluate("document.activeElement.blur()")
    page.locator(".bird").evaluate("(one) => { one.scrollIntoView(); }")


def round_of_nets(page: Any, address: str) -> str:
    """A session with three buntings, begun once; the address of its form."""
    page.goto(address + "/sessions")
    begun = page.locator("a[href^='/enter/banding?session=']")
    if begun.count() == 0:
        page.fill("[name=round]", "3")
        page.click("button[value=begin]")
        for number in range(3):
            page.locator("form[data-ready=yes]").wait_for()
            page.fill("[name='core.ring']", f"C12345{number}")
            page.fill("[name='core.species']", "Emberiza spodocephala")
            page.select_option("[name='core.age']", "4")
            page.select_option("[name='core.sex']", "MFM"[number])
            page.fill("[name='measurements.wing']", f"{70 + number}")
            page.fill("[name='measurements.mass']", f"{18 + number}.4")
            page.locator("#entry > .deeds .main").click()
            page.locator("#queue .state.node").nth(number).wait_for()
            # The form takes a second press that comes too soon for the other half of a double click.
            page.wait_for_timeout(1000)
        page.goto(address + "/sessions")
    return address + str(begun.first.get_attribute("href"))


def in_session(page: Any, address: str) -> None:
    """The banding form in the middle of a round."""
    page.goto(round_of_nets(page, address))
    page.locator("form[data-ready=yes]").wait_for()


def as_a_table(page: Any, address: str) -> None:
    """The same round as a table."""
    page.goto(round_of_nets(page, address).replace("/enter/banding", "/enter/grid"))
    page.wait_for_load_state("networkidle")


def end_of_day(page: Any, address: str) -> None:
    """The tally of the round."""
    round_of_nets(page, address)
    page.goto(address + "/day")


AFIELD = {"marks": marks, "session": in_session, "grid": as_a_table, "day": end_of_day}


def structure(page: Any) -> list[str]:
    """The headings, labels and buttons that a person sees, without what belongs to one bird or one day."""
    texts = [" ".join(text.split()) for text in page.locator(STRUCTURE).all_inner_texts()]
    return sorted({text for text in texts if text and not any(map(str.isdecimal, text))})


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_still_has_what_its_picture_shows(page: Any, node: Season, name: str):
    show(page, node.address, name)
    if os.environ.get("UPDATE_PICTURES") == "1":
        take(page, name)
    shown = json.loads(SHOWN.read_text(encoding="utf-8"))[name]
    missing = set(shown) - set(structure(page))
    assert missing == set(), "take the pictures anew: UPDATE_PICTURES=1 make test ARGS=tests/house/test_pictures.py"


def take(page: Any, name: str) -> None:
    """Save the picture, and beside it what it shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    shown = json.loads(SHOWN.read_text(encoding="utf-8")) if SHOWN.exists() else {}
    shown[name] = structure(page)
    SHOWN.write_text(json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
