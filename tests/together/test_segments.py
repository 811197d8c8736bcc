"""A long batch is fetched as a segment: a cut line costs nothing twice, and nobody gets another's segment."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.agreements import opening, policy
from exchange.log import wire
from exchange.log.entries import Inauthentic, Offer
from exchange.log.parts import Parts
from exchange.talk.peer import PeerClient, PeerRefuses
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    banding,
    befriend,
    client_of,
    make_node,
    pull,
    reopen,
    seals_of,
    snapshot,
    trust,
    write,
)

LONG = 60


def offers(client: PeerClient) -> list[Offer]:
    return [found for found in client.feed("", 1 << 20) if isinstance(found, Offer)]


def greeted(town: Town, other: Town, network: Network) -> PeerClient:
    client = client_of(town, other.address, network)
    client.hello()
    return client


def fetched(network: Network) -> int:
    """How often bytes of a segment were asked for."""
    return sum("/segments/" in path for _, path, _ in network.asked)


@pytest.fixture
def long(amur: Town, shuangpo: Town, between: Network) -> Offer:
    """A batch at Khingansky that is long enough to be offered."""
    write(amur, *(banding(f"XC {at:06}", people={"ringer": "N."}) for at in range(LONG)))
    (offer,) = offers(greeted(shuangpo, amur, between))
    return offer


class Cutting:
    """Lets the line break after so many bytes of each request for a segment in turn."""

    def __init__(self, network: Network, cuts: list[int]) -> None:
        self.network, self.cuts = network, list(cuts)
        network.change = self

    def __call__(self, request: requests.PreparedRequest) -> None:
        is_segment = "/segments/" in str(request.url)
        self.network.cut_after = self.cuts.pop(0) if is_segment and self.cuts else None


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
def test_a_segment_spoilt_on_the_line_is_refused_and_comes_right_by_another_way(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    spoilt: list[str] = []

    def once(path: str, block: bytes) -> bytes:
        if "/segments/" in path and not spoilt:
            spoilt.append(path)
            return block[:50] + bytes([block[50] ^ 1]) + block[51:]
        return block

    between.spoil = once
    report = pull(shuangpo, amur, between)
    assert spoilt
    assert (report.trouble, report.taken.kept, report.taken.refused) == ("", LONG, 1)
    assert [one.code for one in shuangpo.node.book.refusals()] == ["W-syntax"]
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


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
        client.segment(Offer(offer.segment, 2**31, 1, offer.log, 1, LONG, offer.header), Parts(tmp_path))
    assert (refused.value.code, fetched(network)) == ("W-oversize", before)


def test_an_offer_that_says_another_size_is_refused(tmp_path: Path, lasting: tuple[PeerClient, Network, Offer]) -> None:
    client, _, offer = lasting
    with pytest.raises(Inauthentic):
        client.segment(Offer(offer.segment, offer.bytes - 1, 1, offer.log, 1, LONG, offer.header), Parts(tmp_path))


# -- whose it is ------------------------------------------------------------------------------------------


def gone(client: PeerClient, digest: str) -> bool:
    with pytest.raises(PeerRefuses) as refused:
        client._send("GET", f"segments/{digest}")
    return refused.value.problem == "segment-gone"


def test_what_was_offered_to_one_is_not_there_for_another(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network, long: Offer
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(amur, third, terms=EVERYTHING)
    assert gone(greeted(third, amur, between.add(third)), long.segment)
    (offer,) = offers(greeted(third, amur, between))
    assert offer.segment != long.segment
    assert gone(greeted(shuangpo, amur, between), offer.segment)
    third.close()


NARROW = policy.STANDARD | {"groups": {"0": ["core"]}}


def test_after_the_terms_have_narrowed_it_is_gone_and_what_comes_is_narrow(
    amur: Town, shuangpo: Town, between: Network, long: Offer
) -> None:
    with amur.station.store.transaction():
        assert opening.change_terms(amur.node, shuangpo.code, NARROW)
    assert gone(greeted(shuangpo, amur, between), long.segment)
    assert pull(shuangpo, amur, between).taken.kept == LONG
    assert {one[2] for one in snapshot(shuangpo).values()} == {("core",)}


@pytest.mark.usefixtures("long")
def test_terms_that_narrow_in_the_middle_of_a_segment_let_no_more_of_it_go(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    Cutting(between, [900, 0, 0, 0] + [0] * 12)
    pull(shuangpo, amur, between)
    between.change, between.cut_after = None, None
    with amur.station.store.transaction():
        opening.change_terms(amur.node, shuangpo.code, NARROW)
    assert pull(shuangpo, amur, between).trouble == ""
    assert {one[2] for one in snapshot(shuangpo).values()} == {("core",)}


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2fnode.sqlite", "x", "%00", "'", "0" * 4000])
@pytest.mark.usefixtures("long")
def test_what_names_no_segment_is_gone_in_words(amur: Town, shuangpo: Town, between: Network, name: str) -> None:
    answer = amur.app.test_client().get(f"/exchange/v1/segments/{name}")
    assert answer.status_code in {401, 404}
    client = greeted(shuangpo, amur, between)
    with pytest.raises(PeerRefuses) as refused:
        client._send("GET", f"segments/{name}")
    assert refused.value.problem in {"segment-gone", "not-found", "not-signed"}
    assert not between.faults


def test_nobody_gets_a_segment_unsigned(amur: Town, long: Offer) -> None:
    assert amur.app.test_client().get(f"/exchange/v1/segments/{long.segment}").status_code == 401


def test_what_is_held_in_full_by_another_way_is_not_fetched(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network, long: Offer
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(amur, shuangpo, third, terms=EVERYTHING)
    trust(amur, shuangpo, third)
    network = between.add(third)
    pull(shuangpo, amur, network)
    assert pull(third, shuangpo, network).taken.kept == LONG
    before = fetched(network)
    report = pull(third, amur, network)
    assert (report.taken.known, fetched(network)) == (LONG, before)
    assert report.bytes < long.bytes / 2
    third.close()


@pytest.mark.parametrize(
    "header", ["bytes=0-0", "bytes=5-2", "bytes=999999999-", "bytes=-1", "pages=1", "bytes=", "x" * 500]
)
def test_no_range_however_odd_is_a_fault_of_ours(
    amur: Town, shuangpo: Town, between: Network, long: Offer, header: str
) -> None:
    client = greeted(shuangpo, amur, between)
    try:
        answer = client._send("GET", f"segments/{long.segment}", headers={"Range": header})
        assert answer.status_code in {200, 206}
        answer.close()
    except PeerRefuses:
        pass
    assert not between.faults
    assert all(code < 500 for *_, code in between.asked)
