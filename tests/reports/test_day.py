"""The report of a day counts what is in the hand, names what is missing, and passes over nothing that was withdrawn."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding import fieldwork, stock
from banding.domain.stock import String
from banding.intake import Draft
from banding.reports import day as report
from banding.reports.day import Birds, Day
from banding.reports.day_rings import Gap, gaps_in
from banding.station import Station
from tests.node.records import banding, kept, recovery

DAY = "2024-05-01"


def write(node: Station, *records: dict[str, Any]) -> list[str]:
    """Keep records past every warning; their ids."""
    verdicts = node.intake.admit(map(Draft, records), door="form", by="anna", confirm_all="For the test")
    assert all(one.is_kept for one in verdicts), verdicts
    return [str(one.id) for one in verdicts]


def string(node: Station, first: str, last: str) -> None:
    """A string in the stock."""
    told = {"scheme": "RUM", "first": first, "last": last, "received_on": "2024-01-01"}
    stock.receive(node, told, "anna")


def told(node: Station, day: str = DAY) -> Day:
    """The report."""
    return report.of(node, day)


def test_a_day_without_anything_is_empty(node: Station) -> None:
    assert told(node).is_empty
    assert told(node).total == Birds("", dict.fromkeys(report.AGES, 0), 0)


def test_birds_stand_by_species_and_age_the_commonest_first(node: Station) -> None:
    crane = {"species": "Grus japonensis"}
    write(
        node, banding("XC 345601", age="3"), banding("XC 345602", age="4"), banding("XC 345603", age="2"),
        banding("XC 345604", age="1", status="-"), banding("XC 345605", age="5", **crane),
        recovery("XC 345500", DAY), recovery("XC 345501", DAY, manner="resighting"),
        banding("XC 345606", "2024-05-02"),
    )  # fmt: skip
    found = told(node)
    assert [(one.species, one.total) for one in found.species] == [("Emberiza spodocephala", 5), ("Grus japonensis", 1)]
    assert found.species[0].banded == {"pullus": 1, "first-year": 1, "adult": 1, "unknown": 1}
    assert (found.total.new, found.total.recaptured, found.total.total) == (5, 1, 6)
    assert found.total.banded["adult"] == 2
    assert found.others == {"resighting": 1}


def test_the_count_at_the_net_is_held_against_what_was_entered(node: Station) -> None:
    morning = fieldwork.begin(node, 1, {"core.day": DAY}, "1")
    evening = fieldwork.begin(node, 1, {"core.day": DAY}, "2")
    ids = write(node, *(banding(f"XC 34560{at}") for at in range(5)))
    for record in ids[:3]:
        node.store.sessions.add_bird(morning.id, record, "1")
    node.store.sessions.add_bird(evening.id, ids[3], "2")
    fieldwork.end(node, morning, "4")
    node.intake.withdraw(ids[0], reason="typed twice", by="anna")
    rounds = told(node).rounds
    assert [(one.rounds, one.counted, one.entered, one.missing) for one in rounds] == [
        (["1"], 4, 2, 2), (["2"], None, 1, None), ([], None, 1, None),
    ]  # fmt: skip
    assert told(node).open_sessions == 1


def test_a_ring_passed_over_is_named_and_one_written_off_is_not(node: Station) -> None:
    string(node, "XC 345601", "XC 345650")
    write(node, banding("XC 345601", "2024-04-30"), banding("XC 345604"), banding("XC 345608"), banding("XC 345609"))
    stock.write_off(node, "RUM", "XC 345607", "lost", "fell into the reeds", "anna")
    (used,) = told(node).rings
    assert (used.first, used.last, used.count, used.left, used.next) == ("XC 345604", "XC 345609", 3, 45, "XC 345602")
    assert used.gaps == [Gap("XC 345602", "XC 345603", 2), Gap("XC 345605", "XC 345606", 2)]


def test_a_ring_whose_banding_was_withdrawn_is_one_passed_over(node: Station) -> None:
    string(node, "XC 345601", "XC 345650")
    ids = write(node, *(banding(f"XC 34560{at}") for at in (1, 2, 3)))
    assert told(node).rings[0].gaps == []
    node.intake.withdraw(ids[1], reason="another ring", by="anna")
    assert told(node).rings[0].gaps == [Gap("XC 345602", "XC 345602", 1)]


def test_rings_of_no_string_stand_by_the_look_of_their_numbers(node: Station) -> None:
    write(node, banding("XC 345601"), banding("XC 345603"), banding("XC 349900"), banding("VD 12345"))
    write(node, recovery("XC 345700", DAY))
    found = [(one.first, one.last, one.count, one.gaps, one.held) for one in told(node).rings]
    assert found == [
        ("VD 12345", "VD 12345", 1, [], None),
        ("XC 345601", "XC 345603", 2, [Gap("XC 345602", "XC 345602", 1)], None),
        ("XC 349900", "XC 349900", 1, [], None),
    ]


@pytest.mark.parametrize(
    ("first", "last", "between"),
    [("P86-0001", "P86-0003", "P86-0002"), ("P86-0999", "P86-1001", "P86-1000")],
)
def test_a_ring_that_was_passed_over_is_named_as_those_beside_it(
    node: Station, first: str, last: str, between: str
) -> None:
    write(node, banding(first, scheme="CPB"), banding(last, scheme="CPB"))
    assert told(node).rings[0].gaps == [Gap(between, between, 1)]


def test_a_ring_put_on_at_a_recapture_is_used_too(node: Station) -> None:
    string(node, "XC 345601", "XC 345650")
    write(node, recovery("XC 345601", DAY, replaces={"scheme": "RUM", "ring": "XC 111111"}, ring_information="5"))
    assert [(one.first, one.count) for one in told(node).rings] == [("XC 345601", 1)]


def test_records_on_which_the_rules_remarked_wait_to_be_looked_at(node: Station) -> None:
    kept(node.intake, banding("XC 345601"))
    write(node, banding("XC 345602", species="Avis incognita"))
    ((record, findings),) = told(node).doubts
    assert record.core["ring"] == "XC 345602"
    assert ("R-species-unknown", "For the test") in [(finding.code, why) for finding, why in findings]


def test_who_handled_the_birds_is_counted(node: Station) -> None:
    write(
        node, banding("XC 345601") | {"people": {"ringer": "A."}}, banding("XC 345602") | {"people": {"ringer": "B."}},
        banding("XC 345603") | {"people": {"ringer": "B."}}, banding("XC 345604"),
    )  # fmt: skip
    assert told(node).ringers == {"B.": 2, "A.": 1, "": 1}


@given(numbers=st.sets(st.integers(1, 60)))
def test_gaps_name_every_number_once_and_no_other(numbers: set[int]) -> None:
    of = String("XC ", 1, 60, 3)
    gaps = gaps_in(of, sorted(numbers))
    named = [
        at
        for gap in gaps
        for at in range(of.number(f"XC{gap.first[3:]}") or 0, (of.number(f"XC{gap.last[3:]}") or 0) + 1)
    ]
    assert named == sorted(numbers)
    assert sum(gap.count for gap in gaps) == len(numbers)
