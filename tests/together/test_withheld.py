"""What the terms withhold never arrives, what arrives still verifies, and wider terms let the rest follow."""

from pathlib import Path

import pytest

from exchange.agreements import opening
from tests.planted import PLANTED
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    banding,
    befriend,
    make_node,
    on_disk,
    peer_of,
    pull,
    recovery,
    returns_of,
    settle,
    snapshot,
    write,
)


def test_people_and_remarks_never_arrive_and_what_arrives_still_verifies(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (met,) = write(
        amur,
        recovery(
            manner="found", condition="2",
            people={"finder_name": PLANTED[0], "finder_address": f"{PLANTED[1]}\n{PLANTED[2]}"},
            remarks={"text": PLANTED[3]}, measurements={"wing": 71.5},
        ),
    )  # fmt: skip
    report = pull(shuangpo, amur, between)
    assert report.taken.kept == 1
    held = snapshot(shuangpo)[met]
    assert held[:2] == snapshot(amur)[met][:2]
    assert set(held[2]) == {"core", "area", "measurements", "place"}
    assert set(snapshot(amur)[met][2]) >= {"people", "remarks"}
    for planted in PLANTED:
        assert planted.encode() in on_disk(amur)
        assert planted.encode() not in on_disk(shuangpo)
        assert planted.encode() not in bytes(between.crossed)


def test_what_is_packed_on_the_line_holds_no_planted_name_either(amur: Town, shuangpo: Town) -> None:
    befriend(amur, shuangpo)
    write(amur, banding(people={"ringer": PLANTED[0]}, remarks={"text": PLANTED[3]}))
    amur.node.publisher.publish()
    page = unpacked(amur, shuangpo)
    assert b"XC 345612" in page
    assert b"withheld" in page
    assert all(planted.encode() not in page for planted in PLANTED)


def unpacked(giver: Town, taker: Town) -> bytes:
    """The lines that one node would send the other, before they are packed."""
    peer = peer_of(giver, taker.code)
    each = opening.view(giver.node, peer).blocks(giver.node.shelf.feed(0, taker.code), segments=False)
    return b"".join(lines for _place, lines, _elsewhere in each)


def test_the_most_sensitive_species_show_no_place(amur: Town, shuangpo: Town, between: Network) -> None:
    (nest,) = write(amur, banding(species="Grus japonensis", ring="A 12345", at=(49.123456, 130.654321)))
    pull(shuangpo, amur, between)
    assert set(snapshot(shuangpo)[nest][2]) == {"core"}
    page = unpacked(amur, shuangpo)
    for trace in (b"49.12", b"130.65", b"49.1", b"130.7"):
        assert trace not in on_disk(shuangpo)
        assert trace not in page


@pytest.mark.parametrize(("species", "point"), [("Emberiza spodocephala", True), ("Grus japonensis", False)])
def test_a_relay_passes_on_no_more_than_its_own_terms_open(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network, species: str, point: bool
) -> None:
    """The relay was given everything; the third gets what anybody gets."""
    third = make_node(tmp_path, "HL-QFG")
    befriend(amur, shuangpo, terms=EVERYTHING)
    befriend(shuangpo, third)
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    (banded,) = write(amur, banding(species=species, ring="A 12345", people={"ringer": PLANTED[0]}))
    pull(shuangpo, amur, between.add(third))
    assert "people" in snapshot(shuangpo)[banded][2]
    report = pull(third, shuangpo, between)
    assert (report.taken.kept, report.taken.refused) == (1, 0)
    assert ("place" in snapshot(third)[banded][2]) is point
    assert PLANTED[0].encode() not in on_disk(third)
    third.close()


def test_terms_that_widen_let_a_fuller_copy_follow_and_it_is_passed_on(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, third, terms=EVERYTHING)
    (banded,) = write(amur, banding(species="Grus japonensis", ring="A 12345", remarks={"text": "worn"}))
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    settle(between.add(third))
    assert set(snapshot(third)[banded][2]) == {"core"}
    with amur.station.store.transaction():
        assert opening.change_terms(amur.node, shuangpo.code, EVERYTHING) == []
    settle(between)
    assert snapshot(amur) == snapshot(shuangpo) == snapshot(third)
    assert returns_of(third) == []
    third.close()
