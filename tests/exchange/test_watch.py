"""What the timetable looks at: who fails, who keeps silent, what ends and what waits, whatever the clock says."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain.rules import Finding
from exchange.log.steady import DAY
from exchange.talk import alarms, watch, words
from exchange.talk.watch import State, plan
from tests.together.kit import NOW, Town, befriend, make_node, peer_of

HOUR = 3600.0
START = NOW.timestamp()
YEARS = 20 * 365 * DAY


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Sanhuanpao, which has Khingansky for a peer and has just looked."""
    towns = make_node(tmp_path, "HL-SHP"), make_node(tmp_path, "AM-KHG")
    befriend(*towns)
    watch.look(towns[0].node, START)
    yield towns[0]
    for one in towns:
        one.close()


def at(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(START + seconds, datetime.UTC).isoformat(timespec="seconds")


def synced(town: Town, seconds: float, *, ok: bool = True, heard: bool = False) -> None:
    """Write down a call of the peer as a sync does, and what came by it."""
    peer = peer_of(town, "AM-KHG")
    values = {"failures": 0, "last_ok": at(seconds)} if ok else {"failures": peer.failures + 1}
    town.node.book.note("AM-KHG", last_at=at(seconds), **values)
    if heard:
        town.node.book.heard("AM-KHG", at(seconds))


def passing(town: Town, begin: float, end: float, *, ok: bool = True, heard: bool = False) -> None:
    """Hours of calls and looks."""
    moment = begin
    while moment <= end:
        synced(town, moment, ok=ok, heard=heard)
        watch.look(town.node, START + moment + 1)
        moment += 6 * HOUR


def opened(town: Town) -> list[tuple[str, str]]:
    return [(a.kind, a.about) for a in town.node.alarms.open()]


def test_a_peer_that_fails_for_a_day_is_an_alarm_and_one_that_works_again_is_none(town: Town) -> None:
    passing(town, 0, 0)
    passing(town, 6 * HOUR, 24 * HOUR, ok=False)
    assert opened(town) == []
    passing(town, 30 * HOUR, 54 * HOUR, ok=False)
    assert opened(town) == [("failure", "AM-KHG")]
    (alarm,) = town.node.alarms.open()
    assert (alarm.times, alarm.details) == (1, {"since": at(0)})
    passing(town, 60 * HOUR, 60 * HOUR)
    assert opened(town) == []
    assert [a.settled_by for a in town.node.alarms.history()] == [""]


def test_a_peer_that_never_worked_is_told_without_a_moment(town: Town) -> None:
    passing(town, 0, 48 * HOUR, ok=False)
    (alarm,) = town.node.alarms.open()
    assert alarm.details == {"state": "always"}


def test_a_node_that_was_off_for_a_holiday_calls_before_it_complains(town: Town) -> None:
    passing(town, 0, 0, heard=True)
    watch.look(town.node, START + 14 * DAY)
    assert opened(town) == []
    synced(town, 14 * DAY + 60, ok=False)
    watch.look(town.node, START + 14 * DAY + 61)
    assert opened(town) == [("silence", "AM-KHG")], "one failed call is no failure of a day"


def test_a_peer_from_which_nothing_new_comes_is_silent_however_well_its_line_works(town: Town) -> None:
    passing(town, 0, 0, heard=True)
    passing(town, 6 * HOUR, 66 * HOUR)
    assert opened(town) == []
    passing(town, 72 * HOUR, 9 * DAY)
    assert opened(town) == [("silence", "AM-KHG")]
    (alarm,) = town.node.alarms.open()
    assert (alarm.times, alarm.details) == (1, {"days": 9, "expected": "3"})
    passing(town, 9 * DAY + HOUR, 9 * DAY + HOUR, heard=True)
    assert opened(town) == []


@pytest.mark.parametrize(("days", "told"), [(0, False), (30, False), (1, True)])
def test_how_long_a_silence_may_last_is_the_peers_own(town: Town, days: float, told: bool) -> None:
    town.node.book.note("AM-KHG", expect_days=days)
    passing(town, 0, 0, heard=True)
    passing(town, 6 * HOUR, 9 * DAY)
    assert bool(opened(town)) is told


def test_a_peer_that_is_paused_is_neither_missed_nor_blamed(town: Town) -> None:
    passing(town, 0, 9 * DAY, ok=False)
    assert len(opened(town)) == 2
    town.node.book.note("AM-KHG", paused=1)
    watch.look(town.node, START + 9 * DAY + HOUR)
    assert opened(town) == []


def test_what_a_person_has_settled_stays_settled_until_it_changes(town: Town) -> None:
    passing(town, 0, 48 * HOUR, ok=False)
    alarms.settle(town.node, "failure", "AM-KHG", by="operator: they are on leave")
    passing(town, 54 * HOUR, 66 * HOUR, ok=False)
    assert opened(town) == []
    passing(town, 68 * HOUR, 68 * HOUR, heard=True)
    passing(town, 72 * HOUR, 120 * HOUR, ok=False)
    assert ("failure", "AM-KHG") in opened(town)


@pytest.mark.parametrize("jump", [YEARS, -YEARS, 400 * DAY, -400 * DAY])
def test_a_clock_set_years_off_and_back_rings_nothing(town: Town, jump: float) -> None:
    passing(town, 0, 6 * HOUR, heard=True)
    watch.look(town.node, START + jump)
    synced(town, jump + 60, heard=True)
    watch.look(town.node, START + jump + 61)
    synced(town, jump + 120, ok=False)
    watch.look(town.node, START + jump + 121)
    watch.look(town.node, START + 12 * HOUR)
    synced(town, 12 * HOUR + 60, ok=False)
    watch.look(town.node, START + 12 * HOUR + 61)
    assert opened(town) == []


def test_a_silence_after_the_clock_was_put_right_is_still_heard(town: Town) -> None:
    passing(town, YEARS, YEARS, heard=True)
    passing(town, 0, 9 * DAY)
    assert opened(town) == [("silence", "AM-KHG")]


def test_a_start_with_a_clock_years_off_rings_nothing(town: Town) -> None:
    passing(town, 0, 6 * HOUR, heard=True)
    for jump in (YEARS, -YEARS):
        # A new process: what it ran for is not known.
        town.node.__dict__.pop("steady", None)
        synced(town, jump, ok=False)
        watch.look(town.node, START + jump)
    assert opened(town) == []


def test_entries_set_aside_ring_once_a_log_and_are_settled_when_none_waits(town: Town) -> None:
    town.station.store.database.table("exchange_logs").insert(
        {"name": "AM-KHG.0123456789abcdef", "node": "AM-KHG", "head_number": 2, "head_hash": b""}
    )
    book = town.node.book
    with town.station.store.transaction():
        for number in (1, 2):
            book.set_aside(1, number, {"core": "{}"}, [Finding("W-shape", "error", "", {})], at(0))
    for _ in range(3):
        watch.look(town.node, START + 60)
    (alarm,) = town.node.alarms.open()
    assert (alarm.kind, alarm.about, alarm.times, alarm.details) == (
        "aside",
        "AM-KHG.0123456789abcdef",
        1,
        {"count": 2},
    )
    book.taken_up(1, 1)
    watch.look(town.node, START + 120)
    (alarm,) = town.node.alarms.open()
    assert (alarm.times, alarm.details) == (1, {"count": 1})
    book.taken_up(1, 2)
    watch.look(town.node, START + 180)
    assert opened(town) == []


def test_a_refusal_rings_once_and_again_only_for_a_new_one(town: Town) -> None:
    town.node.book.refuse("AM-KHG", "W-root", {}, b"one", at(0))
    for _ in range(2):
        watch.look(town.node, START + 60)
    alarms.settle(town.node, "refused", "AM-KHG", by="operator: telephoned")
    watch.look(town.node, START + 120)
    assert opened(town) == []
    town.node.book.refuse(None, "W-root", {}, b"two", at(0))
    town.node.book.refuse("AM-KHG", "W-root", {}, b"three", at(0))
    watch.look(town.node, START + 180)
    assert sorted(opened(town)) == [("refused", ""), ("refused", "AM-KHG")]
    told = {words.inward(town.node, one.kind, one.about, one.details, "en").title for one in town.node.alarms.open()}
    assert "Bytes that were carried here by hand were refused: 1" in told


@pytest.mark.parametrize(
    ("until", "state"),
    [("2025-05-31", "ended"), ("2025-06-01", "ends"), ("2025-07-01", "ends"), ("2025-07-02", ""), (None, ""), (7, "")],
)
def test_an_agreement_is_spoken_of_before_it_ends_and_when_it_has(town: Town, until: object, state: str) -> None:
    agree(town, until)
    watch.look(town.node, START + 60)
    assert [a.details["state"] for a in town.node.alarms.open()] == ([state] if state else [])


def test_an_agreement_that_was_given_up_is_over_until_another_is_in_force(town: Town) -> None:
    agree(town, None)
    town.station.store.database.execute("update exchange_agreements set state = 'ended'")
    town.node.book.note("AM-KHG", agreement="")
    watch.look(town.node, START + 60)
    assert [a.details["state"] for a in town.node.alarms.open()] == ["over"]
    town.node.book.note("AM-KHG", agreement="0" * 64)
    watch.look(town.node, START + 120)
    assert opened(town) == []


def agree(town: Town, until: object) -> None:
    row = {"digest": "0" * 64, "peer": "AM-KHG", "text": json.dumps({"valid_until": until}), "state": "in force"}
    town.station.store.database.table("exchange_agreements").insert(row | {"at": at(0)})
    town.node.book.note("AM-KHG", agreement="0" * 64)


def test_a_look_that_cannot_ring_finds_it_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.node.book.refuse("AM-KHG", "W-root", {}, b"one", at(0))
    with monkeypatch.context() as broken:
        broken.setattr(alarms, "keep", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            watch.look(town.node, START + 60)
    watch.look(town.node, START + 120)
    assert opened(town) == [("refused", "AM-KHG")]


signs = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("12"))


@given(signs, signs)
def test_a_plan_rings_what_is_new_settles_what_is_over_and_nothing_else(
    now: dict[str, str], was: dict[str, str]
) -> None:
    found = [State("kind", about, sign, {}) for about, sign in now.items()]
    done = plan(found, {f"kind {about}": sign for about, sign in was.items()})
    assert {one.about for one in done.ring} == {about for about in now if was.get(about) != now[about]}
    assert {one.about for one in done.amend} == {about for about in now if was.get(about) == now[about]}
    assert set(done.settle) == {("kind", about) for about in was.keys() - now.keys()}
