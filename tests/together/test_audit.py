"""The audit finds exactly what differs, heals what the terms allow, and explains the rest; equal nodes say little."""

import json
import time

import pytest

from banding.errors import NotFound
from exchange.agreements import policy
from exchange.talk import audit
from exchange.talk.comparing import EXPLAINED, HEALED, WHY, Difference
from exchange.talk.sync import Busy
from tests.together.kit import EVERYTHING, Network, Town, befriend, pull, reach, settle
from tests.together.rot import COUNT, alarms_of, audited, fill, rot, small


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)


# -- nodes that hold the same -------------------------------------------------------------------------------------


def test_equal_nodes_find_nothing_and_say_little(amur: Town, shuangpo: Town, between: Network) -> None:
    fill(amur, 200)
    settle(between)
    before = between.bytes
    done = audited(amur, shuangpo, between)
    assert (done.blocks, done.found) == (40, 0)
    assert (between.bytes - before) / done.blocks < 400
    assert amur.node.book.audits("HL-SHP")[0].differences == []
    assert alarms_of(amur) == []


def test_what_the_terms_withhold_or_close_is_no_difference(amur: Town, shuangpo: Town, between: Network) -> None:
    befriend(amur, shuangpo, terms=policy.STANDARD | {"bandings": "none"})
    fill(amur)
    settle(between)
    assert [audited(amur, shuangpo, between).found, audited(shuangpo, amur, between).found] == [0, 0]


# -- what one side lacks ------------------------------------------------------------------------------------------


def test_a_group_that_the_peer_lacks_is_offered_again_and_then_nothing_differs(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    fill(amur)
    settle(between)
    # As if the offer of wider terms had been lost on its way.
    amur.node.book.note("HL-SHP", terms=json.dumps(EVERYTHING))
    done = audited(amur, shuangpo, between)
    assert {one.why for one in done.differences} == {"offered"}
    assert done.found == COUNT
    assert alarms_of(amur) == []
    pull(shuangpo, amur, between)
    assert audited(amur, shuangpo, between).found == 0


def test_what_the_peer_shows_and_we_lack_is_fetched_at_once(amur: Town, shuangpo: Town, between: Network) -> None:
    fill(amur)
    settle(between)
    amur.node.book.note("HL-SHP", terms=json.dumps(EVERYTHING))
    done = audited(shuangpo, amur, between)
    assert {(one.verdict, one.why) for one in done.differences} == {(HEALED, "came")}
    assert sorted(one.number for one in done.differences) == list(range(1, COUNT + 1))
    assert audited(shuangpo, amur, between).found == 0


def test_what_went_before_the_terms_narrowed_is_explained_by_them(amur: Town, shuangpo: Town, between: Network) -> None:
    befriend(amur, shuangpo, terms=EVERYTHING)
    fill(amur)
    settle(between)
    amur.node.book.note("HL-SHP", terms=json.dumps(policy.CLOSED))
    done = audited(shuangpo, amur, between)
    assert {one.verdict for one in done.differences} <= {EXPLAINED}


def test_a_difference_says_why_in_words_that_are_known(amur: Town, shuangpo: Town, between: Network) -> None:
    fill(amur, 2)
    settle(between)
    rot(amur, amur.node.publisher.log, 1, "text")
    audited(amur, shuangpo, between)
    (said,) = amur.node.book.audits("HL-SHP")[0].differences
    assert Difference(**said).why in WHY


# -- when ---------------------------------------------------------------------------------------------------------


def test_an_audit_waits_for_a_sync_and_its_trouble_is_written_down(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    pull(amur, shuangpo, between)
    assert amur.station.store.leases.take("sync HL-SHP", "a sync", time.time(), 60)
    with pytest.raises(Busy):
        audit.visit(amur.node, "HL-SHP", reach(amur, between))
    amur.station.store.leases.release("sync HL-SHP", "a sync")
    with pytest.raises(NotFound):
        audit.visit(amur.node, "XX-YYY", reach(amur, between))
    between.down = True
    assert "cannot be reached" in audit.visit(amur.node, "HL-SHP", reach(amur, between)).trouble
    said = audit.trouble(amur.node, "HL-SHP")
    assert said is not None
    assert "cannot be reached" in said.said
    assert list(audit.due(amur.node)) == []
    between.down = False
    audited(amur, shuangpo, between)
    assert audit.trouble(amur.node, "HL-SHP") is None


@pytest.mark.usefixtures("shuangpo")
def test_the_timetable_audits_once_a_week(amur: Town, between: Network) -> None:
    fill(amur, 3)
    settle(between)
    for _ in range(2):
        audit.after_sync(amur.node, "HL-SHP", reach(amur, between))
    assert len(amur.node.book.audits("HL-SHP")) == 1
