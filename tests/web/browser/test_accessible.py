"""Every page of a node, as everyone sees it: axe-core finds nothing, and it fits the screens that stations have."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.exceptions import HTTPException

from banding import fieldwork
from tests.browsing import PATIENCE
from tests.seasoned import Season, season
from tests.web.browser.conftest import log_in
from tests.web.entry.hand import FULL, admitted

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Looks = dict[str, set[str]]
ROLES = ("reader", "operator", "reviewer", "administrator")
LOCALES = {"en": "en-GB", "zh": "zh-CN", "ru": "ru-RU"}
SCREENS = {"desk": (1280, 900), "old": (1024, 768), "phone": (390, 844)}
LINK = re.compile(r'href="(/[^"#]*)')
# A record of this node with all that a record can have; its page leads to the form of its correction.
CRANE = "/birds/CPB/H00-0773"
AFIELD = ("entry.banding", "entry.recovery", "entry.correct", "session.one", "session.listing", "day.page", "grid.rows")
# Text in the sun: 7:1 (WCAG 2.2, 1.4.6) on the pages that are used out of doors.
SUN = {"rules": {"color-contrast-enhanced": {"enabled": True}}}
WITHOUT_COLOURS = {"rules": {"color-contrast": {"enabled": False}}}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# How text looks is its colour, size and weight, and what it stands on, back to the paper. A page shows a thousand texts
# in twenty looks, and colours are slowest of all to judge: axe-core is shown three texts of each look that this kind
# of page did not have before.
COLOURS = """async ([seen, rules]) => {
  const papers = new Map();
  const paper = (one) => {
    if (!one) return "";
    if (!papers.has(one)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(one);
      const [own, behind] = [`${backgroundColor} ${backgroundImage} ${opacity}; `, paper(one.parentElement)];
      papers.set(one, behind.startsWith(own) ? behind : own + behind);
    }
    return papers.get(one);
  };
  const looks = new Map();
  for (const one of document.querySelectorAll("body *")) {
    const hasText = [...one.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
    if (!(hasText || one.matches("input, select, textarea")) || !one.checkVisibility()) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(one);
    const look = [color, fontSize, fontWeight, textShadow, one.disabled, paper(one)].join(" ");
    if (seen.includes(look)) continue;
    if (!looks.has(look)) looks.set(look, []);
    if (looks.get(look).length < 3) looks.get(look).push(one);
  }
  if (!looks.size) return [[], []];
  const runOnly = { type: "rule", values: rules };
  const found = await axe.run({ include: [...looks.values()].flat() }, { runOnly, resultTypes: ["violations"] });
  const told = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [[...looks.keys()], told];
}"""
SMALL = """() => [...document.querySelectorAll("main button, main a.button, main input, main select, main summary")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden" && !one.classList.contains("unseen"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([one, box]) => box.height < 43.5 || (one.matches("button, a.button") && box.width < 43.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    """A node with a season in it, a crane with all its marks, and an open field session."""
    with season(tmp_path_factory.mktemp("season"), size=60) as found:
        station = found.app.extensions["station"]
        admitted(station, FULL)
        operator = station.store.accounts.by_name("operator")
        fieldwork.begin(station, operator.id, {"core.day": station.intake.today().isoformat()}, "3")
        yield found


@pytest.fixture(scope="module")
def visit(browser: Browser, node: Season) -> Iterator[Callable[[str, str], Page]]:
    """A page of somebody of a role who reads a language; the same one each time."""
    there: dict[tuple[str, str], BrowserContext] = {}

    def page(role: str, language: str) -> Page:
        if (role, language) not in there:
            made = browser.new_context(base_url=node.address, locale=LOCALES[language])
            made.set_default_timeout(PATIENCE)
            there[role, language] = made
            if role in node.passwords:
                log_in(made, role, node.passwords[role])
            made.new_page()
        return there[role, language].pages[0]

    yield page
    for one in there.values():
        one.close()


@pytest.fixture(scope="module")
def kinds(visit: Callable[[str, str], Page], node: Season) -> Callable[[str], dict[str, str]]:
    """One address for each kind of page that somebody of a role comes to; the same in every language."""
    there: dict[str, dict[str, str]] = {}

    def found(role: str) -> dict[str, str]:
        if role not in there:
            there[role] = pages(visit(role, "en"), node.app)
        return there[role]

    return found


@pytest.fixture(scope="module")
def judged() -> Looks:
    """In which looks axe-core has judged the colours of text, by the kind of page."""
    return {}


def endpoint(app: Flask, path: str) -> str:
    try:
        return str(app.url_map.bind("127.0.0.1").match(path.split("?")[0])[0])
    except HTTPException:
        return ""


def pages(page: Page, app: Flask) -> dict[str, str]:
    """One address for each kind of page that links lead to from the first one."""
    found: dict[str, str] = {}
    asked = [CRANE, "/", "/sessions", "/problems/refused"]
    while asked:
        path = asked.pop(0)
        name = endpoint(app, path) + ("/in a session" if "session=" in path else "")
        if name in ("", "static", *found):
            continue
        answer = page.request.get(path, headers={"Accept": "text/html"})
        if answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html"):
            found[name] = path
            asked += [html.unescape(one) for one in LINK.findall(answer.text())]
    return found


def troubles(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe-core finds, one line for each kind and place."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **(options or {})}).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"][:3]]


def looked_at(page: Page, judged: Looks, name: str, path: str, screens: Iterable[str] = ("desk",)) -> list[str]:
    """What axe-core finds on these screens, and on which of all screens the page does not fit."""
    page.goto(path)
    told = []
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        if screen in screens:
            found = troubles(page, WITHOUT_COLOURS)
            # Colours are the same on every screen.
            found += colours(page, judged, name or path) if screen == "desk" else []
            told += [f"{path} ({screen}) {one}" for one in found]
        if page.evaluate(WIDER) > 0:
            told.append(f"{path} ({screen}) is wider than the screen")
    return told


def colours(page: Page, judged: Looks, name: str) -> list[str]:
    """What axe-core, which is on the page already, finds in the looks that this kind of page did not have before."""
    seen = judged.setdefault(name, set())
    wanted = ["color-contrast"] + ["color-contrast-enhanced"] * (name.split("/")[0] in AFIELD)
    looks, told = page.evaluate(COLOURS, [sorted(seen), wanted])
    if not told:
        seen |= set(looks)
    return list(told)


# Russian has the longest words, so its pages are the ones that a small screen crowds; the reviewer has the old screen.
@pytest.mark.parametrize(("language", "screens"), [("en", ("desk",)), ("zh", ("desk",)), ("ru", ("desk", "phone"))])
def test_nothing_keeps_anybody_from_a_page_of_an_administrator(
    visit: Any, kinds: Any, judged: Looks, language: str, screens: tuple[str, ...]
) -> None:
    page, found = visit("administrator", language), kinds("administrator")
    assert {*AFIELD, "home", "records.one", "records.bird", "stock.listing", "peers.listing"} <= set(found)
    assert [said for name, path in found.items() for said in looked_at(page, judged, name, path, screens)] == []
    assert str(page.locator("html").get_attribute("lang"))[:2] == language


@pytest.mark.parametrize(
    ("role", "language", "screens"),
    [("reader", "zh", ("phone",)), ("operator", "ru", ("desk",)), ("reviewer", "en", ("old",))],
)
def test_nothing_keeps_anybody_of_another_role_from_a_page(
    visit: Any, kinds: Any, judged: Looks, role: str, language: str, screens: tuple[str, ...]
) -> None:
    page, found = visit(role, language), kinds(role)
    assert [said for name, path in found.items() for said in looked_at(page, judged, name, path, screens)] == []


@pytest.mark.parametrize("language", LOCALES)
def test_nothing_keeps_anybody_from_logging_in(visit: Any, judged: Looks, language: str) -> None:
    page, open_pages = visit("anyone", language), ("/login", "/problems/refused", "/no-such-page")
    assert [said for path in open_pages for said in looked_at(page, judged, "", path)] == []


@pytest.mark.parametrize("name", ["banding", "recovery"])
def test_a_refused_entry_is_as_clear_as_an_empty_one(visit: Any, name: str) -> None:
    page = visit("operator", "en")
    page.goto(f"/enter/{name}")
    page.fill("[name='core.day']", "soon")
    page.locator("#entry .deeds .main").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    assert troubles(page, SUN) == []


@pytest.mark.parametrize("language", LOCALES)
def test_a_cold_finger_hits_every_control_of_the_entry(browser: Browser, node: Season, language: str) -> None:
    phone = browser.new_context(
        base_url=node.address, locale=LOCALES[language], viewport={"width": 390, "height": 844}, has_touch=True,
        is_mobile=True,
    )  # fmt: skip
    phone.set_default_timeout(PATIENCE)
    log_in(phone, "operator", node.passwords["operator"])
    page = phone.new_page()
    told = []
    for path in ("/enter/banding", "/enter/recovery", CRANE, "/sessions"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        told += [f"{path} {one}" for one in page.evaluate(SMALL)]
    phone.close()
    assert told == []
