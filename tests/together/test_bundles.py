"""Nodes without a line: what is carried by hand, in any order, ends in the same knowledge as a line would bring."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.agreements import opening, policy
from exchange.talk import has
from tests.together.carrying import brought, carried, packed
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    count,
    make_node,
    peer_of,
    pull,
    recovery,
    returns_of,
    seals_of,
    snapshot,
    trust,
    withdraw,
    write,
)

pytestmark = pytest.mark.usefixtures("small")


# -- there and back ---------------------------------------------------------------------------------------


def test_a_return_crosses_by_hand_both_ways(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, banding())
    write(shuangpo, recovery())
    assert [part.kept for part in carried(amur, shuangpo)] == [1]
    assert [part.kept for part in carried(shuangpo, amur)] == [1]
    assert returns_of(amur) == returns_of(shuangpo)
    assert len(returns_of(amur)) == 1


def test_writing_a_bundle_moves_nothing_and_the_bundle_back_is_the_receipt(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, *(banding(f"XC {n:06}") for n in range(12)))
    first = packed(amur, shuangpo)
    assert (peer_of(amur, shuangpo.code).posted, packed(amur, shuangpo).entries) == (0, 12)
    brought(shuangpo, *first.files)
    carried(shuangpo, amur)
    log = amur.node.publisher.log
    assert has.told(amur.node, shuangpo.code).logs[log] == 12
    assert packed(amur, shuangpo).entries == 0
    write(amur, banding("XC 900000"))
    assert packed(amur, shuangpo).entries == 1
    assert packed(amur, shuangpo, from_beginning=True).entries == 13


def test_what_the_last_bundle_brought_is_not_fetched_again_when_the_line_comes_up(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, *(banding(f"XC {n:06}") for n in range(12)))
    carried(amur, shuangpo)
    report = pull(shuangpo, amur, Network().add(amur, shuangpo))
    assert (report.trouble, report.taken.kept, report.taken.known) == ("", 0, 0)


def test_what_the_line_has_brought_is_left_out_of_the_first_bundle(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    network = Network().add(amur, shuangpo)
    write(amur, *(banding(f"XC {n:06}") for n in range(12)))
    pull(shuangpo, amur, network)
    pull(amur, shuangpo, network)
    write(amur, banding("XC 900000"))
    assert packed(amur, shuangpo).entries == 1
    (part,) = carried(amur, shuangpo)
    assert (part.kept, part.needs) == (1, ())


def test_a_second_bundle_after_a_lost_one_holds_both(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, banding("XC 000001"))
    packed(amur, shuangpo)
    write(amur, banding("XC 000002"))
    (part,) = carried(amur, shuangpo)
    assert (part.kept, part.needs) == (2, ())


def test_what_was_withdrawn_comes_by_hand_too(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    (uuid,) = write(amur, banding())
    carried(amur, shuangpo)
    withdraw(amur, uuid)
    carried(amur, shuangpo)
    assert snapshot(shuangpo)[uuid][3]


def test_groups_opened_later_come_in_a_later_bundle(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    (uuid,) = write(amur, banding(people={"ringer": "N. N."}))
    carried(amur, shuangpo)
    carried(shuangpo, amur)
    groups = {level: ["core", "area", "place", "people"] for level in "0123"}
    with amur.station.store.transaction():
        opening.change_terms(amur.node, shuangpo.code, policy.STANDARD | {"groups": groups, "people": True})
    (part,) = carried(amur, shuangpo)
    assert part.fuller == 1
    assert "people" in snapshot(shuangpo)[uuid][2]


def test_a_letter_goes_by_hand_and_only_to_whom_it_is_for(pair: tuple[Town, Town], tmp_path: Path) -> None:
    amur, shuangpo = pair
    other = make_node(tmp_path, "HL-QFG")
    befriend(amur, other)
    with amur.station.store.transaction():
        said = {"classes": [0], "groups": [], "reason": "For the test"}
        amur.node.letters.write("forget", shuangpo.code, "", said, at=amur.node.at())
    carried(amur, shuangpo)
    carried(amur, other)
    assert [letter.kind for letter in shuangpo.node.letters.received()] == ["forget"]
    assert other.node.letters.received() == []
    assert other.node.ledger.have() == shuangpo.node.ledger.have()
    other.close()


def test_what_one_node_relays_by_hand_is_whose_it_was(pair: tuple[Town, Town], tmp_path: Path) -> None:
    amur, shuangpo = pair
    other = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, other)
    trust(other, amur)
    write(amur, banding())
    carried(amur, shuangpo)
    carried(shuangpo, other)
    assert seals_of(snapshot(other)) == seals_of(snapshot(amur))
    other.close()


# -- parts in any order -----------------------------------------------------------------------------------


def test_a_part_says_which_numbers_and_which_part_are_missing_before_it(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, *(banding(f"XC {n:06}") for n in range(15)))
    one, two, three = packed(amur, shuangpo, size=900).files
    (part,) = brought(shuangpo, three)
    log = amur.node.publisher.log
    assert (part.kept, part.needs, part.bring) == (0, ((log, 1),), (1, 2))
    brought(shuangpo, one)
    (part,) = brought(shuangpo, three)
    assert part.needs == ((log, 6),)
    found = brought(shuangpo, three, two)
    assert [(part.kept, part.needs) for part in found] == [(5, ()), (5, ())]
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(amur))


def test_parts_given_together_are_read_in_their_order(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, *(banding(f"XC {n:06}") for n in range(15)))
    files = packed(amur, shuangpo, size=900).files
    assert [(part.kept, part.needs) for part in brought(shuangpo, *reversed(files))] == [(5, ())] * 3
    assert [(part.kept, part.known, part.again) for part in brought(shuangpo, *files)] == [(0, 5, True)] * 3


def test_a_receipt_says_no_more_than_what_was_read(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, *(banding(f"XC {n:06}") for n in range(15)))
    one, _, three = packed(amur, shuangpo, size=900).files
    brought(shuangpo, one, three)
    carried(shuangpo, amur)
    assert packed(amur, shuangpo).entries == 10
    carried(amur, shuangpo)
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(amur))


@settings(max_examples=8, deadline=None)
@given(data=st.data(), rounds=st.integers(1, 4))
def test_any_parts_in_any_order_and_as_often_as_one_likes_lose_and_double_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, rounds: int
) -> None:
    folder = tmp_path_factory.mktemp("carried")
    amur, shuangpo = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(amur, shuangpo)
    stick: dict[str, list[Path]] = {amur.code: [], shuangpo.code: []}
    for at in range(rounds):
        write(amur, *(banding(f"XC {at}{n:05}") for n in range(data.draw(st.integers(0, 12)))))
        write(shuangpo, *(recovery(f"XC {at}{n:05}") for n in range(data.draw(st.integers(0, 12)))))
        for town, other in ((amur, shuangpo), (shuangpo, amur)):
            stick[other.code] += packed(town, other, size=data.draw(st.sampled_from([900, 3000]))).files
            brought(other, *data.draw(st.lists(st.sampled_from(stick[other.code]), max_size=6)))
    for town, other in ((amur, shuangpo), (shuangpo, amur), (amur, shuangpo)):
        assert [part.needs for part in carried(town, other) if part.needs] == []
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert returns_of(amur) == returns_of(shuangpo)
    assert count(amur, "versions") == count(shuangpo, "versions") == len(snapshot(amur))
    amur.close()
    shuangpo.close()
