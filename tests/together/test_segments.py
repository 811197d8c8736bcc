"""A long batch is fetched as a segment: a cut line costs nothing twice, and nobody gets another's segment."""

import datetime
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.agreements import opening, policy
from exchange.log import wire
from exchange.log.entries import Inauthentic, Offer
from exchange.log.parts import Parts
from exchange.talk import audit
from exchange.talk.peer import PeerClient
from tests.together.kit import (
    NOW,
    Network,
    Town,
    banding,
    befriend,
    make_node,
    pull,
    reach,
    reopen,
    seals_of,
    snapshot,
    write,
)
from tests.together.segments import LONG, Cutting, fetched, greeted, offers

# -- a line that breaks -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PeerClient, Network, Offer]]:
    """One segment and one line for all examples."""
    folder = tmp_path_factory.mktemp("lasting")
    one, other = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(one, other)
    network = Network().add(one, other)
    write(one, *(banding(f"XC {at:06}") for at in range(LONG)))
    client = greeted(other, one, network)
    (offer,) = offers(client)
    yield client, network, offer
    one.close()
    other.close()


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(1, 9000), max_size=6), silent=st.booleans())
def test_cut_at_any_byte_it_goes_on_there_and_no_byte_crosses_twice(
    tmp_path_factory: pytest.TempPathFactory, lasting: tuple[PeerClient, Network, Offer], cuts: list[int], silent: bool
) -> None:
    client, network, offer = lasting
    parts, before = Parts(tmp_path_factory.mktemp("parts")), client.bytes
    network.silent = silent
    Cutting(network, cuts)
    raw = client.segment(offer, parts).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == offer.segment
    assert client.bytes - before == len(raw) == offer.bytes


def test_a_line_on_which_nothing_crosses_is_given_up_and_what_has_come_is_kept(
    tmp_path: Path, lasting: tuple[PeerClient, Network, Offer]
) -> None:
    client, network, offer = lasting
    Cutting(network, [700, 0, 0, 0])
    with pytest.raises(wire.Cut):
        client.segment(offer, Parts(tmp_path))
    before = client.bytes
    assert client.segment(offer, Parts(tmp_path)).stat().st_size == offer.bytes
    assert client.bytes - before == offer.bytes - 700


def test_after_a_crash_the_segment_goes_on_where_it_was(
    amur: Town, shuangpo: Town, between: Network, long: Offer
) -> None:
    Cutting(between, [900, 0, 0, 0] + [0] * 12)
    assert pull(shuangpo, amur, between).trouble
    shuangpo = reopen(shuangpo)
    between.add(shuangpo).change = None
    between.cut_after = None
    report = pull(shuangpo, amur, between)
    assert (report.trouble, report.taken.kept) == ("", LONG)
    assert report.bytes < long.bytes - 900 + 3000
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert not list((shuangpo.station.settings.home / "parts").rglob("*.part"))
    shuangpo.close()


# -- what is not as it should be --------------------------------------------------------------------------


@pytest.mark.usefixtures("long")
def test_a_segment_spoilt_on_the_line_is_fetched_once_more_from_its_first_byte(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    spoilt = spoil(between, 1)
    report = pull(shuangpo, amur, between)
    assert len(spoilt) == 1
    assert (report.trouble, report.taken.kept, report.taken.refused) == ("", LONG, 0)
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


@pytest.mark.usefixtures("long")
def test_a_segment_spoilt_twice_is_refused_and_comes_right_by_another_way(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    spoil(between, 2)
    report = pull(shuangpo, amur, between)
    assert (report.trouble, report.taken.kept, report.taken.refused) == ("", LONG, 1)
    assert [one.code for one in shuangpo.node.book.refusals()] == ["W-syntax"]
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


def spoil(network: Network, times: int) -> list[str]:
    """Change a bit of so many answers about segments; gives the paths as that happens."""
    spoilt: list[str] = []

    def some(path: str, block: bytes) -> bytes:
        if "/segments/" not in path or len(spoilt) == times:
            return block
        spoilt.append(path)
        return block[:50] + bytes([block[50] ^ 1]) + block[51:]

    network.spoil = some
    return spoilt


def test_what_is_opened_of_entries_that_a_peer_has_closed_is_not_lost_with_a_spoilt_segment(
    amur: Town, shuangpo: Town
) -> None:
    """Their numbers are known, so that no comparing of numbers would ask for them again: an audit does, that day."""
    befriend(amur, shuangpo, terms=policy.CLOSED)
    line = Network().add(amur, shuangpo)
    write(amur, *(banding(f"XC {at:06}") for at in range(LONG)))
    pull(shuangpo, amur, line)
    audit.visit(shuangpo.node, amur.code, reach(shuangpo, line))
    with amur.station.store.transaction():
        opening.change_terms(amur.node, shuangpo.code, policy.STANDARD)
    spoil(line, 2)
    assert pull(shuangpo, amur, line).taken.refused == 1
    audit.after_sync(shuangpo.node, amur.code, reach(shuangpo, line))
    assert snapshot(shuangpo) == {}, "it was audited today"
    shuangpo.station.intake.clock = lambda: NOW + datetime.timedelta(days=1)
    audit.after_sync(shuangpo.node, amur.code, reach(shuangpo, line))
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert shuangpo.node.store.notes.get("exchange.audit.ask.AM-KHG") == ""


@pytest.mark.usefixtures("long")
def test_a_segment_that_is_spoilt_each_time_brings_nothing_in_and_comes_when_it_is_right(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    between.spoil = lambda path, block: block[:-1] + b"!" if "/segments/" in path else block
    for _ in range(2):
        pull(shuangpo, amur, between)
    assert snapshot(shuangpo) == {}
    between.spoil = None
    assert pull(shuangpo, amur, between).taken.kept == LONG


@pytest.mark.usefixtures("long")
def test_a_segment_that_has_rotted_where_it_lies_ready_is_made_anew(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    amur.station.store.database.execute("update exchange_segments set body = zeroblob(bytes)")
    assert pull(shuangpo, amur, between).trouble == ""
    assert len(snapshot(shuangpo)) == LONG


def test_a_segment_larger_than_any_is_not_fetched(tmp_path: Path, lasting: tuple[PeerClient, Network, Offer]) -> None:
    client, network, offer = lasting
    before = fetched(network)
    with pytest.raises(Inauthentic) as refused:
        client.segment(Offer(offer.segment, 2**31, 1, offer.log, 1, LONG, offer.header, LONG), Parts(tmp_path))
    assert (refused.value.code, fetched(network)) == ("W-oversize", before)


def test_an_offer_that_says_another_size_is_refused(tmp_path: Path, lasting: tuple[PeerClient, Network, Offer]) -> None:
    client, _, offer = lasting
    with pytest.raises(Inauthentic):
        client.segment(
            Offer(offer.segment, offer.bytes - 1, 1, offer.log, 1, LONG, offer.header, LONG), Parts(tmp_path)
        )
