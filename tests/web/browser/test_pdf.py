"""The PDFs of the pages as Chromium shows them: opened, drawn, and with their letters."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from banding.finder.stories import alone
from banding.reports.letter_pages import CERTIFICATE, Order, printed
from banding.reports.letters import FINDER, facts
from banding.station import Station
from tests.browsing import ARGS, chromium
from tests.reports.birds import banding, enter, recovery
from tests.reports.test_letters import say_in

pytestmark = pytest.mark.browser
RUST = (155, 61, 18)


def shown(browser: Browser, path: Path) -> Image.Image:
    page = browser.new_page(viewport={"width": 1000, "height": 760})
    page.goto(path.as_uri())
    for _ in range(60):
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        if count(picture, RUST) > 500:
            break
        page.wait_for_timeout(500)
    page.close()
    return picture


def count(picture: Image.Image, colour: tuple[int, int, int]) -> int:
    """How many points are nearly of a colour."""
    found = picture.getcolors(maxcolors=1 << 24) or []
    return sum(many for many, one in found if all(abs(a - b) < 24 for a, b in zip(one, colour, strict=True)))


def test_chromium_draws_a_certificate_with_its_frame_and_its_words(browser: Browser, station: Station, tmp_path: Path):
    enter(station, banding(), recovery())
    ((one,),) = station.store.returns.rows(columns=("recovery_id",))
    found = facts(station, one, FINDER, alone(station))
    assert found is not None
    path = tmp_path / "certificate.pdf"
    path.write_bytes(printed(station, [found], Order(FINDER, CERTIFICATE, "zh"), say_in("zh")))
    # Its viewer of PDF files is an extension, which Playwright leaves out unless it is told not to.
    viewer = browser.browser_type.launch(
        executable_path=chromium(), args=ARGS, ignore_default_args=["--disable-extensions"]
    )
    picture = shown(viewer, path)
    viewer.close()
    assert count(picture, RUST) > 500
    assert count(picture, (255, 255, 255)) > 100_000
