"""Requests to forget: what is gone is gone to the last byte, what stays is still proven, and a person decides."""

import contextlib
import sqlite3
from pathlib import Path

from banding.store.shapes import Query
from exchange.agreements import forgetting, life
from exchange.log.steady import DAY
from exchange.talk import traces
from tests.together.agreeing import CORE_ONLY, EXACT, LEVELS, agree, later, of, requests, terms
from tests.together.kit import (
    NOW,
    Network,
    Town,
    banding,
    befriend,
    make_node,
    on_disk,
    pull,
    recovery,
    seals_of,
    settle,
    snapshot,
    write,
)


def rings(town: Town) -> list[str]:
    """The rings that a node knows, one for each record."""
    return sorted(known.core["ring"] for known in town.station.store.search.every(Query()))


def test_what_is_forgotten_is_gone_to_the_last_byte_and_what_stays_is_still_proven(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    uuids = write(amur, *(banding(f"XC {at:06}", measurements={"wing": 71.37}) for at in range(40)))
    settle(between)
    before = seals_of(snapshot(shuangpo))
    agree(amur, shuangpo, between, terms(groups={key: ["core", "area"] for key in LEVELS}))
    assert EXACT in on_disk(shuangpo)
    assert sum(forgetting.forget(shuangpo.node, letter.uuid, "bao") for letter in requests(shuangpo)) == len(uuids)
    assert EXACT not in on_disk(shuangpo)
    assert b"71.37" not in on_disk(shuangpo)
    assert {known[2] for known in snapshot(shuangpo).values()} == {("core", "area")}
    assert seals_of(snapshot(shuangpo)) == before
    settle(between)
    assert {known[2] for known in snapshot(shuangpo).values()} == {("core", "area")}
    assert [letter.core["verdict"] for letter in amur.node.letters.received("verdict")] == ["accepted"] * 2
    # Whoever gets it from here can still prove every entry.
    third = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, third)
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    report = pull(third, shuangpo, between.add(third))
    assert (report.taken.kept, report.taken.refused) == (len(uuids), 0)
    third.close()


def test_what_was_packed_for_others_before_is_not_given_out_again(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, *(banding(f"XC {at:06}") for at in range(60)))
    settle(between)
    others = [make_node(tmp_path, "HL-QFG"), make_node(tmp_path, "PR-KHN")]
    for other in others:
        befriend(shuangpo, other)
        with other.station.store.transaction():
            other.node.ledger.trust(amur.code, amur.node.key.public)
    pull(others[0], shuangpo, between.add(others[0]))
    assert EXACT in on_disk(others[0])
    agree(amur, shuangpo, between, terms(groups={key: ["core", "area"] for key in LEVELS}))
    for letter in requests(shuangpo):
        forgetting.forget(shuangpo.node, letter.uuid, "bao")
    assert pull(others[1], shuangpo, between.add(others[1])).taken.kept == 60
    assert EXACT not in on_disk(others[1])
    for other in others:
        other.close()


def test_whole_records_are_forgotten_and_come_back_when_the_terms_widen(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding(), banding("XC 345613"), recovery("XC 345614"))
    settle(between)
    agree(amur, shuangpo, between, terms(kinds=["recovery"], bandings="none"))
    for letter in requests(shuangpo):
        forgetting.forget(shuangpo.node, letter.uuid, "bao")
    assert rings(shuangpo) == ["XC 345614"]
    for trace in (b"345612", b"345613", EXACT):
        assert trace not in on_disk(shuangpo)
    agree(amur, shuangpo, between, terms())
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(amur))


def test_a_bird_that_both_have_met_stays_where_returns_are_still_open(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding(), banding("XC 345613"))
    write(shuangpo, recovery())
    settle(between)
    agree(amur, shuangpo, between, terms(bandings="returns"))
    for letter in requests(shuangpo):
        forgetting.forget(shuangpo.node, letter.uuid, "bao")
    assert rings(shuangpo) == ["XC 345612", "XC 345612"]


def test_a_request_may_be_kept_with_a_reason_and_the_asker_reads_it(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding())
    settle(between)
    agree(amur, shuangpo, between, terms(**CORE_ONLY))
    for letter in requests(shuangpo):
        forgetting.keep(shuangpo.node, letter.uuid, "Printed in our yearbook", "bao")
    assert EXACT in on_disk(shuangpo)
    assert not [one for one in shuangpo.node.alarms.open() if one.kind == "request"]
    settle(between)
    assert {letter.core["reason"] for letter in amur.node.letters.received("verdict")} == {"Printed in our yearbook"}


def test_an_agreement_that_runs_out_asks_nobody_to_forget_but_one_that_is_ended_may(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding())
    digest = agree(amur, shuangpo, between, terms())
    life.end(amur.node, digest, "New law", "anna", forget=True)
    settle(between)
    for letter in requests(shuangpo):
        forgetting.forget(shuangpo.node, letter.uuid, "bao")
    assert snapshot(shuangpo) == {}
    again = agree(amur, shuangpo, between, terms(), valid_until="2025-06-02")
    assert len(snapshot(shuangpo)) == 1
    later(amur, 5)
    assert of(amur, again).state == "ended"
    settle(between)
    assert requests(shuangpo) == []


def test_a_log_that_was_being_read_is_emptied_at_the_next_look(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding())
    settle(between)
    agree(amur, shuangpo, between, terms(**CORE_ONLY))
    with contextlib.closing(sqlite3.connect(shuangpo.station.store.path)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from records").fetchone()
        for letter in requests(shuangpo):
            forgetting.forget(shuangpo.node, letter.uuid, "bao")
        assert EXACT in on_disk(shuangpo), "who began to read before still sees it"
    traces.settle(shuangpo.node)
    assert EXACT not in on_disk(shuangpo)


def test_the_file_is_written_anew_at_night_only_and_once(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding())
    settle(between)
    agree(amur, shuangpo, between, terms(**CORE_ONLY))
    assert not traces.sweep(shuangpo.node), "nothing was forgotten yet"
    for letter in requests(shuangpo):
        forgetting.forget(shuangpo.node, letter.uuid, "bao")
    noon, night = (NOW.replace(hour=hour) for hour in (4, 18))
    done = []
    for hour in (noon, night, night):
        shuangpo.station.intake.clock = lambda hour=hour: hour
        done.append(traces.sweep(shuangpo.node))
    assert done == [False, True, False]


def test_a_computer_that_is_off_at_night_does_it_after_three_days(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding())
    settle(between)
    agree(amur, shuangpo, between, terms(**CORE_ONLY))
    for letter in requests(shuangpo):
        forgetting.forget(shuangpo.node, letter.uuid, "bao")
    done = []
    for day in (0, 2, 3):
        shuangpo.node.steady.tick(NOW.timestamp() + day * DAY)
        done.append(traces.sweep(shuangpo.node))
    assert done == [False, False, True]
