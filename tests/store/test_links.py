"""Numbers that one bird wears lead to one story, whatever came first; partial readings never do by themselves."""

import itertools
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.encounters import Encounter
from banding.domain.matching import story
from banding.intake import Draft
from banding.station import Station
from banding.store import links
from banding.store.search import RETURNS
from banding.store.shapes import NewVersion, Query
from tests.node.records import banding, kept, recovery, station

FIRST, SECOND, THIRD = "H00-0773", "XC 345612", "XC 345699"
ALL = {("CPB", "H000773"), ("RUM", "XC345612"), ("RUM", "XC345699")}


def of_china(ring: str) -> dict[str, str]:
    return {"scheme": "CPB", "ring": ring}


def chain() -> list[dict[str, Any]]:
    """A bird banded in China, given a Russian ring, then another, and found under the last."""
    return [
        banding(FIRST, "2023-05-01", scheme="CPB"),
        recovery(SECOND, "2024-05-01", replaces=of_china(FIRST)),
        recovery(SECOND, "2024-07-01"),
        recovery(THIRD, "2025-05-01", replaces={"scheme": "RUM", "ring": "xc345612"}),
        recovery(THIRD, "2025-06-01"),
    ]


def keep(node: Station, record: dict[str, Any], number: int, *, generation: int = 1) -> None:
    """Keep a record as another node would have sent it."""
    core = {"id": f"7d9f1c1e-0000-4000-8000-{number:012}", "origin": "HL-SHP", "generation": generation}
    whole = record | {"core": core | record["core"]}
    met = Encounter.of(whole)
    text = {name: json.dumps(group) for name, group in whole.items()}
    new = NewVersion(met, generation, text, "peer", seal=bytes([number, generation]), own=False)
    node.store.records.keep([new], "2026-01-01T00:00:00+00:00")


def stories(node: Station) -> set[frozenset[str]]:
    """The story of the bird, asked for under each of its numbers."""
    asked = [*ALL]
    by_histories = {frozenset(e.id for e in found) for found in node.store.records.histories(asked).values()}
    by_bird = {frozenset(one.uuid for one in node.store.records.bird(*number)) for number in asked} - {frozenset()}
    assert by_histories == by_bird
    return by_bird


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(5)))
def test_whatever_comes_first_the_bird_has_one_story_and_every_recovery_its_first_banding(order: list[int]) -> None:
    with TemporaryDirectory() as folder:
        node = station(Path(folder))
        for number in order:
            keep(node, chain()[number], number)
        (found,) = stories(node)
        assert len(found) == 5
        returns = list(node.store.search.returns(Query()))
        assert len(returns) == 4 == node.store.search.count_returns(Query())
        assert {one.banding.core["ring"] for one in returns} == {FIRST}
        node.store.close()


def test_several_added_rings_lead_to_one_another(node: Station) -> None:
    keep(node, banding(FIRST, "2023-05-01", scheme="CPB"), 1)
    keep(node, recovery(SECOND, "2024-05-01", replaces=of_china(FIRST)), 2)
    keep(node, recovery(THIRD, "2024-06-01", replaces=of_china(FIRST)), 3)
    assert {len(one) for one in stories(node)} == {3}


def test_a_record_entered_here_is_judged_by_the_whole_story(node: Station) -> None:
    kept(node.intake, banding(FIRST, "2024-05-01", scheme="CPB", sex="M"))
    kept(node.intake, recovery(SECOND, "2024-05-02", replaces=of_china(FIRST), sex="M"))
    (verdict,) = node.intake.admit([Draft(recovery(SECOND, "2024-05-03", sex="F"))], door="form", by=None)
    assert [f.code for f in verdict.findings] == ["R-sex-differs"]


def test_in_one_delivery_the_link_counts_for_the_records_behind_it(node: Station) -> None:
    drafts = [
        Draft(banding(FIRST, "2024-05-01", scheme="CPB", sex="M")),
        Draft(recovery(SECOND, "2024-05-02", replaces=of_china(FIRST))),
        Draft(recovery(SECOND, "2024-05-03", sex="F")),
    ]
    verdicts = node.intake.admit(drafts, door="import", by=None)
    assert [[f.code for f in v.findings] for v in verdicts] == [[], [], ["R-sex-differs"]]


def test_a_banding_that_replaces_a_ring_is_no_second_beginning(node: Station) -> None:
    kept(node.intake, banding(FIRST, "2024-04-01", scheme="CPB"))
    kept(node.intake, recovery(FIRST, "2024-04-10", scheme="CPB"))
    kept(node.intake, banding(SECOND, "2024-05-01", replaces=of_china(FIRST)))
    found = story(Encounter.of(one.groups) for one in node.store.records.bird("RUM", "XC345612"))
    assert found.conflicts == ()
    assert found.banding is not None
    assert found.banding.ring == FIRST


def test_a_corrected_link_is_dropped_and_does_not_stand_in_its_own_way(node: Station) -> None:
    kept(node.intake, banding(FIRST, "2024-04-01", scheme="CPB", sex="M"))
    one = kept(node.intake, recovery(SECOND, "2024-05-01", replaces=of_china(FIRST), sex="M"))
    verdict = node.intake.correct(one, recovery(SECOND, "2024-05-01", sex="F"), by="anna")
    assert verdict.outcome == "changed", verdict
    assert len(stories(node)) == 2
    assert node.store.search.count_returns(Query()) == 0


