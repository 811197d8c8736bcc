"""What a disk has lost whole is noticed by the audit and made anew from a peer's copy, under the same record."""

from pathlib import Path
from uuid import UUID

import pytest

from exchange.agreements import policy
from exchange.talk import scrub
from exchange.talk.comparing import DAMAGED, HEALED
from tests.exchange.forms import as_role, main_of, staff
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    count,
    make_node,
    pull,
    recovery,
    returns_of,
    settle,
    snapshot,
    write,
)
from tests.together.rot import audited, faults, fill, listed, rot, run, small

WORDS = {"en": "Its record had been lost here", "zh": "该记录曾在本节点丢失", "ru": "Эта запись здесь была утрачена"}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)


@pytest.mark.parametrize("language", WORDS)
def test_a_version_of_another_node_that_is_gone_is_made_anew_and_the_page_says_so(
    amur: Town, shuangpo: Town, between: Network, language: str
) -> None:
    staff(shuangpo)
    (uuid,) = write(amur, banding())
    write(shuangpo, recovery())
    settle(between)
    before, returned = snapshot(shuangpo), returns_of(shuangpo)
    rot(shuangpo, amur.node.publisher.log, 1, "version")
    assert uuid not in snapshot(shuangpo)
    assert (1, HEALED, "anew") in listed(audited(shuangpo, amur, between))
    assert (snapshot(shuangpo), returns_of(shuangpo)) == (before, returned)
    assert faults(shuangpo, amur.node.publisher.log) == set()
    reader = as_role(shuangpo, "reader")
    page = main_of(reader.get("/peers/AM-KHG/audit", headers={"X-Page-Language": language}))
    assert WORDS[language] in page
    assert reader.get(f"/records/{uuid}").status_code == 200
    assert audited(shuangpo, amur, between).found == 0


