"""One bird at a time goes in without any script: refused, mended, confirmed, in whatever language, and nothing lost."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from banding.station import Station
from banding.store.shapes import Query
from tests.browsing import PATIENCE
from tests.web.conftest import PASSWORD
from tests.web.entry.hand import admitted

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BIRD = {"core.ring": "XC 345612", "core.species": "Emberiza spodocephala", "core.day": "2024-05-01"}


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The operator at a browser that runs no scripts."""
    context = browser.new_context(base_url=site, locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    made = context.new_page()
    made.goto("/login")
    made.fill("[name=name]", "operator")
    made.fill("[name=password]", PASSWORD)
    made.locator("main button.main").first.click()
    yield made
    context.close()


def type_in(page: Page, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        page.fill(f"[name='{name}']", text)


def save(page: Page) -> None:
    page.locator("#entry > .deeds .main").click()


def typed(page: Page, name: str) -> str:
    return page.locator(f"[name='{name}']").input_value()


def kept(station: Station) -> list[dict[str, object]]:
    return [dict(one.core) for one in station.store.search.every(Query())]


def test_a_banding_is_refused_mended_confirmed_and_saved_once(page: Page, station: Station) -> None:
    page.goto("/enter/banding")
    type_in(page, BIRD | {"core.day": "soon", "measurements.wing": "71"})
    page.select_option("[name='core.age']", "1")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet")
    assert typed(page, "core.day") == "soon"
    assert kept(station) == []
    # In Russian, with everything that was typed; a language saves nothing.
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert (typed(page, "core.ring"), typed(page, "measurements.wing")) == ("XC 345612", "71")
    page.get_by_role("button", name="English").click()
    type_in(page, {"core.day": "1.V.2024"})
    save(page)
    expect(page.locator("#warnings")).to_be_visible()
    for reason in page.locator("#warnings input").all():
        reason.fill("fell out of its nest into the net")
    save(page)
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    assert [(one["ring"], one["day"]) for one in kept(station)] == [("XC 345612", "2024-05-01")]


def test_the_back_button_after_saving_makes_no_second_bird(page: Page, station: Station) -> None:
    page.goto("/enter/banding")
    type_in(page, BIRD)
    save(page)
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    page.go_back()
    type_in(page, BIRD)
    save(page)
    expect(page.locator("main")).to_contain_text("already")
    assert len(kept(station)) == 1


def test_the_return_key_in_a_field_saves(page: Page, station: Station) -> None:
    page.goto("/enter/banding")
    type_in(page, BIRD)
    page.locator("[name='core.species']").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    assert len(kept(station)) == 1


def test_a_crane_with_a_flag_goes_in_with_its_finder(page: Page, station: Station) -> None:
    page.goto("/enter/recovery")
    type_in(page, {"core.ring": "H00-0773", "core.species": "Grus japonensis", "core.day": "2024-04-30"})
    page.select_option("[name='core.scheme']", "CPB")
    page.select_option("[name='core.manner']", "resighting")
    page.select_option("[name='core.marks.0.type']", "leg-flag")
    type_in(page, {"core.marks.0.inscription": "3C7", "people.finder_name": "Li Ming"})
    expect(page.locator("#finder-note")).to_contain_text("stays on this node")
    save(page)
    for _ in range(2):
        for reason in page.locator("#warnings input").all():
            reason.fill("read twice")
        if page.locator("#entry").count():
            save(page)
    (found,) = kept(station)
    assert found["marks"] == [{"type": "leg-flag", "inscription": "3C7"}]
    expect(page.locator(".bird ol.worn")).to_contain_text("3C7")


def test_a_photo_is_added_on_the_page_of_the_record(page: Page, station: Station, tmp_path: Path) -> None:
    core = {"kind": "banding", "scheme": "RUM", "ring": "XC 345612", "species": "Emberiza spodocephala"}
    record = admitted(station, {"core": core | {"day": "2024-05-01"}})
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    photo = tmp_path / "bunting.jpg"
    photo.write_bytes(file.getvalue())
    page.goto(f"/records/{record}")
    page.set_input_files("#photo", photo)
    page.get_by_role("button", name="Add the photo").click()
    expect(page.locator("ul.photos img")).to_have_count(1)
    page.get_by_role("button", name="Remove photo 1 for good").click()
    expect(page.locator("ul.photos img")).to_have_count(0)


def test_a_heic_photo_is_refused_with_what_to_do_on_the_phone(page: Page, station: Station, tmp_path: Path) -> None:
    core = {"kind": "banding", "scheme": "RUM", "ring": "XC 345612", "species": "Emberiza spodocephala"}
    record = admitted(station, {"core": core | {"day": "2024-05-01"}})
    photo = tmp_path / "phone.heic"
    photo.write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(100))
    page.goto(f"/records/{record}")
    page.set_input_files("#photo", photo)
    page.get_by_role("button", name="Add the photo").click()
    expect(page.locator("main")).to_contain_text("Most Compatible")
