"""What a peer sees of a batch: whole, without groups, or closed; what it sees is always proven, and nothing more."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from exchange.agreements import policy
from exchange.agreements.showing import Onward, View
from exchange.log import wire
from exchange.log.openings import Told
from exchange.talk import plan
from exchange.talk.proving import prove
from exchange.talk.take import Visiting, take
from tests.exchange import made
from tests.together.kit import Town, banding, make_node, recovery, write

TODAY = datetime.date(2024, 10, 1)
ELSEWHERE = "PR-KHN"
OPEN = policy.STANDARD | {"groups": {level: list(policy.STANDARD["groups"]["0"]) for level in "0123"}}


def view(town: Town, terms: Mapping[str, Any] = OPEN, brought: Mapping[str, Any] | None = None, **more: Any) -> View:
    """What PR-KHN sees under these terms; `brought` are the terms under which others gave to us."""
    onward = Onward({"HL-QFG": brought or {}})
    return View(town.station.store, town.code, ELSEWHERE, terms, onward, more.get("today", TODAY))


def write_all(town: Town) -> None:
    """Two bandings, a recovery, a row, and letters to three."""
    write(town, banding("XC 000001", people={"ringer": "N."}), banding("XC 000002", day="2024-09-30"))
    write(town, recovery("XC 000001", day="2024-09-20"))
    town.station.intake.extending.add(
        "station", "KH-OZR", {"en": "Lake Udyl", "ru": "Озеро Удыль", "zone": "Asia/Vladivostok"}, by=None
    )
    with town.station.store.transaction():
        for to in ("", ELSEWHERE, "HL-QFG"):
            said = {"verdict": "accepted", "reason": f"for {to or 'all'}"}
            town.node.letters.write("verdict", to, made.ID.format(7), said, at=town.node.at())
    town.node.publisher.publish()


NUMBERS = {"bandings": {1, 2}, "recovery": {3}, "row": {4}, "to all": {5}, "to it": {6}, "to another": {7}}
ALWAYS = NUMBERS["row"] | NUMBERS["to all"] | NUMBERS["to it"]


def shown(town: Town, found: View) -> dict[int, frozenset[str]]:
    """What is shown by number, over all batches; each of them proven as its receiver would prove it."""
    decisions: dict[int, frozenset[str]] = {}
    for held in town.node.shelf.feed(0, ELSEWHERE):
        decided = found.decide(held)
        batch = found.batch(held, decided)
        examined = plan.examine(batch, town.node.key.public if held.node == town.code else made.public(), "1")
        assert {read.entry.number: set(read.entry.groups) for read in examined.reads} == {
            entry.number: set(entry.groups) & decided[entry.number] for entry in batch.entries
        }
        decisions |= decided
    return decisions


@pytest.mark.parametrize(
    ("terms", "records"),
    [
        ({}, {1, 2, 3}), ({"bandings": "returns"}, {3}), ({"bandings": "none"}, {3}), ({"kinds": ["banding"]}, {1, 2}),
        ({"kinds": []}, set()), ({"embargo_days": 11}, {1, 3}), ({"embargo_days": 12}, {1}),
        ({"embargo_days": 9999}, set()),
    ],
)  # fmt: skip
def test_which_entries_are_shown(town: Town, terms: dict[str, Any], records: set[int]) -> None:
    write_all(town)
    assert set(shown(town, view(town, OPEN | terms))) == records | ALWAYS


def test_when_everything_has_ended_letters_and_rows_still_pass(town: Town) -> None:
    write_all(town)
    assert set(shown(town, view(town, policy.CLOSED))) == ALWAYS


def test_an_embargo_ends_by_itself(town: Town) -> None:
    write_all(town)
    later = view(town, OPEN | {"embargo_days": 12}, today=TODAY + datetime.timedelta(days=1))
    assert set(shown(town, later)) == {1, 3} | ALWAYS


def opened(town: Town, *numbers: int) -> None:
    state = town.node.ledger.log(town.node.publisher.log)
    assert state is not None
    with town.station.store.transaction():
        told = [Told(state.id, number, 0, "", town.code, frozenset()) for number in numbers]
        town.node.openings.open(ELSEWHERE, told, "return", town.node.at())


@pytest.mark.parametrize(
    ("terms", "records"),
    [
        ({"bandings": "returns"}, {1, 3}), ({"bandings": "none"}, {3}), ({"bandings": "returns", "kinds": []}, set()),
        ({"bandings": "returns", "embargo_days": 9999}, {1}), ({"embargo_days": 9999}, {1}),
    ],
)  # fmt: skip
def test_what_was_opened_for_a_return_is_shown_beyond_class_and_embargo_but_not_beyond_what_was_agreed(
    town: Town, terms: dict[str, Any], records: set[int]
) -> None:
    write_all(town)
    opened(town, 1)
    found = shown(town, view(town, OPEN | terms))
    assert set(found) == records | ALWAYS
    assert "people" not in found.get(1, frozenset())


def test_what_was_opened_to_one_is_not_open_to_another(town: Town) -> None:
    write_all(town)
    opened(town, 1)
    terms = OPEN | {"bandings": "returns"}
    other = View(town.station.store, town.code, "HL-QFG", terms, Onward({}), TODAY)
    assert set(shown(town, other)) == {3, 4, 5, 7}


# -- what came from others --------------------------------------------------------------------------------


def brought(town: Town, numbers: Sequence[int] = (1, 2, 3)) -> None:
    """A batch of Khingansky that HL-QFG brought: a banding, another that is closed to us, and a letter to PR-KHN."""
    letter = {
        "id": made.ID.format(3), "origin": "AM-KHG", "generation": 1, "kind": "verdict", "to": ELSEWHERE,
        "about": made.ID.format(9), "verdict": "declined", "reason": "",
    }  # fmt: skip
    whole = made.batch([made.entry(1), made.entry(2), made.entry(3, {"core": letter})])
    with town.station.store.transaction():
        town.node.ledger.trust("AM-KHG", made.public())
    taken = take(Visiting(town.node, "HL-QFG"), [prove(town.node, made.closed(whole, numbers))])
    assert (taken.refused, taken.aside) == (0, 0)


@pytest.mark.parametrize(
    ("said", "passes"),
    [({}, True), ({"onward": "none"}, False), ({"onward": [ELSEWHERE]}, True), ({"onward": ["HL-GFN"]}, False)],
)
def test_what_others_gave_goes_on_only_as_they_let_it_and_letters_go_on_always(
    town: Town, said: dict[str, Any], passes: bool
) -> None:
    brought(town)
    assert set(shown(town, view(town, brought=said))) == ({1, 2, 3} if passes else {3})


def test_what_was_opened_for_a_return_does_not_go_on_against_the_will_of_who_gave_it(town: Town) -> None:
    brought(town)
    state = town.node.ledger.log(made.LOG)
    assert state is not None
    with town.station.store.transaction():
        told = [Told(state.id, 1, 0, "", "AM-KHG", frozenset(["HL-QFG"]))]
        town.node.openings.open(ELSEWHERE, told, "return", town.node.at())
    assert set(shown(town, view(town, brought={"onward": "none"}))) == {3}


def test_one_way_that_lets_it_go_on_is_enough(town: Town) -> None:
    brought(town)
    with town.station.store.transaction():
        town.node.ledger.routes.came(1, "HL-GFN", town.node.at())
    found = view(town)
    found.onward = Onward({"HL-QFG": {"onward": "none"}, "HL-GFN": {"onward": "all"}})
    assert set(shown(town, found)) == {1, 2, 3}


def test_what_is_closed_to_us_stays_closed_and_is_still_proven_behind_us(town: Town) -> None:
    brought(town, [1, 3])
    assert set(shown(town, view(town))) == {1, 3}
    assert set(shown(town, view(town, OPEN | {"bandings": "none"}))) == {3}


def test_a_letter_goes_to_whoever_brings_the_logs_of_its_addressee_and_to_nobody_else(town: Town) -> None:
    """HL-QFG brought a log of Khingansky: a letter to Khingansky goes that way."""
    brought(town)
    with town.station.store.transaction():
        said = {"verdict": "accepted", "reason": ""}
        town.node.letters.write("verdict", "AM-KHG", made.ID.format(7), said, at=town.node.at())
    town.node.publisher.publish()
    (ours,) = town.node.shelf.log_from(town.node.publisher.log, 1)
    for peer, sees in (("HL-QFG", True), (ELSEWHERE, False), ("AM-KHG", True)):
        assert bool(View(town.station.store, town.code, peer, OPEN, Onward({}), TODAY).decide(ours)) is sees


# -- bytes ------------------------------------------------------------------------------------------------


def test_of_what_is_closed_or_withheld_nothing_is_in_the_bytes(town: Town) -> None:
    write_all(town)
    found = view(town, OPEN | {"bandings": "none"})
    raw = b"".join(lines for _, lines, _ in found.blocks(town.node.shelf.feed(0, ELSEWHERE), segments=False))
    assert b"XC 000001" in raw
    assert b"2024-09-20" in raw
    for trace in (b"XC 000002", b"2024-09-30", b"2024-05-01", b"N.", b"for HL-QFG"):
        assert trace not in raw
    first = next(one.facts[0].leaf for one in town.node.shelf.feed(0, ELSEWHERE))
    ids = [entry.head for held in town.node.shelf.feed(0) for entry in made.whole(town.node.shelf, [held])[0].entries]
    assert wire.head(ids[0])["id"].encode() not in raw
    assert wire.head(ids[2])["id"].encode() in raw
    assert wire.encode(first).encode() not in raw, "two closed neighbours are one node, not two leaves"


def test_a_place_that_is_about_some_numbers_shows_these_alone(town: Town) -> None:
    write_all(town)
    batch_id = town.node.shelf.batch_of(town.node.publisher.log, 3)
    assert batch_id is not None
    before = town.node.shelf.top()
    with town.station.store.transaction():
        town.node.ledger.offer(batch_id, peer=ELSEWHERE, only=[3])
        town.node.ledger.offer(batch_id, peer="HL-QFG")
    (held,) = town.node.shelf.feed(before, ELSEWHERE)
    assert set(view(town).decide(held)) == {3}
    assert plan.examine(view(town).batch(held, view(town).decide(held)), town.node.key.public, "1").reads


def test_what_leaves_is_written_down_before_it_goes_and_not_again_for_the_same(town: Town) -> None:
    write_all(town)
    found = view(town, OPEN | {"bandings": "none"})
    for _ in range(3):
        list(found.blocks(town.node.shelf.feed(0, ELSEWHERE), segments=False))
    rows = town.station.store.database.execute("select peer, way, shown, times from exchange_left order by batch_id")
    told = rows.fetchall()
    assert [(peer, way, times) for peer, way, _, times in told] == [(ELSEWHERE, "feed", 3)] * len(told)
    assert '"closed": 2' in told[0][2]


@pytest.fixture
def another(tmp_path: Any) -> Any:
    """A second node, to see that it can take what is shown."""
    made_here = make_node(tmp_path, "HL-GFN")
    yield made_here
    made_here.close()


def test_whoever_takes_two_views_one_after_the_other_holds_what_both_show(town: Town, another: Town) -> None:
    write_all(town)
    with another.station.store.transaction():
        another.node.ledger.trust(town.code, town.node.key.public)
    for terms in (OPEN | {"bandings": "none"}, OPEN | {"kinds": ["banding"]}, OPEN):
        found = view(town, terms)
        seen = [found.batch(held, found.decide(held)) for held in town.node.shelf.feed(0, ELSEWHERE)]
        proven = [prove(another.node, batch) for batch in seen]
        taken = take(Visiting(another.node, town.code), proven)
        assert (taken.refused, taken.aside) == (0, 0)
    state = another.node.ledger.log(town.node.publisher.log)
    assert state is not None
    assert another.node.ledger.held_numbers(state, 1, 9) == {1, 2, 3} | ALWAYS
