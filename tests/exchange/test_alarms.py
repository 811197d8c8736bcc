"""Alarms: once however often they ring, never in the way of a sync, and in words that give nobody away."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.talk import alarms, words
from tests.together.kit import Town

NAME = "Ivan Petrov"


def titles(town: Town) -> list[str]:
    return [words.inward(town.node, a.kind, a.about, a.details, "en").title for a in town.node.alarms.open()]


def test_an_alarm_that_rings_often_is_one_alarm_with_the_newest_details(town: Town) -> None:
    for count in (1, 2, 3):
        alarms.ring(town.node, "aside", "AM-KHG.0123456789abcdef", count=count)
    alarms.ring(town.node, "aside", "HL-QFG.0123456789abcdef", count=9)
    assert [(a.times, a.details) for a in town.node.alarms.open()] == [(1, {"count": 9}), (3, {"count": 3})]


def test_a_settled_alarm_rings_anew_and_its_history_stays(town: Town) -> None:
    alarms.ring(town.node, "failure", "AM-KHG")
    alarms.settle(town.node, "failure", "AM-KHG", by="operator: telephoned")
    alarms.settle(town.node, "failure", "AM-KHG", by="somebody else")
    alarms.ring(town.node, "failure", "AM-KHG")
    assert [a.times for a in town.node.alarms.open()] == [1]
    assert [a.settled_by for a in town.node.alarms.history()] == ["operator: telephoned"]


def test_an_alarm_inside_a_transaction_is_kept_or_lost_with_it(town: Town) -> None:
    with contextlib.suppress(RuntimeError), town.station.store.transaction():
        alarms.ring(town.node, "refused", "AM-KHG")
        raise RuntimeError
    assert town.node.alarms.open() == []
    with town.station.store.transaction():
        alarms.ring(town.node, "refused", "AM-KHG")
    assert len(town.node.alarms.open()) == 1


def test_an_alarm_that_cannot_be_kept_does_not_stop_whoever_rings(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.station.store.database.execute("alter table exchange_alarms rename to gone")
    alarms.ring(town.node, "failure", NAME)
    alarms.settle(town.node, "failure", NAME)
    assert "could not be kept" in caplog.text
    assert "could not be settled" in caplog.text
    assert NAME not in caplog.text


def test_a_detail_of_any_type_is_kept(town: Town) -> None:
    alarms.ring(town.node, "brake", "AM-KHG", log=object(), path=Path("x"), none=None)
    assert len(town.node.alarms.open()) == 1


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
@pytest.mark.parametrize("kind", [*alarms.KINDS, *words.SENTENCES, "of a later version"])
def test_every_kind_has_words_in_every_language_even_without_details(town: Town, kind: str, language: str) -> None:
    kind, _, state = kind.partition(" ")
    told = words.inward(town.node, kind, "", {"state": state}, language)
    assert told.title
    assert told.mend
    assert "%(" not in told.title + told.mend


@pytest.mark.parametrize("kind", alarms.KINDS)
def test_every_kind_is_translated(town: Town, kind: str) -> None:
    kind, _, state = kind.partition(" ")
    told = {words.inward(town.node, kind, "AM-KHG", {"state": state}, language) for language in ("en", "zh", "ru")}
    assert len(told) == 3


def test_an_alarm_in_another_state_asks_for_as_much_as_that_state(town: Town) -> None:
    alarms.ring(town.node, "key", "AM-KHG")
    (alarm,) = town.node.alarms.open()
    town.node.alarms.told(alarm.id, {"mail": "then"})
    alarms.ring(town.node, "key", "AM-KHG")
    (alarm,) = town.node.alarms.open()
    assert (alarms.level_of(alarm), alarm.told) == ("look", {"mail": "then"})
    alarms.ring(town.node, "key", "AM-KHG", state="other")
    (alarm,) = town.node.alarms.open()
    assert (alarms.level_of(alarm), alarm.told, alarm.times) == ("act", {}, 3), "it is told anew"


details = st.dictionaries(
    st.sampled_from(["peer", "count", "since", "days", "expected", "until", "ring", "scheme", "state", "log", "at"]),
    st.sampled_from([NAME, f"x\r\nBcc: {NAME}", f"AM-KHG {NAME}", f"2024-01-01 {NAME}", f"{NAME}@mail.test"]),
)


@given(st.sampled_from([*alarms.KINDS, "other"]), st.sampled_from([NAME, f"AM-KHG\n{NAME}", "XC345612"]), details)
def test_no_name_and_no_ring_leaves_the_house(kind: str, about: str, said: dict[str, str]) -> None:
    for language in ("en", "zh", "ru"):
        for named in (False, True):
            told = words.outward(_Node(), kind, about, said, language, named=named)  # type: ignore[arg-type]
            assert NAME not in "".join(told)
            assert "XC345612" not in "".join(told)


class _Node:
    """As much of a node as words ask for; a whole one for each example would take minutes."""

    code = "HL-SHP"

    class station:
        class settings:
            class node:
                zone = "Asia/Shanghai"


def test_inside_the_house_the_ring_is_named_and_outside_it_is_not(town: Town) -> None:
    said = {"scheme": "RUM", "ring": "XC345612"}
    assert "RUM XC345612" in words.inward(town.node, "return", "", said, "en").title
    assert words.outward(town.node, "return", "XC345612", said, "en").title == words.met(1, "en").title


def test_outside_the_house_a_report_is_named_by_its_number(town: Town) -> None:
    assert words.outward(town.node, "report", "12", {}, "en").title.endswith("number 12")


def test_a_long_value_does_not_hide_the_sentence_and_a_line_stays_a_line(town: Town) -> None:
    alarms.ring(town.node, "failure", "x\r\n" * 500, since="never\x00")
    (title,) = titles(town)
    assert len(title) < 300
    assert title.isprintable()


def test_moments_are_told_by_the_stations_clock(town: Town) -> None:
    alarms.ring(town.node, "failure", "AM-KHG", since="2025-06-01T03:00:00+00:00")
    assert titles(town) == ["No sync with Khingansky Zapovednik (AM-KHG) has worked since 2025-06-01 11:00"]


def test_whoever_watches_the_terminal_is_told_once(town: Town) -> None:
    lines: list[str] = []
    object.__setattr__(town.node, "announce", lines.append)
    for _ in range(3):
        alarms.ring(town.node, "audit", "AM-KHG", differences=2)
    alarms.ring(town.node, "return", "1", scheme="RUM", ring="XC345612")
    assert lines == ["alarm HL-SHP  An audit with AM-KHG found differences: 2"]
