"""Cards: what a node that cannot be called says of itself, as a line of text that people carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.errors import Refused
from exchange import peering
from exchange.talk.succession import change_key
from tests.together.kit import Network, Town, client_of, make_node, peer_of


def test_a_card_says_what_hello_would_say_of_the_key(town: Town) -> None:
    change_key(town.node)
    hello = peering.ask(town.node, peering.card(town.node))
    assert (hello.node, hello.key, hello.fingerprint) == ("HL-SHP", town.node.key.public, town.node.key.fingerprint)
    assert list(hello.keys) == town.node.keyring.links("HL-SHP")
    assert hello.names == dict(town.station.settings.node.names)


def test_a_card_that_a_mail_has_broken_into_lines_is_read(town: Town) -> None:
    card = peering.card(town.node)
    broken = "\n ".join(card[n : n + 60] for n in range(0, len(card), 60))
    assert peering.ask(town.node, broken) == peering.ask(town.node, card)


@pytest.mark.parametrize("card", ["band:", "band:!", "band:e30=", "band:W10=", "band:eyJub2RlIjoxfQ==", "band:ключ"])
def test_what_is_no_card_is_told_in_words(town: Town, card: str) -> None:
    with pytest.raises(Refused, match="card cannot be read"):
        peering.ask(town.node, card)


@given(st.binary(max_size=80))
def test_no_bytes_in_a_card_are_a_fault_of_ours(raw: bytes) -> None:
    with pytest.raises(Refused):
        peering.ask(None, peering.CARD + raw.hex())  # type: ignore[arg-type]


def test_a_lost_key_of_a_node_that_cannot_be_called_is_compared_by_its_card(town: Town) -> None:
    lost = make_node(town.folder, "AM-KHG")
    found = make_node(town.folder / "again", "AM-KHG")
    peering.add_peer(town.node, "AM-KHG", peering.card(lost.node), lost.node.key.public)
    peering.repin(town.node, "AM-KHG", found.node.key.fingerprint, address=peering.card(found.node))
    assert town.node.keyring.newest("AM-KHG") == found.node.key.fingerprint
    with pytest.raises(Refused, match="answers at the address"):
        peering.repin(town.node, "AM-KHG", town.node.key.fingerprint, address=peering.card(town.node))
    lost.close()
    found.close()


def test_a_peer_that_is_added_again_is_called_at_once_and_its_old_trouble_is_over(town: Town) -> None:
    key = bytes(32)
    peering.add_peer(town.node, "AM-KHG", "http://old.test", key)
    town.node.book.note("AM-KHG", next_at=1e12, failures=9, trouble="It cannot be reached", cursor=7)
    peering.add_peer(town.node, "AM-KHG", "http://new.test/", key)
    peer = peer_of(town, "AM-KHG")
    assert (peer.address, peer.next_at, peer.failures, peer.trouble) == ("http://new.test", 0.0, 0, None)
    assert peer.cursor == 7


def test_a_peer_that_has_lost_its_key_and_moved_is_called_where_it_is_now(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make_node(town.folder / "again", "AM-KHG")
    line = Network().add(found)
    monkeypatch.setattr(peering, "PeerClient", lambda address, *_: client_of(town, address, line))
    peering.add_peer(town.node, "AM-KHG", "http://old.test", bytes(32))
    peering.repin(town.node, "AM-KHG", found.node.key.fingerprint, address=f"{found.address}/")
    assert peer_of(town, "AM-KHG").address == found.address
    peering.repin(town.node, "AM-KHG", found.node.key.fingerprint, address=peering.card(found.node))
    assert peer_of(town, "AM-KHG").address == found.address
    found.close()


@pytest.mark.parametrize("code", ["../../evil", "HL-SHP/../x", "<b>", "", "HL-SHP\n", "hl-shp", "HL-" + "S" * 21])
def test_a_node_is_no_peer_under_a_name_that_is_no_code(town: Town, code: str) -> None:
    with pytest.raises(Refused, match="no code of a node"):
        peering.add_peer(town.node, code, "http://x.test", bytes(32))
    assert town.node.book.peer(code) is None
