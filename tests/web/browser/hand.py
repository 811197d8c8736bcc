"""What a hand does at the entry form of a test: find a control, put the cursor into it, and type."""

import re

from playwright.sync_api import Locator, Page, expect


def ready(page: Page) -> Page:
    """The page once the scripts of its form have begun."""
    expect(page.locator("form#entry[data-ready=yes]")).to_be_attached()
    return page


def control(page: Page, name: str) -> Locator:
    """A control of the form by its name, such as `core.ring`."""
    return page.locator(f"form#entry [name='{name}']")


def speak(page: Page, language: str) -> None:
    """Choose the language and wait for the page to come back in it."""
    with page.expect_navigation():
        page.locator(f"form.language button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))


def type_in(page: Page, name: str, text: str) -> None:
    """Type a text in the place of what stands there, key by key."""
    control(page, name).focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)
