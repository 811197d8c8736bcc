"""A tablet of the station's network: over TLS it works without a line, and over plain HTTP nothing is lost."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, expect

from banding.command.secure import addresses
from tests.browsing import ARGS, PATIENCE, chromium
from tests.ports import free_port
from tests.together.served import Served, prepare, run, until
from tests.web.browser.afield import drafted, enter, kept, log_in, ready, state, warm

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    """A node that serves tablets over TLS; its plain port is open to them too."""
    [found] = prepare(tmp_path, "AM-KHG")
    found.more = {"BANDING_HOST": "0.0.0.0"}
    found.process = run(found, "import wsgi; wsgi.command()", "serve", "--tls", "--tls-port", str(free_port()))
    until(found.answers, "the node answers")
    yield found
    assert found.interrupt()[0] == 0
    assert "Traceback" not in found.said()


@pytest.fixture
def address() -> str:
    """By what others reach this machine."""
    return next((one for one in addresses() if ":" not in one), "127.0.0.1")


def told(node: Served) -> str:
    """The address that the terminal tells."""
    return next(word for word in node.said().split() if word.startswith("https://"))


@pytest.fixture
def tablet(browser, node: Served, tmp_path: Path) -> Iterator[Page]:
    """A browser that has been told to trust the node."""
    pem = (node.home / "keys" / "tls" / "server.pem").read_bytes()
    key = x509.load_pem_x509_certificate(pem).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key)
    trusted = "--ignore-certificate-errors-spki-list=" + base64.b64encode(digest.finalize()).decode()
    made = browser.browser_type.launch_persistent_context(
        str(tmp_path / "tablet"), executable_path=chromium(), headless=True, args=[*ARGS, trusted], locale="en-GB"
    )
    made.set_default_timeout(PATIENCE)
    yield made.new_page()
    made.close()


def test_a_tablet_enters_birds_without_a_line_and_they_go_up_over_tls(node: Served, tablet: Page):
    site = told(node)
    page = warm(log_in(tablet, site))
    assert page.evaluate("isSecureContext")
    page.context.set_offline(True)
    page.reload()
    enter(ready(page), "XC 345611")
    state(page, "XC 345611", "device")
    page.context.set_offline(False)
    state(page, "XC 345611", "node")
    kept(page, node, "XC 345611")


def test_the_page_of_trust_shows_what_the_terminal_says(node: Served, tablet: Page):
    tablet.goto(f"{told(node)}/trust")
    expect(tablet.locator(".secret")).to_have_text(node.said().rstrip().split("between: ")[1].split()[0])
    with tablet.expect_download() as fetched:
        tablet.locator("main a.button.main").click()
    assert fetched.value.suggested_filename == "banding-AM-KHG.crt"


def test_over_plain_http_birds_are_kept_on_the_device_too(node: Served, tablet: Page, address: str):
    site = f"http://{address}:{node.port}"
    page = log_in(tablet, site)
    assert not page.evaluate("isSecureContext") or address == "127.0.0.1"
    node.kill()
    enter(page, "XC 345611")
    state(page, "XC 345611", "device")
    node.process = run(node, "import wsgi; wsgi.command()", "serve")
    until(node.answers, "the node answers again")
    page.evaluate("dispatchEvent(new Event('online'))")
    state(page, "XC 345611", "node")
    kept(page, node, "XC 345611")


def test_over_plain_http_two_tabs_keep_what_is_theirs(node: Served, tablet: Page, address: str):
    site = f"http://{address}:{node.port}"
    page = log_in(tablet, site)
    page.locator("[name='remarks.text']").press_sequentially("the first")
    other = page.context.new_page()
    other.goto(f"{site}/enter/banding")
    expect(ready(other).locator("[name='remarks.text']")).to_have_value("")
    drafted(page, "the first")
    page.close()
    third = other.context.new_page()
    third.goto(f"{site}/enter/banding")
    expect(ready(third).locator("[name='remarks.text']")).to_have_value("the first")
