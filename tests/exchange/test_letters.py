"""Letters travel in the logs of their writers: to whom they are for, once, and whatever their reader makes of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.log.letters import Letter
from exchange.node import ExchangeNode
from exchange.talk import post_office
from tests.exchange import made
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    make_node,
    on_disk,
    reopen,
    settle,
    trust,
    write,
)
from tests.together.pen import befriended, lines, pen

ABOUT = made.ID.format(7)
SECRET = "the nest by the third bend"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[tuple[Town, Town, Town, Network]]:
    """Khingansky, Sanhuanpao in the middle, Qixing; and Zhanhe, which only talks to the middle as well."""
    amur, middle, far, other = (make_node(tmp_path, code) for code in ("AM-KHG", "HL-SHP", "HL-QFG", "PR-KHN"))
    for end in (amur, far, other):
        befriend(middle, end)
    trust(amur, middle, far, other)
    network = Network().add(amur, middle, far, other)
    # Every log must have come by once: a letter goes the way on which its addressee was heard.
    for number, town in enumerate((amur, middle, far, other)):
        write(town, banding(f"XC 00000{number}"))
    settle(network)
    yield amur, middle, far, network
    for town in network.towns.values():
        town.close()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Which letters were handed over: at which node, saying what."""
    told: list[tuple[str, str]] = []

    def handler(node: ExchangeNode, letter: Letter) -> None:
        told.append((node.code, letter.core["reason"]))

    monkeypatch.setitem(post_office.HANDLERS, "verdict", handler)
    return told


def say(town: Town, to: str, reason: str = SECRET) -> str:
    with town.station.store.transaction():
        said = {"verdict": "accepted", "reason": reason}
        return town.node.letters.write("verdict", to, ABOUT, said, at=town.node.at())


def come(town: Town) -> list[str]:
    return [letter.core["reason"] for letter in town.node.letters.received("verdict")]


def test_a_letter_crosses_a_relay_to_whom_it_is_for(
    chain: tuple[Town, Town, Town, Network], heard: list[tuple[str, str]]
) -> None:
    amur, middle, far, network = chain
    uuid = say(amur, far.code)
    assert [(letter.uuid, letter.number) for letter in amur.node.letters.sent("verdict")] == [(uuid, None)]
    settle(network)
    assert heard == [(far.code, SECRET)]
    (letter,) = far.node.letters.received("verdict")
    assert (letter.uuid, letter.sender, letter.recipient, letter.about, letter.state) == (
        uuid, amur.code, far.code, ABOUT, "new",
    )  # fmt: skip
    assert far.node.letters.of(ABOUT) == [letter] == [far.node.letters.letter(uuid)]
    assert come(middle) == [], "the relay carries it and it is not for the relay"
    assert [one.number for one in amur.node.letters.sent("verdict")] == [letter.number]


def test_whoever_is_not_on_the_way_never_sees_a_byte_of_it(chain: tuple[Town, Town, Town, Network]) -> None:
    amur, middle, far, network = chain
    other = network.towns["PR-KHN"]
    say(amur, far.code)
    settle(network)
    assert SECRET.encode() in on_disk(middle)
    assert SECRET.encode() in on_disk(far)
    assert SECRET.encode() not in on_disk(other)
    held = {name: number for name, number in other.node.ledger.have().items() if name.startswith(amur.code)}
    assert held == {amur.node.publisher.log: 2}, "it holds the log without a hole, and the letter closed"


def test_a_letter_to_all_reaches_all(chain: tuple[Town, Town, Town, Network], heard: list[tuple[str, str]]) -> None:
    amur, _, _, network = chain
    say(amur, "")
    settle(network)
    assert sorted(heard) == [("HL-QFG", SECRET), ("HL-SHP", SECRET), ("PR-KHN", SECRET)]


def test_a_letter_to_somebody_of_whom_nothing_was_heard_goes_when_his_log_comes(
    tmp_path: Path, chain: tuple[Town, Town, Town, Network], heard: list[tuple[str, str]]
) -> None:
    amur, _, far, network = chain
    late = make_node(tmp_path, "HL-GFN")
    trust(late, *network.towns.values())
    say(amur, late.code)
    settle(network)
    befriend(far, late)
    network.add(late)
    write(late, banding("XC 777777"))
    settle(network)
    assert heard == [(late.code, SECRET)]
    assert come(late) == [SECRET]


