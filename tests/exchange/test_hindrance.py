"""What hindered a visit: kept once, and told to each reader in their own language."""

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from banding.errors import StoreTrouble
from exchange.log import wire
from exchange.log.book import Visit
from exchange.log.entries import Inauthentic
from exchange.talk import audit, greeting, hindrance, reasons
from exchange.talk.hindrance import Hindrance
from exchange.talk.line import Line, PeerRefuses, PeerTrouble
from exchange.talk.schedule import Timetable
from tests.exchange.forms import Pair, as_role, main_of
from tests.together.kit import pull, reach

LANGUAGES = ("en", "zh", "ru")
DOWN = {"en": "The peer cannot be reached", "zh": "无法连接伙伴节点", "ru": "Партнёр недоступен"}
NEWER = {"en": "It speaks version 2", "zh": "对方使用第2版", "ru": "Он говорит на версии 2"}
ADDRESS = re.compile(r"\([^)]*\)")


def in_language(pair: Pair, language: str, *paths: str) -> list[str]:
    """What a reader with this language reads on pages of the second node."""
    client = as_role(pair[1], "reader")
    return [main_of(client.get(path, headers={"X-Page-Language": language})) for path in paths]


@pytest.mark.usefixtures("staffed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reader_is_told_why_the_last_sync_failed_in_their_language(pair: Pair, language: str) -> None:
    khg, shp, network = pair
    network.down = True
    pull(shp, khg, network)
    audit.visit(shp.node, "AM-KHG", reach(shp, network))
    for page in in_language(pair, language, "/", "/peers", "/peers/AM-KHG", "/peers/AM-KHG/audit"):
        assert DOWN[language] in page
        assert "{" not in page


@pytest.mark.usefixtures("staffed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_newer_protocol_is_told_with_both_its_versions(
    pair: Pair, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    khg, shp, network = pair
    monkeypatch.setattr(greeting, "PROTOCOL", 0)
    pull(shp, khg, network)
    (page,) = in_language(pair, language, "/peers/AM-KHG")
    assert NEWER[language].replace("2", "1") in page


@pytest.mark.usefixtures("staffed")
def test_a_sentence_of_an_older_row_is_shown_as_it_is(pair: Pair) -> None:
    _, shp, _ = pair
    with shp.station.store.transaction():
        shp.node.book.visited(Visit("AM-KHG", shp.node.at(), "pulled", trouble="The visit (x%s) failed. {"))
        shp.node.book.note("AM-KHG", trouble="The peer was out to lunch.")
    for language in LANGUAGES:
        (page,) = in_language(pair, language, "/peers/AM-KHG")
        assert "The peer was out to lunch." in page
        assert "The visit (x%s) failed. {" in page


@pytest.mark.usefixtures("staffed")
def test_a_fault_that_nobody_foresaw_is_told_in_words_too(pair: Pair) -> None:
    _, shp, _ = pair

    def broken(_peer: object) -> None:
        raise RuntimeError("never seen before")

    Timetable(shp.node, broken).visit("AM-KHG")  # type: ignore[arg-type]
    (page,) = in_language(pair, "ru", "/peers/AM-KHG")
    assert "Внутри программы произошёл сбой. RuntimeError: never seen before. Попытка повторится сама." in page


ERRORS = [
    PeerTrouble("The peer cannot be reached", where="http://x.test", why=reasons.why_not(requests.ConnectTimeout())),
    *(PeerRefuses(slug, "The peer refuses", why=reasons.refused(slug, "said", 422)) for slug in reasons.PROBLEMS),
    *(PeerRefuses("unknown", "The peer refuses", why=reasons.refused("unknown", "", s)) for s in reasons.IN_FRONT),
    *(PeerTrouble("The peer cannot be reached", why=why) for _, why in reasons.TRANSPORT),
    PeerTrouble("Another address answers for the peer", why=reasons.MOVED, address="1"),
    PeerTrouble("The peer's answer cannot be read", why=reasons.NO_ANSWER),
    PeerTrouble("The peer's feed does not move on", where="http://x.test", why="5"),
    Inauthentic("W-oversize", bytes=9, limit=8),
    wire.Cut("the delivery has no end"),
    StoreTrouble("A file or folder cannot be used"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: str(error)[:60])
def test_no_sentence_of_it_is_left_in_english(error: Exception) -> None:
    kept = hindrance.of(error).kept()
    assert re.search("[A-Za-z]{4}", hindrance.told(kept, "en"))
    for language in LANGUAGES[1:]:
        told = ADDRESS.sub("", hindrance.told(kept, language))
        assert not re.search("[A-Za-z]{4}", told), told


def test_a_refused_segment_says_that_it_was_refused() -> None:
    cut = wire.Cut("x")
    cut.__cause__ = PeerRefuses("segment-gone", "The peer refuses", why=reasons.PROBLEMS["segment-gone"])
    assert hindrance.of(cut).what == "The peer refuses"


TEXTS = st.text()
SAID = st.one_of(
    st.builds(Hindrance, TEXTS, TEXTS, TEXTS, TEXTS),
    st.builds(Hindrance, TEXTS, why=st.just(reasons.MOVED), values=st.dictionaries(TEXTS, TEXTS)),
    st.builds(Hindrance, TEXTS, finding=st.just("W-syntax"), values=st.dictionaries(TEXTS, TEXTS)),
)


@given(SAID, st.sampled_from(LANGUAGES))
def test_what_is_kept_is_told_as_before_it_was_kept(one: Hindrance, language: str) -> None:
    assert hindrance.told(one.kept(), language) == one.told(language)


@given(st.text(), st.sampled_from(LANGUAGES))
def test_whatever_is_kept_can_be_told(text: str, language: str) -> None:
    assert hindrance.told(text, language) == text or text.startswith("{")


# -- what the network says ------------------------------------------------------------------------------------


class _Front(BaseHTTPRequestHandler):
    """A server in front of a node that answers by itself: what its path says, and a word of HTML."""

    def do_GET(self) -> None:
        status = int(self.path.split("/")[1])
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "https://elsewhere.test/")
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def front() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Front)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def said_at(pair: Pair, address: str) -> str:
    """Why hello fails at an address, in English."""
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(PeerTrouble) as trouble:
            Line(address, pair[1].node.key, session).hello()
    return hindrance.of(trouble.value).told("en")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (200, "It is no answer of the band exchange"),
        (301, "The address leads on to https://elsewhere.test/"),
        (404, "There is no node of the band exchange at this address"),
        (502, "The server in front of it answers, but its node does not"),
        (507, "HTTP 507"),
    ],
)
def test_a_server_in_front_that_answers_by_itself_is_told_from_a_node(
    pair: Pair, front: str, status: int, why: str
) -> None:
    assert why in said_at(pair, f"{front}/{status}")


def test_a_computer_without_a_node_is_told_from_a_name_that_nobody_has(pair: Pair) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "no node runs on it" in said_at(pair, f"http://127.0.0.1:{port}")
    assert "Its name is not found" in said_at(pair, "http://nobody.invalid")
    assert "Its address cannot be read" in said_at(pair, "http://[")
