"""A log that says two things is proven, frozen and told; whatever an honest node said in it still reaches everybody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exchange.log import seals, wire
from tests.together.cloned import alarms_of
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    make_node,
    pull,
    snapshot,
    write,
)
from tests.together.pen import Pen, befriended, lines, pen
from tests.together.wrongs import a_fork, a_fork_in_the_middle, another_past

Post = Callable[[bytes], Any]


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
    assert pull(town, third, network).taken.refused > 0
    assert len(town.node.amends.evidence()) == 1
    network.asked.clear()
    report = pull(town, third, network)
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
    assert pull(town, third, network).trouble == ""
    assert town.node.publisher.log == log
    third.close()