def test_a_withdrawn_link_is_dropped(node: Station) -> None:
    kept(node.intake, banding(FIRST, "2024-04-01", scheme="CPB"))
    one = kept(node.intake, recovery(SECOND, "2024-05-01", replaces=of_china(FIRST)))
    kept(node.intake, recovery(SECOND, "2024-06-01"))
    assert node.store.search.count_returns(Query()) == 2
    node.intake.withdraw(one, reason="another bird", by="anna")
    assert node.store.search.count_returns(Query()) == 0


def test_an_older_version_that_comes_late_does_not_bring_its_link_back(node: Station) -> None:
    keep(node, banding(FIRST, "2024-04-01", scheme="CPB"), 1)
    keep(node, recovery(SECOND, "2024-05-01"), 2, generation=2)
    keep(node, recovery(SECOND, "2024-05-01", replaces=of_china(FIRST)), 2, generation=1)
    assert node.store.search.count_returns(Query()) == 0


def test_a_placeholder_does_not_make_one_bird_of_many(node: Station) -> None:
    for number in range(links.MOST_NUMBERS + 1):
        keep(node, recovery(f"XC 1000{number:02}", replaces=of_china("00000")), number)
    assert len(node.store.records.bird("RUM", "XC100003")) == 1
    assert node.store.records.bird("CPB", "00000") == []
    assert len(node.store.records.histories([("RUM", "XC100003")])["RUM", "XC100003"]) == 1


def test_the_tables_can_be_made_anew_from_the_records(node: Station) -> None:
    for number, record in enumerate([*chain(), recovery("XC 34561-", ring_partial=True)]):
        keep(node, record, number)
    read = [f"select * from {name} order by 1, 2, 3" for name in ("ring_links", "ring_readings")]
    before = [node.store.database.execute(sql).fetchall() for sql in read]
    with node.store.transaction():
        links.rebuild(node.store.database.conn)
    assert [node.store.database.execute(sql).fetchall() for sql in read] == before
    assert [len(rows) for rows in before] == [4, 1]


def test_a_bird_without_links_costs_one_look_into_an_index(node: Station) -> None:
    plan = [row[3] for row in node.store.database.execute(f"explain query plan select count(*){RETURNS}")]
    assert "SEARCH l USING PRIMARY KEY (ring_key=? AND scheme=?)" in plan
    assert not {"SCAN l", "SCAN n", "SCAN x", "SCAN records", "SCAN ring_links"} & set(plan), plan


def test_partial_readings_are_found_from_the_bird_and_the_bird_from_them(node: Station) -> None:
    kept(node.intake, banding(SECOND))
    one = kept(node.intake, recovery("XC 3456-2", ring_partial=True))
    kept(node.intake, recovery("XC 3457-2", ring_partial=True))
    assert [found.uuid for found in node.store.records.may_be("RUM", "XC345612")] == [one]
    assert node.store.records.rings_like("RUM", "XC3456-2") == ["XC345612"]
    assert node.store.records.rings_like("CPB", "XC3456-2") == []
    node.intake.withdraw(one, reason="misread", by="anna")
    assert node.store.records.may_be("RUM", "XC345612") == []


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (Query(ring="XC3456"), 3),
        (Query(ring="XC34561"), 2),
        (Query(ring_like=("XC3456?2",)), 2),
        (Query(ring_like=("XC*",)), 3),
        (Query(ring_like=("*99", "*12")), 2),
        (Query(ring_like=("XC34561[",)), 0),
        (Query(ring="XC34561?"), 0),
        (Query(ring="*"), 0),
    ],
)
def test_a_ring_is_found_by_its_beginning_and_by_patterns(node: Station, asked: Query, count: int) -> None:
    kept(node.intake, banding(SECOND))
    kept(node.intake, banding(THIRD))
    kept(node.intake, recovery("XC 3456-2", ring_partial=True))
    kept(node.intake, recovery("CX 111111"))
    extra = 1 if asked.ring == "XC34561" else 0
    assert node.store.search.count(asked) == count - extra == len(node.store.search.records(asked))


def test_every_order_of_a_small_story_ends_alike(node: Station) -> None:
    for number, order in enumerate(itertools.permutations(chain()[:3])):
        prefix = f"A{number}"
        for place, record in enumerate(order):
            core = record["core"] | {"ring": f"{prefix}{record['core']['ring'][-4:]}0"}
            core |= {"replaces": {"scheme": "CPB", "ring": f"{prefix}{FIRST[-4:]}0"}} if "replaces" in core else {}
            keep(node, record | {"core": core}, number * 10 + place)
    assert node.store.search.count_returns(Query()) == 12


def test_a_linked_number_is_found_among_any_many_others(node: Station) -> None:
    """More are asked for at once than one question to the store can name."""
    for number, record in enumerate(chain()):
        keep(node, record, number)
    others = [("RUM", f"ZZ{number:06}") for number in range(2_500)]
    asked = [("RUM", "XC345612"), *others, ("CPB", "H000773")]
    found = node.store.records.histories(asked)
    assert {bird: len(story) for bird, story in found.items()} == {asked[0]: 5, asked[-1]: 5}
