"""Bundles among three nodes: what came another way, was refused, or was not brought is neither lost nor counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.talk import packing
from tests.together.carrying import brought, carried, packed
from tests.together.kit import Town, banding, befriend, make_node, peer_of, recovery, seals_of, snapshot, trust, write

Three = tuple[Town, Town, Town]
LITTLE = {"groups": {level: ["core"] for level in "0123"}}


@pytest.fixture
def three(amur: Town, shuangpo: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Three]:
    """Two peers, and a third node that is a peer of the first alone; parts may be short."""
    monkeypatch.setattr(packing, "PART_LEAST", 1)
    befriend(amur, shuangpo)
    other = make_node(tmp_path, "HL-QFG")
    befriend(amur, other)
    yield amur, shuangpo, other
    other.close()


@pytest.mark.parametrize("is_known", [False, True])
def test_a_part_that_was_not_brought_is_not_taken_as_read(three: Three, is_known: bool) -> None:
    amur, shuangpo, other = three
    trust(shuangpo, other)
    if is_known:
        carried(amur, shuangpo)
        carried(shuangpo, amur)
    before = peer_of(shuangpo, amur.code).cursor
    write(other, recovery())
    carried(other, amur)
    write(amur, banding())
    _, second = packed(amur, shuangpo, size=900).files
    (part,) = brought(shuangpo, second)
    assert (part.kept, part.needs) == (1, ())
    assert peer_of(shuangpo, amur.code).cursor == before
    carried(shuangpo, amur)
    carried(amur, shuangpo)
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(amur))


def test_what_was_refused_for_want_of_a_key_is_said_to_be_missing_once_the_key_is_known(
    three: Three,
) -> None:
    amur, shuangpo, other = three
    write(other, recovery("XC 000001"))
    carried(other, amur)
    (part,) = carried(amur, shuangpo)
    assert part.refused == 1
    carried(shuangpo, amur)
    trust(shuangpo, other)
    write(other, recovery("XC 000002"))
    carried(other, amur)
    place = peer_of(shuangpo, amur.code).cursor
    (part,) = carried(amur, shuangpo)
    assert part.needs == ((other.node.publisher.log, 1),)
    assert peer_of(shuangpo, amur.code).cursor == place
    carried(amur, shuangpo, from_beginning=True)
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(amur))


def test_a_poorer_copy_from_another_node_does_not_keep_ours_out_of_the_bundle(three: Three) -> None:
    amur, shuangpo, other = three
    befriend(shuangpo, other, terms=LITTLE)
    (uuid,) = write(amur, banding())
    carried(amur, other)
    carried(other, shuangpo)
    assert "place" not in snapshot(shuangpo)[uuid][2]
    carried(shuangpo, amur)
    (part,) = carried(amur, shuangpo)
    assert part.fuller == 1
    assert "place" in snapshot(shuangpo)[uuid][2]


def test_a_bundle_read_by_hand_before_its_sender_was_a_peer_goes_on_when_it_is_read_again(three: Three) -> None:
    amur, shuangpo, other = three
    write(other, banding())
    carried(other, amur)
    (path,) = packed(amur, shuangpo).files
    trust(amur, shuangpo, other)
    shuangpo.station.store.database.execute("delete from exchange_peers")
    (part,) = brought(shuangpo, path)
    assert (part.kept, part.is_proven) == (1, False)
    befriend(amur, shuangpo)
    (part,) = brought(shuangpo, path)
    assert (part.known, part.is_proven, part.again) == (1, True, False)
    (batch,) = shuangpo.node.ledger.routes.brought(amur.code)
    assert dict(shuangpo.node.ledger.routes.of(batch)).keys() == {"by hand", amur.code}
    (part,) = brought(shuangpo, path)
    assert part.again
