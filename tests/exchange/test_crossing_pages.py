"""The pages on what has crossed: the board, audits, what waits, proofs and rehearsals, and who may do what."""

from pathlib import Path

import pytest

from exchange.log import publish
from exchange.log.amends import Evidence
from exchange.pages import crossing
from exchange.talk import alarms, audit
from tests.exchange.forms import Pair, act, as_role, send
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    make_node,
    peer_of,
    pull,
    reach,
    recovery,
    settle,
    trust,
    withdraw,
    write,
)
from tests.together.rot import rot
from tests.web.conftest import words

pytestmark = pytest.mark.usefixtures("staffed")


@pytest.fixture
def pair(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two nodes that are peers; the second calls the first from its pages."""
    _, shp, network = pair
    monkeypatch.setattr(publish, "BATCH", 10)
    monkeypatch.setattr(crossing, "connect", lambda _node: reach(shp, network))
    return pair


def held(khg: Town, shp: Town, network: Network) -> str:
    """Thirty records, all withdrawn: the log waits at the second node."""
    uuids = write(khg, *(banding(f"XC {at:06}") for at in range(30)))
    pull(shp, khg, network)
    for uuid in uuids:
        withdraw(khg, uuid)
    assert pull(shp, khg, network).taken.waiting == (khg.node.publisher.log,)
    return khg.node.publisher.log


# -- the board --------------------------------------------------------------------------------------------------


def test_the_board_says_what_has_not_crossed_and_since_when(pair: Pair) -> None:
    khg, shp, network = pair
    reader = as_role(shp, "reader")
    assert "Nothing has been written or taken yet" in words(reader.get("/peers").text)
    (uuid,) = write(shp, recovery())
    settle(network)
    assert f"{shp.node.publisher.log} ours 1 in order AM-KHG: all" in words(reader.get("/peers").text)
    assert "AM-KHG: it has it" in words(reader.get(f"/records/{uuid}").text)
    network.down = True
    (late,) = write(shp, recovery("XC 000002"))
    pull(shp, khg, network)
    shp.node.publisher.publish()
    page = words(reader.get("/peers").text)
    assert "AM-KHG: 1 entries not yet there ; not reached since 2025-06-01" in page
    assert "AM-KHG: not yet there" in words(reader.get(f"/records/{late}").text)


def test_the_board_says_why_nothing_of_a_third_node_is_there(pair: Pair, tmp_path: Path) -> None:
    khg, shp, network = pair
    third = make_node(tmp_path, "HL-QFG")
    befriend(third, khg)
    write(third, banding())
    write(shp, recovery())
    pull(khg, third, network.add(third))
    pull(khg, shp, network)
    reader = as_role(khg, "reader")
    told = "HL-SHP: 1 entries not yet there ; none of it, so the key of its node may not be known there"
    assert told in words(reader.get("/peers").text)
    trust(shp, third)
    settle(network)
    assert "may not be known there" not in words(reader.get("/peers").text)
    third.close()


def test_the_board_says_what_the_terms_close_and_what_waits(pair: Pair) -> None:
    khg, shp, network = pair
    befriend(khg, shp, terms=shp.node.book.peers()[0].terms | {"bandings": "none"})
    khg.node.publisher.schema = "2.0"
    write(khg, recovery())
    (uuid,) = write(shp, banding("XC 000002"))
    settle(network)
    reader = as_role(shp, "reader")
    page = words(reader.get("/peers").text)
    assert "1 closed by terms" in page
    assert "1 set aside here" in page
    assert "AM-KHG: closed to it by the terms" in words(reader.get(f"/records/{uuid}").text)


# -- audits -----------------------------------------------------------------------------------------------------


def test_an_audit_is_shown_with_a_reason_for_each_difference(pair: Pair) -> None:
    khg, shp, network = pair
    reader = as_role(shp, "reader")
    assert "No audit has been made yet" in words(reader.get("/peers/AM-KHG/audit").text)
    write(khg, banding(), banding("XC 000002"))
    settle(network)
    audit.visit(shp.node, "AM-KHG", reach(shp, network))
    assert "No difference" in words(reader.get("/peers/AM-KHG/audit").text)
    rot(shp, khg.node.publisher.log, 2, "text")
    audit.visit(shp.node, "AM-KHG", reach(shp, network))
    page = words(reader.get("/peers/AM-KHG/audit").text)
    assert f"{khg.node.publisher.log} 2 healed" in page
    assert "fetched from the peer, proven and put back" in page
    lines = reader.get("/peers/AM-KHG/audit.csv").text.splitlines()
    assert len(lines) == 2
    assert ",2,healed,mended," in lines[1]


def test_an_audit_can_be_asked_for_and_its_trouble_is_shown(pair: Pair) -> None:
    _, shp, network = pair
    shp.node.book.note("AM-KHG", next_at=1e12)
    assert send(as_role(shp, "reader"), "/peers/AM-KHG/audit")[0] == 403
    status, said = send(as_role(shp, "operator"), "/peers/AM-KHG/audit")
    assert (status, "is called within a few seconds" in said) == (200, True)
    peer = peer_of(shp, "AM-KHG")
    assert peer.next_at == 0
    network.down = True
    audit.after_sync(shp.node, "AM-KHG", reach(shp, network))
    assert "did not come to an end" in words(as_role(shp, "reader").get("/peers/AM-KHG/audit").text)
    network.down = False
    audit.after_sync(shp.node, "AM-KHG", reach(shp, network))
    assert shp.node.book.audits("AM-KHG") == []


# -- what waits ---------------------------------------------------------------------------------------------------


def test_what_waits_is_shown_with_a_sample_read_from_the_peer(pair: Pair) -> None:
    khg, shp, network = pair
    operator = as_role(shp, "operator")
    assert "No log waits for a person" in words(operator.get("/held").text)
    log = held(khg, shp, network)
    page = words(operator.get("/held").text)
    assert log in page
    assert "at least 30 of 30" in page
    status, said = send(operator, f"/held/{log}/sample")
    assert (status, said.count("It would be withdrawn")) == (200, 10)
    assert "RUM XC 000029" in said
    network.down = True
    assert "cannot be reached" in send(operator, f"/held/{log}/sample")[1]
    assert as_role(shp, "reader").get("/held").status_code == 403


def test_an_administrator_lets_it_through_with_a_reason(pair: Pair) -> None:
    khg, shp, network = pair
    log = held(khg, shp, network)
    operator, boss = as_role(shp, "operator"), as_role(shp, "administrator")
    assert "release" not in operator.get("/held").text
    assert send(operator, f"/held/{log}/release", word="seen")[0] == 403
    assert send(boss, f"/held/{log}/release", word=" ")[0] == 422
    assert send(boss, f"/held/{log}/release", word="They told us")[0] == 200
    assert [one.settled_by for one in shp.node.alarms.history()] == ["administrator: They told us"]
    assert pull(shp, khg, network).taken.waiting == ()
    assert send(boss, f"/held/{log}/release", word="They told us")[0] == 404


def test_who_keeps_holding_it_is_not_asked_again_and_it_waits_on(pair: Pair) -> None:
    khg, shp, network = pair
    log = held(khg, shp, network)
    operator = as_role(shp, "operator")
    assert "waits on" in send(operator, f"/held/{log}/keep", word="Nobody answers there")[1]
    assert shp.node.alarms.open() == []
    pull(shp, khg, network)
    assert shp.node.alarms.open() == []
    assert log in words(operator.get("/held").text)


# -- proofs -------------------------------------------------------------------------------------------------------


def test_a_proof_is_shown_in_plain_words_with_both_headers_and_there_is_nothing_to_press_but_seen(pair: Pair) -> None:
    khg, shp, network = pair
    reader = as_role(shp, "reader")
    assert "No log that is known here says two things" in words(reader.get("/evidence").text)
    write(khg, banding())
    pull(shp, khg, network)
    log = khg.node.publisher.log
    (one,) = shp.node.shelf.log_from(log, 1)
    other = one.header.replace('"count":1', '"count":2')
    with shp.station.store.transaction():
        shp.node.amends.prove(Evidence(log, 1, "AM-KHG", one.header, one.signature, other, bytes(64), shp.node.at()))
        alarms.ring(shp.node, "equivocation", log, number="1", peer="AM-KHG")
    page = words(reader.get("/evidence").text)
    assert "restored from a backup, or copied" in page
    assert "begins a new log by itself" in page
    assert "count ≠ 1 2" in page
    assert "frozen: it says two things" in words(reader.get("/peers").text)
    assert "<form method" not in reader.get("/evidence").text.partition("<main")[2]
    assert 'href="/evidence"' in reader.get("/alarms").text
    operator = as_role(shp, "operator")
    assert send(operator, "/evidence/seen", log=log)[0] == 200
    assert shp.node.alarms.open() == []
    assert "begins a new log" in words(operator.get("/evidence").text)
    assert send(operator, "/evidence/seen", log="")[0] == 404


# -- rehearsals -----------------------------------------------------------------------------------------------------


def test_a_rehearsal_says_what_would_come_and_changes_nothing(pair: Pair) -> None:
    khg, shp, network = pair
    write(khg, banding())
    operator = as_role(shp, "operator")
    assert "Rehearse" in words(operator.get("/peers/AM-KHG/rehearsal").text)
    status, said = send(operator, "/peers/AM-KHG/rehearsal")
    assert (status, "new records 1" in said) == (200, True)
    assert "It has everything already" in said
    assert khg.node.publisher.log not in shp.node.ledger.have()
    network.down = True
    assert "cannot be reached" in send(operator, "/peers/AM-KHG/rehearsal")[1]
    assert as_role(shp, "reader").get("/peers/AM-KHG/rehearsal").status_code == 403


@pytest.mark.parametrize("path", ["/peers/AM-KHG/audit", "/held", "/evidence", "/peers/AM-KHG/rehearsal"])
def test_the_pages_speak_three_languages(pair: Pair, path: str) -> None:
    operator, seen = as_role(pair[1], "operator"), set()
    for language in ("en", "zh", "ru"):
        act(operator, "/language", language=language)
        seen.add(words(operator.get(path).text.partition("<main")[2]))
    assert len(seen) == 3


def test_a_peer_or_a_log_that_nobody_knows_is_not_found(pair: Pair) -> None:
    boss = as_role(pair[1], "administrator")
    for path in ("/peers/XX-YYY/audit", "/peers/XX-YYY/audit.csv", "/peers/XX-YYY/rehearsal"):
        assert boss.get(path).status_code == 404, path
    for path in ("/held/none/sample", "/held/none/release", "/held/none/keep", "/peers/XX-YYY/audit"):
        assert send(boss, path, word="seen")[0] == 404, path
