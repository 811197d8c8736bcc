"""The page of alarms, the first page, and the form on a peer's page: what they say, and who may change something."""

from dataclasses import replace

import pytest
from flask import url_for

from banding.telling import Alarms
from exchange.talk import alarms, watch
from exchange.talk.delivery import Delivery
from tests.exchange.forms import Apart, act, as_role, send, staff
from tests.ports import free_port
from tests.together.kit import Town, peer_of
from tests.web.conftest import words
from tests.web.finders import report


@pytest.fixture
def town(apart: Apart) -> Town:
    """Sanhuanpao with Khingansky for a peer, and an account of each role."""
    staff(apart[1])
    return apart[1]


def test_a_page_without_alarms_says_so(town: Town) -> None:
    reader = as_role(town, "reader")
    page = words(reader.get("/alarms").text)
    assert "Nothing is wrong" in page
    assert "Nothing has been settled yet" in page
    assert "Alarms" not in words(reader.get("/").text.partition("<main")[2])


def test_what_asks_most_stands_first_and_on_the_first_page(town: Town) -> None:
    alarms.ring(town.node, "return", "1", scheme="RUM", ring="XC345612")
    alarms.ring(town.node, "silence", "AM-KHG", days=9, expected="3")
    alarms.ring(town.node, "brake", "AM-KHG")
    reader = as_role(town, "reader")
    for path in ("/alarms", "/"):
        page = words(reader.get(path).text)
        places = [page.index(text) for text in ("unusually much", "nothing new for 9 days", "RUM XC345612")]
        assert places == sorted(places), path


def test_an_alarm_leads_to_the_page_where_something_can_be_done(town: Town) -> None:
    alarms.ring(town.node, "failure", "AM-KHG", since="2025-06-01T03:00:00+00:00")
    alarms.ring(town.node, "refused", "PR-KHN", peer="PR-KHN", count=1)
    alarms.ring(town.node, "return", "1", scheme="RUM", ring="XC345612")
    alarms.ring(town.node, "report", "1", number=1, title="Cranes", trouble="the disk is full")
    assert 'href="/scheduled"' in as_role(town, "operator").get("/alarms").text.partition("<main")[2]
    page = as_role(town, "reader").get("/alarms").text
    assert 'href="/peers/AM-KHG"' in page
    assert 'href="/set-aside"' in page
    with town.app.test_request_context():
        assert f'href="{url_for("records.bird", scheme="RUM", ring="XC345612")}"' in page


def test_nobody_is_led_to_a_page_that_is_closed_to_him(town: Town) -> None:
    alarms.ring(town.node, "find", "", count=1)
    assert 'href="/finds"' in as_role(town, "reviewer").get("/alarms").text.partition("<main")[2]
    reader = as_role(town, "reader").get("/").text
    assert 'href="/finds"' not in reader
    assert '<p class="said warn"><a href="/alarms">' in reader


def test_the_first_page_tells_a_reviewer_once_of_rings_that_wait(town: Town) -> None:
    assert report(town.app.test_client()).status_code == 303
    watch.look(town.node)
    page = as_role(town, "reviewer").get("/").text.partition("<main")[2]
    assert page.count('href="/finds"') == 1
    assert "wait for a look: 1" in page


@pytest.mark.parametrize(
    ("language", "named"),
    [
        ("en", "Khingansky Zapovednik (AM-KHG)"),
        ("zh", "兴安斯基（兴安）自然保护区 (AM-KHG)"),
        ("ru", "Хинганский заповедник (AM-KHG)"),
    ],
)
def test_an_alarm_calls_a_node_by_its_name_and_its_code(town: Town, language: str, named: str) -> None:
    alarms.ring(town.node, "failure", "AM-KHG", since="2025-06-01T03:00:00+00:00")
    page = as_role(town, "reader").get("/alarms", headers={"X-Page-Language": language}).text
    assert named in page
    alarms.ring(town.node, "equivocation", f"AM-KHG.{'0' * 16}")
    assert f"AM-KHG.{'0' * 16})" in as_role(town, "reader").get("/alarms").text


