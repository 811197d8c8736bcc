"""A correction is proposed at one node, decided on at the steward, and both sides know what became of it."""

from pathlib import Path

import pytest

from banding.errors import NotAllowed, Refused
from exchange.talk import proposals
from exchange.talk.sync import sync
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    make_node,
    reach,
    seals_of,
    settle,
    snapshot,
    trust,
    withdraw,
    write,
)


def proposed(town: Town, uuid: str, **core: object) -> str:
    """Propose other fields of the core of a record of another node."""
    held = town.station.store.records.record(uuid)
    assert held is not None
    return proposals.propose(town.node, held, {"core": core}, "Read again on the photograph")


@pytest.fixture
def chain(tmp_path: Path) -> tuple[Network, Town, Town, Town]:
    """A station, a hub and a reserve; the outer two know each other's keys and speak to the hub alone."""
    one, hub, far = (make_node(tmp_path, code) for code in ("HL-SHP", "HL-GFN", "AM-KHG"))
    befriend(one, hub)
    befriend(hub, far)
    trust(one, hub, far)
    return Network().add(one, hub, far), one, hub, far


def test_a_proposal_goes_through_a_relay_and_its_correction_comes_back(
    chain: tuple[Network, Town, Town, Town],
) -> None:
    network, one, hub, far = chain
    (uuid,) = write(far, banding(species="Emberiza spodocephala"))
    settle(network)
    letter = proposed(one, uuid, species="Emberiza rustica")
    settle(network)

    (waiting,) = far.node.letters.received("proposal", "new")
    assert (waiting.uuid, waiting.sender, waiting.about) == (letter, "HL-SHP", uuid)
    assert proposals.accept(far.node, letter, by="keeper", confirmed={"S-region": "Seen", "S-season": "Seen"}).is_kept
    settle(network)

    for town in (one, hub, far):
        held = town.station.store.records.record(uuid)
        assert held is not None
        assert (held.core["species"], held.generation) == ("Emberiza rustica", 2)
    assert one.node.letters.letter(letter).state == "accepted"  # type: ignore[union-attr]
    assert len({str(seals_of(snapshot(town))) for town in (one, hub, far)}) == 1


def test_a_declined_proposal_changes_nothing_and_says_why(chain: tuple[Network, Town, Town, Town]) -> None:
    network, one, _hub, far = chain
    (uuid,) = write(far, banding())
    settle(network)
    letter = proposed(one, uuid, sex="F")
    settle(network)
    proposals.decline(far.node, letter, reason="The bird was measured")
    settle(network)

    assert one.node.letters.letter(letter).state == "declined"  # type: ignore[union-attr]
    (verdict,) = one.node.letters.of(letter, "verdict")
    assert verdict.core["reason"] == "The bird was measured"
    assert far.station.store.records.record(uuid).generation == 1  # type: ignore[union-attr]
    with pytest.raises(Refused, match="decided"):
        proposals.accept(far.node, letter, by="keeper")


def test_the_hub_that_carries_a_proposal_is_not_asked_to_decide(chain: tuple[Network, Town, Town, Town]) -> None:
    network, one, hub, far = chain
    (uuid,) = write(far, banding())
    settle(network)
    proposed(one, uuid, sex="F")
    settle(network)
    assert hub.node.letters.received("proposal") == []


def test_a_proposal_that_nobody_can_decide_on_is_answered_by_itself(chain: tuple[Network, Town, Town, Town]) -> None:
    network, one, _hub, far = chain
    (uuid,) = write(far, banding())
    settle(network)
    letter = proposed(one, uuid, sex="F")
    withdraw(far, uuid)
    settle(network)
    assert one.node.letters.letter(letter).state == "declined"  # type: ignore[union-attr]
    assert far.station.store.records.record(uuid).withdrawn  # type: ignore[union-attr]


def test_a_record_that_was_changed_meanwhile_is_shown_so_and_keeps_its_other_changes(
    chain: tuple[Network, Town, Town, Town],
) -> None:
    network, one, _hub, far = chain
    (uuid,) = write(far, banding())
    settle(network)
    letter = proposed(one, uuid, sex="F")
    correct(far, uuid, age="4")
    settle(network)
    waiting = far.node.letters.letter(letter)
    assert waiting is not None
    base, is_current = proposals.base_of(far.node, waiting)
    assert base is not None
    assert not is_current
    assert proposals.accept(far.node, letter, by="keeper").is_kept
    held = far.station.store.records.record(uuid)
    assert held is not None
    assert (held.core["sex"], held.core["age"], held.generation) == ("F", "4", 3)


def test_the_same_letter_twice_is_one_proposal(chain: tuple[Network, Town, Town, Town]) -> None:
    network, one, _hub, far = chain
    (uuid,) = write(far, banding())
    settle(network)
    proposed(one, uuid, sex="F")
    settle(network)
    far.node.book.note("HL-GFN", cursor=0)
    sync(far.node, "HL-GFN", reach(far, network))
    assert len(far.node.letters.received("proposal")) == 1


def test_what_cannot_be_proposed_is_refused_at_once(chain: tuple[Network, Town, Town, Town]) -> None:
    network, one, _hub, far = chain
    (uuid,) = write(far, banding())
    (own,) = write(one, banding("A 000001", scheme="CPB"))
    settle(network)
    theirs, ours = (one.station.store.records.record(each) for each in (uuid, own))
    assert theirs is not None
    assert ours is not None
    with pytest.raises(NotAllowed, match="belongs to this node"):
        proposals.propose(one.node, ours, {"core": {"sex": "F"}}, "Why not")
    for changes, reason in (({"core": {}}, "Why"), ({"core": {"sex": "F"}}, " "), ({"people": {"ringer": "X"}}, "Why")):
        with pytest.raises(Refused):
            proposals.propose(one.node, theirs, changes, reason)
    assert one.node.letters.sent("proposal") == []


def test_nobody_proposes_on_what_makes_the_record_what_it_is() -> None:
    core = {"id": "a", "origin": "AM-KHG", "kind": "banding", "generation": 3, "ring": "A"}
    changed = {"core": {"origin": "HL-SHP", "generation": 9, "ring": "B"}}
    assert proposals.merged({"core": core}, changed)["core"] == core | {"ring": "B"}
