"""Birds entered while the line, the node or the browser is dead: each reaches the node, and each once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from banding import stock
from banding.store.shapes import Query
from banding.web.invitations import add_account
from tests.together.served import Served, opened, prepare
from tests.web.browser.afield import (
    device,
    drafted,
    enter,
    held,
    kept,
    log_in,
    pull_the_plug,
    queue,
    ready,
    state,
    warm,
)  # fmt: skip
from tests.web.browser.conftest import log_in as sit_down
from tests.web.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    """A node served by a process of its own."""
    [found] = prepare(tmp_path, "AM-KHG")
    found.start()
    yield found
    found.kill()


@pytest.fixture
def site(node: Served) -> str:
    """Its address."""
    return node.address


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The operator at the form, with everything on the device."""
    sit_down(context, "operator")
    page = context.new_page()
    page.goto("/enter/banding")
    return warm(ready(page))


def test_without_a_line_the_form_opens_and_what_is_typed_goes_up_when_it_is_back(
    context: BrowserContext, page: Page, node: Served
):
    context.set_offline(True)
    ready_again(page)
    enter(page, "XC 345611")
    state(page, "XC 345611", "device")
    expect(page.locator("#outbox")).to_contain_text("1")
    context.set_offline(False)
    state(page, "XC 345611", "node")
    kept(page, node, "XC 345611")
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_node_that_was_killed_gets_every_bird_once_when_it_is_back(context: BrowserContext, page: Page, node: Served):
    enter(page, "XC 345611")
    state(page, "XC 345611", "node")
    node.kill()
    for ring in ("XC 345612", "XC 345613", "XC 345614"):
        enter(page, ring)
    ready_again(page)
    state(page, "XC 345613", "device")
    page.close()
    node.start()
    other = log_in_is_still_good(context, node)
    state(other, "XC 345614", "node")
    kept(other, node, "XC 345611", "XC 345612", "XC 345613", "XC 345614")


def test_browser_and_node_killed_at_once_lose_nothing(browser: Browser, node: Served, tmp_path: Path):
    folder = tmp_path / "device"
    page = warm(log_in(device(browser, folder).new_page(), node.address))
    node.kill()
    enter(page, "XC 345611")
    enter(page, "XC 345612")
    page.fill("[name='core.ring']", "")
    page.locator("[name='core.ring']").press_sequentially("XC 34561")
    page.locator("[name='remarks.text']").press_sequentially("a bird half typ")
    drafted(drafted(page, '"core.ring":"XC 34561"'), "a bird half typ")
    pull_the_plug(folder)
    second = device(browser, folder)
    page = second.new_page()
    page.goto(f"{node.address}/enter/banding")
    ready(page)
    expect(page.locator("[name='core.ring']")).to_have_value("XC 34561")
    expect(page.locator("[name='remarks.text']")).to_have_value("a bird half typ")
    state(page, "XC 345612", "device")
    node.start()
    page.reload()
    if "/login" in page.url:
        log_in(page, node.address)
    state(ready(page), "XC 345612", "node")
    kept(page, node, "XC 345611", "XC 345612")
    second.close()


def test_a_log_in_that_ended_keeps_the_birds_and_says_so(page: Page, node: Served):
    end_log_ins(node)
    enter(page, "XC 345611")
    expect(page.locator("#outbox")).to_contain_text("Log in to send what waits on this device: 1")
    state(page, "XC 345611", "device")
    assert held(node) == []
    page.locator("#outbox a[data-to=login]").click()
    log_in(page, node.address)
    state(page, "XC 345611", "node")
    kept(page, node, "XC 345611")


def test_what_one_person_typed_is_not_sent_by_another(page: Page, node: Served):
    add(node, "second")
    end_log_ins(node)
    enter(page, "XC 345611")
    state(page, "XC 345611", "device")
    log_in(page, node.address, "second")
    expect(page.locator("#outbox")).to_contain_text("until operator logs in: 1")
    enter(page, "XC 345612")
    state(page, "XC 345612", "node")
    kept(page, node, "XC 345612")
    log_out(page)
    log_in(page, node.address)
    state(page, "XC 345611", "node")
    kept(page, node, "XC 345611", "XC 345612")
    assert by_whom(node) == {"XC 345611": "operator", "XC 345612": "second"}


