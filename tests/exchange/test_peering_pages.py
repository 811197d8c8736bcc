"""The pages that make a node a peer: who answers is shown, compared by people, and asked once more at the end."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from banding.web.access import ROLES
from exchange import peering
from exchange.log import birds
from exchange.talk.line import Hello
from exchange.talk.peer import PeerClient
from exchange.talk.schedule import is_due
from exchange.talk.succession import change_key, replace_lost_key
from tests.exchange.forms import Apart, Pair, act, as_role, strangers_on_a_line
from tests.together.kit import Town, banding, befriend, peer_of, pull, reopen, write
from tests.web.conftest import words as text_of

LANGUAGES = birds.LANGUAGES
pytestmark = pytest.mark.usefixtures("staffed")


@pytest.fixture
def pair(strangers: Apart, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two nodes that do not know each other, and the line between them."""
    return strangers_on_a_line(strangers, monkeypatch)


@pytest.fixture
def boss(pair: Pair) -> FlaskClient:
    """The administrator of Sanhuanpao."""
    return as_role(pair[1], "administrator")


def words(page: str) -> str:
    return html.unescape(text_of(page))


def send(somebody: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    answer = act(somebody, path, **form)
    return answer.status_code, answer.text


def confirm(somebody: FlaskClient, town: Town, **form: str) -> tuple[int, str]:
    told = {"address": town.address, "fingerprint": town.node.key.fingerprint, "agree": "1", "posts": "0"}
    return send(somebody, "/peers", **(told | form))


def read(town: Town, language: str) -> list[str]:
    return birds.words(town.node.key.fingerprint, birds.named(language))


def other(fingerprint: str) -> str:
    return f"{int(fingerprint[0], 16) ^ 1:x}{fingerprint[1:]}"


def test_the_first_page_tells_the_birds_of_this_node_in_three_languages(pair: Pair, boss: FlaskClient) -> None:
    _, shp, _ = pair
    page = words(boss.get("/peers/new").text)
    assert shp.address in page
    assert shp.node.key.fingerprint in page
    assert all(bird in page for language in LANGUAGES for bird in read(shp, language))
    assert "Nobody has been asked yet" in page
    assert 'href="/peers/new"' in boss.get("/peers").text


def test_whoever_answers_is_shown_and_nothing_is_kept_yet(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, _ = pair
    status, page = send(boss, "/peers/new", address=khg.address + " ")
    page = words(page)
    assert status == 200
    assert khg.node.key.fingerprint in page
    assert all(bird in page for language in LANGUAGES for bird in read(khg, language))
    assert "What it will get from us" in page
    assert shp.node.book.peers() == []
    assert shp.node.ledger.node("AM-KHG") is None


def test_it_is_added_when_somebody_says_that_the_birds_agree(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, _ = pair
    status, page = confirm(boss, khg, posts="1")
    assert status == 200
    assert "What its administrator must do" in page
    assert shp.address in page
    assert all(bird in words(page) for bird in read(shp, "ru"))
    peer = peer_of(shp, "AM-KHG")
    assert (peer.address, peer.posts) == (khg.address, True)
    assert shp.node.keyring.newest("AM-KHG") == khg.node.key.fingerprint


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_birds_may_be_typed_instead_in_any_language(pair: Pair, boss: FlaskClient, language: str) -> None:
    khg, shp, _ = pair
    status, _page = confirm(boss, khg, agree="", birds="\n".join(read(khg, language)))
    assert status == 200
    assert shp.node.book.peer("AM-KHG") is not None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"agree": ""}, "Nobody has said that the birds agree"),
        ({"birds": "Dodo, Great Auk"}, "These are not ten birds of the list: Dodo, Great Auk"),
        ({"birds": "0" * 16}, "are not those of the key that answers"),
        ({"fingerprint": "0" * 64}, "Another key answers now"),
        ({"fingerprint": ""}, "Another key answers now"),
        ({"address": "http://nobody.test"}, "No node of the band exchange answers"),
        ({"address": "http://hl-shp.test"}, "This is the address of this very node"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason_and_adds_nobody(
    pair: Pair, boss: FlaskClient, form: dict[str, str], said: str
) -> None:
    khg, shp, _ = pair
    status, page = confirm(boss, khg, **form)
    assert (status, said in words(page)) == (422, True), words(page)
    assert shp.node.book.peers() == []
    assert shp.node.keyring.newest("AM-KHG") is None


def test_a_key_that_changes_between_the_steps_is_refused(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, _ = pair
    shown = khg.node.key.fingerprint
    change_key(khg.node)
    status, page = confirm(boss, khg, fingerprint=shown)
    assert (status, "Another key answers now" in page) == (422, True)
    assert shp.node.book.peers() == []


@pytest.mark.parametrize(
    ("changed", "said", "may_go_on"),
    [({"protocol": 2}, "speaks a newer protocol", False), ({"schema": "9.0"}, "another form than this node", True)],
)
def test_a_node_that_is_newer_is_told_in_words(
    pair: Pair, boss: FlaskClient, monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, object], said: str, may_go_on: bool,
) -> None:  # fmt: skip
    khg, shp, _ = pair
    hello: Callable[[PeerClient], Hello] = PeerClient.hello
    monkeypatch.setattr(PeerClient, "hello", lambda client: Hello(**{**vars(hello(client)), **changed}))
    _, page = send(boss, "/peers/new", address=khg.address)
    assert said in words(page)
    assert ("Do they agree?" in page) == may_go_on
    status, _page = confirm(boss, khg)
    assert (status == 200) == may_go_on == bool(shp.node.book.peers())


def test_without_an_address_a_card_is_asked_for(boss: FlaskClient) -> None:
    status, page = send(boss, "/peers/new", address=" ")
    assert (status, "An address or a card is needed" in page) == (422, True)


@pytest.mark.parametrize("address", ["not an address", "ftp://nowhere.test", "http://127.0.0.1:1", "http://[::1"])
def test_a_wrong_address_is_told_in_words(boss: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(peering, "PeerClient", PeerClient)
    status, page = send(boss, "/peers/new", address=address)
    assert (status, "No node of the band exchange answers" in page) == (422, True)


def test_what_the_other_node_says_of_itself_stays_text(
    pair: Pair, boss: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    khg, _, _ = pair
    hello: Callable[[PeerClient], Hello] = PeerClient.hello
    names = dict.fromkeys(LANGUAGES, "<script>alert(1)</script>")
    monkeypatch.setattr(PeerClient, "hello", lambda client: Hello(**{**vars(hello(client)), "names": names}))
    assert "<script>alert" not in send(boss, "/peers/new", address=khg.address)[1]


def test_adding_a_peer_again_changes_its_address_and_not_its_terms(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, _ = pair
    closed = {"groups": {}, "kinds": []}
    peering.add_peer(shp.node, "AM-KHG", "http://old.test", khg.node.key.public, terms=closed)
    assert "is a peer already" in send(boss, "/peers/new", address=khg.address)[1]
    confirm(boss, khg)
    peer = peer_of(shp, "AM-KHG")
    assert (peer.address, peer.terms) == (khg.address, closed)


def test_a_lost_key_is_compared_again_on_the_page_of_the_peer(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, network = pair
    befriend(khg, shp)
    assert "There is nothing to do" in words(send(boss, "/peers/AM-KHG/key")[1])
    (khg.station.settings.keys / "node.key").unlink()
    new = replace_lost_key(khg.station)
    again = reopen(khg)
    network.add(again)
    assert "has lost its key, or this is somebody else" in send(boss, "/peers/new", address=khg.address)[1]
    assert confirm(boss, again)[0] == 422
    _, page = send(boss, "/peers/AM-KHG/key")
    assert all(bird in words(page) for bird in read(again, "zh"))
    told = {"fingerprint": new.fingerprint}
    assert send(boss, "/peers/AM-KHG/repin", **told)[0] == 422
    assert send(boss, "/peers/AM-KHG/repin", fingerprint=other(new.fingerprint), agree="1")[0] == 422
    assert shp.node.keyring.newest("AM-KHG") != new.fingerprint
    assert send(boss, "/peers/AM-KHG/repin", agree="1", **told)[0] == 200
    assert shp.node.keyring.newest("AM-KHG") == new.fingerprint
    assert "people, over the telephone" in words(boss.get("/peers/AM-KHG/key").text)
    again.close()


@pytest.mark.parametrize("role", ROLES)
def test_only_an_administrator_makes_peers(pair: Pair, role: str) -> None:
    khg, shp, _ = pair
    befriend(khg, shp)
    somebody = as_role(shp, role)
    is_boss = role == "administrator"
    assert (somebody.get("/peers/new").status_code == 200) == is_boss
    assert (confirm(somebody, khg)[0] == 200) == is_boss
    assert somebody.get("/peers/AM-KHG/key").status_code == 200
    assert ("Ask for the key" in somebody.get("/peers/AM-KHG/key").text) == is_boss
    assert ('href="/peers/new"' in somebody.get("/peers").text) == is_boss


@pytest.mark.parametrize("path", ["/peers/new", "/peers/AM-KHG/added", "/peers/AM-KHG/key"])
def test_the_pages_speak_three_languages(pair: Pair, boss: FlaskClient, path: str) -> None:
    befriend(*pair[:2])
    headings = set()
    for language in LANGUAGES:
        act(boss, "/language", language=language)
        headings.add(tuple(re.findall(r"<h[12][^>]*>(.*?)</h", boss.get(path).text)))
        if path == "/peers/new":
            _, page = send(boss, path, address=pair[0].address)
            headings.add(tuple(re.findall(r"<(?:h3|legend)[^>]*>(.*?)</", page)))
    assert len(headings) == (6 if path == "/peers/new" else 3)


def test_a_node_that_cannot_be_called_is_added_by_its_card(pair: Pair, boss: FlaskClient) -> None:
    khg, shp, network = pair
    network.hidden.add("AM-KHG")
    card = peering.card(khg.node)
    _, page = send(boss, "/peers/new", address=card)
    assert all(bird in words(page) for bird in read(khg, "ru"))
    assert confirm(boss, khg, address=card, agree="")[0] == 422
    assert confirm(boss, khg, address=card)[0] == 200
    peer = peer_of(shp, "AM-KHG")
    assert (peer.address, is_due(peer, 1e9, 60)) == ("", False)
    peering.add_peer(khg.node, "HL-SHP", shp.address, shp.node.key.public, posts=True)
    write(khg, banding())
    assert pull(khg, shp, network).sent == 1
