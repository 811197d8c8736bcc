"""The chores that clear away: answers that no peer waits for any more, and bytes that never became whole."""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.log.parts import Parts
from exchange.talk import chores
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
    assert town.node.book.answered(f"{89:064x}") == {"kept": 89}


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


def test_each_chore_is_there_once() -> None:
    names = [chore.name for chore in chores.CHORES]
    assert len(set(names)) == len(names)
    assert {"scrub", "tidy"} <= set(names)
