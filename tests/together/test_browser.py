"""Two stations in a real browser: a banding here, its recovery there, and the return on both screens."""

import csv
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

from banding.web.invitations import add_account
from tests.browsing import PATIENCE, launched
from tests.together.served import Served, opened, prepare, run, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "three words are easy"
TITLED = ("/returns", "/peers", "/set-aside")
WIDTHS = {"desk": (1280, 900), "telephone": (390, 844)}


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium as it is installed on this machine."""
    with launched() as found:
        yield found


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Served]]:
    """Khingansky, where nobody has an account yet, and Sanhuanpao with an operator; both served."""
    nodes = prepare(tmp_path, "AM-KHG", "HL-SHP", account=False)
    with opened(nodes[1]) as node:
        add_account(node.station, "李明", "operator", PASSWORD)
    try:
        # Both begin at once: most of a start is spent on reading what is imported.
        for node in nodes:
            node.process = run(node, "import wsgi; wsgi.command()", "serve")
        for node in nodes:
            until(node.answers, f"{node.code} answers")
        yield nodes
    finally:
        for node in nodes:
            node.kill()


class Person:
    """Somebody in front of a screen of one node; whatever the browser complains of is written down."""

    def __init__(self, browser: Browser, node: Served, pictures: Path | None) -> None:
        self.node, self.pictures = node, pictures
        width, height = WIDTHS["desk"]
        self.page: Page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("requestfailed", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        # That the server refused a form is no complaint of the browser's about the page.
        if message.type in {"error", "warning"} and "status of 422" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _failed(self, request: Request) -> None:
        # A download, or a page that is left before its icon has come, is an aborted request to the browser.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def opens(self, path: str) -> None:
        """Go to an address of the node."""
        answer = self.page.goto(self.node.address + path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)

    def presses(self, button: str = "main button.main") -> None:
        """Press a button and wait for the page behind it."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()

    def enters(self, kind: str, **typed: str) -> None:
        """Fill in the entry form and save; every warning is confirmed."""
        self.opens(f"/enter/{kind}")
        self.page.wait_for_selector("#entry[data-ready=yes]")
        for name, text in typed.items():
            control = self.page.locator("#" + name.replace("_", "-"))
            if control.evaluate("it => it.tagName") == "SELECT":
                control.select_option(text)
            else:
                control.fill(text)
        self.pictured(f"enter-{kind}")
        self.page.locator("form#entry button.main").click()
        saved, asks = self.page.locator("#queue .state.node"), self.page.locator("#asks button")
        expect(saved.or_(asks)).to_be_visible()
        if asks.is_visible():
            asks.click()
            for reason in self.page.locator("[name^=confirm-]:visible").all():
                reason.fill("seen twice")
            self.pictured(f"confirm-{kind}")
            self.page.locator("form#entry button.main").click()
        expect(saved).to_be_visible()
        self.page.locator("#queue li a").click()
        self.page.wait_for_url("**/records/*")
        self.pictured(f"kept-{kind}")

    def speaks(self, language: str) -> None:
        """Choose another language at the top of the page."""
        self.page.click(f"button[name=language][value={language}]")
        expect(self.page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))

    def pictured(self, name: str) -> None:
        """No page may be wider than its screen; where pictures are asked for, one of the whole page is taken."""
        # A person sits at a desk, so the page has that width already, and has it again in the end.
        for screen in WIDTHS:
            if screen != "desk":
                self._turned_to(screen)
            if self.pictures:
                self.page.screenshot(path=self.pictures / f"{self.node.code}-{name}-{screen}.png", full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{name} is {wide} pixels wider than a {screen}"
        self._turned_to("desk")

    def _turned_to(self, screen: str) -> None:
        width, height = WIDTHS[screen]
        self.page.set_viewport_size({"width": width, "height": height})


def logs_in(person: Person, name: str) -> None:
    person.opens("/login")
    person.pictured("login")
    person.page.fill("[name=name]", name)
    person.page.fill("[name=password]", PASSWORD)
    person.presses()


def makes_the_first_account(person: Person) -> None:
    link = re.search(r"http://\S+/first/\S+", person.node.said())
    assert link, person.node.said()
    person.page.goto(link.group())
    person.pictured("first")
    person.page.fill("#name", "Анна")
    person.page.fill("#password", PASSWORD)
    person.page.fill("#again", PASSWORD)
    person.presses()
    assert person.page.goto(link.group()).status >= 400, "the link opens once"  # type: ignore[union-attr]
    person.complaints.clear()


def sees_the_return(person: Person) -> list[dict[str, str]]:
    """The return on the page of returns, and the rows of the CSV that stands behind its button."""

    def there() -> bool:
        person.opens("/returns")
        return person.page.locator("table.returns tbody tr").count() == 1

    until(there, f"the return is shown at {person.node.code}")
    row = person.page.locator("table.returns tbody tr")
    expect(row).to_contain_text("345612")
    expect(row).to_contain_text("142")
    person.pictured("returns")
    with person.page.expect_download() as download:
        person.page.locator("main details:has(a[href*='csv']) summary").first.click()
        person.page.locator("a[href*='csv']").last.click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert [one["ring"] for one in rows] == ["хс-345612"], "a ring is kept as it was read"
    return rows


def test_a_bird_banded_at_one_station_and_met_at_the_other_is_a_return_on_both_screens(
    browser: Browser, pair: list[Served]
) -> None:
    pictures = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None
    anna, li = (Person(browser, node, pictures) for node in pair)
    makes_the_first_account(anna)
    anna.enters(
        "banding", core_ring="XC 345612", core_species="Emberiza spodocephala", core_day="1.5.2024",
        place_typed="49.01694, 130.44694",
    )  # fmt: skip
    logs_in(li, "李明")
    li.enters(
        "recovery", core_scheme="RUM", core_ring="хс-345612", core_species="灰头鹀", core_day="2024年9月20日",
        core_manner="recapture",
        place_typed="46.9, 132.1",
    )  # fmt: skip
    here, there = sees_the_return(anna), sees_the_return(li)
    assert here == there
    assert (here[0]["scheme"], here[0]["species"], here[0]["days"]) == ("RUM", "Emberiza spodocephala", "142")
    # An administrator's menu has everything in it, and the other station is read in its own language.
    assert all(len(said) == 3 for path, said in walks_through(anna, "zh", "ru", "en").items() if path in TITLED)
    walks_through(li, "zh")
    assert "\n".join(anna.complaints + li.complaints) == ""


def walks_through(person: Person, *languages: str) -> dict[str, set[str]]:
    """Every page of the menu in these languages; gives what stood over each page."""
    person.opens("/")
    menu = [link.get_attribute("href") or "" for link in person.page.locator("nav.menu a").all()]
    headings: dict[str, set[str]] = {}
    for language in languages:
        person.opens("/returns")
        person.speaks(language)
        for path in [*menu, "/birds/RUM/XC345612", "/set-aside", "/me"]:
            person.opens(path)
            if person.page.locator("main h1").count():
                headings.setdefault(path, set()).add(person.page.locator("main h1").first.inner_text())
            person.pictured(f"{language}{path.replace('/', '-')}")
    assert headings.keys() >= {*TITLED}
    return headings


def test_a_page_that_breaks_the_rules_of_the_browser_would_be_noticed(browser: Browser, pair: list[Served]) -> None:
    """The test above would be worth nothing if the browser complained in vain."""
    person = Person(browser, pair[0], None)
    person.opens("/login")
    script = "const s = document.createElement('script'); s.textContent = '1'; document.body.append(s)"
    try:
        person.page.evaluate(script)
    except Error:
        pytest.fail("the page could not be tried")
    assert any("Content Security Policy" in complaint for complaint in person.complaints)
