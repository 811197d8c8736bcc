"""The preview says what then truly leaves: the same entries, the same groups, the same figures."""

import datetime
from typing import Any

import pytest
from hypothesis import given, settings

from banding.intake import Draft
from exchange.agreements import opening, policy
from exchange.agreements.preview import Count, Preview, preview
from tests.exchange.forms import Pair
from tests.exchange.test_agreements_policy import TERMS
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    known,
    make_node,
    peer_of,
    pull,
    recovery,
    settle,
    snapshot,
    withdraw,
    write,
)

CRANE, BUNTING = "Grus japonensis", "Emberiza spodocephala"
PEOPLE = {"ringer": "N. N."}


def records() -> list[Draft]:
    """Bandings and recoveries of a sensitive and of a common species, old and new."""
    return [
        banding("XC 345612", people=PEOPLE, measurements={"wing": 71.5}, remarks={"text": "worn"}),
        banding("A 12345", species=CRANE, people=PEOPLE),
        banding("XC 345613", day="2025-05-30"),
        recovery("XC 345614", people=PEOPLE),
        recovery("A 12346", species=CRANE, day="2025-05-20"),
    ]


def met_there() -> list[Draft]:
    """The other node's encounters of two of these birds, a common and a sensitive one."""
    return [recovery("XC 345612", day="2025-05-29"), recovery("A 12345", species=CRANE, day="2025-05-29")]


@pytest.fixture
def pair(pair: Pair) -> Pair:
    """Two nodes that are peers; the first has published its records."""
    write(pair[0], *records())
    pair[0].node.publisher.publish()
    return pair


def seen(town: Town, terms: dict[str, Any] | None = None, code: str = "HL-SHP") -> Preview:
    peer = peer_of(town, code)
    return preview(town.node, peer, peer.terms if terms is None else terms)


def count(shown: Preview, kind: str, level: int) -> Count:
    (found,) = [one for one in shown.counts if (one.kind, one.level) == (kind, level)]
    return found


def groups_by_number(shown: Preview) -> dict[int, set[str]]:
    return {one.number: set(one.groups) for one in shown.examples if not one.is_closed}


@settings(max_examples=12)
@given(TERMS)
def test_what_the_examples_show_is_what_leaves_under_the_same_terms(
    tmp_path_factory: pytest.TempPathFactory, terms: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("nodes")
    here, there = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(here, there)
    uuids = write(here, *records())
    write(there, *met_there())
    line = Network().add(here, there)
    pull(here, there, line)
    shown = seen(here, terms)
    with here.station.store.transaction():
        opening.change_terms(here.node, "HL-SHP", terms)
    pull(there, here, line)
    came = {uuid: set(one[2]) for uuid, one in snapshot(there).items() if uuid in uuids}
    assert {uuids[number - 1]: groups for number, groups in groups_by_number(shown).items()} == came
    for town in (here, there):
        town.close()


def test_the_figures_are_those_of_the_store(pair: Pair) -> None:
    here, _, _ = pair
    shown = seen(here, policy.STANDARD | {"embargo_days": 30})
    assert count(shown, "banding", 0)[2:6] == (2, 1, 1, 0)
    assert count(shown, "banding", 3)[2:6] == (1, 1, 0, 0)
    assert count(shown, "recovery", 3)[2:6] == (1, 1, 1, 0)
    assert count(shown, "recovery", 1)[2:6] == (0, 0, 0, 0)
    assert seen(here).changes == []
    assert {one.embargoed for one in seen(here).counts} == {0}


def test_what_returns_would_let_go_at_once_is_counted_and_shown_first(pair: Pair) -> None:
    here, there, line = pair
    write(here, *(banding(f"XC {at:06}") for at in range(5)))
    write(there, *met_there())
    pull(here, there, line)
    terms = policy.STANDARD | {"bandings": "returns"}
    shown = seen(here, terms)
    common = [one for one in shown.examples if (one.kind, one.level) == ("banding", 0)]
    assert [(one.number, one.is_closed) for one in common] == [(1, False), (10, True), (9, True)]
    assert common[0].groups["core"]["ring"] == "XC 345612"
    assert [count(shown, "banding", level).met for level in (0, 3)] == [1, 1]
    assert {one.met for one in seen(here).counts} == {0}
    assert count(seen(here, terms | {"kinds": ["recovery"], "bandings": "none"}), "banding", 0).met == 0


def test_an_embargo_holds_back_the_examples_too_until_its_day(pair: Pair) -> None:
    here, _, _ = pair
    terms = policy.STANDARD | {"embargo_days": 30}
    assert {one.number for one in seen(here, terms).examples if one.is_closed} == {3, 5}
    clock = here.station.intake.clock
    here.station.intake.clock = lambda: clock() + datetime.timedelta(days=40)
    assert {one.number for one in seen(here, terms).examples if one.is_closed} == set()


def test_withheld_groups_are_named_and_their_texts_are_not_there(pair: Pair) -> None:
    here, _, _ = pair
    found = {one.number: one for one in seen(here).examples}
    assert found[1].withheld == ["remarks", "people"]
    assert set(found[2].withheld) == {"area", "place", "people"}
    assert "N. N." not in str(seen(here).facts())


def test_at_most_three_records_of_a_class_are_shown_the_newest_and_none_that_is_withdrawn(pair: Pair) -> None:
    here, _, _ = pair
    uuids = write(here, *(recovery(f"XC {at:06}") for at in range(5)))
    withdraw(here, uuids[-1])
    here.node.publisher.publish()
    assert [one.number for one in seen(here).examples if (one.kind, one.level) == ("recovery", 0)] == [9, 8, 7]


def test_what_opens_and_what_closes_is_told_against_the_terms_in_force(pair: Pair) -> None:
    here, _, _ = pair
    terms = policy.STANDARD | {
        "bandings": "returns",
        "groups": policy.STANDARD["groups"] | {"0": ["core", "area", "place", "remarks"]},
    }
    told = {(one.kind, one.level): (one.opens, one.closes) for one in seen(here, terms).changes}
    assert told["recovery", 0] == (["remarks"], ["measurements"])
    assert told["banding", 3] == ([], ["core", "measurements"])
    assert ("recovery", 3) not in told


def test_records_of_others_count_only_where_their_giver_lets_them_go_on(pair: Pair) -> None:
    here, there, line = pair
    third = make_node(here.folder, "HL-QFG")
    befriend(there, third)
    with third.station.store.transaction():
        third.node.ledger.trust(here.code, here.node.key.public)
    settle(line)
    assert sum(one.others for one in seen(there, code="HL-QFG").counts) == len(records())
    assert sum(one.others for one in seen(there, code="AM-KHG").counts) == 0
    third.close()


def test_looking_at_a_preview_changes_nothing(pair: Pair) -> None:
    here, _, _ = pair
    before = known(here), here.node.shelf.top(), here.node.left.lines("HL-SHP")
    seen(here, policy.STANDARD | {"bandings": "none"})
    assert (known(here), here.node.shelf.top(), here.node.left.lines("HL-SHP")) == before
