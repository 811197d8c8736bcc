"""The chores that clear away what nobody waits for any more, and the one that keeps the table of returns at hand."""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from banding.store import returns_table
from banding.store.works import DONE, Work
from exchange.log.parts import Parts
from exchange.talk import chores
from tests.reports.birds import banding, enter, recovery
from tests.together.kit import NOW, Town, count, make_node

DIGEST = "ab" * 32


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """One node."""
    found = make_node(tmp_path, "AM-KHG")
    yield found
    found.close()


def test_answers_go_after_ninety_days_and_not_before(town: Town) -> None:
    with town.station.store.transaction():
        for days in (1, 89, 91, 400):
            at = (NOW - datetime.timedelta(days=days)).isoformat(timespec="seconds")
            town.node.book.answer(f"{days:064x}", "HL-SHP", at, {"kept": days})
    chores.tidy(town.node)
    chores.tidy(town.node)
    assert count(town, "exchange_inbox") == 2
    assert town.node.book.answered(f"{89:064x}", "HL-SHP") == {"kept": 89}


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
@pytest.mark.parametrize("folder", ["segments/HL-SHP", "from-HL-SHP"])
def test_unfinished_bytes_go_after_thirty_days_and_not_before(town: Town, folder: str, days: int, stays: bool) -> None:
    waiting = Parts(town.station.settings.home / "parts" / folder)
    waiting.add(DIGEST, 0, b"begun")
    at = (NOW - datetime.timedelta(days=days)).timestamp()
    os.utime(waiting.path(DIGEST), (at, at))
    chores.tidy(town.node)
    assert waiting.path(DIGEST).exists() is stays


def test_a_node_that_has_never_had_any_has_nothing_to_clear(town: Town) -> None:
    chores.tidy(town.node)
    assert count(town, "exchange_inbox") == 0


def test_the_table_of_returns_comes_up_to_date_a_piece_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns_table, "CHUNK", 2)
    monkeypatch.setattr(chores, "AT_ONCE", 2)
    enter(town.station, banding(), recovery(), banding("XC 345613"), recovery("XC 345613"))
    found = []
    for _ in range(2):
        chores.table_of_returns(town.node)
        found.append(count(town, "returns"))
    assert found == [1, 2]


def test_files_that_name_people_go_when_their_day_is_over(town: Town) -> None:
    ended = NOW - datetime.timedelta(hours=25)
    town.node.store.works.add(Work("ab", "letters", 1, "anna", {}, state=DONE, ended_at=ended.isoformat()))
    path = town.station.settings.home / "works" / "ab"
    path.parent.mkdir()
    path.write_text("Wang Fang")
    chores.files(town.node)
    assert not path.exists()
    assert count(town, "works") == 0


def test_each_chore_is_there_once() -> None:
    names = [chore.name for chore in chores.CHORES]
    assert len(set(names)) == len(names)
    assert {"scrub", "tidy", "files"} <= set(names)
