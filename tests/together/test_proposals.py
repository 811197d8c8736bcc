"""A correction is proposed at one node, decided on at the steward, and both sides know what became of it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from banding.errors import Refused
from banding.intake import Draft
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
    record_of,
    seals_of,
    settle,
    snapshot,
    trust,
    withdraw,
    write,
)

Chain = tuple[Network, Town, Town, Town]
RINGS = count(10)


def bird(**more: Any) -> Draft:
    """A banding of a bird that no other test has met."""
    return banding(f"XC 3456{next(RINGS)}", **more)


def ringing(town: Town, letter: str) -> list[str]:
    """The states of the open alarms about a proposal."""
    found = [one for one in town.node.alarms.open() if (one.kind, one.about) == ("proposal", letter)]
    return [str(one.details.get("state", "")) for one in found]


def proposed(town: Town, uuid: str, **core: object) -> str:
    """Propose other fields of the core of a record of another node."""
    held = record_of(town, uuid)
    return proposals.propose(town.node, held, {"core": core}, "Read again on the photograph")


def known(chain: Chain, **more: Any) -> str:
    """A record of the reserve that the station knows."""
    network, _one, _hub, far = chain
    (uuid,) = write(far, bird(**more))
    settle(network)
    return uuid


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A station, a hub and a reserve; the outer two know each other's keys and speak to the hub alone.

    One for all tests, each with birds of its own: what the others left behind must not matter.
    """
    folder = tmp_path_factory.mktemp("chain")
    one, hub, far = (make_node(folder, code) for code in ("HL-SHP", "HL-GFN", "AM-KHG"))
    befriend(one, hub)
    befriend(hub, far)
    trust(one, hub, far)
    yield Network().add(one, hub, far), one, hub, far
    for town in (one, hub, far):
        town.close()


def test_a_proposal_goes_through_a_relay_and_its_correction_comes_back(chain: Chain) -> None:
    network, one, hub, far = chain
    uuid = known(chain, species="Emberiza spodocephala")
    letter = proposed(one, uuid, species="Emberiza rustica")
    settle(network)

    (waiting,) = far.node.letters.of(uuid, "proposal")
    assert (waiting.uuid, waiting.sender, waiting.state) == (letter, "HL-SHP", "new")
    assert waiting in far.node.letters.received("proposal")
    assert proposals.accept(far.node, letter, by="keeper", confirmed={"S-region": "Seen", "S-season": "Seen"}).is_kept
    settle(network)

    for town in (one, hub, far):
        held = record_of(town, uuid)
        assert (held.core["species"], held.generation) == ("Emberiza rustica", 2)
    assert one.node.letters.letter(letter).state == "accepted"  # type: ignore[union-attr]
    assert len({str(seals_of(snapshot(town))) for town in (one, hub, far)}) == 1


def test_a_declined_proposal_changes_nothing_and_says_why(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    settle(network)
    proposals.decline(far.node, letter, reason="The bird was measured")
    settle(network)

    assert one.node.letters.letter(letter).state == "declined"  # type: ignore[union-attr]
    (verdict,) = one.node.letters.of(letter, "verdict")
    assert verdict.core["reason"] == "The bird was measured"
    assert record_of(far, uuid).generation == 1
    with pytest.raises(Refused, match="decided"):
        proposals.accept(far.node, letter, by="keeper")


def test_the_hub_that_carries_a_proposal_is_not_asked_to_decide(chain: Chain) -> None:
    network, one, hub, _ = chain
    uuid = known(chain)
    proposed(one, uuid, sex="F")
    settle(network)
    assert hub.node.letters.received("proposal") == []


def test_a_proposal_that_nobody_can_decide_on_is_answered_by_itself(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    withdraw(far, uuid)
    settle(network)
    assert one.node.letters.letter(letter).state == "declined"  # type: ignore[union-attr]
    assert record_of(far, uuid).withdrawn


def test_a_record_that_was_changed_meanwhile_is_shown_so_and_keeps_its_other_changes(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    correct(far, uuid, age="4")
    settle(network)
    waiting = far.node.letters.letter(letter)
    assert waiting is not None
    base, is_current = proposals.base_of(far.node, waiting)
    assert base is not None
    assert not is_current
    assert proposals.accept(far.node, letter, by="keeper").is_kept
    held = record_of(far, uuid)
    assert (held.core["sex"], held.core["age"], held.generation) == ("F", "4", 3)


def test_the_same_letter_twice_is_one_proposal(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    proposed(one, uuid, sex="F")
    settle(network)
    far.node.book.note("HL-GFN", cursor=0)
    sync(far.node, "HL-GFN", reach(far, network))
    assert len(far.node.letters.of(uuid, "proposal")) == 1


def test_a_new_exact_place_takes_its_rounded_point_along(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    held = record_of(one, uuid)
    place = {"place": {"latitude": 49.4, "longitude": 130.3}}
    letter = proposals.propose(one.node, held, place, "By the map")
    settle(network)
    assert proposals.accept(far.node, letter, by="keeper").is_kept
    now = record_of(far, uuid)
    assert now.groups["area"] == {"latitude": 49.4, "longitude": 130.3}


def test_accepting_twice_makes_one_version_and_one_verdict(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    settle(network)
    assert proposals.accept(far.node, letter, by="keeper").is_kept
    with pytest.raises(Refused, match="decided"):
        proposals.accept(far.node, letter, by="keeper")
    settle(network)
    (verdict,) = one.node.letters.of(letter, "verdict")
    assert (verdict.core["verdict"], verdict.core["version"]) == ("accepted", 2)


def test_what_says_already_what_is_proposed_is_accepted_without_a_new_version(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    correct(far, uuid, sex="F")
    settle(network)
    assert proposals.accept(far.node, letter, by="keeper").outcome == "unchanged"
    assert record_of(far, uuid).generation == 2


def test_an_alarm_rings_at_the_steward_until_it_decides_and_then_at_the_other_end(chain: Chain) -> None:
    network, one, _hub, far = chain
    uuid = known(chain)
    letter = proposed(one, uuid, sex="F")
    settle(network)
    assert ringing(far, letter) == [""]
    proposals.decline(far.node, letter, reason="It was measured")
    assert ringing(far, letter) == []
    settle(network)
    assert ringing(one, letter) == ["decided"]
