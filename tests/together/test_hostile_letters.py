"""Letters of a peer that means harm: kept small, told to nobody, and nothing is done for them."""

import json
from collections.abc import Callable
from typing import Any

from exchange.agreements import documents, policy
from tests.together import hostile
from tests.together.hostile import still_well
from tests.together.kit import Network, Town, banding, on_disk, peer_of, snapshot, write
from tests.together.pen import Pen, lines

Post = Callable[[bytes], Any]
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_letter_in_our_name_is_set_aside_and_told_to_nobody(
    town: Town, writer: Pen, honest: Pen, post: Post, line: Network
) -> None:
    forged = hostile.letter(writer, "verdict", honest.code, NOBODY, origin=town.code, verdict="accepted", reason="")
    assert post(lines(writer.batch(forged)))["aside"] == 1
    assert town.node.letters.sent("verdict") == []
    client = honest.client(town, line)
    client.hello()
    shown = [entry for found in client.feed("", 1 << 20) for entry in getattr(found, "entries", ())]
    assert not any(NOBODY in entry.groups.get("core", "") for entry in shown)


def test_a_hundred_letters_of_a_hundred_thousand_characters_are_kept_small(
    town: Town, writer: Pen, honest: Pen, post: Post, line: Network
) -> None:
    text = "x" * 90_000
    for _ in range(5):
        post(lines(writer.batch(*(hostile.agreement(writer, town.code, text) for _ in range(20)))))
    answers = town.node.letters.sent("agreement")
    assert len(json.dumps([dict(one.core) for one in answers])) < 300_000
    assert len(on_disk(town)) < 40_000_000
    still_well(town, honest, line)


def test_an_agreement_between_others_is_never_ours_to_sign(town: Town, writer: Pen, post: Post) -> None:
    for parties in (("PR-KHN", "HL-SHP"), ("HL-QFG", "HL-SHP"), ("PR-KHN", "PR-KHN")):
        said = {"names": dict.fromkeys(parties, "X"), "legal_basis": "None", "valid_from": "2025-06-01"}
        text = documents.write(documents.new(parties, **said))
        post(lines(writer.batch(hostile.agreement(writer, town.code, text))))
        assert town.node.agreements.one(documents.digest(text)) is None
    peer = peer_of(town, writer.code)
    assert peer.terms == policy.STANDARD


def test_proposals_for_records_that_do_not_exist_wait_for_nobody(
    town: Town, writer: Pen, honest: Pen, post: Post, line: Network
) -> None:
    (ours,) = write(town, banding())
    before = snapshot(town)
    odd: list[dict[str, Any]] = [
        {},
        {"changes": {"people": {"ringer": "X"}}},
        {"changes": {"core": {"origin": writer.code}}},
    ]
    post(lines(writer.batch(*(hostile.proposal(writer, town.code, NOBODY, **said) for said in odd))))
    post(lines(writer.batch(hostile.proposal(writer, town.code, ours, changes={"nothing": {"x": "[" * 900}}))))
    assert before.keys() == snapshot(town).keys()
    assert all(one.about == ours for one in town.node.letters.received("proposal", "new"))
    still_well(town, honest, line)
