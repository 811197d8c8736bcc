"""What the tests of the field sheet do at it: type, paste, press keys, and read its cells."""

from typing import Any

from playwright.sync_api import Page, expect

from banding.station import Station
from tests.web.entry.hand import kept

SPECIES = "Emberiza spodocephala"
HEADER = {"core.day": "2024-05-01", "core.scheme": "RUM"}
SEVEN = ["core.ring", "core.species", "core.age", "core.sex", "measurements.wing", "measurements.mass", "remarks.text"]


def operator(station: Station) -> int:
    account = station.store.accounts.by_name("operator")
    assert account is not None
    return account.id


def prefer(station: Station, **more: Any) -> None:
    told = {"columns": [*SEVEN, "kind"], "by": "rows", "first": 1, **more}
    station.store.preferences.set(operator(station), "grid", told)


def opened(page: Page) -> Page:
    """Once the table is there, with the editor in its first empty cell."""
    expect(page.locator("#live textarea")).to_be_focused()
    return page


def type_in(page: Page, *texts: str) -> None:
    """Type texts, each ended by Enter."""
    for text in texts:
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def paste(page: Page, text: str) -> None:
    """What Ctrl+V does, without the clipboard of the machine."""
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector("#live textarea").dispatchEvent(event);
        }""",
        text,
    )


def cells(page: Page, row: int) -> list[str]:
    """What stands in a row, from 1."""
    told: list[str] = (
        page.locator(f"#sheet tbody tr:not(.told) >> nth={row - 1}")
        .locator("td[data-at]")
        .evaluate_all("all => all.map(one => one.querySelector('textarea')?.value ?? one.textContent)")
    )
    return told


def state(page: Page, row: int) -> Any:
    return page.locator(f"#sheet tbody tr:not(.told) >> nth={row - 1}").locator("td.state")


def ring(number: int) -> str:
    return f"XC 3456{number:02}"


def rings(station: Station) -> list[str]:
    return sorted(one.core["ring"] for one in kept(station))
