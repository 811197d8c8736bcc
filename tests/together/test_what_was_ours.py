"""Whoever lost what it had written gets it back from anybody who holds it, whatever the terms say of others."""

from pathlib import Path

import pytest

from exchange.agreements import opening, policy
from exchange.talk import audit
from tests.together.kit import Network, Town, banding, befriend, make_node, pull, reach, settle, snapshot, write
from tests.together.mishaps import put_back, save


@pytest.fixture
def three(tmp_path: Path) -> tuple[Town, Town, Town]:
    """Khingansky, and two peers that get everything of it but names."""
    towns = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP"), make_node(tmp_path, "HL-QFG")
    befriend(*towns)
    write(towns[0], banding("XC 000001"))
    settle(Network().add(*towns))
    return towns


def close(giver: Town, taker: Town) -> None:
    """From now on the one gives nothing to the other."""
    with giver.station.store.transaction():
        opening.change_terms(giver.node, taker.code, policy.CLOSED)


def test_a_peer_that_gives_us_nothing_gives_back_what_is_ours(tmp_path: Path, three: tuple[Town, Town, Town]) -> None:
    ours, one, _ = three
    saved = save(ours, tmp_path / "saved")
    (lost,) = write(ours, banding("XC 000002"))
    settle(Network().add(ours, one))
    close(one, ours)
    again = put_back(ours, saved, "whole")
    settle(Network().add(again, one))
    assert set(snapshot(again)[lost][2]) == {"core", "area", "place"}


def test_what_the_first_peer_holds_closed_comes_back_from_the_second(
    tmp_path: Path, three: tuple[Town, Town, Town]
) -> None:
    ours, one, other = three
    close(ours, one)
    close(other, one)
    saved = save(ours, tmp_path / "saved")
    (lost,) = write(ours, banding("XC 000002"))
    settle(Network().add(ours, one, other))
    assert lost not in snapshot(one)
    again = put_back(ours, saved, "whole")
    settle(Network().add(again, one))
    network = Network().add(again, one, other)
    assert pull(again, other, network).trouble == ""
    audit.after_sync(again.node, other.code, reach(again, network))
    assert lost in snapshot(again)