def test_letters_keep_their_order_and_each_comes_once_however_often_it_is_asked_for(
    chain: tuple[Town, Town, Town, Network], heard: list[tuple[str, str]]
) -> None:
    amur, middle, far, network = chain
    for number in range(5):
        say(amur, far.code, f"number {number}")
        settle(network)
    far.node.book.note(middle.code, cursor=0)
    settle(network)
    assert [reason for _, reason in heard] == [f"number {number}" for number in range(5)]


def test_a_letter_that_was_written_and_not_yet_published_is_there_after_a_restart(
    chain: tuple[Town, Town, Town, Network],
) -> None:
    amur, _, far, network = chain
    say(amur, far.code)
    network.add(reopen(amur))
    settle(network)
    assert come(far) == [SECRET]


def test_after_a_set_back_a_letter_that_goes_out_again_is_not_handed_over_twice(
    tmp_path: Path, chain: tuple[Town, Town, Town, Network], heard: list[tuple[str, str]]
) -> None:
    """A copy and its original both said it before they parted, and one of them says it again in its new log."""
    amur, middle, far, network = chain
    amur.station.store.database.execute("pragma wal_checkpoint(truncate)")
    say(amur, far.code)
    amur.station.store.database.execute("pragma wal_checkpoint(truncate)")
    shutil.copytree(tmp_path / "AM-KHG", tmp_path / "clone" / "AM-KHG")
    clone = make_node(tmp_path / "clone", "AM-KHG")
    settle(network)
    write(clone, banding("XC 888888"))
    for _ in range(2):
        for town in (clone, amur):
            settle(network.add(town))
    assert clone.node.publisher.log != amur.node.publisher.log
    assert heard == [(far.code, SECRET)]
    assert come(far) == [SECRET]
    assert len(middle.node.letters.of(ABOUT)) == 1
    network.towns["AM-KHG"] = amur
    clone.close()


# -- what its reader makes of it --------------------------------------------------------------------------


def test_a_handler_that_fails_leaves_the_letter_and_takes_back_what_it_had_begun(
    chain: tuple[Town, Town, Town, Network], monkeypatch: pytest.MonkeyPatch
) -> None:
    amur, _, far, network = chain

    def failing(node: ExchangeNode, letter: Letter) -> None:
        node.store.notes.set("half", "done")
        node.letters.mark(letter, "done")
        raise RuntimeError("a fault of ours")

    monkeypatch.setitem(post_office.HANDLERS, "verdict", failing)
    say(amur, far.code)
    write(amur, banding("XC 999999"))
    settle(network)
    (letter,) = far.node.letters.received("verdict")
    assert (letter.state, far.station.store.notes.get("half")) == ("failed", "")
    assert far.node.ledger.have() == amur.node.ledger.have(), "what stands beside it has come"


def test_a_kind_that_nobody_deals_with_waits(
    chain: tuple[Town, Town, Town, Network], monkeypatch: pytest.MonkeyPatch
) -> None:
    amur, _, far, network = chain
    monkeypatch.delitem(post_office.HANDLERS, "verdict", raising=False)
    say(amur, far.code)
    settle(network)
    assert [letter.state for letter in far.node.letters.received(state="new")].count("new") >= 1
    assert come(far) == [SECRET]


def test_a_letter_of_a_kind_that_only_a_later_version_knows_goes_to_whom_it_is_for_and_to_nobody_else(
    chain: tuple[Town, Town, Town, Network],
) -> None:
    amur, middle, far, network = chain
    other = network.towns["PR-KHN"]
    writer = pen("HL-GFN", 3)
    befriended(middle, writer)
    trusted(network, writer)
    core = {
        "id": made.ID.format(99), "origin": writer.code, "generation": 1, "kind": "telegram", "to": far.code,
        "about": ABOUT, "words": SECRET,
    }  # fmt: skip
    client = writer.client(middle, network)
    client.hello()
    assert client.post(lines(writer.batch(writer.entry(core), schema="1.9")))["kept"] == 1
    settle(network)
    (letter,) = far.node.letters.received("telegram")
    assert (letter.state, letter.core["words"]) == ("new", SECRET)
    for town in (other, amur):
        assert town.node.ledger.have()[writer.log] == 1
        assert SECRET.encode() not in on_disk(town)
    assert not any(town.node.book.waiting() for town in network.towns.values())


def trusted(network: Network, writer: Any) -> None:
    for town in network.towns.values():
        with town.station.store.transaction():
            town.node.ledger.trust(writer.code, writer.key.public)
