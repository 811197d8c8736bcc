"""A rehearsal says what a sync would bring, take and hold up, and writes nothing; then the sync does just that."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exchange.agreements import policy
from exchange.log import publish
from exchange.talk import rehearsal, trial
from exchange.talk.greeting import NotThatPeer
from exchange.talk.rehearsal import Rehearsal
from exchange.talk.take import Taken
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    make_node,
    on_disk,
    peer_of,
    pull,
    reach,
    recovery,
    snapshot,
    withdraw,
    write,
)
from tests.together.pen import Pen, befriended, lines, pen

PATIENCE = 5


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "BATCH", 10)


def rehearsed(town: Town, other: Town, network: Network, most: int = rehearsal.MOST) -> Rehearsal:
    """A rehearsal, after which nobody has committed anything and every byte of the node's files is what it was."""
    peer = peer_of(town, other.code)
    with contextlib.closing(sqlite3.connect(town.station.settings.store)) as beside:
        before = on_disk(town), _version(beside), sorted(files(town))
        found = rehearsal.rehearse(town.node, peer, reach(town, network)(peer), most)
        assert (on_disk(town), _version(beside), sorted(files(town))) == before
    return found


def _version(beside: sqlite3.Connection) -> int:
    return int(beside.execute("pragma data_version").fetchone()[0])


def files(town: Town) -> Iterator[str]:
    return (str(path) for path in town.folder.joinpath(town.code).rglob("*"))


def test_what_would_come_is_told_by_what_would_become_of_it(amur: Town, shuangpo: Town, between: Network) -> None:
    uuids = write(amur, *(banding(f"XC {at:06}") for at in range(4)))
    pull(shuangpo, amur, between)
    correct(amur, uuids[0], sex="F")
    withdraw(amur, uuids[1])
    write(amur, banding("XC 000008"), banding("XC 000009"))
    write(shuangpo, banding("XC 000009", day="2024-06-01"))
    amur.node.publisher.publish()
    found = rehearsed(shuangpo, amur, between)
    assert found.missing == {amur.node.publisher.log: 4}
    assert {kind: found.come[kind] for kind in ("new", "corrections", "withdrawals")} == {
        "new": 2, "corrections": 1, "withdrawals": 1,
    }  # fmt: skip
    assert found.conflicts == {"R-second-banding": 1}
    assert [found.aside, found.held, found.frozen, found.refused, found.more] == [[], [], [], [], False]
    assert pull(shuangpo, amur, between).taken.kept == 4


def test_the_brake_is_foretold_and_does_not_hold_yet(amur: Town, shuangpo: Town, between: Network) -> None:
    uuids = write(amur, *(banding(f"XC {at:06}") for at in range(30)))
    pull(shuangpo, amur, between)
    for uuid in uuids:
        withdraw(amur, uuid)
    amur.node.publisher.publish()
    log = amur.node.publisher.log
    said: list[str] = []
    assert rehearsed(replace(shuangpo, node=replace(shuangpo.node, announce=said.append)), amur, between).held == [log]
    assert said == []
    state = shuangpo.node.ledger.log(log)
    assert state is not None
    assert state.held is None
    assert shuangpo.node.alarms.open() == []
    assert pull(shuangpo, amur, between).taken.waiting == (log,)
    found = rehearsed(shuangpo, amur, between)
    assert (found.held, found.waits, found.strange) == ([], [log], [])


