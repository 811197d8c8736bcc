"""The one door: what is kept, what is refused, what waits for a word, and what never happens twice."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.errors import NotAllowed, NotFound, Refused
from banding.intake import Draft, Intake
from banding.station import Station
from banding.store.shapes import Query
from tests.node.records import arrival, banding, kept, recovery, station


def test_the_node_adds_what_only_it_can_say(node: Station) -> None:
    held = node.store.records.record(kept(node.intake, banding()))
    assert held is not None
    assert (held.origin, held.generation, held.kept_by, held.door) == ("AM-KHG", 1, "anna", "form")
    assert held.groups["area"] == {"latitude": 49.0, "longitude": 130.4}


def test_a_record_cannot_choose_its_own_id_or_origin(node: Station) -> None:
    strange = "00000000-0000-4000-8000-000000000000"
    held = node.store.records.record(kept(node.intake, banding(id=strange, origin="HL-SHP", generation=7)))
    assert held is not None
    assert (held.origin, held.generation) == ("AM-KHG", 1)
    assert held.uuid != strange


def test_the_same_submission_twice_makes_one_record(node: Station) -> None:
    first = kept(node.intake, banding(), submission="form-1")
    (again,) = node.intake.admit([Draft(banding(), submission="form-1")], door="form", by="anna")
    assert (again.outcome, again.id) == ("unchanged", first)
    assert node.store.search.count(Query()) == 1


def test_a_row_sent_again_with_another_value_becomes_a_new_version_of_the_same_record(node: Station) -> None:
    first = kept(node.intake, banding(sex="M"), submission="row-1")
    (again,) = node.intake.admit([Draft(banding(sex="F"), submission="row-1")], door="file", by="anna")
    assert (again.outcome, again.id) == ("changed", first)
    assert [(v.generation, v.core["sex"]) for v in node.store.records.versions(first)] == [(2, "F"), (1, "M")]


def test_two_rows_of_one_delivery_with_one_key_are_not_mistaken_for_each_other(node: Station) -> None:
    rows = [Draft(banding("XC 1" + str(n) * 5), submission="same") for n in (1, 2)]
    first, second = node.intake.admit(rows, door="file", by="anna")
    assert (first.outcome, second.outcome) == ("kept", "refused")


def test_a_refused_row_does_not_delay_the_next(node: Station) -> None:
    rows = [banding("XC 111111"), banding("XC 222222", day="2024-02-31"), banding("XC 333333")]
    verdicts = node.intake.admit([Draft(row) for row in rows], door="file", by="anna")
    assert [v.outcome for v in verdicts] == ["kept", "refused", "kept"]
    assert [f.field for f in verdicts[1].findings] == ["core.day"]


def test_every_error_is_told_at_once(node: Station) -> None:
    wrong = banding(ring="?", day="yesterday", sex="X")
    (verdict,) = node.intake.admit([Draft(wrong)], door="form", by="anna")
    assert {f.field for f in verdict.findings} == {"core.day", "core.sex"}


def test_a_warning_waits_for_a_reason_and_the_reason_stays_on_the_record(node: Station) -> None:
    kept(node.intake, banding())
    other = recovery(species="Emberiza pallasi")
    (asked,) = node.intake.admit([Draft(other)], door="form", by="anna")
    assert (asked.outcome, [f.code for f in asked.findings]) == ("to-confirm", ["R-species-differs"])
    reasons = {"R-species-differs": "both of us saw it"}
    held = node.store.records.record(kept(node.intake, other, confirmed=reasons))
    assert held is not None
    assert held.core["confirmed"] == ["R-species-differs"]
    (told,) = held.groups["remarks"]["confirmations"]
    assert (told["rule"], told["reason"], told["by"]) == ("R-species-differs", "both of us saw it", "anna")
    ((finding, reason),) = node.store.records.findings([held.version_id])[held.version_id]
    assert (finding.code, reason) == ("R-species-differs", "both of us saw it")


def test_an_error_cannot_be_confirmed_away(node: Station) -> None:
    kept(node.intake, banding())
    (verdict,) = node.intake.admit(
        [Draft(banding(day="2024-05-02"), confirmed={"R-second-banding": "really"})], door="form", by="anna"
    )
    assert verdict.outcome == "refused"


def test_a_slip_at_another_node_does_not_keep_a_true_banding_out(node: Station) -> None:
    early = arrival(recovery(day="2023-01-01"), "11111111-1111-4111-8111-111111111111")
    (got,) = node.intake.receive([early])
    assert got.placed is not None
    (asked,) = node.intake.admit([Draft(banding())], door="form", by="anna")
    assert (asked.outcome, [f.code for f in asked.findings]) == ("to-confirm", ["R-before-banding"])
    kept(node.intake, banding(), confirmed={"R-before-banding": "the ring was put on in May, the other date is wrong"})


def test_within_one_delivery_a_bird_is_known_from_the_row_before(node: Station) -> None:
    rows = [Draft(banding()), Draft(banding(day="2024-05-03"))]
    assert [v.outcome for v in node.intake.admit(rows, door="file", by="anna")] == ["kept", "refused"]


def test_today_is_by_the_clock_of_the_station(node: Station) -> None:
    # 15:30 in Greenwich is already tomorrow in Khabarovsk's and Yakutsk's zones.
    clock = lambda: datetime.datetime(2024, 5, 1, 15, 30, tzinfo=datetime.UTC)  # noqa: E731
    intake = Intake(node.store, node.settings.node, node.tables, clock=clock)
    tomorrow, day_after = banding("XC 111111", day="2024-05-02"), banding("XC 222222", day="2024-05-03")
    verdicts = intake.admit([Draft(tomorrow), Draft(day_after)], door="form", by="anna")
    assert [v.outcome for v in verdicts] == ["kept", "refused"]


def test_looking_before_saving_keeps_nothing(node: Station) -> None:
    assert node.intake.check(Draft(banding())).is_kept
    assert node.store.search.count(Query()) == 0


def test_a_correction_is_a_new_version_and_the_old_one_stays(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M"))
    verdict = node.intake.correct(uuid, banding(sex="F"), by="boris", based_on=1)
    assert verdict.outcome == "changed"
    assert [(v.generation, v.core["sex"], v.kept_by) for v in node.store.records.versions(uuid)] == [
        (2, "F", "boris"),
        (1, "M", "anna"),
    ]


def test_a_correction_of_what_somebody_else_has_changed_meanwhile_is_refused(node: Station) -> None:
    uuid = kept(node.intake, banding(sex="M"))
    node.intake.correct(uuid, banding(sex="F"), by="boris", based_on=1)
    with pytest.raises(Refused, match="changed by somebody else"):
        node.intake.correct(uuid, banding(sex="U"), by="anna", based_on=1)


def test_only_the_origin_changes_a_record(node: Station) -> None:
    uuid = "22222222-2222-4222-8222-222222222222"
    node.intake.receive([arrival(banding(), uuid)])
    with pytest.raises(NotAllowed, match="HL-SHP"):
        node.intake.correct(uuid, banding(sex="F"), by="anna")
    with pytest.raises(NotAllowed):
        node.intake.withdraw(uuid, reason="mine now", by="anna")
    with pytest.raises(NotFound):
        node.intake.withdraw("33333333-3333-4333-8333-333333333333", reason="?", by="anna")


def test_a_withdrawn_record_stays_as_a_tombstone_and_is_withdrawn_once(node: Station) -> None:
    uuid = kept(node.intake, banding())
    assert node.intake.withdraw(uuid, reason="typed twice", by="anna").outcome == "changed"
    assert node.intake.withdraw(uuid, reason="typed twice", by="anna").outcome == "unchanged"
    held = node.store.records.record(uuid)
    assert held is not None
    assert held.withdrawn
    assert set(held.groups) == {"core", "remarks"}
    assert node.store.search.count(Query()) == 0
    assert len(node.store.records.versions(uuid)) == 2


def test_what_comes_from_a_peer_is_kept_with_its_conflict(node: Station) -> None:
    kept(node.intake, banding())
    uuid = "44444444-4444-4444-8444-444444444444"
    (got,) = node.intake.receive([arrival(banding(day="2024-05-09"), uuid)])
    assert got.placed is not None
    found = node.store.records.findings([got.placed.version_id])[got.placed.version_id]
    assert [f.code for f, _ in found] == ["R-second-banding"]


def test_what_has_no_shape_is_set_aside_and_the_next_is_kept(node: Station) -> None:
    bad = arrival(banding(day="1.5.2024"), "55555555-5555-4555-8555-555555555555")
    good = arrival(banding(), "66666666-6666-4666-8666-666666666666", seal=b"t" * 32)
    first, second = node.intake.receive([bad, good])
    assert first.placed is None
    assert [f.code for f in first.reasons] == ["W-shape"]
    assert second.placed is not None


def test_what_comes_from_a_peer_is_not_told_again_as_our_own(node: Station) -> None:
    node.intake.receive([arrival(banding(), "77777777-7777-4777-8777-777777777777")])
    kept(node.intake, recovery())
    assert [c.groups["core"].count("recovery") for c in node.store.records.changes_after(0, 10)] == [1]


ORDERS = st.permutations([(g, seal) for g in (1, 2, 3) for seal in (b"a" * 32, b"b" * 32)])


@settings(max_examples=25, deadline=None)
@given(order=ORDERS, repeated=st.lists(st.integers(0, 5), max_size=4))
def test_whatever_the_order_of_arrival_every_node_chooses_the_same_version(
    order: list[tuple[int, bytes]], repeated: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    node = station(tmp_path_factory.mktemp("node"))
    uuid = "88888888-8888-4888-8888-888888888888"
    for generation, seal in [*order, *(order[i] for i in repeated)]:
        node.intake.receive([arrival(banding(sex="M" if seal[:1] == b"a" else "F"), uuid, generation, seal=seal)])
    held = node.store.records.record(uuid)
    assert held is not None
    assert (held.generation, held.core["sex"]) == (3, "F")
    assert len(node.store.records.versions(uuid)) == 6
    node.store.close()


def test_a_ring_met_a_thousand_times_is_still_judged_by_its_banding(node: Station) -> None:
    days = [f"2024-{5 + n // 28:02}-{1 + n % 28:02}" for n in range(90)]
    rows = [Draft(banding()), *(Draft(recovery(day=day, time=f"{h:02}00")) for day in days for h in range(12))]
    verdicts = node.intake.admit(rows, door="file", by="anna", confirm_all="as written")
    assert {v.outcome for v in verdicts} == {"kept"}
    (late,) = node.intake.admit([Draft(recovery(day="2023-01-01"))], door="form", by="anna", confirm_all="as written")
    assert [f.code for f in late.findings if f.severity == "error"] == ["R-before-banding"]


@pytest.mark.parametrize("kind", [[], {}, None, 5, "sighting"])
def test_a_kind_that_is_none_is_refused_in_words(node: Station, kind: object) -> None:
    (verdict,) = node.intake.admit([Draft(banding(kind=kind))], door="api", by="anna")
    assert [f.field for f in verdict.findings] == ["core.kind"]


def test_a_group_that_does_not_exist_is_not_dropped_in_silence(node: Station) -> None:
    (verdict,) = node.intake.admit([Draft(banding() | {"weather": {}})], door="api", by="anna")
    assert [f.field for f in verdict.findings] == ["weather"]


def test_a_latitude_beyond_all_numbers_is_refused_in_words(node: Station) -> None:
    wild = banding() | {"place": {"latitude": 1e300, "longitude": 5.0}}
    (verdict,) = node.intake.admit([Draft(wild)], door="api", by="anna")
    assert [f.field for f in verdict.findings] == ["place.latitude"]


def test_a_ring_nobody_knows_is_asked_about_when_one_like_it_was_put_on_here(node: Station) -> None:
    kept(node.intake, banding("SV 345612"))
    (asked,) = node.intake.admit([Draft(recovery("SU 345612"))], door="form", by="anna")
    assert (asked.outcome, [f.code for f in asked.findings]) == ("to-confirm", ["R-ring-letters", "R-foreign-ring"])
    assert asked.findings[0].values["suggestion"] == "SV345612"


def test_a_ring_read_in_part_must_say_so(node: Station) -> None:
    (refused,) = node.intake.admit([Draft(recovery("XC 345-12"))], door="api", by="anna")
    assert [f.code for f in refused.findings] == ["R-ring-gaps"]
    kept(node.intake, recovery("XC 345-12", ring_partial=True))
