"""A log that says two things is proven, frozen and told; whatever an honest node said in it still reaches everybody."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from exchange.log import publish, seals, wire
from exchange.talk.sync import sync
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    client_of,
    correct,
    count,
    every,
    make_node,
    reach,
    recovery,
    returns_of,
    seals_of,
    snapshot,
    write,
)
from tests.together.pen import Pen, befriended, lines, pen
from tests.together.wrongs import a_fork, a_fork_in_the_middle, another_past

Post = Callable[[bytes], Any]


def alarms_of(town: Town) -> list[tuple[str, str, int]]:
    return [(one.kind, one.about, one.times) for one in town.node.alarms.open() if one.kind == "equivocation"]


# -- somebody who is not honest ---------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [a_fork, a_fork_in_the_middle, another_past])
def test_two_things_under_one_number_are_kept_as_proof_and_the_log_is_frozen(
    town: Town, writer: Pen, honest: Pen, post: Post, bad: Callable[[Pen], Any]
) -> None:
    post(lines(*bad(writer), honest.batch(honest.entry())))
    (proof,) = town.node.amends.evidence()
    assert proof.log == writer.log
    assert proof.header != proof.other_header
    for header, signature in ((proof.header, proof.signature), (proof.other_header, proof.other_signature)):
        assert seals.is_signed(writer.key.public, signature, header.encode())
        assert wire.header(header).log == writer.log
    state = town.node.ledger.log(writer.log)
    assert state is not None
    assert state.frozen
    assert alarms_of(town) == [("equivocation", writer.log, 1)]
    assert honest.uuids[-1] in snapshot(town), "the logs of others go on"


def test_nothing_more_of_a_frozen_log_is_taken_and_the_others_go_on(
    town: Town, writer: Pen, honest: Pen, post: Post
) -> None:
    post(lines(*a_fork(writer)))
    before = town.node.ledger.have()[writer.log]
    writer.number, writer.previous = before, bytes(32)
    state = town.node.ledger.log(writer.log)
    assert state is not None
    writer.previous = state.head_hash
    answer = post(lines(writer.batch(writer.entry()), honest.batch(honest.entry())))
    assert (answer["kept"], answer["waiting"]) == (1, [writer.log])
    assert town.node.ledger.have()[writer.log] == before
    other = pen(writer.code, 1)
    other.epoch, other.uuids = "f" * 16, list(writer.uuids)
    assert post(lines(other.batch(other.entry())))["kept"] == 1, "a new log of the same node is taken"


def test_the_same_proof_is_kept_once_and_the_alarm_rings_once(town: Town, writer: Pen, post: Post) -> None:
    raw = lines(*a_fork(writer))
    for _ in range(3):
        post(raw)
    assert len(town.node.amends.evidence()) == 1
    assert [about for _, about, _ in alarms_of(town)] == [writer.log]


def test_what_a_peer_holds_of_a_frozen_log_is_not_asked_for(
    tmp_path: Path, town: Town, writer: Pen, line: Network
) -> None:
    """A third node took the other half, and more of it."""
    third = make_node(tmp_path, "HL-QFG")
    befriended(third, writer)
    befriend(town, third)
    network = line.add(third)
    first = writer.batch(writer.entry())
    fork = pen(writer.code, 1)
    fork.uuids.append("x")
    for batch, at in ((first, town), (fork.batch(fork.entry()), third), (fork.batch(fork.entry()), third)):
        client = writer.client(at, network)
        client.hello()
        client.post(lines(batch))
    assert synced(town, third, network).taken.refused > 0
    assert len(town.node.amends.evidence()) == 1
    network.asked.clear()
    report = synced(town, third, network)
    assert report.taken.batches == 0
    assert [path for _, path, _ in network.asked].count("/exchange/v1/feed") == 1
    third.close()


def test_everybody_who_asks_what_is_held_gets_the_proof(
    town: Town, writer: Pen, honest: Pen, post: Post, line: Network
) -> None:
    post(lines(*a_fork(writer)))
    client = honest.client(town, line)
    client.hello()
    client.have()
    proof = client.frozen[writer.log]
    assert len({one["header"] for one in proof}) == 2
    for one in proof:
        assert seals.is_signed(writer.key.public, wire.decode(one["signature"]), one["header"].encode())


def test_no_proof_that_we_did_not_sign_ends_our_log(town: Town, line: Network, tmp_path: Path) -> None:
    """Only what carries our own signature twice can say that our log says two things."""
    third = make_node(tmp_path, "HL-QFG")
    befriend(town, third)
    network = line.add(third)
    write(town, banding())
    town.node.publisher.publish()
    log, forger = town.node.publisher.log, pen(town.code, 7)
    forger.epoch = log.partition(".")[2]
    one, other = forger.batch(forger.entry()), forger.batch(forger.entry())
    third.station.store.database.execute(
        "insert into exchange_evidence(log, number, peer, header, signature, other_header, other_signature, at)"
        " values (?, 1, 'HL-QFG', ?, ?, ?, ?, '')",
        [log, one.header, one.signature, other.header, other.signature],
    )
    assert synced(town, third, network).trouble == ""
    assert town.node.publisher.log == log
    third.close()


def synced(town: Town, other: Town, network: Network) -> Any:
    return sync(town.node, other.code, reach(town, network))


# -- an honest node that was copied -----------------------------------------------------------------------


class Cloned:
    """Khingansky twice, each with the same key and the same past, and two who exchange with either."""

    def __init__(self, folder: Path) -> None:
        self.one = make_node(folder, "AM-KHG")
        self.others = [make_node(folder, "HL-SHP"), make_node(folder, "HL-QFG")]
        befriend(self.one, *self.others)
        write(self.one, banding("XC 000001"), banding("XC 000002"))
        self.one.node.publisher.publish()
        self.rounds(1, [self.one])
        self.one.station.store.database.execute("pragma wal_checkpoint(truncate)")
        shutil.copytree(folder / "AM-KHG", folder / "clone" / "AM-KHG")
        self.two = make_node(folder / "clone", "AM-KHG")

    @property
    def towns(self) -> list[Town]:
        return [self.one, self.two, *self.others]

    def line(self, clone: Town, *others: Town) -> Network:
        """The line on which this one of the two is the one that answers."""
        return Network().add(clone, *others)

    def rounds(self, number: int, clones: Sequence[Town]) -> None:
        """Let everybody sync with everybody, over and over, now with one of the two and now with the other."""
        for _ in range(number):
            for clone in clones:
                network = self.line(clone, *self.others)
                for town in network.towns.values():
                    for peer in town.node.book.peers():
                        report = sync(town.node, peer.code, reach(town, network))
                        assert not report.trouble, (town, report)
                assert not network.faults


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
        assert synced(other, clone, cloned.line(clone, other)).trouble == ""


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
    assert synced(*cloned.others, cloned.line(cloned.one, *cloned.others)).trouble == ""
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
    synced(other, cloned.one, cloned.line(cloned.one, other))
    assert synced(cloned.two, other, cloned.line(cloned.two, other)).trouble == ""
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
    synced(first, cloned.one, cloned.line(cloned.one, first))
    synced(second, cloned.two, cloned.line(cloned.two, second))
    # As after a restored store: the feed is not read, only what lies behind the head is asked for.
    hello = client_of(first, second.address, cloned.line(cloned.one, first, second)).hello()
    first.node.book.note(second.code, epoch=hello.epoch, cursor=second.node.shelf.top())
    assert synced(*cloned.others, cloned.line(cloned.one, *cloned.others)).trouble == ""
    (proof,) = first.node.amends.evidence()
    assert proof.number == 6
    synced(cloned.one, first, cloned.line(cloned.one, first))
    cloned.rounds(5, [cloned.one, cloned.two])
    agreed(cloned, records=10, versions=10)