def test_what_would_be_refused_for_want_of_a_key_is_foretold(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(third, amur)
    write(third, banding())
    pull(amur, third, between.add(third))
    found = rehearsed(shuangpo, amur, between)
    assert (found.missing, found.strange) == ({third.node.publisher.log: 1}, [third.node.publisher.log])
    assert pull(shuangpo, amur, between).taken.refused == 1
    third.close()


def test_what_would_be_set_aside_is_told_with_its_reasons(amur: Town, shuangpo: Town, between: Network) -> None:
    amur.node.publisher.schema = "2.0"
    write(amur, banding())
    amur.node.publisher.publish()
    (waiting,) = rehearsed(shuangpo, amur, between).aside
    assert (waiting.log, waiting.number) == (amur.node.publisher.log, 1)
    assert [reason.code for reason in waiting.reasons] == ["W-schema-new"]
    assert shuangpo.node.letters.sent("receipt") == []


def test_a_log_that_says_two_things_is_foretold(town: Town, tmp_path: Path) -> None:
    writer, relay = pen("PR-KHN", 1), make_node(tmp_path, "HL-SHP")
    befriend(town, relay)
    network = Network().add(town, relay)
    for one, ring in ((town, "XC 000001"), (relay, "XC 000002")):
        twin = Pen(writer.code, writer.key)
        befriended(one, twin)
        client = twin.client(one, network)
        client.hello()
        client.post(lines_of(twin, ring))
    assert rehearsed(town, relay, network).frozen == [writer.log]
    assert town.node.amends.evidence() == []
    relay.close()


def lines_of(one: Pen, ring: str) -> bytes:
    return lines(one.batch(one.entry(one.core(ring=ring))))


def test_what_would_go_is_told_by_groups_under_the_terms(amur: Town, shuangpo: Town, between: Network) -> None:
    befriend(amur, shuangpo, terms=policy.STANDARD | {"bandings": "none"})
    write(amur, banding(people={"ringer": "N. N."}), recovery(people={"ringer": "N. N."}))
    amur.node.publisher.publish()
    found = rehearsed(amur, shuangpo, between)
    assert found.lacks == {amur.node.publisher.log: 2}
    assert (found.goes["core"], found.goes["place"], found.goes["people"], found.closed) == (1, 1, 0, 1)
    assert amur.node.left.lines("HL-SHP") == []


def test_only_the_first_of_much_is_tried_and_it_says_so(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, *(banding(f"XC {at:06}") for at in range(50)))
    amur.node.publisher.publish()
    found = rehearsed(shuangpo, amur, between, most=2)
    assert (found.come["new"], found.more) == (20, True)


def test_a_bird_is_saved_while_a_rehearsal_is_under_way(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(amur, *(banding(f"XC {at:06}") for at in range(20)))
    amur.node.publisher.publish()
    saved: list[str] = []
    taken = rehearsal.take

    def while_somebody_saves(*said: Any) -> Taken:
        found = taken(*said)
        somebody = threading.Thread(target=lambda: saved.extend(write(shuangpo, recovery(f"XC 9{len(saved):05}"))))
        somebody.start()
        somebody.join(PATIENCE)
        assert not somebody.is_alive(), "nobody has to wait for a rehearsal"
        return found

    monkeypatch.setattr(rehearsal, "take", while_somebody_saves)
    peer = peer_of(shuangpo, "AM-KHG")
    found = rehearsal.rehearse(shuangpo.node, peer, reach(shuangpo, between)(peer))
    assert (found.come["new"], len(saved)) == (20, 2)
    assert snapshot(shuangpo).keys() == set(saved)


def test_a_copy_that_a_power_cut_left_behind_is_thrown_away(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding())
    amur.node.publisher.publish()
    old, new = (shuangpo.station.settings.home / f"{trial.NAME}{name}" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
        folder.joinpath("node.sqlite").write_bytes(b"records")
    os.utime(old, (0, 0))
    peer = peer_of(shuangpo, "AM-KHG")
    rehearsal.rehearse(shuangpo.node, peer, reach(shuangpo, between)(peer))
    assert (old.exists(), new.exists()) == (False, True), "the other one may be under way"


def test_equal_nodes_would_bring_each_other_nothing(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding())
    pull(shuangpo, amur, between)
    before = snapshot(shuangpo)
    found = rehearsed(shuangpo, amur, between)
    assert (found.missing, found.come.total(), found.sent) == ({}, 0, 0)
    assert snapshot(shuangpo) == before


def test_somebody_else_at_the_address_is_not_believed(amur: Town, shuangpo: Town, between: Network) -> None:
    shuangpo.node.keyring.pin("AM-KHG", pen("AM-KHG", 5).key.public)
    with pytest.raises(NotThatPeer):
        rehearsed(shuangpo, amur, between)
