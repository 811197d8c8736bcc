"""A record goes back to what an earlier version said, or comes back after its withdrawal, by one more version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.drafts import content
from banding.errors import NotAllowed, NotFound, Refused
from banding.intake import Draft
from banding.station import Station
from banding.store.shapes import Kept, Query
from tests.node.records import arrival, banding, kept, recovery, station


def held(node: Station, uuid: str) -> Kept:
    """The version that stands."""
    found = node.store.records.record(uuid)
    assert found is not None
    return found


def version(node: Station, uuid: str, generation: int) -> int:
    """The number of a version in the store."""
    return next(one.version_id for one in node.store.records.versions(uuid) if one.generation == generation)


def test_going_back_makes_a_new_version_and_writes_over_none(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M"))
    node.intake.correct(uuid, banding(sex="F"), by="boris")
    verdict = node.intake.go_back(uuid, version(node, uuid, 1), by="anna", reason="It was right")
    assert verdict.outcome == "changed"
    versions = node.store.records.versions(uuid)
    assert [(one.generation, one.core["sex"], one.door) for one in versions] == [
        (3, "M", "return"), (2, "F", "correction"), (1, "M", "form"),
    ]  # fmt: skip
    (told,) = versions[0].groups["remarks"]["confirmations"]
    assert (told["rule"], told["reason"], told["by"]) == ("R-back", "It was right", "anna")
    assert content(versions[0].groups) == content(versions[2].groups)


def test_a_withdrawn_record_comes_back_as_it_stood_with_everything_it_had(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M") | {"people": {"ringer": "N. N."}, "measurements": {"mass": 18.4}})
    before = held(node, uuid)
    node.intake.withdraw(uuid, reason="typed twice", by="anna")
    assert node.store.search.count(Query()) == 0
    assert node.intake.restore(uuid, by="boris", reason="It was not twice").outcome == "changed"
    now = held(node, uuid)
    assert (now.generation, now.withdrawn, now.door) == (3, False, "restoration")
    assert content(now.groups) == content(before.groups)
    assert now.core["confirmed"] == ["R-restored"]
    assert node.store.search.count(Query()) == 1
    assert [one.withdrawn for one in node.store.records.versions(uuid)] == [False, True, False]
    assert len(node.store.records.changes_after(0, 10)) == 3


def test_what_stands_is_not_brought_back_twice(node: Station) -> None:
    uuid = kept(node.intake, banding())
    node.intake.withdraw(uuid, reason="typed twice", by="anna")
    node.intake.restore(uuid, by="anna", reason="a mistake")
    assert node.intake.restore(uuid, by="anna", reason="a mistake").outcome == "unchanged"
    assert held(node, uuid).generation == 3


def test_the_rules_judge_what_is_brought_back_as_if_it_were_written_now(node: Station) -> None:
    uuid = kept(node.intake, banding())
    node.intake.withdraw(uuid, reason="another ring", by="anna")
    kept(node.intake, banding(day="2024-05-02"))
    verdict = node.intake.restore(uuid, by="anna", reason="It was right")
    assert (verdict.outcome, [f.code for f in verdict.findings]) == ("refused", ["R-second-banding"])
    assert held(node, uuid).withdrawn


def test_a_warning_about_what_is_brought_back_is_asked_about_once_more(node: Station) -> None:
    kept(node.intake, banding(sex="F"))
    reasons = {"R-sex-differs": "Seen with its mate"}
    uuid = kept(node.intake, recovery(sex="M"), confirmed=reasons)
    node.intake.withdraw(uuid, reason="another bird", by="anna")
    assert node.intake.restore(uuid, by="anna", reason="It was right").outcome == "to-confirm"
    assert held(node, uuid).withdrawn
    verdict = node.intake.restore(uuid, by="anna", reason="It was right", confirmed=reasons)
    assert verdict.outcome == "changed"
    assert held(node, uuid).core["confirmed"] == ["R-restored", "R-sex-differs"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_going_back_needs_its_reason(node: Station, reason: str) -> None:
    uuid = kept(node.intake, banding(sex="M"))
    node.intake.correct(uuid, banding(sex="F"), by="boris")
    with pytest.raises(Refused, match="reason"):
        node.intake.go_back(uuid, version(node, uuid, 1), by="anna", reason=reason)
    assert held(node, uuid).generation == 2


def test_going_back_is_refused_where_somebody_was_faster(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M"))
    node.intake.correct(uuid, banding(sex="F"), by="boris")
    with pytest.raises(Refused, match="meanwhile"):
        node.intake.go_back(uuid, version(node, uuid, 1), by="anna", reason="It was right", based_on=1)


def test_only_versions_that_say_something_of_this_record_are_ways_back(node: Station) -> None:
    uuid, other = kept(node.intake, banding()), kept(node.intake, banding("XC 345613"))
    node.intake.withdraw(uuid, reason="typed twice", by="anna")
    for number in (version(node, uuid, 2), version(node, other, 1), 0):
        with pytest.raises(NotFound):
            node.intake.go_back(uuid, number, by="anna", reason="why not")


def test_a_record_of_another_node_is_not_brought_back_here(node: Station) -> None:
    uuid = "22222222-2222-4222-8222-222222222222"
    node.intake.receive([arrival(banding(), uuid)])
    with pytest.raises(NotAllowed, match="HL-SHP"):
        node.intake.go_back(uuid, version(node, uuid, 1), by="anna", reason="mine now")


def test_a_correction_does_not_bring_a_withdrawn_record_back(node: Station) -> None:
    uuid = kept(node.intake, banding())
    node.intake.withdraw(uuid, reason="typed twice", by="anna")
    with pytest.raises(Refused, match="withdrawn"):
        node.intake.correct(uuid, banding(sex="F"), by="anna")
    assert held(node, uuid).withdrawn


def test_no_delivery_brings_a_withdrawn_record_back(node: Station) -> None:
    uuid = kept(node.intake, banding(), submission="row-1")
    node.intake.withdraw(uuid, reason="typed twice", by="anna")
    (again,) = node.intake.admit([Draft(banding(sex="F"), submission="row-1")], door="file", by="anna")
    assert (again.outcome, [f.code for f in again.findings]) == ("refused", ["W-withdrawn"])
    assert held(node, uuid).withdrawn
    node.intake.restore(uuid, by="anna", reason="a mistake")
    (later,) = node.intake.admit([Draft(banding(sex="F"), submission="row-1")], door="file", by="anna")
    assert later.outcome == "changed"


DEEDS = st.lists(st.sampled_from(["M", "F", "U", "withdraw", "restore", "back"]), min_size=1, max_size=8)


@given(deeds=DEEDS)
def test_whatever_is_done_no_version_is_lost_and_each_is_a_way_back(
    deeds: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    node = station(tmp_path_factory.mktemp("node"))
    uuid = kept(node.intake, banding(sex="M"))
    said = ["M"]
    for deed in deeds:
        if deed == "withdraw":
            node.intake.withdraw(uuid, reason="typed twice", by="anna")
        elif deed == "restore":
            node.intake.restore(uuid, by="anna", reason="a mistake")
        elif deed == "back":
            node.intake.go_back(uuid, version(node, uuid, 1), by="anna", reason="as at first")
        elif not held(node, uuid).withdrawn:
            node.intake.correct(uuid, banding(sex=deed), by="anna")
        now = held(node, uuid)
        if now.generation > len(said):
            said.append("" if now.withdrawn else now.core["sex"])
    versions = list(reversed(node.store.records.versions(uuid)))
    assert ["" if one.withdrawn else one.core["sex"] for one in versions] == said
    assert [one.generation for one in versions] == list(range(1, len(said) + 1))
    node.store.close()


def test_a_file_read_in_once_more_does_not_undo_a_correction(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M"), submission="row-1")
    node.intake.correct(uuid, banding(sex="F"), by="boris")
    (again,) = node.intake.admit([Draft(banding(sex="M"), submission="row-1")], door="file", by="anna")
    assert again.outcome == "unchanged"
    held = node.store.records.record(uuid)
    assert held is not None
    assert (held.generation, held.core["sex"]) == (2, "F")
    (new,) = node.intake.admit([Draft(banding(sex="U"), submission="row-1")], door="file", by="anna")
    assert new.outcome == "changed"


def test_a_file_read_in_once_more_does_not_bring_a_withdrawn_record_back(node: Station) -> None:
    uuid = kept(node.intake, banding(), submission="row-1")
    node.intake.withdraw(uuid, reason="typed twice", by="anna")
    (again,) = node.intake.admit([Draft(banding(), submission="row-1")], door="file", by="anna")
    assert again.outcome == "unchanged"
    assert node.store.search.count(Query()) == 0


def test_a_person_may_go_back_to_what_an_earlier_version_said(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M"))
    node.intake.correct(uuid, banding(sex="F"), by="boris")
    assert node.intake.correct(uuid, banding(sex="M"), by="anna").outcome == "changed"