def test_an_earlier_version_that_is_gone_comes_back_beneath_the_later_one(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (uuid,) = write(amur, banding())
    settle(between)
    correct(amur, uuid, sex="F")
    settle(between)
    before = [(one.generation, one.groups) for one in shuangpo.station.store.records.versions(uuid)]
    rot(shuangpo, amur.node.publisher.log, 1, "version")
    assert len(shuangpo.station.store.records.versions(uuid)) == 1
    audited(shuangpo, amur, between)
    assert [(one.generation, one.groups) for one in shuangpo.station.store.records.versions(uuid)] == before
    assert snapshot(shuangpo) == snapshot(amur)


def test_a_record_that_got_the_number_of_the_lost_version_keeps_every_word(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding())
    settle(between)
    rot(shuangpo, amur.node.publisher.log, 1, "version")
    (ours,) = write(shuangpo, recovery("XC 999999"))
    assert run(shuangpo, "select id from versions").fetchall() == [(1,)]
    said = snapshot(shuangpo)[ours]
    groups = shuangpo.station.store.records.record(ours)
    assert faults(shuangpo, amur.node.publisher.log) == {1}
    assert (1, HEALED, "anew") in listed(audited(shuangpo, amur, between))
    found = shuangpo.station.store.records.record(ours)
    assert found is not None
    assert groups is not None
    assert (snapshot(shuangpo)[ours][0], found.groups) == (said[0], groups.groups)
    settle(between)
    assert {uuid: one[:2] for uuid, one in snapshot(shuangpo).items()} == {
        uuid: one[:2] for uuid, one in snapshot(amur).items()
    }


def test_a_record_lost_whole_comes_in_again_through_the_door(amur: Town, shuangpo: Town, between: Network) -> None:
    (uuid,) = write(amur, banding())
    settle(between)
    before = snapshot(shuangpo)
    rot(shuangpo, amur.node.publisher.log, 1, "version")
    run(shuangpo, "delete from records")
    assert (1, HEALED, "anew") in listed(audited(shuangpo, amur, between))
    assert snapshot(shuangpo) == before
    assert uuid in before


def test_a_row_of_a_table_that_is_gone_comes_back(amur: Town, shuangpo: Town, between: Network) -> None:
    names = {"en": "Lake Udyl", "ru": "Озеро Удыль", "zone": "Asia/Vladivostok"}
    amur.station.intake.extending.add("station", "KH-OZR", names, by=None)
    settle(between)
    rot(shuangpo, amur.node.publisher.log, 1, "version")
    assert listed(audited(shuangpo, amur, between)) == [(1, HEALED, "anew")]
    assert faults(shuangpo, amur.node.publisher.log) == set()
    assert shuangpo.station.live.table("station").label("KH-OZR", "ru") == "Озеро Удыль"


def test_a_letter_that_is_gone_comes_back(amur: Town, shuangpo: Town, between: Network) -> None:
    amur.node.publisher.schema = "2.0"
    fill(amur, 2)
    settle(between)
    theirs = shuangpo.node.publisher.log
    assert run(amur, "delete from exchange_letters").rowcount == 1
    assert faults(amur, theirs) == {1}
    assert (1, HEALED, "anew") in listed(audited(amur, shuangpo, between))
    assert (faults(amur, theirs), count(amur, "exchange_letters")) == (set(), 1)


def test_a_version_that_the_peer_does_not_show_any_more_stays_lost_and_is_told(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    befriend(amur, shuangpo)
    fill(amur, 2)
    settle(between)
    log = amur.node.publisher.log
    rot(shuangpo, log, 2, "version")
    with amur.station.store.transaction():
        amur.node.book.note("HL-SHP", terms='{"kinds": [], "bandings": "none", "groups": {}}')
    assert (2, DAMAGED, "ours rotted") in listed(audited(shuangpo, amur, between))
    assert faults(shuangpo, log) == {2}
    with amur.station.store.transaction():
        befriend(amur, shuangpo, terms=policy.STANDARD)
    assert (2, HEALED, "anew") in listed(audited(shuangpo, amur, between))


def test_a_scrub_sees_it_and_a_third_node_that_holds_the_log_gives_it_back(
    amur: Town, shuangpo: Town, between: Network, tmp_path: Path
) -> None:
    third = make_node(tmp_path / "third", "HL-GFN")
    befriend(third, shuangpo)
    third.node.keyring.pin("AM-KHG", amur.node.key.public, ())
    network = between.add(third)
    write(amur, banding())
    pull(shuangpo, amur, between)
    pull(third, shuangpo, network)
    before = snapshot(shuangpo)
    rot(shuangpo, amur.node.publisher.log, 1, "version")
    assert [one.numbers for one in scrub.whole(shuangpo.node).damaged] == [[1]]
    assert (1, HEALED, "anew") in listed(audited(shuangpo, third, network)) or snapshot(shuangpo) == before
    assert scrub.whole(shuangpo.node).damaged == ()
    third.close()


# -- the row of a record, whose versions stay ---------------------------------------------------------------


def lose_row(town: Town, uuid: str) -> None:
    assert run(town, "delete from records where uuid = ?", [UUID(uuid).bytes]).rowcount == 1


def test_a_row_lost_while_its_versions_stay_is_made_anew_without_asking_anybody(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (uuid,) = write(amur, banding())
    write(shuangpo, recovery())
    settle(between)
    correct(amur, uuid, sex="F")
    settle(between)
    before, returned = snapshot(shuangpo), returns_of(shuangpo)
    lose_row(shuangpo, uuid)
    assert uuid not in snapshot(shuangpo)
    assert scrub.whole(shuangpo.node).damaged == ()
    assert (snapshot(shuangpo), returns_of(shuangpo)) == (before, returned)
    assert [one.generation for one in shuangpo.station.store.records.versions(uuid)] == [2, 1]
    assert ("audit", {"state": "own", "differences": "1"}) in [
        (alarm.kind, alarm.details) for alarm in shuangpo.node.alarms.history()
    ]
    assert audited(shuangpo, amur, between).found == 0


def test_the_row_of_a_record_of_our_own_comes_back_too(amur: Town, shuangpo: Town, between: Network) -> None:
    (uuid,) = write(amur, banding())
    settle(between)
    before = snapshot(amur)
    lose_row(amur, uuid)
    audited(amur, shuangpo, between)
    assert snapshot(amur) == before


def test_a_row_whose_texts_have_rotted_too_comes_back_from_a_peer(amur: Town, shuangpo: Town, between: Network) -> None:
    (uuid,) = write(amur, banding())
    settle(between)
    before, log = snapshot(shuangpo), amur.node.publisher.log
    rot(shuangpo, log, 1, "text")
    lose_row(shuangpo, uuid)
    assert [one.numbers for one in scrub.whole(shuangpo.node).damaged] == [[1]]
    audited(shuangpo, amur, between)
    assert (snapshot(shuangpo), faults(shuangpo, log)) == (before, set())
    assert count(shuangpo, "versions") == 1


def test_the_number_of_a_lost_row_is_never_given_to_another_bird(amur: Town, shuangpo: Town, between: Network) -> None:
    (uuid,) = write(amur, banding())
    settle(between)
    before = snapshot(shuangpo)
    lose_row(shuangpo, uuid)
    (ours,) = write(shuangpo, recovery("XC 999999"))
    assert [one.generation for one in shuangpo.station.store.records.versions(ours)] == [1]
    assert scrub.whole(shuangpo.node).damaged == ()
    assert {one: said for one, said in snapshot(shuangpo).items() if one == uuid} == before


def test_a_correction_that_comes_before_the_row_is_missed_finds_the_earlier_versions_again(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (uuid,) = write(amur, banding())
    settle(between)
    lose_row(shuangpo, uuid)
    correct(amur, uuid, sex="F")
    settle(between)
    assert scrub.whole(shuangpo.node).damaged == ()
    assert snapshot(shuangpo) == snapshot(amur)
    assert [one.generation for one in shuangpo.station.store.records.versions(uuid)] == [2, 1]
    assert shuangpo.station.store.records.rowless() == {}
