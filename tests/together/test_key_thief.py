"""A key is taken, forged or lost: the old one is good for nothing more, and people decide whom to believe."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from banding.errors import Refused, StoreTrouble
from exchange import peering
from exchange.log import birds, keys, links
from exchange.log.keyring import Keyring
from exchange.log.keys import NodeKey
from exchange.node import ExchangeNode
from exchange.talk import succession
from exchange.talk.line import PeerRefuses
from exchange.talk.peer import PeerClient
from exchange.talk.succession import change_key, replace_lost_key
from tests.together.kit import (
    Network,
    Town,
    banding,
    client_of,
    make_node,
    pull,
    recovery,
    reopen,
    snapshot,
    write,
)
from tests.together.pen import Pen, lines
from tests.together.test_key_change import alarms_of, pinned, sync

# -- a thief ----------------------------------------------------------------------------------------------


def thief_of(town: Town, key: NodeKey) -> Pen:
    """Whoever has taken the node's old key, and writes on where its log stands."""
    log = town.node.ledger.log(town.node.publisher.log)
    assert log is not None
    return Pen(town.code, key, log.name.rpartition(".")[2], log.head_number, log.head_hash)


def test_an_old_key_is_refused_wherever_the_change_is_known(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding("XC 000001"))
    old = amur.node.key
    change_key(amur.node)
    sync(shuangpo, amur, between)
    before = snapshot(shuangpo)
    thief = thief_of(amur, old)
    elsewhere = replace(thief_of(amur, old), epoch="f" * 16, number=0, previous=bytes(32))
    client = client_of(amur, shuangpo.address, between)
    client.hello()
    for pen in (thief, elsewhere):
        answer = client.post(lines(pen.batch(pen.entry())))
        assert (answer["kept"], answer["refused"]) == (0, 1)
    assert snapshot(shuangpo) == before
    assert {one.code for one in shuangpo.node.book.refusals()} == {"W-key-unknown"}
    caller = thief.client(shuangpo, between)
    caller.hello()
    with pytest.raises(PeerRefuses):
        caller.have()


def test_a_thief_cannot_reach_over_the_end_of_the_old_key(amur: Town, shuangpo: Town, between: Network) -> None:
    """A batch that begins before the end of the old key and goes on behind it, at a peer that slept."""
    write(amur, banding("XC 000001"))
    amur.node.publisher.publish()
    old, thief = amur.node.key, thief_of(amur, amur.node.key)
    sync(shuangpo, amur, between)
    change_key(amur.node)
    told = amur.node.keyring.links("AM-KHG")
    assert succession.recognised(shuangpo.node, "AM-KHG", amur.node.key.fingerprint, told)
    client = client_of(amur, shuangpo.address, between)
    client.hello()
    answer = client.post(lines(thief.batch(*(thief.entry() for _ in range(3)))))
    assert (answer["kept"], answer["refused"]) == (0, 3)
    assert old.fingerprint == shuangpo.node.keyring.chain("AM-KHG")[0].fingerprint


