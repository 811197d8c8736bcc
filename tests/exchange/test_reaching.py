"""Who calls whom: a node without an address posts, and a peer without one is not called, and both are said."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from banding import settings as stations
from banding.command import cli
from exchange import command, peering
from tests.exchange.forms import Apart, Pair, act, as_role, strangers_on_a_line
from tests.together.kit import banding, peer_of, pull, write
from tests.web.conftest import words as text_of

Type = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("staffed")


@pytest.fixture
def pair(strangers: Apart, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two nodes that do not know each other, and the line between them."""
    return strangers_on_a_line(strangers, monkeypatch)


@pytest.fixture
def boss(pair: Pair) -> FlaskClient:
    """The administrator of Sanhuanpao."""
    return as_role(pair[1], "administrator")


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Type a command at Sanhuanpao."""
    for name in stations.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANDING_HOME", str(pair[1].station.settings.home))
    monkeypatch.setenv("BANDING_STATION", "HL-SHP")
    before = dict(cli.commands)
    for one in command.commands:
        cli.add_command(one)
    yield lambda *words: CliRunner().invoke(cli, list(words))
    cli.commands.clear()
    cli.commands.update(before)


def words(page: str) -> str:
    return html.unescape(text_of(page))


def send(somebody: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    answer = act(somebody, path, **form)
    return answer.status_code, answer.text


# -- at the terminal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said", "posts"),
    [("", [], True), ("http://hl-shp.test", [], False), ("", ["--no-posts"], False),
     ("http://hl-shp.test", ["--posts"], True)],
)  # fmt: skip
def test_a_node_without_an_address_posts_unless_somebody_says_otherwise(
    pair: Pair, typed: Type, monkeypatch: pytest.MonkeyPatch, url: str, said: list[str], posts: bool
) -> None:
    khg, shp, _ = pair
    monkeypatch.setenv("BANDING_PUBLIC_URL", url)
    add = ["peers", "add", khg.address, "--fingerprint", khg.node.key.fingerprint]
    assert typed(*add, *said).exit_code == 0
    assert peer_of(shp, "AM-KHG").posts is posts
    monkeypatch.setenv("BANDING_PUBLIC_URL", "http://moved.test")
    typed(*add)
    assert peer_of(shp, "AM-KHG").posts is posts


@pytest.mark.parametrize("words", [["sync"], ["sync", "--dry-run"], ["audit"]])
def test_a_peer_that_cannot_be_called_is_said_to_be_so_and_is_no_failure(
    pair: Pair, typed: Type, words: list[str]
) -> None:
    khg, shp, _ = pair
    peering.add_peer(shp.node, khg.code, peering.card(khg.node), khg.node.key.public)
    result = typed(words[0], khg.code, *words[1:])
    assert result.exit_code == 1
    assert "This peer cannot be called from here" in result.stderr
    assert (peer_of(shp, khg.code).failures, peer_of(shp, khg.code).trouble) == (0, None)


# -- on the pages --------------------------------------------------------------------------------------------


def chosen(page: str) -> list[str]:
    """What is chosen where somebody is asked whether the peer can reach this node."""
    boxes = re.findall(r'<input type="radio" name="posts" value="(\d)"( checked)?', page)
    return [value for value, is_checked in boxes if is_checked]


def test_a_node_that_cannot_be_called_is_offered_to_post(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, _ = pair
    assert chosen(send(boss, "/peers/new", address=khg.address)[1]) == ["0"]
    shp.app.extensions["exchange"] = replace(
        shp.node, station=replace(shp.station, settings=replace(shp.station.settings, public_url=""))
    )
    assert chosen(send(boss, "/peers/new", address=khg.address)[1]) == ["1"]
    status, page = send(boss, "/peers", address=khg.address, posts="0")
    assert (status, chosen(page)) == (422, ["0"])


def test_a_peer_that_was_added_before_is_offered_what_it_was_added_with(pair: Pair, boss: FlaskClient) -> None:
    khg, _, _ = pair
    told = {"fingerprint": khg.node.key.fingerprint, "agree": "1", "posts": "1"}
    assert send(boss, "/peers", address=khg.address, **told)[0] == 200
    assert chosen(send(boss, "/peers/new", address=khg.address)[1]) == ["1"]
    assert "this node posts it, since the peer cannot call it" in words(boss.get("/peers/AM-KHG").text)


def test_of_a_peer_that_calls_it_is_said_so_and_nobody_is_offered_to_call_it(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, network = pair
    peering.add_peer(shp.node, khg.code, peering.card(khg.node), khg.node.key.public)
    page = words(boss.get("/peers/AM-KHG").text)
    assert "it calls this node, or bundles are carried by hand" in page
    assert not [deed for deed in ("Sync now", "Pause", "Audit", "Rehearsal") if deed in page.partition("Bundles to")[0]]
    assert "it has not called yet" in words(boss.get("/peers").text)
    assert act(boss, "/peers/AM-KHG/now").status_code == 422
    assert act(boss, "/peers/AM-KHG/audit").status_code == 422
    assert act(boss, "/peers/AM-KHG/rehearsal").status_code == 422
    peering.add_peer(khg.node, shp.code, shp.address, shp.node.key.public, posts=True)
    write(khg, banding())
    assert pull(khg, shp, network).trouble == ""
    for path in ("/peers", "/"):
        assert "it has not called yet" not in words(boss.get(path).text)
    assert "from itself 2025-06-01" in words(boss.get("/network").text)
    assert "never" not in words(boss.get("/peers").text).split("What has crossed")[0]


def test_the_card_is_there_for_whoever_cannot_call_a_node_that_others_can(pair: Pair, boss: FlaskClient) -> None:
    _, shp, _ = pair
    assert peering.card(shp.node) in boss.get("/peers/new").text
