"""No letter is so long that nobody could read its line: the log behind it would be lost to all others."""

import json

import pytest

from exchange.agreements import documents, life
from exchange.log import agreementbook, wire
from schemas.letters import LONG
from tests.together.agreeing import document, of, terms
from tests.together.kit import Network, Town, banding, every, settle, write

REASON = "\x07" * 1000 + '"' * 1000
"""As long as a reason may be, of letters that take more room in a line."""


def padded(text: str, size: int) -> str:
    """The same document with room in it, so long as it stands in a letter."""
    return text[:-1] + " " * (size - len(json.dumps(text, ensure_ascii=False))) + "}"


def offered(town: Town, other: Town, text: str) -> str:
    """Offer a document as a node would that minds no length; its digest."""
    digest = documents.digest(text)
    said = {"text": text, "verdict": "offered", "signature": wire.encode(agreementbook.sign(town.node.key, text))}
    with town.station.store.transaction():
        town.node.letters.write("agreement", other.code, digest, said, at=town.node.at())
    return digest


@pytest.mark.parametrize("answer", ["decline", "sign and end"])
def test_the_longest_agreement_that_comes_is_answered_in_a_letter_that_can_be_read(
    amur: Town, shuangpo: Town, between: Network, answer: str
) -> None:
    text = documents.write(document(shuangpo.code, amur.code, terms()))
    digest = offered(shuangpo, amur, padded(text, LONG - documents.BESIDE))
    settle(between)
    if answer == "decline":
        life.decline(amur.node, digest, REASON, "anna")
    else:
        life.sign(amur.node, digest, "anna")
        life.end(amur.node, digest, REASON, "anna")
    settle(between)
    # Of our own records the log goes on behind the letter.
    (uuid,) = write(amur, banding())
    settle(between)
    assert shuangpo.node.book.refusals() == []
    assert shuangpo.node.ledger.have() == amur.node.ledger.have()
    assert (uuid in {one.uuid for one in every(shuangpo)}) == (answer == "decline")


def test_a_longer_agreement_is_declined_at_once_and_nothing_is_stuck(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    text = documents.write(document(shuangpo.code, amur.code, terms()))
    digest = offered(shuangpo, amur, padded(text, LONG - documents.BESIDE + 1))
    settle(between)
    (letter,) = shuangpo.node.letters.of(digest)[1:]
    assert letter.core["verdict"] == "declined"
    assert amur.node.agreements.one(digest) is None
    assert shuangpo.node.ledger.have() == amur.node.ledger.have()


def test_a_draft_that_no_letter_would_hold_is_refused_in_words(amur: Town, shuangpo: Town, between: Network) -> None:
    assert between.towns
    said = document(amur.code, shuangpo.code, terms(), legal_basis="\n" * LONG)
    with pytest.raises(documents.Unfit):
        life.draft(amur.node, shuangpo.code, said, "anna")


def test_the_node_writes_no_letter_that_it_could_not_read_itself(amur: Town) -> None:
    said = {"text": "\x07" * LONG, "verdict": "offered"}
    with pytest.raises(ValueError, match="too long"), amur.station.store.transaction():
        amur.node.letters.write("agreement", "HL-SHP", "0" * 64, said, at="2025-06-01")
    assert amur.node.letters.unsent(1) == []


def test_a_document_of_usual_length_is_signed_as_ever(amur: Town, shuangpo: Town, between: Network) -> None:
    digest = life.draft(amur.node, shuangpo.code, document(amur.code, shuangpo.code, terms()), "anna")
    life.sign(amur.node, digest, "anna")
    settle(between)
    assert of(shuangpo, digest).state == "asked"
