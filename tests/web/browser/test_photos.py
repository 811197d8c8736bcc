"""Photos chosen in the entry form wait on the device and go to the node by themselves, each once."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from banding.station import Station
from banding.store.photos import Photo
from banding.store.shapes import Query

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BIRD = {"core.ring": "XC 345612", "core.species": "Emberiza spodocephala"}
Sit = Callable[..., Page]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo on the device."""
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    path = tmp_path / "bunting.jpg"
    path.write_bytes(file.getvalue())
    return path


def opened(page: Page) -> None:
    page.locator("form[data-ready=yes]").wait_for()
    page.locator(".photobox").wait_for()


def save(page: Page) -> None:
    for name, text in BIRD.items():
        page.fill(f"[name='{name}']", text)
    page.select_option("[name='core.age']", "4")
    page.locator("#entry > .deeds .main").click()


def kept(station: Station) -> list[Photo]:
    return [photo for one in station.store.search.every(Query()) for photo in station.store.photos.of(one.uuid)]


def waits_for(page: Page, station: Station, count: int) -> None:
    for _ in range(300):
        if len(kept(station)) == count:
            return
        page.wait_for_timeout(100)
    assert len(kept(station)) == count


def test_a_photo_goes_up_with_its_bird_and_shows_whom_it_shows(at_the_desk: Sit, station: Station, photo: Path) -> None:
    page = at_the_desk("/enter/banding")
    opened(page)
    page.set_input_files("#photos", photo)
    expect(page.locator(".photobox .waiting li")).to_have_count(1)
    page.get_by_label("People can be recognised in it").check()
    save(page)
    waits_for(page, station, 1)
    assert [one.has_people for one in kept(station)] == [True]
    # The next bird begins without it.
    expect(page.locator(".photobox .waiting li")).to_have_count(0)


def test_a_photo_chosen_survives_a_closed_tab(at_the_desk: Sit, station: Station, photo: Path) -> None:
    page = at_the_desk("/enter/banding")
    opened(page)
    page.fill("[name='core.ring']", "XC 345612")
    page.set_input_files("#photos", photo)
    expect(page.locator(".photobox .waiting li")).to_have_count(1)
    page.close()
    page = page.context.new_page()
    page.goto("/enter/banding")
    opened(page)
    expect(page.locator("[name='core.ring']")).to_have_value("XC 345612")
    expect(page.locator(".photobox .waiting li")).to_have_count(1)
    save(page)
    waits_for(page, station, 1)


def test_a_photo_waits_for_the_line(at_the_desk: Sit, station: Station, photo: Path) -> None:
    page = at_the_desk("/enter/banding")
    opened(page)
    page.set_input_files("#photos", photo)
    expect(page.locator(".photobox .waiting li")).to_have_count(1)
    page.context.set_offline(True)
    save(page)
    expect(page.locator("#queue .state.device")).to_be_visible()
    assert kept(station) == []
    page.context.set_offline(False)
    waits_for(page, station, 1)


def test_what_is_no_photo_is_said_at_once(at_the_desk: Sit, tmp_path: Path, photo: Path) -> None:
    heic = tmp_path / "phone.heic"
    heic.write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(100))
    page = at_the_desk("/enter/banding")
    opened(page)
    page.set_input_files("#photos", [heic, photo])
    expect(page.locator(".photobox .told")).to_contain_text("Most Compatible")
    expect(page.locator(".photobox .waiting li")).to_have_count(1)
    page.get_by_role("button", name="Take the photo out").click()
    expect(page.locator(".photobox .waiting li")).to_have_count(0)
