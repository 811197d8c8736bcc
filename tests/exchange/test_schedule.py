"""The timetable: when a peer is called, when again after a failure, and that only one process calls."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from exchange.log.book import Peer
from exchange.talk import feed, schedule
from exchange.talk.peer import PeerClient
from exchange.talk.schedule import LEASE, LONGEST_WAIT, Timetable, is_due, wait_after
from exchange.talk.sync import Busy, sync
from tests.exchange.forms import Pair
from tests.exchange.postbox import patiently
from tests.together.kit import Network, Town, banding, befriend, every, make_node, peer_of, reach, write


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 900), (1, 1800), (2, 3600), (3, 7200), (4, 14400), (5, 21600), (6, 21600), (99, 21600)],
)
def test_each_failure_doubles_the_wait_up_to_six_hours(failures: int, seconds: float) -> None:
    assert wait_after(failures, 900, 0) == seconds


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.floats(-1, 1))
def test_the_wait_is_never_nothing_and_never_for_ever(failures: int, interval: int, spread: float) -> None:
    wait = wait_after(failures, interval, spread)
    assert 0.5 <= wait <= max(LONGEST_WAIT, interval) * 1.1 + 0.01
    if failures == 0 and interval <= LONGEST_WAIT:
        assert wait == pytest.approx(interval, rel=0.11, abs=0.5)


@pytest.mark.parametrize(
    ("why", "next_at", "paused", "due"),
    [
        ("never called", 0.0, False, True),
        ("its time has come", 999.0, False, True),
        ("not yet", 1500.0, False, False),
        ("paused", 0.0, True, False),
        ("written under a clock that was years ahead", 1e9, False, True),
    ],
)
def test_when_a_peer_is_due(why: str, next_at: float, paused: bool, due: bool) -> None:
    assert is_due(Peer("AM-KHG", "http://am-khg.test", {}, next_at=next_at, paused=paused), 1000.0, 900) is due, why


Reach = Callable[[Peer], PeerClient]


def timetable(town: Town, reach: Reach, interval: int = 1) -> Timetable:
    found = Timetable(town.node, reach)
    found.interval, found.look_seconds = interval, 1
    return found


def test_what_was_written_at_the_peer_arrives_by_itself(pair: Pair) -> None:
    khg, shp, network = pair
    write(khg, banding())
    table = timetable(shp, reach(shp, network))
    table.start()
    try:
        patiently(lambda: len(every(shp)) == 1)
    finally:
        table.stop()
    peer = peer_of(shp, "AM-KHG")
    assert (peer.failures, peer.trouble) == (0, None)
    assert peer.next_at > 0


def test_of_two_timetables_on_one_store_only_one_works(pair: Pair) -> None:
    khg, shp, network = pair
    called: list[str] = []

    def reached(by: str) -> Reach:
        def connect(peer: Peer) -> PeerClient:
            called.append(by)
            return reach(shp, network)(peer)

        return connect

    write(khg, banding())
    one, two = timetable(shp, reached("one")), timetable(shp, reached("two"))
    one.look()
    two.look()
    patiently(lambda: bool(every(shp)))
    shp.node.book.note("AM-KHG", next_at=0.0)
    for _ in range(3):
        two.look()
    assert set(called) == {"one"}
    # Whoever ends gives the work over at once.
    one.scheduler.start()
    one.stop()
    shp.node.book.note("AM-KHG", next_at=0.0)
    two.look()
    patiently(lambda: "two" in called)
    two.scheduler.start()
    two.stop()


def test_a_killed_timetable_is_followed_by_another_after_a_while(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    _, shp, network = pair
    dead, alive = timetable(shp, reach(shp, network)), timetable(shp, reach(shp, network))
    now = time.time()
    dead.look()
    assert not shp.node.store.leases.take(LEASE, alive.holder, now + 3, 6)
    monkeypatch.setattr(schedule.time, "time", lambda: now + 60)
    assert shp.node.store.leases.take(LEASE, alive.holder, now + 60, 6)


def test_a_failing_peer_is_trouble_on_its_page_and_is_called_more_seldom(pair: Pair) -> None:
    _, shp, network = pair
    network.down = True
    table = timetable(shp, reach(shp, network), interval=900)
    waits = []
    for failures in (1, 2, 3):
        table.visit("AM-KHG")
        peer = peer_of(shp, "AM-KHG")
        assert peer.failures == failures
        assert "cannot be reached" in (peer.trouble or "")
        waits.append(peer.next_at - time.time())
    assert [round(wait / 900) for wait in waits] == pytest.approx([2, 4, 8], abs=1)
    network.down = False
    table.visit("AM-KHG")
    peer = peer_of(shp, "AM-KHG")
    assert (peer.failures, peer.trouble) == (0, None)


def test_a_fault_that_nobody_foresaw_is_never_written_down_as_success(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    _, shp, _ = pair

    def broken(_peer: Peer) -> PeerClient:
        raise RuntimeError("nobody foresaw this")

    with pytest.raises(RuntimeError):
        sync(shp.node, "AM-KHG", broken)
    report = timetable(shp, broken).visit("AM-KHG")
    assert report is not None
    assert "nobody foresaw this" in report.trouble
    assert "nobody foresaw this" in caplog.text
    peer = peer_of(shp, "AM-KHG")
    assert (peer.failures, peer.last_ok) == (2, None)
    assert "nobody foresaw this" in (peer.trouble or "")
    assert peer.next_at > time.time(), "it backs off"


def test_an_answer_cut_in_its_middle_is_trouble_and_not_a_fault(pair: Pair) -> None:
    khg, shp, network = pair
    write(khg, banding())
    for cut in (0, 20, 300, 700, 1000):
        for silent in (False, True):
            network.cut_after, network.silent = cut, silent
            assert sync(shp.node, "AM-KHG", reach(shp, network)).trouble, (cut, silent)
    network.cut_after = None
    assert sync(shp.node, "AM-KHG", reach(shp, network)).trouble == ""
    assert len(every(shp)) == 1


def test_a_peer_whose_feed_goes_round_in_circles_is_left(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    khg, shp, network = pair
    write(khg, banding())
    monkeypatch.setattr(feed, "ending", lambda *_: 0)
    monkeypatch.setattr(feed.wire, "page", always_more(feed.wire.page))
    report = sync(shp.node, "AM-KHG", reach(shp, network))
    assert "does not move on" in report.trouble


def always_more(page: Callable[..., Iterator[bytes]]) -> Callable[..., Iterator[bytes]]:
    def made(_batches: object, _limit: int, _end: object) -> Iterator[bytes]:
        blocks = b"".join(page([], 1, lambda *_: "00000000000000aa.0"))
        text = zstandard.ZstdDecompressor().decompressobj().decompress(blocks).replace(b"false", b"true")
        yield zstandard.ZstdCompressor().compress(text)

    return made


def test_one_slow_peer_does_not_hold_up_the_others(tmp_path: Path) -> None:
    towns = [make_node(tmp_path, code) for code in ("AM-KHG", "HL-SHP", "HL-QFG")]
    khg, shp, qfg = towns
    befriend(*towns)
    network, release, calls = Network().add(*towns), threading.Event(), []
    write(qfg, banding())

    def connect(peer: Peer) -> PeerClient:
        calls.append(peer.code)
        if peer.code == "AM-KHG":
            release.wait(20)
        return reach(shp, network)(peer)

    table = timetable(shp, connect)
    table.start()
    try:
        patiently(lambda: len(every(shp)) == 1 and calls.count("HL-QFG") >= 2)
        assert calls.count("AM-KHG") == 1, "one sync a peer at a time"
    finally:
        release.set()
        table.stop()
        for town in (khg, shp, qfg):
            town.close()


def test_two_syncs_with_one_peer_never_run_at_once(pair: Pair) -> None:
    _, shp, network = pair

    def meanwhile(peer: Peer) -> PeerClient:
        with pytest.raises(Busy):
            sync(shp.node, "AM-KHG", reach(shp, network))
        return reach(shp, network)(peer)

    assert sync(shp.node, "AM-KHG", meanwhile).trouble == ""
    assert sync(shp.node, "AM-KHG", reach(shp, network)).trouble == ""


def test_the_timetable_looks_as_often_as_its_interval_asks(pair: Pair) -> None:
    _, shp, _ = pair
    settings = shp.node.station.settings
    for interval, looks in ((1, 1), (9, 3), (900, 5)):
        station = replace(shp.node.station, settings=replace(settings, sync_seconds=interval))
        assert Timetable(replace(shp.node, station=station)).look_seconds == looks
