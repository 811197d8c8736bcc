"""A peer that carries a batch closed has not met its birds: nothing is opened to it, and nothing goes on through it."""

from pathlib import Path
from typing import Any

import pytest

from exchange import peering
from exchange.agreements import policy, public
from tests.together.agreeing import agree, terms
from tests.together.kit import Network, Town, banding, make_node, pull, record_of, recovery, settle, trust, write

RETURNS = policy.STANDARD | {"bandings": "returns"}
CLOSED = policy.STANDARD | {"bandings": "none", "kinds": []}


def peers(one: Town, other: Town, gives: dict[str, Any], gets: dict[str, Any]) -> None:
    """Make two nodes peers under the terms of each direction."""
    peering.add_peer(one.node, other.code, other.address, other.node.key.public, terms=gives)
    peering.add_peer(other.node, one.code, one.address, one.node.key.public, terms=gets)


@pytest.fixture
def three(tmp_path: Path) -> tuple[Network, Town, Town, Town]:
    """A station that shows a hub nothing and the ring's owner all; the owner shows the hub returns only."""
    station, hub, owner = (make_node(tmp_path, code) for code in ("HL-SHP", "HL-QFG", "AM-KHG"))
    trust(station, hub, owner)
    peers(station, hub, CLOSED, policy.STANDARD)
    peers(station, owner, policy.STANDARD, RETURNS)
    peers(hub, owner, policy.STANDARD, RETURNS)
    return Network().add(station, hub, owner), station, hub, owner


def test_a_hub_that_carries_an_encounter_closed_learns_nothing_of_the_bird(
    three: tuple[Network, Town, Town, Town],
) -> None:
    network, station, hub, owner = three
    (uuid,) = write(owner, banding("XC 345612"))
    write(station, recovery("XC 345612", species="Emberiza spodocephala"))
    settle(network)

    assert station.station.store.records.record(uuid) is not None
    assert hub.node.ledger.have() == owner.node.ledger.have(), "the hub carries every log"
    assert hub.station.store.records.record(uuid) is None


def test_a_hub_that_is_shown_the_encounter_learns_the_rest(three: tuple[Network, Town, Town, Town]) -> None:
    network, station, hub, owner = three
    (uuid,) = write(owner, banding("XC 345612"))
    station.node.book.note("HL-QFG", terms='{"bandings": "all"}')
    write(station, recovery("XC 345612", species="Emberiza spodocephala"))
    settle(network)
    assert hub.station.store.records.record(uuid) is not None


def test_what_came_by_two_ways_goes_on_by_the_one_that_lets_it(tmp_path: Path) -> None:
    """A closed copy that may go on does not make the open one, which may not, go on."""
    station, hub, middle, far = (make_node(tmp_path, code) for code in ("HL-SHP", "HL-QFG", "AM-KHG", "PR-KHN"))
    trust(station, hub, middle, far)
    peers(station, middle, policy.STANDARD, policy.STANDARD)
    peers(station, hub, CLOSED, policy.STANDARD)
    peers(hub, middle, policy.STANDARD, policy.STANDARD)
    peers(middle, far, policy.STANDARD, policy.STANDARD)
    document = '{"gives": {"HL-SHP": {"onward": "none"}}}'
    with middle.station.store.transaction():
        middle.station.store.database.execute(
            "insert into exchange_agreements(digest, peer, text, state, at) values ('d', 'HL-SHP', ?, 'in-force', '')",
            [document],
        )
        middle.node.book.note("HL-SHP", agreement="d")
    network = Network().add(station, hub, middle, far)
    (uuid,) = write(station, banding("A 000001", scheme="CPB"))
    settle(network)
    assert middle.station.store.records.record(uuid) is not None
    assert far.station.store.records.record(uuid) is None


def test_the_public_hears_of_a_record_only_by_a_way_that_has_shown_it(tmp_path: Path) -> None:
    """One peer brings the batch with this entry closed and lets all go on, the other shows it and lets nothing go."""
    station, hub, middle = (make_node(tmp_path, code) for code in ("HL-SHP", "HL-QFG", "AM-KHG"))
    trust(station, hub, middle)
    peers(station, hub, policy.STANDARD | {"kinds": ["recovery"], "bandings": "none"}, policy.STANDARD)
    peers(hub, middle, policy.STANDARD, policy.STANDARD)
    peers(station, middle, policy.STANDARD, policy.STANDARD)
    agree(station, middle, Network().add(station, middle), terms(onward="none"))
    banded, met = write(station, banding("XC 345612"), recovery("XC 345613"))
    pull(middle, station, Network().add(middle, station))
    pull(hub, station, Network().add(hub, station))
    pull(middle, hub, Network().add(middle, hub))
    assert [public.lets(middle.node, record_of(middle, uuid)) for uuid in (banded, met)] == [False, True]
