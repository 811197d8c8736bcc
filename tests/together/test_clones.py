"""A node that was copied with its key says two things in one log, and all of it reaches everybody, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.log import publish
from tests.together.cloned import Cloned, alarms_of
from tests.together.kit import (
    banding,
    client_of,
    correct,
    count,
    every,
    pull,
    recovery,
    returns_of,
    seals_of,
    snapshot,
    write,
)


@pytest.fixture
def cloned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloned]:
    monkeypatch.setattr(publish, "BATCH", 3)
    made = Cloned(tmp_path)
    yield made
    for town in made.towns:
        town.close()


def apart(cloned: Cloned) -> None:
    """Both write, and each is heard by another node before anybody can compare."""
    write(cloned.one, *(banding(f"XC 10000{at}") for at in range(5)))
    write(cloned.two, *(banding(f"XC 20000{at}") for at in range(4)), recovery("XC 000001"))
    correct(cloned.one, every(cloned.one)[0].uuid, sex="F")
    correct(cloned.two, every(cloned.two)[1].uuid, sex="M")
    write(cloned.others[1], recovery("XC 000002", day="2024-10-01"))
    for clone, other in zip((cloned.one, cloned.two), cloned.others, strict=True):
        clone.node.publisher.publish()
        assert pull(other, clone, cloned.line(clone, other)).trouble == ""


def agreed(cloned: Cloned, records: int, versions: int) -> None:
    """All four know every record, once, by the same leaves."""
    known = [seals_of(snapshot(town)) for town in cloned.towns]
    assert all(found == known[0] for found in known)
    assert len(known[0]) == records
    for town in cloned.towns:
        assert count(town, "versions") == count(town, "(select distinct record_id, generation, seal from versions)")
        assert count(town, "versions") == versions
        assert returns_of(town) == returns_of(cloned.one)
        assert not town.node.book.waiting()


def test_what_both_copies_wrote_reaches_everybody_once_although_the_log_was_frozen(cloned: Cloned) -> None:
    apart(cloned)
    log = cloned.one.node.publisher.log
    assert pull(*cloned.others, cloned.line(cloned.one, *cloned.others)).trouble == ""
    assert len(cloned.others[0].node.amends.evidence(log)) == 1
    assert alarms_of(cloned.others[0])
    cloned.rounds(4, [cloned.one, cloned.two])
    agreed(cloned, records=2 + 5 + 5 + 1, versions=2 + 5 + 5 + 1 + 2)
    logs = {cloned.one.node.publisher.log, cloned.two.node.publisher.log}
    assert len(logs) == 2, "each writes a log of its own now"
    assert log not in logs
    assert len(returns_of(cloned.others[0])) == 2


@pytest.mark.parametrize("first", [0, 1])
def test_it_is_the_same_whichever_copy_is_met_first(cloned: Cloned, first: int) -> None:
    apart(cloned)
    clones = [cloned.one, cloned.two]
    cloned.rounds(5, clones[first:] + clones[:first])
    agreed(cloned, records=13, versions=15)


def test_what_is_written_afterwards_goes_on_as_ever(cloned: Cloned) -> None:
    apart(cloned)
    cloned.rounds(4, [cloned.one, cloned.two])
    logs = [cloned.one.node.publisher.log, cloned.two.node.publisher.log]
    write(cloned.one, banding("XC 300001"))
    write(cloned.two, banding("XC 300002"))
    cloned.rounds(3, [cloned.two, cloned.one])
    agreed(cloned, records=15, versions=17)
    assert logs == [cloned.one.node.publisher.log, cloned.two.node.publisher.log], "the epochs have come to rest"


def test_a_copy_that_meets_the_same_peer_as_the_first_begins_anew_before_it_says_anything(cloned: Cloned) -> None:
    write(cloned.one, banding("XC 100001"))
    write(cloned.two, banding("XC 200001"))
    log, other = cloned.one.node.publisher.log, cloned.others[0]
    pull(other, cloned.one, cloned.line(cloned.one, other))
    assert pull(cloned.two, other, cloned.line(cloned.two, other)).trouble == ""
    assert cloned.two.node.publisher.log != log
    cloned.rounds(3, [cloned.two, cloned.one])
    agreed(cloned, records=4, versions=4)
    assert not any(town.node.amends.evidence() for town in cloned.towns)
    assert cloned.one.node.publisher.log == log


def test_a_proof_that_does_not_show_where_the_two_parted_lets_everything_be_said_again(cloned: Cloned) -> None:
    """One other holds both first batches of the second copy, and had asked the second other behind its own head."""
    first, second = cloned.others
    for at in range(3):
        write(cloned.one, banding(f"XC 10000{at}"))
        cloned.one.node.publisher.publish()
    for at in range(5):
        write(cloned.two, banding(f"XC 20000{at}"))
        cloned.two.node.publisher.publish()
    pull(first, cloned.one, cloned.line(cloned.one, first))
    pull(second, cloned.two, cloned.line(cloned.two, second))
    # As after a restored store: the feed is not read, only what lies behind the head is asked for.
    hello = client_of(first, second.address, cloned.line(cloned.one, first, second)).hello()
    first.node.book.note(second.code, epoch=hello.epoch, cursor=second.node.shelf.top())
    assert pull(*cloned.others, cloned.line(cloned.one, *cloned.others)).trouble == ""
    (proof,) = first.node.amends.evidence()
    assert proof.number == 6
    pull(cloned.one, first, cloned.line(cloned.one, first))
    cloned.rounds(5, [cloned.one, cloned.two])
    agreed(cloned, records=10, versions=10)


def test_a_copy_that_meets_nobody_but_a_peer_that_froze_its_log_learns_it_from_the_proof(cloned: Cloned) -> None:
    apart(cloned)
    first, log = cloned.others[0], cloned.one.node.publisher.log
    assert pull(*cloned.others, cloned.line(cloned.one, *cloned.others)).trouble == ""
    line = cloned.line(cloned.one, first)
    write(cloned.one, banding("XC 400000"))
    assert pull(cloned.one, first, line).trouble == ""
    assert cloned.one.node.publisher.log != log
    assert pull(first, cloned.one, line).trouble == ""
    assert seals_of(snapshot(cloned.one)).items() <= seals_of(snapshot(first)).items()
