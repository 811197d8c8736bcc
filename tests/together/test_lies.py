"""What a peer says of others' logs, numbers and letters is not believed where only the saying of it stands for it."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from exchange import peering
from exchange.agreements import policy
from exchange.log import wire
from exchange.log.entries import Batch
from exchange.talk import returns
from tests.together.hostile import Hostile, offer
from tests.together.kit import Network, Town, address_of, banding, befriend, count, pull, recovery, write
from tests.together.pen import END, Pen, befriended, lines, packed, pen

Post = Callable[[bytes], dict[str, Any]]
UUID = "11111111-1111-4111-8111-111111111111"
BANDINGS_OF_RETURNS = policy.STANDARD | {"bandings": "returns", "kinds": ["banding"]}


@pytest.fixture
def liar(town: Town, line: Network) -> Hostile:
    """A peer that answers as it likes."""
    made = Hostile(pen("PR-KHN", 1))
    befriended(town, made.writer)
    line.add(made)  # type: ignore[arg-type]
    return made


# -- what it claims to hold -------------------------------------------------------------------------------


def test_who_offers_a_batch_that_was_closed_to_it_has_not_brought_it(amur: Town, third: Town) -> None:
    """The hash of a header is known to whoever was shown nothing else; it opens neither birds nor letters."""
    befriend(amur, third)
    liar = Hostile(pen("HL-SHP", 5))
    peering.add_peer(amur.node, liar.code, address_of(liar.code), liar.writer.key.public, terms=BANDINGS_OF_RETURNS)
    network = Network().add(amur, third, liar)  # type: ignore[arg-type]
    write(amur, banding())
    write(third, recovery())
    assert not pull(amur, third, network).trouble
    client = liar.writer.client(amur, network)
    client.hello()
    (seen,) = [one for one in client.feed("", 1 << 20) if isinstance(one, Batch) and third.code in one.header]
    assert not seen.entries
    log = wire.header(seen.header).log
    for lie in ({}, {"heads": "0" * 64}, {"count": 1, "shown": 1}, {"shown": 0}):
        liar.answers["feed"] = packed([offer(liar.writer, b"nothing", seen, log=log, **lie), END])
        assert not pull(amur, liar, network).trouble  # type: ignore[arg-type]
    assert amur.node.ledger.routes.behind(liar.code) == {liar.code}
    write(third, recovery(day="2024-10-20"))
    pull(amur, third, network)
    assert count(amur, "exchange_opened") == 0


@pytest.mark.parametrize("number", [2**53, 2**63, 2**64 - 1, -1, -(2**63)])
def test_numbers_beyond_all_numbers_are_no_numbers(town: Town, line: Network, liar: Hostile, number: int) -> None:
    write(town, banding())
    town.node.publisher.publish()
    liar.has({town.node.publisher.log: number, liar.writer.log: number})
    assert not pull(town, liar, line).trouble  # type: ignore[arg-type]
    liar.answers["have"] = orjson.dumps({"epoch": liar.writer.epoch, "place": number, "logs": {}})
    assert "list of logs" in pull(town, liar, line).trouble  # type: ignore[arg-type]
    assert not line.faults


@pytest.mark.parametrize("proof", [{"signature": 5}, {"signature": None}, {"header": 5}, {"header": None}])
def test_a_proof_of_other_things_than_texts_proves_nothing(
    town: Town, line: Network, liar: Hostile, proof: dict[str, Any]
) -> None:
    write(town, banding())
    town.node.publisher.publish()
    (header,) = town.station.store.database.execute("select header from exchange_batches").fetchone()
    name = town.node.publisher.log
    liar.has({}, frozen={name: [{"header": header, "signature": "AAAA"} | proof] * 2})
    assert not pull(town, liar, line).trouble  # type: ignore[arg-type]
    assert town.node.publisher.log == name


# -- what it writes ---------------------------------------------------------------------------------------


def test_a_later_version_of_what_is_no_record_keeps_nothing_behind_it_out(post: Post, writer: Pen) -> None:
    assert post(lines(writer.batch(writer.entry())))["kept"] == 1
    head = {"id": "00000000-0000-4000-8000-000000000000"}
    wrong = writer.batch(writer.entry(writer.core(id="no UUID", generation=2), head=head))
    answer = post(lines(wrong, writer.batch(writer.entry())))
    assert (answer["aside"], answer["kept"]) == (1, 1)


def test_nobody_takes_the_place_of_a_letter_by_writing_one_of_the_same_number(
    town: Town, writer: Pen, honest: Pen, line: Network
) -> None:
    """Whoever passes a letter on can read its number, and be there first."""
    (met,) = write(town, recovery("XC 777777"))
    said = {"id": UUID, "generation": 1, "kind": "answer", "to": town.code, "about": met, "scheme": "RUM"}
    said |= {"ring": "XC 777777"}
    for one, verdict in ((writer, "not-reported"), (honest, "not-known"), (honest, "matched")):
        client = one.client(town, line)
        client.hello()
        client.post(lines(one.batch(one.entry(said | {"origin": one.code, "verdict": verdict}))))
    told = {letter.sender: letter.core["verdict"] for letter in returns.answers(town.node, met)}
    assert told == {honest.code: "not-known", writer.code: "not-reported"}


def test_of_two_letters_of_one_number_each_is_dealt_with_in_turn(town: Town, writer: Pen, honest: Pen) -> None:
    letters = town.node.letters
    core = {"id": UUID, "generation": 1, "kind": "proposal", "to": town.code, "about": UUID}
    with town.station.store.transaction():
        for number, one in enumerate((writer, honest), 1):
            assert letters.came(core | {"origin": one.code}, orjson.dumps(core).decode(), 1, number, "2025-06-01")
    for one in (writer, honest):
        found = letters.letter(UUID)
        assert found is not None
        assert found.sender == one.code
        letters.mark(found, "declined")
    assert letters.letter(UUID, honest.code) != letters.letter(UUID, writer.code)