def test_an_operator_settles_with_a_word_and_a_reader_only_sees(town: Town) -> None:
    alarms.ring(town.node, "key", "AM-KHG")
    (alarm,) = town.node.alarms.open()
    reader, operator = as_role(town, "reader"), as_role(town, "operator")
    assert "/settle" not in reader.get("/alarms").text
    assert send(reader, f"/alarms/{alarm.id}/settle", word="seen")[0] == 403
    status, said = send(operator, f"/alarms/{alarm.id}/settle", word="  ")
    assert (status, "A word is needed" in said) == (422, True)
    status, said = send(operator, f"/alarms/{alarm.id}/settle", word="telephoned, <b>in order</b>")
    assert (status, "Nothing is wrong" in said) == (200, True)
    assert "operator: telephoned, &lt;b&gt;in order" in operator.get("/alarms").text
    assert send(operator, "/alarms/999/settle", word="seen")[0] == 404


def test_all_good_news_is_seen_at_once_and_nothing_else(town: Town) -> None:
    for ring in range(300):
        alarms.ring(town.node, "return", str(ring), scheme="RUM", ring=f"XC34{ring:04}")
    alarms.ring(town.node, "key", "AM-KHG")
    operator = as_role(town, "operator")
    page = words(operator.get("/alarms").text)
    assert "101 more are open" in page
    assert send(operator, "/alarms/seen")[0] == 200
    assert [a.kind for a in town.node.alarms.open()] == ["key"]


def test_details_from_elsewhere_stay_text(town: Town) -> None:
    alarms.ring(town.node, "failure", "<script>alert(1)</script>", since="<img src=x>")
    reader = as_role(town, "reader")
    for path in ("/", "/alarms"):
        assert "<script>alert" not in reader.get(path).text
        assert "<img" not in reader.get(path).text


def test_the_page_says_which_ways_are_set_up_and_what_their_trouble_is(town: Town) -> None:
    reader = as_role(town, "reader")
    assert words(reader.get("/alarms").text).count("set by the administrator of the computer") == 2
    ways = Alarms(to=("chief@shp.test",), host="127.0.0.1", port=free_port(), webhook="http://127.0.0.1:9/secret")
    node = replace(town.node, station=replace(town.station, settings=replace(town.station.settings, alarms=ways)))
    town.app.extensions["exchange"] = node
    alarms.ring(node, "key", "AM-KHG")
    watch.look(node)
    Delivery(node).round()
    page = reader.get("/alarms").text
    assert "The mail server cannot be reached." in words(page)
    assert "The webhook cannot be reached." in words(page)
    assert "on this page only" in words(page)
    assert "chief@" not in page
    assert "secret" not in page


def test_an_administrator_says_when_a_peer_is_missed_and_when_its_line_is_up(town: Town) -> None:
    boss = as_role(town, "administrator")
    assert send(as_role(town, "reviewer"), "/peers/AM-KHG/watch", expect_days="9")[0] == 403
    status, said = send(boss, "/peers/AM-KHG/watch", expect_days="1,5", window="22–6")
    assert (status, "Saved." in said) == (200, True)
    peer = peer_of(town, "AM-KHG")
    assert (peer.expect_days, peer.window) == (1.5, "22:00-06:00")
    assert 'value="22:00-06:00"' in boss.get("/peers/AM-KHG").text
    assert "22:00-06:00" in words(as_role(town, "reader").get("/peers/AM-KHG").text)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"expect_days": "often"}, "no number of days"),
        ({"expect_days": "-1"}, "no number of days"),
        ({"expect_days": "nan"}, "no number of days"),
        ({"expect_days": "0.2"}, "no number of days"),
        ({"expect_days": "1e9"}, "no number of days"),
        ({"expect_days": "3", "window": "at night"}, "no hours of a line"),
    ],
)
def test_what_cannot_be_understood_changes_nothing_and_is_told(town: Town, form: dict[str, str], told: str) -> None:
    status, said = send(as_role(town, "administrator"), "/peers/AM-KHG/watch", **form)
    assert (status, told in said, "Write" in said) == (200, True, True)
    peer = peer_of(town, "AM-KHG")
    assert (peer.expect_days, peer.window) == (3.0, "")


def test_the_page_speaks_three_languages(town: Town) -> None:
    alarms.ring(town.node, "key", "AM-KHG")
    reader, seen = as_role(town, "reader"), set()
    for language in ("en", "zh", "ru"):
        act(reader, "/language", language=language)
        seen.add(words(reader.get("/alarms").text.partition("<main")[2]))
    assert len(seen) == 3
