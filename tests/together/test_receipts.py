"""What cannot be taken is told to whoever wrote it, judged again when it may be taken, and told again when it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from banding.domain.rules import Finding
from exchange.log.letters import Letter
from exchange.talk import again, letting_in, receipts
from exchange.talk.receipts import Tray
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    banding,
    befriend,
    every,
    make_node,
    pull,
    recovery,
    returns_of,
    settle,
    snapshot,
    trust,
    write,
)
from tests.together.pen import Pen, lines, relayed
from tests.together.people import keeper
from tests.web.conftest import token_of

Upgrade = Callable[[str], None]


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """A new version of the program, which reads another form of records and knows every field."""

    def deed(major: str) -> None:
        monkeypatch.setattr(again, "MAJOR", major)
        monkeypatch.setattr(letting_in, "MINOR", -1)
        monkeypatch.setattr(again, "_form", lambda: "the next one")

    return deed


def sent(town: Town) -> list[Letter]:
    """The receipts of a node, the first ones first."""
    return town.node.letters.sent("receipt")[::-1]


def verdicts(letter: Letter) -> list[tuple[int, str]]:
    return [(one["number"], one["verdict"]) for one in letter.core["entries"]]


def alarms_of(town: Town) -> list[tuple[str, Any]]:
    found = [one for one in town.node.alarms.open() if one.details.get("state") == "there"]
    return [(one.about, one.details["count"]) for one in found]


# -- between two nodes ----------------------------------------------------------------------------------------


def test_the_origin_hears_that_its_entries_wait_and_in_the_end_that_they_found_their_place(
    amur: Town, shuangpo: Town, between: Network, upgrade: Upgrade
) -> None:
    (met,) = write(shuangpo, recovery())
    amur.node.publisher.schema = "2.0"
    (banded, _) = write(amur, banding(), banding("XC 345613"))
    settle(between)
    (letter,) = sent(shuangpo)
    assert verdicts(letter) == [(1, "aside"), (2, "aside")]
    first, second = sorted(amur.node.waits.there(), key=lambda one: one.number)
    assert (first.peer, first.log, first.number, first.uuid) == ("HL-SHP", amur.node.publisher.log, 1, banded)
    assert [(one.code, one.values["schema"]) for one in second.reasons] == [("W-schema-new", "2.0")]
    assert alarms_of(amur) == [("HL-SHP", 2)]
    assert returns_of(shuangpo) == []

    upgrade("2")
    again.look(shuangpo.node)
    assert shuangpo.node.book.waiting() == []
    assert [row["recovery_id"] for row in returns_of(shuangpo)] == [met]
    settle(between)
    assert verdicts(sent(shuangpo)[-1]) == [(1, "kept"), (2, "kept")]
    assert amur.node.waits.there() == []
    assert alarms_of(amur) == []


def test_what_waits_is_told_once_however_often_it_comes(amur: Town, shuangpo: Town, between: Network) -> None:
    amur.node.publisher.schema = "2.0"
    write(amur, banding())
    for _ in range(3):
        settle(between)
        shuangpo.node.book.note("AM-KHG", cursor=0)
    again.judge_again(shuangpo.node)
    settle(between)
    assert len(sent(shuangpo)) == 1


def test_two_nodes_that_cannot_read_each_others_receipts_do_not_write_them_for_ever(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    for town in (amur, shuangpo):
        town.node.publisher.schema = "2.0"
        write(town, banding())
    settle(between)
    assert [len(sent(town)) for town in (amur, shuangpo)] == [1, 1]


def test_a_receipt_reaches_the_origin_through_a_relay_that_took_everything(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, third)
    trust(amur, third)
    amur.node.publisher.schema = "2.0"
    write(amur, banding())
    settle(between.add(third))
    assert {one.peer for one in amur.node.waits.there()} == {"HL-SHP", "HL-QFG"}
    third.close()


# -- a node and a pen -----------------------------------------------------------------------------------------


def test_the_receipts_of_one_delivery_are_one_letter_of_bounded_length(
    town: Town, writer: Pen, honest: Pen, post: Callable[[bytes], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "ENTRIES", 2)
    bad = [writer.batch(writer.entry(writer.core(beak="long"))) for _ in range(3)]
    post(lines(*bad, honest.batch(honest.entry())))
    assert [(one.recipient, verdicts(one)) for one in sent(town)] == [
        (writer.code, [(1, "aside"), (2, "aside")]), (writer.code, [(3, "aside")]),
    ]  # fmt: skip
    assert honest.uuids[-1] in snapshot(town)


def test_a_letter_quotes_nothing_of_the_record(town: Town, writer: Pen) -> None:
    groups = {"core": '{"kind": "banding", "ring": "XC 345612"}', "people": '{"finder_name": "N. Zaphodova"}'}
    why = [
        Finding("W-shape", "error", "people", {"where": "people", "why": '"N. Zaphodova" is too long'}),
        Finding("W-shape", "error", "core", {"where": "core", "why": "It must say banding or recovery."}),
        Finding("W-origin", "error", "", {"origin": "HL-SHP", "log": writer.log}),
    ]
    with town.station.store.transaction():
        town.node.ledger.append(writer.log, writer.batch(writer.entry()), [])
        state = town.node.ledger.log(writer.log)
        assert state is not None
        tray = Tray(town.node)
        tray.aside(state, 1, groups, why)
        tray.write()
    (letter,) = sent(town)
    assert [reason["values"] for reason in letter.core["entries"][0]["reasons"]] == [
        {"where": "people"},
        {"where": "core", "why": "It must say banding or recovery."},
        {"origin": "HL-SHP", "log": writer.log},
    ]
    assert "Zaphodova" not in str(letter.core)


def test_judging_again_takes_what_it_can_in_order_and_leaves_the_rest(
    town: Town, writer: Pen, post: Callable[[bytes], Any], upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "AT_ONCE", 1)
    first = writer.core(beak="long")
    bad = [
        writer.entry(first),
        writer.entry(writer.core(day="1.5.2024")),
        writer.entry(first | {"generation": 2, "sex": "F"}),
    ]
    post(lines(writer.batch(*bad)))
    upgrade("1")
    assert again.judge_again(town.node) == (2, 1)
    assert [one.generation for one in town.station.store.records.versions(first["id"])] == [2, 1]
    assert [one.number for one in town.node.book.waiting()] == [2]
    assert [verdicts(one) for one in sent(town)][1:] == [[(1, "kept")], [(3, "kept")]]
    assert len(relayed(town)[writer.log]) == 3
    assert again.judge_again(town.node) == (0, 1)


def test_groups_that_waited_beside_a_record_are_found_too(
    town: Town, writer: Pen, post: Callable[[bytes], Any], upgrade: Upgrade
) -> None:
    whole = writer.entry(remarks={"text": "worn", "song": "short"})
    batch = writer.batch(whole)
    short = type(batch)(batch.header, batch.signature, [whole.without(["remarks"])], batch.at)
    post(lines(short))
    post(lines(batch))
    (uuid,) = writer.uuids
    assert "remarks" not in snapshot(town)[uuid][2]
    assert [one.number for one in town.node.book.waiting()] == [1]
    upgrade("1")
    assert again.judge_again(town.node) == (1, 0)
    assert "remarks" in snapshot(town)[uuid][2]
    assert {entry.number for entry in relayed(town)[writer.log]} == {1}


def test_a_node_judges_again_only_after_a_change_and_a_new_row_of_a_table_is_one(
    town: Town, writer: Pen, post: Callable[[bytes], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    again.look(town.node)
    post(lines(writer.batch(writer.entry(writer.core(beak="long")))))
    monkeypatch.setattr(letting_in, "MINOR", -1)
    again.look(town.node)
    assert town.node.waits.count_here() == 1
    town.station.intake.extending.add("station", "KH-OZR", {"en": "Lake Udyl", "zone": "Asia/Vladivostok"}, by=None)
    again.look(town.node)
    assert town.node.waits.count_here() == 0
    assert len(every(town)) == 1


def test_a_receipt_for_the_log_of_another_says_nothing(amur: Town, shuangpo: Town, between: Network) -> None:
    entries = [{"number": 1, "verdict": "aside", "reasons": []}]
    with shuangpo.station.store.transaction():
        said = {"entries": entries}
        shuangpo.node.letters.write("receipt", "AM-KHG", "HL-QFG.0123456789abcdef", said, at=shuangpo.node.at())
    pull(amur, shuangpo, between)
    assert amur.node.waits.there() == []
    assert [one.state for one in amur.node.letters.received("receipt")] == ["void"]


# -- the page -------------------------------------------------------------------------------------------------


def test_the_page_shows_both_sides_and_the_record_where_it_waits(
    amur: Town, shuangpo: Town, between: Network, upgrade: Upgrade
) -> None:
    befriend(amur, shuangpo, terms=EVERYTHING)
    amur.node.publisher.schema = "2.0"
    (banded,) = write(amur, banding())
    settle(between)
    there, here = keeper(amur, "operator", "en"), keeper(shuangpo, "operator", "en")
    assert "HL-SHP" in there.get("/set-aside").text
    assert "Waits at HL-SHP" in there.get(f"/records/{banded}").text
    assert amur.node.publisher.log in here.get("/set-aside").text
    upgrade("2")
    answer = here.post("/set-aside/again", data={"csrf_token": token_of(here)}, follow_redirects=True)
    assert "1 entries found their place, 0 wait." in answer.text
    settle(between)
    assert "Waits at HL-SHP" not in there.get(f"/records/{banded}").text