def forged(link: links.Link, how: str, key: NodeKey) -> links.Link:
    """A statement as somebody would make it who has `key` and not the node's own ones."""
    said = links.read(link.text)
    text = links.text_of(said._replace(key=key.public, fingerprint=key.fingerprint))
    by_other = links.sign(key.private, text)
    return {
        "another key, old signature": links.Link(text, link.by_old, by_other, link.before),
        "another key, signed by it twice": links.Link(text, by_other, by_other, link.before),
        "another key before": links.Link(text, by_other, by_other, key.public),
        "no signature of the old key": links.Link(text, b"", by_other, link.before),
        "no proof of the new key": links.Link(link.text, link.by_old, b"\0" * 64, link.before),
        "another place": links.Link(links.text_of(said._replace(first=1)), link.by_old, link.by_new, link.before),
        "no statement": links.Link("{}", b"", b"", b""),
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "another key, old signature", "another key, signed by it twice", "another key before",
        "no signature of the old key", "no proof of the new key", "another place", "no statement",
    ],
)  # fmt: skip
def test_a_forged_statement_moves_nobody(
    amur: Town, shuangpo: Town, between: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    write(amur, banding("XC 000001"))
    old = amur.node.key
    impostor = keys.load_or_make(tmp_path / "impostor")
    change_key(amur.node)
    (link,) = amur.node.keyring.links("AM-KHG")
    told = forged(link, how, impostor)
    shown = impostor if "another key" in how or how == "no signature of the old key" else amur.node.key
    monkeypatch.setattr(ExchangeNode, "key", property(lambda _: shown))
    monkeypatch.setattr(Keyring, "links", lambda _self, _node: [told])
    report = pull(shuangpo, amur, between)
    assert "Another node answers" in report.trouble
    assert pinned(shuangpo, "AM-KHG") == old.fingerprint
    assert alarms_of(shuangpo) == [("AM-KHG", "other")]
    assert snapshot(shuangpo) == {}


def test_two_keys_named_by_one_ring_a_bell_and_the_first_stays(
    amur: Town, shuangpo: Town, between: Network, tmp_path: Path
) -> None:
    old = amur.node.key
    change_key(amur.node)
    sync(shuangpo, amur, between)
    rival = keys.load_or_make(tmp_path / "rival")
    said = links.read(amur.node.keyring.links("AM-KHG")[0].text)
    text = links.text_of(said._replace(key=rival.public, fingerprint=rival.fingerprint))
    link = links.Link(text, links.sign(old.private, text), links.sign(rival.private, text), old.public)
    assert not succession.recognised(shuangpo.node, "AM-KHG", rival.fingerprint, [link])
    assert pinned(shuangpo, "AM-KHG") == amur.node.key.fingerprint
    assert alarms_of(shuangpo) == [("AM-KHG", "other")]


# -- a lost key -------------------------------------------------------------------------------------------


def lose_key(town: Town) -> Town:
    """The key is gone; a person has the node make a new one."""
    town.node.publisher.publish()
    (town.station.settings.keys / keys.FILE).unlink()
    with pytest.raises(StoreTrouble, match="banding key new"):
        ExchangeNode.open(town.station)
    replace_lost_key(town.station)
    return reopen(town)


@pytest.fixture
def on_the_line(monkeypatch: pytest.MonkeyPatch) -> Callable[[Town, Network], None]:
    """Let `peering` ask over the line of these tests."""

    def use(town: Town, network: Network) -> None:
        def client(address: str, *_: object) -> PeerClient:
            return client_of(town, address, network)

        monkeypatch.setattr(peering, "PeerClient", client)

    return use


def test_after_a_lost_key_nothing_crosses_until_somebody_has_compared_the_birds(
    amur: Town, shuangpo: Town, between: Network, on_the_line: Callable[[Town, Network], None]
) -> None:
    write(amur, banding("XC 000001"))
    again = lose_key(amur)
    between.add(again)
    on_the_line(shuangpo, between)
    write(again, banding("XC 000002"))
    assert "Another node answers" in pull(shuangpo, again, between).trouble
    assert alarms_of(shuangpo) == [("AM-KHG", "other")]
    with pytest.raises(Refused, match="does not fit"):
        peering.repin(shuangpo.node, "AM-KHG", "00" * 32)
    told = "、".join(birds.words(again.node.key.fingerprint, birds.named("zh")))
    peering.repin(shuangpo.node, "AM-KHG", told, by="an administrator")
    assert alarms_of(shuangpo) == []
    sync(shuangpo, again, between)
    assert len(snapshot(shuangpo)) == 2
    change_key(again.node)
    write(again, recovery("XC 000002"))
    sync(shuangpo, again, between)
    assert len(snapshot(shuangpo)) == 3
    again.close()


def test_a_key_that_is_there_is_not_taken_for_lost(amur: Town) -> None:
    with pytest.raises(Refused, match="is here"):
        replace_lost_key(amur.station)


def test_after_a_stolen_key_the_old_one_holds_no_further_than_what_had_come(
    amur: Town, shuangpo: Town, between: Network, tmp_path: Path
) -> None:
    """The computer is gone with all that was on it: nothing leads from the old key to the new one."""
    write(amur, banding("XC 000001"))
    sync(shuangpo, amur, between)
    thief = thief_of(amur, amur.node.key)
    new = keys.load_or_make(tmp_path / "new")
    with shuangpo.station.store.transaction():
        shuangpo.node.keyring.pin("AM-KHG", new.public, stolen=True)
    befriend_client = Pen("AM-KHG", new).client(shuangpo, between)
    befriend_client.hello()
    answer = befriend_client.post(lines(thief.batch(thief.entry())))
    assert (answer["kept"], answer["refused"]) == (0, 1)
    fresh = Pen("AM-KHG", new, "e" * 16)
    assert befriend_client.post(lines(fresh.batch(fresh.entry())))["kept"] == 1


def test_a_store_from_before_the_change_learns_of_it_from_the_file_beside_the_key(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding("XC 000001"))
    amur.node.publisher.publish()
    backup = amur.folder / "backup.sqlite"
    amur.station.store.database.execute("vacuum into ?", [str(backup)])
    new = change_key(amur.node)
    write(amur, banding("XC 000002"))
    sync(shuangpo, amur, between)
    amur.close()
    store = amur.station.settings.store
    for path in store.parent.glob(f"{store.name}*"):
        path.unlink()
    backup.rename(store)
    again = make_node(amur.folder, "AM-KHG")
    between.add(again)
    assert again.node.key.fingerprint == new.fingerprint
    sync(again, shuangpo, between)
    assert snapshot(again).keys() == snapshot(shuangpo).keys()
    write(again, banding("XC 000003"))
    sync(shuangpo, again, between)
    assert len(snapshot(shuangpo)) == 3
    again.close()
