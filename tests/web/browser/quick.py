"""What the tests of the quick form do at it: wait for it, read it, enter a bird."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def ready(page: Page) -> Page:
    """The page once its scripts listen."""
    page.wait_for_selector("#entry[data-ready=yes]")
    return page


def value(page: Page, name: str) -> str:
    return page.locator(f"[name='{name}']").input_value()


def values(page: Page) -> dict[str, str]:
    """Everything that stands in the form."""
    found: dict[str, str] = page.evaluate("Object.fromEntries(new FormData(document.getElementById('entry')))")
    return found


def is_on(page: Page, name: str) -> None:
    expect(page.locator(f"[name='{name}']")).to_be_focused()


def enter(page: Page, species: str, *, ring: str = "") -> None:
    """One bird, typed and saved."""
    if ring:
        page.fill("[name='core.ring']", ring)
    page.fill("[name='core.species']", species)
    page.keyboard.press("Control+Enter")


def on_the_node(page: Page, ring: str) -> None:
    page.locator("#queue li", has_text=ring).locator(".state.node").wait_for()


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what happens at the node; the browser's own questions are heard meanwhile."""
    for _turn in range(300):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")