def test_an_entry_that_asks_does_not_hold_up_the_next(page: Page, node: Served):
    node.kill()
    enter(page, "XC 345611", species="no such bird")
    enter(page, "XC 345612")
    node.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    state(page, "no such bird", "asks")
    state(page, "XC 345612", "node")
    assert [entry["state"] for entry in queue(page)] == ["asks", "node"]
    kept(page, node, "XC 345612")


def test_log_out_empties_the_shelf_and_never_the_queue(page: Page, node: Served):
    node.kill()
    enter(page, "XC 345611")
    end_log_ins(node)
    node.start()
    page.goto(f"{node.address}/login")
    expect(page.locator("#outbox")).to_contain_text("until operator logs in: 1")
    log_in(page, node.address, then="/")
    log_out(page)
    assert page.evaluate("caches.has('pages')") is False
    log_in(page, node.address)
    kept(page, node, "XC 345611")


def test_another_language_comes_without_a_line_and_keeps_what_is_typed(page: Page, node: Served):
    page.fill("[name='core.ring']", "XC 34")
    drafted(page, '"core.ring":"XC 34"')
    node.kill()
    page.locator(".language button[value=ru]").click()
    page.wait_for_selector("html[lang=ru]")
    expect(ready(page).locator("[name='core.ring']")).to_have_value("XC 34")


def test_todays_birds_and_the_rings_that_are_left_stand_beside_the_form(page: Page, node: Served):
    with opened(node) as found:
        typed = {"scheme": "RUM", "first": "XC 345601", "last": "XC 345700"}
        stock.receive(found.station, typed, "operator")
    enter(page, "XC 345601")
    state(page, "XC 345601", "node")
    page.evaluate("import('/static/entry/pack.js').then((one) => one.refresh(true))")
    node.kill()
    ready_again(page)
    beside = page.locator("#beside details", has_text="Strings of rings that are left: 1")
    beside.locator("summary").click()
    expect(beside.locator("li")).to_contain_text("RUM XC 345602, 99 left")
    expect(page.locator("#beside details", has_text="Birds of today at this station: 1")).to_be_visible()


def test_only_the_entry_pages_are_kept_and_no_answer_of_the_node(page: Page, node: Served):
    enter(page, "XC 345611")
    state(page, "XC 345611", "node")
    for path in ("/", "/records", "/rings", "/me", "/enter/banding"):
        page.goto(f"{node.address}{path}")
    page.wait_for_load_state("networkidle")
    told = page.evaluate(
        "caches.open('pages').then((one) => one.keys()).then((keys) => keys.map((key) => new URL(key.url).pathname))"
    )
    assert set(told) <= {"/enter/banding", "/enter/recovery", "/enter/grid", "/stamp", "/language"}


def test_a_page_that_needs_the_node_says_that_there_is_no_line(page: Page, node: Served):
    node.kill()
    page.goto(f"{node.address}/records")
    expect(page.locator("h1")).to_have_text("No line to the node")
    page.locator("main a", has_text="Enter a banding").click()
    ready(page)


def test_the_page_can_be_installed(page: Page):
    told = page.context.new_cdp_session(page)
    manifest = told.send("Page.getAppManifest")
    assert manifest["errors"] == []
    hindered = told.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # The browser of a test forgets everything at its end, and nothing can be installed there.
    assert {one["errorId"] for one in hindered} <= {"in-incognito"}


def log_out(page: Page) -> None:
    page.locator("form[action='/logout'] button").click()
    page.locator("[name=password]").wait_for()


def ready_again(page: Page) -> None:
    page.reload()
    ready(page)


def log_in_is_still_good(context: BrowserContext, node: Served) -> Page:
    page = context.new_page()
    page.goto(f"{node.address}/enter/banding")
    return ready(page)


def end_log_ins(node: Served) -> None:
    with opened(node) as found:
        accounts = found.station.store.accounts
        for account in accounts.everyone():
            accounts.change(account.id, session=f"{account.session}x")


def add(node: Served, name: str) -> None:
    with opened(node) as found:
        add_account(found.station, name, "operator", PASSWORD)


def by_whom(node: Served) -> dict[str, str | None]:
    with opened(node) as found:
        return {one.core["ring"]: one.kept_by for one in found.station.store.search.every(Query())}
