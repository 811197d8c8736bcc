"""A record that its station withdrew and brought back stands again at every node, whatever each had heard before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from banding.store.shapes import Query
from exchange.agreements import policy
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    count,
    make_node,
    pull,
    record_of,
    recovery,
    returns_of,
    seals_of,
    settle,
    snapshot,
    withdraw,
    write,
)  # fmt: skip


def restore(town: Town, uuid: str) -> None:
    """Bring a withdrawn record of this node back."""
    reasons = {"R-ring-stock": "For the test"}
    assert town.station.intake.restore(uuid, by="a test", reason="It was no twin", confirmed=reasons).is_kept


def open_requests(town: Town) -> list[str]:
    """The recoveries of a node whose bandings it asks for."""
    return [one.uuid for one in town.node.requests.open(10)]


def test_a_record_brought_back_stands_again_at_the_other_node_with_its_return(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (uuid,), (met,) = write(amur, banding()), write(shuangpo, recovery())
    settle(between)
    before = returns_of(shuangpo)
    assert [one["banding_id"] for one in before] == [uuid]
    withdraw(amur, uuid)
    settle(between)
    assert snapshot(shuangpo)[uuid][3]
    assert returns_of(shuangpo) == returns_of(amur) == []
    assert open_requests(shuangpo) == [met]
    restore(amur, uuid)
    settle(between)
    assert returns_of(shuangpo) == returns_of(amur) == before
    assert open_requests(shuangpo) == []
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert snapshot(shuangpo)[uuid][0] == 3
    versions = [(one.generation, one.withdrawn) for one in shuangpo.station.store.records.versions(uuid)]
    assert versions == [(3, False), (2, True), (1, False)]
    assert "confirmations" not in str(shuangpo.station.store.records.versions(uuid)[0].groups)
    assert not between.faults


WITHDRAWN, BACK, CHANGED = "withdrawn", "back", "changed"


@pytest.mark.parametrize("heard_at", [(), (0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)])
def test_whatever_was_heard_before_the_last_word_is_the_same(
    amur: Town, shuangpo: Town, between: Network, heard_at: tuple[int, ...]
) -> None:
    (uuid,) = write(amur, banding())
    deeds: list[Callable[[], None]] = [
        lambda: withdraw(amur, uuid), lambda: restore(amur, uuid), lambda: correct(amur, uuid, sex="F")
    ]  # fmt: skip
    for at, deed in enumerate(deeds):
        if at in heard_at:
            assert not pull(shuangpo, amur, between).trouble
        deed()
    settle(between)
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(amur))
    held = record_of(shuangpo, uuid)
    assert (held.generation, held.withdrawn, held.core["sex"]) == (4, False, "F")
    assert shuangpo.station.store.search.count(Query()) == 1


def test_a_peer_that_may_see_returns_only_gets_the_record_back_too(amur: Town, shuangpo: Town) -> None:
    befriend(amur, shuangpo, terms=policy.STANDARD | {"bandings": "returns"})
    line = Network().add(amur, shuangpo)
    (uuid, other) = write(amur, banding(), banding("XC 345699"))
    write(shuangpo, recovery())
    settle(line)
    withdraw(amur, uuid)
    settle(line)
    restore(amur, uuid)
    settle(line)
    assert snapshot(shuangpo)[uuid][0] == 3
    assert other not in snapshot(shuangpo)
    assert returns_of(shuangpo) == returns_of(amur) != []


def test_a_node_that_comes_late_by_a_relay_hears_all_three_versions(tmp_path: Path, amur: Town, shuangpo: Town) -> None:
    late = make_node(tmp_path, "PR-KHN")
    befriend(amur, shuangpo)
    befriend(shuangpo, late)
    with late.station.store.transaction():
        late.node.ledger.trust(amur.code, amur.node.key.public)
    line = Network().add(amur, shuangpo, late)
    (uuid,) = write(amur, banding())
    settle(Network().add(amur, shuangpo))
    withdraw(amur, uuid)
    restore(amur, uuid)
    settle(line)
    assert snapshot(late)[uuid][:2] == snapshot(amur)[uuid][:2]
    assert not snapshot(late)[uuid][3]
    assert count(late, "versions") == 3
    late.close()
