"""Agreements between whole nodes: signed by both, in force by their own clocks, ended by either."""

from pathlib import Path

import pytest

from banding.errors import Refused
from exchange.agreements import documents, life, policy
from exchange.log import agreementbook, wire
from exchange.talk import watch
from tests.planted import ADDRESS, FINDER, REMARK, Watch
from tests.together.agreeing import CORE_ONLY, LEVELS, agree, document, later, of, open_alarms, terms, terms_of
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    banding,
    befriend,
    make_node,
    on_disk,
    settle,
    snapshot,
    write,
)

# -- signing --------------------------------------------------------------------------------------------------


def test_nothing_changes_before_both_have_signed_and_then_it_does_on_both_sides(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding())
    digest = life.draft(amur.node, "HL-SHP", document("AM-KHG", "HL-SHP", terms(**CORE_ONLY)), "anna")
    life.sign(amur.node, digest, "anna")
    settle(between)
    assert (of(amur, digest).state, of(shuangpo, digest).state) == ("offered", "asked")
    assert open_alarms(shuangpo) == [("agreement", "")]
    assert terms_of(amur, "HL-SHP") == policy.STANDARD
    life.sign(shuangpo.node, digest, "bao")
    settle(between)
    for town, other in ((amur, shuangpo), (shuangpo, amur)):
        found = of(town, digest)
        assert found.state == "in-force"
        assert found.text == of(other, digest).text
        assert terms_of(town, other.code) == found.gives(town.code)
        assert open_alarms(town) == []
    assert of(amur, digest).ours == of(shuangpo, digest).theirs
    assert of(amur, digest).theirs == of(shuangpo, digest).ours
    assert [(step.by, step.deed) for step in of(shuangpo, digest).history] == [
        ("AM-KHG", "came"), ("AM-KHG", "signed"), ("bao", "signed"), ("", "in-force"),
    ]  # fmt: skip


def test_each_side_begins_and_ends_by_its_own_clock(amur: Town, shuangpo: Town, between: Network) -> None:
    said = {"valid_from": "2025-06-10", "valid_until": "2025-06-20"}
    digest = agree(amur, shuangpo, between, terms(bandings="none"), **said)
    assert [of(town, digest).state for town in (amur, shuangpo)] == ["signed", "signed"]
    later(amur, 8)
    assert of(amur, digest).state == "signed"
    later(amur, 9)
    settle(between)
    assert [of(town, digest).state for town in (amur, shuangpo)] == ["in-force", "signed"]
    assert terms_of(amur, "HL-SHP")["bandings"] == "none"
    later(amur, 19)
    assert of(amur, digest).state == "in-force"
    later(amur, 20)
    assert of(amur, digest).state == "ended"
    assert terms_of(amur, "HL-SHP") == policy.CLOSED
    later(shuangpo, 12)
    assert of(shuangpo, digest).state == "in-force"
    later(shuangpo, 30)
    assert of(shuangpo, digest).state == "ended"


