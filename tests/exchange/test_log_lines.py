"""Names that pass through a node's errors never come to stand in a line for a program."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from banding import logs
from banding.errors import StoreTrouble
from exchange.log.book import Peer
from exchange.talk import alarms
from exchange.talk.line import PeerTrouble
from exchange.talk.peer import PeerClient
from exchange.talk.schedule import Timetable
from tests.exchange.forms import Pair
from tests.together.kit import banding, pull, reach, recovery, write
from tests.written import written

NAME = "Ivan Petrov"


@pytest.fixture
def pair(pair: Pair) -> Pair:
    """Two nodes that are peers; Sanhuanpao says what it says to a program."""
    object.__setattr__(pair[1].node, "announce", logs.tell)
    return pair


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What would be written, as it is written."""
    caplog.set_level(logging.INFO)
    with written() as found:
        yield found


def raising(fault: Exception) -> Callable[..., PeerClient]:
    def reached(_peer: Peer) -> PeerClient:
        raise fault

    return reached


def test_a_sync_says_what_crossed_and_which_return_but_no_name_and_no_ring(pair: Pair, lines: list[str]) -> None:
    khg, shp, network = pair
    write(khg, banding(people={"ringer": NAME}))
    write(shp, recovery(people={"ringer": NAME}))
    pull(shp, khg, network)
    events = [json.loads(line).get("event") for line in lines]
    assert "crossed" in events
    assert "return" in events
    assert NAME not in "".join(lines)
    assert "345612" not in "".join(lines)


@pytest.mark.parametrize(
    "fault",
    [
        KeyError(NAME),
        PeerTrouble(f"The peer said: {NAME}", where=NAME, why=f"It quotes {NAME}", mend=NAME),
        StoreTrouble("The node's file cannot be used", where=f"/home/{NAME}"),
        UnicodeDecodeError("utf-8", NAME.encode(), 0, 1, NAME),
    ],
)
def test_a_sync_that_fails_does_not_quote_what_it_failed_on(pair: Pair, lines: list[str], fault: Exception) -> None:
    assert Timetable(pair[1].node, raising(fault)).visit("AM-KHG") is not None
    assert [json.loads(line)["level"] for line in lines if "AM-KHG" in line]
    assert NAME not in "".join(lines)


def test_an_alarm_does_not_quote_its_details(pair: Pair, lines: list[str]) -> None:
    for kind in alarms.KINDS:
        alarms.ring(pair[1].node, kind, NAME, peer=NAME, since=NAME, ring="XC345612")
    assert len(lines) >= len(alarms.KINDS) - 2
    assert NAME not in "".join(lines)
    assert "XC345612" not in "".join(lines)


def test_a_fault_in_a_page_is_told_by_its_kind_and_number(
    pair: Pair, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shp, _ = pair
    monkeypatch.setitem(shp.app.view_functions, "accounts.login", lambda: [][NAME])  # type: ignore[call-overload]
    answer = shp.app.test_client().get(f"/login?name={NAME}")
    assert answer.status_code == 500
    said = json.loads(lines[-1])
    assert (said["error"], said["logger"]) == ("TypeError", "banding.web.problems")
    assert NAME not in "".join(lines)


def test_the_way_through_the_net_is_no_secret(pair: Pair, lines: list[str]) -> None:
    _, shp, network = pair
    network.down = True
    Timetable(shp.node, reach(shp, network)).visit("AM-KHG")
    said = json.loads(lines[-1])
    assert (said["event"], said["said"], said["level"]) == ("trouble", "The peer cannot be reached", "warning")
