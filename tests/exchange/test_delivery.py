"""Delivery: each alarm once, none lost while a server is down, none doubled, and no sync that waits for it."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from banding.telling import Alarms
from exchange.log.steady import DAY
from exchange.node import ExchangeNode
from exchange.talk import alarms, schedule, watch
from exchange.talk.delivery import LEASE, Delivery, states
from exchange.talk.schedule import Timetable
from tests.exchange.postbox import Box, Hooked, mail_server, patiently, web_server
from tests.ports import free_port
from tests.together.kit import NOW, Network, Town, banding, befriend, every, make_node, reach, write

START = NOW.timestamp()
NAME = "Ivan Petrov"


@pytest.fixture
def box() -> Box:
    """A mail server that is not up yet."""
    return Box(free_port())


@pytest.fixture
def hooked() -> Iterator[Hooked]:
    """A web server."""
    with web_server() as found:
        yield found


def told_by(town: Town, language: str = "en", **ways: object) -> ExchangeNode:
    """The node with people to tell."""
    plain = Alarms(to=("chief@shp.test",), host="127.0.0.1", sender="node@shp.test", security="none")
    ours = replace(town.station.settings, alarms=replace(plain, **ways), language=language)  # type: ignore[arg-type]
    node = replace(town.node, station=replace(town.station, settings=ours))
    watch.look(node, START)
    return node


def later(node: ExchangeNode, seconds: float) -> None:
    """Let time pass, and deliver."""
    watch.look(node, START + seconds)
    Delivery(node).round()


def subjects(box: Box) -> list[str]:
    return [str(mail["Subject"]) for mail in box.mails]


def test_an_alarm_is_delivered_once_by_every_way(town: Town, box: Box, hooked: Hooked) -> None:
    node = told_by(town, port=box.port, webhook=hooked.url)
    alarms.ring(node, "key", "AM-KHG")
    with mail_server(box):
        for minute in range(5):
            later(node, 60 * minute)
            alarms.ring(node, "key", "AM-KHG")
    assert subjects(box) == ["HL-SHP: The key of Khingansky Zapovednik (AM-KHG) has changed"]
    assert [said["kind"] for said in hooked.said] == ["key"]
    (alarm,) = node.alarms.open()
    assert alarm.told["mail"] == alarm.told["webhook"] == node.at()


def test_an_alarm_that_stays_open_is_told_again_after_a_week_and_not_before(town: Town, box: Box) -> None:
    node = told_by(town, port=box.port)
    alarms.ring(node, "key", "AM-KHG")
    with mail_server(box):
        for day in range(16):
            later(node, day * DAY)
    assert len(box.mails) == 3
    assert len({mail["Message-ID"] for mail in box.mails}) == 3


def test_what_was_settled_before_anybody_was_told_is_not_told(town: Town, box: Box) -> None:
    node = told_by(town, port=box.port)
    alarms.ring(node, "key", "AM-KHG")
    alarms.settle(node, "key", "AM-KHG")
    with mail_server(box):
        later(node, 60)
    assert box.mails == []


def test_nothing_is_lost_or_doubled_while_the_server_is_down(town: Town, box: Box, hooked: Hooked) -> None:
    node = told_by(town, port=box.port, webhook=hooked.url)
    for code in ("AM-KHG", "HL-QFG", "PR-KHN"):
        alarms.ring(node, "key", code)
        later(node, 1)
    assert len(hooked.said) == 3, "one way that is down does not hold up the other"
    assert states(node)["mail"]["trouble"]["what"] == "The mail server cannot be reached"
    with mail_server(box):
        later(node, 30)
        assert box.mails == [], "it waits a little before it tries again"
        for minute in range(2, 6):
            later(node, 60 * minute)
    assert sorted(re.findall(r"\((\S+)\) has changed", " ".join(subjects(box)))) == ["AM-KHG", "HL-QFG", "PR-KHN"]
    assert states(node)["mail"] == {"ok": node.at()}


def test_a_message_tried_again_is_the_same_message(town: Town, box: Box) -> None:
    """A server may take a mail and lose its line before it says so: by the same number the second is known."""
    node = told_by(town, port=box.port)
    alarms.ring(node, "key", "AM-KHG")
    kept = node.alarms.told
    with mail_server(box):
        later(node, 0)
        kept(node.alarms.open()[0].id, {})
        later(node, 60)
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_wait_written_under_any_clock_ends(town: Town, box: Box) -> None:
    node, ran = told_by(town, port=box.port), [0.0]
    node.steady.running = lambda: ran[0]
    watch.look(node, START)
    alarms.ring(node, "key", "AM-KHG")
    later(node, 0)
    with mail_server(box):
        for years in (60, 0, -30, 0):
            # The clock is set forward and back; the process runs on.
            ran[0] += 40
            later(node, years * 365 * DAY + ran[0])
    assert len(box.mails) == 1


def test_a_refused_address_is_tried_again_alone(town: Town, box: Box) -> None:
    node = told_by(town, port=box.port, to=("chief@shp.test", "it@shp.test"))
    alarms.ring(node, "key", "AM-KHG")
    box.refuses = {"it@shp.test"}
    with mail_server(box):
        later(node, 0)
        assert "some of the addresses" in states(node)["mail"]["trouble"]["what"]
        box.refuses = set()
        later(node, 3600)
        later(node, 7200)
    assert box.to == [["chief@shp.test"], ["it@shp.test"]]


def test_an_alarm_that_one_way_refuses_does_not_hold_up_the_next(town: Town, hooked: Hooked) -> None:
    node = told_by(town, host="", webhook=hooked.url)
    hooked.answers = [400]
    for code in ("AM-KHG", "HL-QFG"):
        alarms.ring(node, "key", code)
    later(node, 0)
    assert [said["about"] for said in hooked.said] == ["HL-QFG"]
    later(node, 3600)
    assert [said["about"] for said in hooked.said] == ["HL-QFG", "AM-KHG"]


def test_many_returns_are_one_mail_without_a_ring_and_told_once(town: Town, box: Box, hooked: Hooked) -> None:
    node = told_by(town, port=box.port, webhook=hooked.url)
    for ring in range(300):
        alarms.ring(node, "return", f"XC34{ring:04}", scheme="RUM", ring=f"XC34{ring:04}", place=NAME)
    with mail_server(box):
        for day in range(20):
            later(node, day * DAY)
    assert subjects(box) == ["HL-SHP: Rings of yours were met again: 300"]
    assert [(said["kind"], said["about"], said["times"]) for said in hooked.said] == [("return", "", 300)]
    assert "XC34" not in box.mails[0].as_string() + str(hooked.said)


def test_no_name_is_in_a_mail(town: Town, box: Box, hooked: Hooked) -> None:
    node = told_by(town, port=box.port, webhook=hooked.url)
    kinds = {kind.partition(" ")[0] for kind in alarms.KINDS}
    for kind in kinds:
        alarms.ring(node, kind, NAME, peer=NAME, ring=NAME, since=NAME, count=NAME, log=NAME)
    with mail_server(box):
        later(node, 0)
    assert len(box.mails) == len(kinds)
    assert NAME not in str([(mail["Subject"], mail.get_content()) for mail in box.mails]) + str(hooked.said)


@pytest.mark.parametrize(("language", "word"), [("zh", "密钥"), ("ru", "Ключ")])
def test_a_mail_speaks_the_language_of_the_node(town: Town, box: Box, language: str, word: str) -> None:
    node = told_by(town, language, port=box.port)
    alarms.ring(node, "key", "AM-KHG")
    with mail_server(box):
        later(node, 0)
    assert word in subjects(box)[0]


def test_two_processes_do_not_tell_the_same_alarm_twice(town: Town, box: Box) -> None:
    node = told_by(town, port=box.port)
    alarms.ring(node, "key", "AM-KHG")
    assert node.store.leases.take(LEASE, "the other process", time.time(), 60)
    with mail_server(box):
        later(node, 0)
        assert box.mails == []
        node.store.leases.release(LEASE, "the other process")
        later(node, 60)
    assert len(box.mails) == 1


# -- beside the syncs --------------------------------------------------------------------------------------


def test_a_mail_server_that_says_nothing_holds_up_no_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "PATIENCE", 0.2)
    khg, shp = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(khg, shp)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        node = told_by(shp, port=silent.getsockname()[1])
        alarms.ring(node, "key", "AM-KHG")
        write(khg, banding())
        table = Timetable(node, reach(shp, Network().add(khg, shp)))
        table.delivery.begin()
        couriers = [thread for thread in threading.enumerate() if thread.name == "couriers"]
        table.start()
        patiently(lambda: len(every(shp)) == 1)
        assert [thread.is_alive() for thread in couriers] == [True]
    for thread in couriers:
        thread.join(20)
    table.stop()
    for town in (khg, shp):
        town.close()


def test_the_timetable_watches_and_tells_by_itself(tmp_path: Path, box: Box) -> None:
    khg, shp = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(khg, shp)
    node = told_by(shp, port=box.port)
    node.book.refuse("AM-KHG", "W-root", {}, b"one", node.at())
    with mail_server(box):
        table = Timetable(node, reach(shp, Network().add(khg, shp)))
        table.start()
        patiently(lambda: len(box.mails) == 1)
        table.stop()
    assert subjects(box) == ["HL-SHP: Bytes from Khingansky Zapovednik (AM-KHG) were refused: 1"]
    for town in (khg, shp):
        town.close()