def test_one_that_is_declined_changes_nothing_and_the_reason_is_read(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    digest = life.draft(amur.node, "HL-SHP", document("AM-KHG", "HL-SHP", terms()), "anna")
    life.sign(amur.node, digest, "anna")
    settle(between)
    with pytest.raises(Refused, match="reason"):
        life.decline(shuangpo.node, digest, "  ", "bao")
    life.decline(shuangpo.node, digest, "Our law has changed", "bao")
    settle(between)
    assert of(amur, digest).state == "declined"
    assert of(amur, digest).history[-1].reason == "Our law has changed"
    assert open_alarms(amur) == [("agreement", "declined")]
    with pytest.raises(Refused, match="does not wait"):
        life.sign(shuangpo.node, digest, "bao")


def test_a_new_one_takes_the_place_of_the_old_one_on_both_sides_though_both_were_offered_at_once(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    first = agree(amur, shuangpo, between, terms(bandings="returns"))
    one = life.draft(amur.node, "HL-SHP", document("AM-KHG", "HL-SHP", terms(embargo_days=5)), "anna")
    two = life.draft(shuangpo.node, "AM-KHG", document("HL-SHP", "AM-KHG", terms(), terms(embargo_days=9)), "bao")
    life.sign(amur.node, one, "anna")
    life.sign(shuangpo.node, two, "bao")
    settle(between)
    life.sign(amur.node, two, "anna")
    life.sign(shuangpo.node, one, "bao")
    settle(between)
    states = {digest: {of(town, digest).state for town in (amur, shuangpo)} for digest in (first, one, two)}
    assert sorted(states.values(), key=str) == [{"in-force"}, {"replaced"}, {"replaced"}]
    assert states[max(first, one, two)] == {"in-force"}


@pytest.mark.parametrize("ender", ["AM-KHG", "HL-SHP"])
def test_either_side_ends_it_at_once_and_records_no_longer_leave(
    amur: Town, shuangpo: Town, between: Network, ender: str
) -> None:
    digest = agree(amur, shuangpo, between, terms())
    here, there = (amur, shuangpo) if ender == amur.code else (shuangpo, amur)
    life.end(here.node, digest, "New law", "boss")
    assert terms_of(here, there.code) == policy.CLOSED
    write(here, banding("XC 345699"))
    settle(between)
    assert terms_of(there, here.code) == policy.CLOSED
    assert {of(town, digest).state for town in (amur, shuangpo)} == {"ended"}
    assert snapshot(there) == {}
    again = agree(here, there, between, terms())
    assert of(there, again).state == "in-force"
    assert len(snapshot(there)) == 1


def test_the_one_that_names_the_other_replaces_it_though_both_begin_on_one_day(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    for days in range(4):
        digest = agree(amur, shuangpo, between, terms(embargo_days=days))
        assert {of(town, digest).state for town in (amur, shuangpo)} == {"in-force"}
        assert terms_of(amur, "HL-SHP")["embargo_days"] == days


def test_what_ends_before_it_was_in_force_leaves_everything_as_it_was(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    digest = life.draft(amur.node, "HL-SHP", document("AM-KHG", "HL-SHP", terms(bandings="none")), "anna")
    life.sign(amur.node, digest, "anna")
    settle(between)
    life.end(amur.node, digest, "A slip of the pen", "anna")
    later = agree(shuangpo, amur, between, terms(), valid_from="2025-07-01")
    life.end(shuangpo.node, later, "Too early", "bao")
    settle(between)
    for town, other in ((amur, shuangpo), (shuangpo, amur)):
        assert {of(town, one).state for one in (digest, later)} == {"lapsed"}
        assert terms_of(town, other.code) == policy.STANDARD
        watch.look(town.node)
        assert open_alarms(town) == []


# -- what a wrong or hostile node might send --------------------------------------------------------------------


def sent(town: Town, other: Town, text: str, *, about: str = "", signature: bytes | None = None) -> None:
    """A letter with a document, as a node of another program might write it."""
    signed = agreementbook.sign(town.node.key, text) if signature is None else signature
    said = {"text": text, "verdict": "offered", "signature": wire.encode(signed)}
    with town.station.store.transaction():
        town.node.letters.write("agreement", other.code, about or documents.digest(text), said, at=town.node.at())


@pytest.mark.parametrize("case", ["no document", "others", "no sense", "another digest", "not signed", "not by it"])
def test_a_document_that_cannot_be_signed_is_declined_by_itself_and_waits_for_nobody(
    amur: Town, shuangpo: Town, between: Network, case: str
) -> None:
    good = documents.write(document("AM-KHG", "HL-SHP", terms()))
    others = documents.write(document("AM-KHG", "HL-QFG", terms()))
    senseless = documents.write(document("AM-KHG", "HL-SHP", terms(groups={key: ["area"] for key in LEVELS})))
    text = {"no document": "{}", "others": others, "no sense": senseless}.get(case, good)
    signature = {"not signed": bytes(64), "not by it": b"x" * 64}.get(case)
    sent(amur, shuangpo, text, about="0" * 64 if case == "another digest" else "", signature=signature)
    settle(between)
    assert shuangpo.node.agreements.of() == []
    assert open_alarms(shuangpo) == []
    (answer,) = amur.node.letters.received("agreement")
    assert answer.core["verdict"] == "declined"
    assert answer.core["reason"]


def test_word_from_a_third_node_that_an_agreement_has_ended_is_not_believed(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    third = make_node(tmp_path, "PR-KHN")
    befriend(third, amur)
    digest = agree(amur, shuangpo, between.add(third), terms())
    said = {"text": of(amur, digest).text, "verdict": "ended", "reason": "because"}
    with third.station.store.transaction():
        third.node.letters.write("agreement", "AM-KHG", digest, said, at=third.node.at())
    settle(between)
    assert of(amur, digest).state == "in-force"
    third.close()


# -- people ---------------------------------------------------------------------------------------------------


def test_people_leave_under_an_agreement_that_names_them_and_are_in_the_ledger(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    people = {"finder_name": FINDER, "finder_address": ADDRESS}
    write(amur, banding(people=people, remarks={"text": REMARK}))
    agree(amur, shuangpo, between, terms())
    assert FINDER.encode() not in on_disk(shuangpo)
    assert {line.groups["people"] for line in amur.node.left.lines("HL-SHP")} == {0}
    agree(amur, shuangpo, between, terms(**EVERYTHING))
    assert FINDER.encode() in on_disk(shuangpo)
    assert max(line.groups["people"] for line in amur.node.left.lines("HL-SHP")) == 1


def test_the_watch_over_all_tests_sees_a_name_that_leaves(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch, leaks: Watch
) -> None:
    """The proof that every test can fail: a policy that forgets the rule about people is put in."""
    named = {"groups": {key: ["core", "people"] for key in LEVELS}}
    befriend(amur, shuangpo, terms=terms(**named))
    write(amur, banding(people={"ringer": FINDER}))
    settle(between)
    assert leaks.leaks == []
    monkeypatch.setattr(policy, "NEVER", frozenset())
    write(amur, banding("XC 345613", people={"ringer": FINDER}))
    settle(between)
    assert any(FINDER in leak for leak in leaks.leaks)
    leaks.leaks.clear()
    # A line that no view has made, as a hole beside the policy would write it.
    wire.segment(b'{"n":1,"head":"","keys":{},"groups":{"remarks":"{\\"text\\":\\"' + ADDRESS.encode() + b'\\"}"}}\n')
    assert len(leaks.leaks) == 1
    leaks.leaks.clear()
