"""A node that can die and a browser that can die, and what an operator sees of both."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from banding.domain import rings
from banding.store.shapes import Query
from tests.browsing import ARGS, chromium
from tests.together.served import Served, opened, until
from tests.web.conftest import PASSWORD

PATIENCE = 60_000
SEND = "import('/static/entry/queue.js').then((one) => one.send())"
DRAFTS = """(text) => import('/static/entry/device.js').then((one) => one.all('drafts'))
    .then((rows) => JSON.stringify(rows).includes(text))"""
SPECIES = "Emberiza spodocephala"


def log_in(page: Page, site: str, role: str = "operator", then: str = "/enter/banding") -> Page:
    """Sit down at the form as somebody."""
    page.goto(f"{site}/login")
    page.fill("[name=name]", role)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button.main").first.click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto(f"{site}{then}")
    return ready(page) if then.startswith("/enter/banding") else page


def ready(page: Page) -> Page:
    """The form once its scripts listen."""
    page.wait_for_selector("#entry[data-ready=yes]", timeout=PATIENCE)
    return page


def warm(page: Page) -> Page:
    """Wait until everything is on the device that a day without a line needs."""
    shelf = "caches.match('/stamp', {cacheName: 'pages'}).then(Boolean)"
    pack = "import('/static/entry/pack.js').then((one) => one.pack()).then(Boolean)"
    until(lambda: page.evaluate(shelf) and page.evaluate(pack), "all is on the device")
    return page


def enter(page: Page, ring: str, species: str = SPECIES, **more: str) -> None:
    """One bird, typed and saved."""
    page.fill("[name='core.ring']", ring)
    page.fill("[name='core.species']", species)
    for name, text in more.items():
        page.fill(f"[name='{name.replace('_', '.')}']", text)
    page.keyboard.press("Control+Enter")
    page.locator("#queue li", has_text=ring).first.wait_for()


def state(page: Page, ring: str, wanted: str) -> None:
    """Wait until the list says so of a bird: device, node or asks."""
    page.locator("#queue li", has_text=ring).locator(f".state.{wanted}").wait_for(timeout=PATIENCE)


def queue(page: Page) -> list[dict[str, Any]]:
    """What the device holds."""
    found: list[dict[str, Any]] = page.evaluate("import('/static/entry/queue.js').then((one) => one.entries())")
    return found


def held(node: Served) -> list[str]:
    """The rings of a node's records in the order in which they came, each as often as it is there."""
    with opened(node) as found:
        return [one.core["ring"] for one in found.station.store.search.every(Query())]


def drafted(page: Page, text: str) -> Page:
    """Wait until a text that was typed and not saved is on the disk of the device."""
    until(lambda: page.evaluate(DRAFTS, text), f"{text} is on the device")
    return page


def sent(page: Page) -> None:
    """Let the device send once more all that it would send, and wait until it has."""
    page.evaluate(SEND)


def kept(page: Page, node: Served, *wanted: str) -> None:
    """Wait until the node has these rings; each must be there once, however often the device is told to send."""
    until(lambda: len(held(node)) >= len(wanted), f"{wanted} on the node")
    sent(page)
    assert sorted(map(rings.normal, held(node))) == sorted(map(rings.normal, wanted))


def device(browser: Browser, folder: Path) -> BrowserContext:
    """A browser that keeps what it has in a folder."""
    found = browser.browser_type.launch_persistent_context(
        str(folder), executable_path=chromium(), headless=True, args=ARGS, locale="en-GB"
    )
    found.set_default_timeout(PATIENCE)
    return found


def pull_the_plug(folder: Path) -> None:
    """Kill the browser of a folder and all its processes at once."""
    for number in _processes(folder):
        os.kill(number, signal.SIGKILL)
    until(lambda: not list(_processes(folder)), "the browser is dead")


def _processes(folder: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes()
                is_dead = b"\nState:\tZ" in (entry / "status").read_bytes()
            except OSError:
                continue
            if f"--user-data-dir={folder}".encode() in words and not is_dead:
                yield int(entry.name)
