"""What nobody may propose, whoever sends it, and who may not decide."""

import pytest

from banding.errors import NotAllowed, Refused
from exchange.talk import proposals
from tests.together.kit import banding, record_of, settle, withdraw, write
from tests.together.test_proposals import Chain, bird, chain, known, proposed

__all__ = ["chain"]


def test_what_cannot_be_proposed_is_refused_at_once(chain: Chain) -> None:
    network, one, _hub, far = chain
    (uuid,) = write(far, bird())
    (own,) = write(one, banding("A 000001", scheme="CPB"))
    settle(network)
    theirs, ours = (record_of(one, each) for each in (uuid, own))
    with pytest.raises(NotAllowed, match="belongs to this node"):
        proposals.propose(one.node, ours, {"core": {"sex": "F"}}, "Why not")
    for changes, reason in (({"core": {}}, "Why"), ({"core": {"sex": "F"}}, " "), ({"people": {"ringer": "X"}}, "Why")):
        with pytest.raises(Refused):
            proposals.propose(one.node, theirs, changes, reason)
    assert one.node.letters.of(uuid, "proposal") == one.node.letters.of(own, "proposal") == []


def test_nobody_proposes_on_what_makes_the_record_what_it_is() -> None:
    core = {"id": "a", "origin": "AM-KHG", "kind": "banding", "generation": 3, "ring": "A"}
    changed = {"core": {"origin": "HL-SHP", "generation": 9, "ring": "B"}}
    assert proposals.merged({"core": core}, changed)["core"] == core | {"ring": "B"}


def test_names_of_people_in_a_proposal_are_declined_by_themselves(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    base = one.station.store.records.known([uuid])[uuid].seal
    assert base is not None
    said = {"base": base.hex(), "changes": {"people": {"ringer": None}}, "reason": "Known"}
    with one.station.store.transaction():
        letter = one.node.letters.write("proposal", far.code, uuid, said, at=one.node.at())
    settle(network)
    assert one.node.letters.letter(letter).state == "declined"  # type: ignore[union-attr]


def test_nobody_but_its_addressee_decides_on_a_proposal(chain: Chain) -> None:
    network, one, hub, _ = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    said = {"verdict": "declined", "reason": "Never seen it"}
    with hub.station.store.transaction():
        hub.node.letters.write("verdict", one.code, letter, said, at=hub.node.at())
    settle(network)
    assert one.node.letters.letter(letter).state == "new"  # type: ignore[union-attr]


def test_nobody_proposes_on_what_is_withheld_or_withdrawn(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid, gone = write(far, bird(remarks={"text": "Wet"}, species="Emberiza aureola"), bird())
    withdraw(far, gone)
    settle(network)
    held, withdrawn = (record_of(one, each) for each in (uuid, gone))
    (closed, *_) = proposals.withheld(one.node, held) - {"people"}
    with pytest.raises(Refused, match="withheld"):
        proposals.propose(one.node, held, {closed: {"text": "Dry"}}, "Why")
    with pytest.raises(Refused, match="withdrawn"):
        proposals.propose(one.node, withdrawn, {"core": {"sex": "F"}}, "Why")
