"""Whatever rots on a disk is found, told, and put back from a peer as far as its terms of today allow."""

import datetime
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exchange.agreements import opening, policy
from exchange.talk import audit, scrub
from exchange.talk.comparing import DAMAGED, EXPLAINED, HEALED
from tests.together.kit import EVERYTHING, Network, Town, befriend, make_node, reach, recovery, settle, snapshot, write
from tests.together.rot import COUNT, KINDS, alarms_of, audited, faults, fill, listed, rot, run, small

# Each example is two whole nodes: what is found is told as it is.
WHOLE = settings(
    max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
SHOWN = ("area", "measurements", "place")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Two peers with a log that both hold, closed."""
    towns = make_node(tmp_path / "base", "AM-KHG"), make_node(tmp_path / "base", "HL-SHP")
    befriend(*towns)
    fill(towns[0])
    settle(Network().add(*towns))
    for town in towns:
        town.close()
    return tmp_path


def opened(base: Path) -> Iterator[tuple[Town, Town, Network]]:
    shutil.rmtree(base / "now", ignore_errors=True)
    shutil.copytree(base / "base", base / "now")
    towns = make_node(base / "now", "AM-KHG"), make_node(base / "now", "HL-SHP")
    try:
        yield *towns, Network().add(*towns)
    finally:
        for town in towns:
            town.close()


@WHOLE
@given(
    wrong=st.dictionaries(
        st.integers(1, COUNT), st.tuples(st.sampled_from(KINDS), st.sampled_from(SHOWN)), min_size=1, max_size=COUNT
    ),
    at_origin=st.booleans(),
)
def test_whatever_has_rotted_is_listed_exactly_and_healed_from_the_other_side(
    base: Path, wrong: dict[int, tuple[str, str]], at_origin: bool
) -> None:
    for amur, shuangpo, network in opened(base):
        log = amur.node.publisher.log
        town, other = (amur, shuangpo) if at_origin else (shuangpo, amur)
        before = snapshot(town)
        for number, (kind, group) in wrong.items():
            # What its origin alone has cannot come back when its keys are gone: of that another test tells.
            rot(town, log, number, "text" if at_origin and kind in ("keys", "nonsense", "version") else kind, group)
        assert faults(town, log) == set(wrong)
        done = audited(town, other, network)
        assert {one.number for one in done.differences} == set(wrong)
        assert {one.verdict for one in done.differences} == {HEALED}
        assert faults(town, log) == set()
        assert snapshot(town) == before
        settle(network)
        assert not [one for one in audited(town, other, network).differences if one.verdict != EXPLAINED]
        assert not [one for one in audited(other, town, network).differences if one.verdict != EXPLAINED]


@WHOLE
@given(st.dictionaries(st.integers(1, COUNT), st.sampled_from(KINDS), min_size=1, max_size=8))
def test_what_has_rotted_at_the_peer_is_seen_and_heals_with_its_own_audit(base: Path, wrong: dict[int, str]) -> None:
    for amur, shuangpo, network in opened(base):
        for number, kind in wrong.items():
            rot(shuangpo, amur.node.publisher.log, number, kind, "place")
        done = audited(amur, shuangpo, network)
        assert {one.number for one in done.differences} == set(wrong)
        audited(shuangpo, amur, network)
        settle(network)
        assert audited(amur, shuangpo, network).found == 0
        assert alarms_of(amur) == []


@WHOLE
@given(
    wrong=st.dictionaries(
        st.integers(1, COUNT),
        st.tuples(st.sampled_from(["text", "group"]), st.sampled_from(["measurements", "place", "people", "remarks"])),
        min_size=1, max_size=8,
    ),
    terms=st.sampled_from([EVERYTHING, policy.STANDARD, policy.CLOSED]),
)  # fmt: skip
def test_what_has_rotted_heals_as_far_as_the_terms_of_today_allow_and_the_rest_is_told(
    base: Path, wrong: dict[int, tuple[str, str]], terms: dict[str, Any]
) -> None:
    for amur, shuangpo, network in opened(base):
        log = amur.node.publisher.log
        with amur.station.store.transaction():
            opening.change_terms(amur.node, "HL-SHP", EVERYTHING)
        settle(network)
        amur.node.book.note("HL-SHP", terms=json.dumps(terms))
        for number, (kind, group) in wrong.items():
            rot(shuangpo, log, number, kind, group)
        expected = {number: verdict_under(terms, *spoilt) for number, spoilt in wrong.items()}
        assert {one.number: one.why for one in audited(shuangpo, amur, network).differences} == expected
        assert faults(shuangpo, log) == {number for number, why in expected.items() if why == "ours rotted"}
        again = {one.number: one.why for one in audited(shuangpo, amur, network).differences}
        left = {"lost": "their terms", "ours rotted": "ours rotted"}
        assert again == {number: left[why] for number, why in expected.items() if why != "mended"}


def verdict_under(terms: dict[str, Any], kind: str, group: str) -> str:
    shown = policy.shown(terms, policy.classify("banding", 0))
    if shown is None:
        return "ours rotted"
    if group in shown:
        return "mended"
    return "lost" if kind == "group" else "ours rotted"


def test_a_text_that_its_origin_alone_has_stays_and_is_told(amur: Town, shuangpo: Town, between: Network) -> None:
    fill(amur)
    settle(between)
    log = amur.node.publisher.log
    rot(amur, log, 3, "text", "people")
    rot(amur, log, 4, "group", "people")
    rot(amur, log, 5, "text", "place")
    done = audited(amur, shuangpo, between)
    assert listed(done) == [(3, DAMAGED, "ours rotted"), (4, HEALED, "lost"), (5, HEALED, "mended")]
    assert done.differences[0].groups == ["people"]
    assert alarms_of(amur) == ["HL-SHP"]
    (kept,) = run(amur, "select people from versions where id = 3").fetchone()
    assert kept.strip() == '{"ringer":"N. N."}'
    assert faults(amur, log) == {3}


def test_a_letter_and_an_entry_set_aside_heal_too(amur: Town, shuangpo: Town, between: Network) -> None:
    amur.node.publisher.schema = "2.0"
    fill(amur, 2)
    settle(between)
    log, theirs = amur.node.publisher.log, shuangpo.node.publisher.log
    run(shuangpo, "update exchange_set_aside set groups = replace(groups, 'XC 000000', 'XC 999999')")
    run(amur, "update exchange_letters set core = core || ' '")
    assert (faults(shuangpo, log), faults(amur, theirs)) == ({1}, {1})
    assert (1, HEALED, "mended") in listed(audited(shuangpo, amur, between))
    assert (1, HEALED, "mended") in listed(audited(amur, shuangpo, between))
    assert (faults(shuangpo, log), faults(amur, theirs)) == (set(), set())


# -- without any peer ---------------------------------------------------------------------------------------------


def test_a_scrub_finds_what_has_rotted_and_the_next_peer_heals_it(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "AT_ONCE", 2)
    fill(amur)
    settle(between)
    log = amur.node.publisher.log
    audited(shuangpo, amur, between)
    rot(shuangpo, log, 2, "text")
    rot(shuangpo, log, 15, "leaf")
    rot(shuangpo, log, 16, "row")
    run(shuangpo, "update exchange_batches set signature = zeroblob(64) where first = 8")
    told: list[scrub.State] = []
    now = scrub.whole(shuangpo.node, told.append)
    assert [(one.first, one.numbers) for one in now.damaged] == [(1, [2]), (8, [8]), (15, [15, 16])]
    assert (now.batches, now.total, now.is_on) == (3, 3, False)
    assert len(told) > 1
    assert alarms_of(shuangpo) == ["HL-SHP"]
    audit.after_sync(shuangpo.node, "AM-KHG", reach(shuangpo, between))
    assert scrub.state(shuangpo.node).damaged == ()
    assert alarms_of(shuangpo) == []
    assert scrub.whole(shuangpo.node).damaged == ()


def test_what_stands_in_for_closed_entries_is_put_right_too(tmp_path: Path) -> None:
    amur, shuangpo = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(amur, shuangpo, terms=policy.STANDARD | {"bandings": "none"})
    network = Network().add(amur, shuangpo)
    fill(amur, 4)
    write(amur, recovery())
    settle(network)
    sql = "update exchange_closed set digest = zeroblob(32)"
    assert run(shuangpo, sql).rowcount == 1
    assert [one.entries for one in scrub.whole(shuangpo.node).damaged] == [5]
    audit.after_sync(shuangpo.node, "AM-KHG", reach(shuangpo, network))
    assert scrub.state(shuangpo.node).damaged == ()
    assert scrub.whole(shuangpo.node).damaged == ()
    for town in (amur, shuangpo):
        town.close()


def test_a_scrub_goes_on_where_it_was_and_begins_again_after_a_week(
    amur: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "AT_ONCE", 2)
    fill(amur)
    amur.node.publisher.publish()
    for batches in (2, 3, 3):
        scrub.look(amur.node)
        assert scrub.state(amur.node).batches == batches
    assert scrub.state(amur.node).ended == "2025-06-01"
    rot(amur, amur.node.publisher.log, 1, "text")
    scrub.look(amur.node)
    assert scrub.state(amur.node).damaged == ()
    later = amur.station.intake.clock() + datetime.timedelta(days=7)
    amur.station.intake.clock = lambda: later
    scrub.look(amur.node)
    assert len(scrub.state(amur.node).damaged) == 1
