"""Whose a segment is: offered to one, gone for another, and gone when the terms have narrowed."""

from pathlib import Path

import pytest

from exchange.agreements import opening, policy
from exchange.log.entries import Offer
from exchange.talk.line import PeerRefuses
from exchange.talk.peer import PeerClient
from tests.together.kit import EVERYTHING, Network, Town, befriend, make_node, pull, snapshot, trust
from tests.together.segments import LONG, Cutting, fetched, greeted, offers


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
