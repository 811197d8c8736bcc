"""The hours in which a line is up, over midnight too, and what a person writes for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.errors import Refused
from exchange.log.book import Peer
from exchange.talk import windows
from exchange.talk.schedule import is_due

minutes = st.integers(0, 1439)


@given(minutes, minutes)
def test_what_is_written_is_read_back(first: int, end: int) -> None:
    if first != end:
        window = windows.Window(first, end)
        assert windows.parse(str(window)) == window


@given(minutes, minutes, minutes)
def test_a_window_is_open_from_its_first_minute_up_to_its_end(first: int, end: int, minute: int) -> None:
    if first == end:
        return
    inside = first <= minute < end if first < end else minute >= first or minute < end
    assert windows.is_open(str(windows.Window(first, end)), minute) is inside


@given(minutes, minutes)
def test_a_window_is_open_for_as_many_minutes_as_it_says(first: int, end: int) -> None:
    if first != end:
        window = windows.Window(first, end)
        assert sum(window.holds(minute) for minute in range(1440)) == window.minutes


@given(minutes)
def test_no_window_is_always_open(minute: int) -> None:
    assert windows.is_open("", minute)
    assert windows.is_open("0-24", minute)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("22-6", "22:00-06:00"),
        (" 22:00 – 06:00 ", "22:00-06:00"),
        ("22.30—6.15", "22:30-06:15"),
        ("22：00～06：00", "22:00-06:00"),
        ("２２：００－６：００", "22:00-06:00"),
        ("0:00-24:00", "00:00-24:00"),
    ],
)
def test_what_a_person_types_is_understood(typed: str, kept: str) -> None:
    assert str(windows.parse(typed)) == kept


@pytest.mark.parametrize(
    "typed", ["at night", "22:00", "25-6", "22:60-6", "22-22", "24-6", "22-6\n7", "-", "22:00-06:00-07:00"]
)
def test_what_cannot_be_understood_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match=r"22:00-06:00"):
        windows.parse(typed)


def test_what_cannot_be_read_keeps_nobody_from_calling() -> None:
    assert windows.is_open("rubbish", 0)
    assert windows.patience("rubbish", 900) == 900


def test_a_short_window_is_not_slept_through() -> None:
    assert windows.patience("22:00-22:30", 6 * 3600) == 450
    assert windows.patience("22:00-06:00", 900) == 900
    assert windows.patience("", 900) == 900


def test_the_minute_is_that_of_the_stations_clock() -> None:
    assert windows.minute_at(0, "Asia/Shanghai") == 8 * 60
    assert windows.minute_at(0, "UTC") == 0


@pytest.mark.parametrize(
    ("next_at", "minute", "due"),
    [(1.0, 23 * 60, True), (1.0, 5 * 60, True), (1.0, 12 * 60, False), (0.0, 12 * 60, True), (2000.0, 23 * 60, False)],
)
def test_a_peer_is_called_in_its_window_and_by_hand_at_any_hour(next_at: float, minute: int, due: bool) -> None:
    peer = Peer("AM-KHG", "http://am-khg.test", {}, next_at=next_at, window="22:00-06:00")
    assert is_due(peer, 1000.0, 900, minute) is due
