"""A store put back whole: what was opened, counted and answered before it was noticed does not go astray."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.agreements import policy
from exchange.talk import proposals, returns
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    count,
    every,
    pull,
    record_of,
    recovery,
    settle,
    write,
)
from tests.together.mishaps import put_back, save

RETURNS = policy.STANDARD | {"bandings": "returns"}


def rings(town: Town) -> set[str]:
    return {kept.core["ring"] for kept in every(town)}


@pytest.fixture
def back(tmp_path: Path, amur: Town, third: Town) -> Iterator[tuple[Town, Network]]:
    """A node put back to before a banding that a peer of it has heard."""
    befriend(amur, third)
    line = Network().add(amur, third)
    write(amur, banding("XC 000001"))
    settle(line)
    saved = save(amur, tmp_path / "saved")
    write(amur, banding("XC 000004"))
    settle(line)
    amur = put_back(amur, saved, "whole")
    yield amur, line.add(amur)
    amur.close()


def test_what_was_opened_under_a_number_does_not_open_the_bird_that_stands_there_after_all(
    back: tuple[Town, Network], shuangpo: Town
) -> None:
    amur, line = back
    befriend(amur, shuangpo, terms=RETURNS)
    other = Network().add(amur, shuangpo)
    write(amur, banding("XC 000005"))
    write(shuangpo, recovery("XC 000005"))
    pull(amur, shuangpo, other)
    assert count(amur, "exchange_opened") == 1
    settle(line)
    assert rings(amur) == {"XC 000001", "XC 000004", "XC 000005"}
    settle(other)
    assert rings(shuangpo) == {"XC 000005"}


def test_the_ledger_of_what_left_never_names_another_batch(back: tuple[Town, Network], shuangpo: Town) -> None:
    amur, line = back
    befriend(amur, shuangpo)
    write(amur, banding("XC 000005"))
    pull(shuangpo, amur, Network().add(amur, shuangpo))
    went = "select batch_id from exchange_left where peer = ? and batch_id > 1"
    ((gone,),) = amur.station.store.database.execute(went, [shuangpo.code]).fetchall()
    settle(line)
    ids = {number for (number,) in amur.station.store.database.execute("select id from exchange_batches").fetchall()}
    assert gone not in ids


def test_an_answer_finds_the_recovery_that_was_lost_and_came_back(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    saved = save(shuangpo, tmp_path / "saved")
    (met,) = write(shuangpo, recovery())
    settle(between)
    returns.look(amur.node)
    settle(between)
    answered = [(one.sender, one.core["verdict"]) for one in returns.answers(shuangpo.node, met)]
    assert answered == [(amur.code, "not-known")]
    shuangpo = put_back(shuangpo, saved, "whole")
    settle(between.add(shuangpo))
    assert record_of(shuangpo, met)
    assert [(one.sender, one.core["verdict"]) for one in returns.answers(shuangpo.node, met)] == answered
    shuangpo.close()


def test_a_proposal_about_a_record_that_was_lost_waits_for_a_person_when_it_has_come_back(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    saved = save(shuangpo, tmp_path / "saved")
    (uuid,) = write(shuangpo, banding())
    settle(between)
    shuangpo = put_back(shuangpo, saved, "whole")
    letter = proposals.propose(amur.node, record_of(amur, uuid), {"core": {"sex": "F"}}, "It was one")
    settle(between.add(shuangpo))
    assert record_of(shuangpo, uuid)
    assert proposals.waiting(shuangpo.node, letter).about == uuid
    shuangpo.close()
