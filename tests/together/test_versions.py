"""Nodes of different versions side by side: what is new passes through those who cannot read it, and nothing sticks."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from exchange.talk import again, feed
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    make_node,
    peer_of,
    pull,
    record_of,
    settle,
    trust,
    write,
)
from tests.together.pen import Pen, lines, relayed

NEW = {"moon": "full", "wing_chord_photo": {"taken": True}}
"""Optional fields of a later minor version that no node here knows."""


@pytest.fixture
def chain(tmp_path: Path) -> tuple[Network, Town, Town, Town]:
    """A node of schema 1.1, an older hub of 1.0, and an older reserve behind it."""
    newer, hub, far = (make_node(tmp_path, code) for code in ("HL-SHP", "HL-QFG", "AM-KHG"))
    befriend(newer, hub)
    befriend(hub, far)
    trust(newer, hub, far)
    newer.node.publisher.schema = "1.1"
    return Network().add(newer, hub, far), newer, hub, far


def add_new_fields(town: Town, uuid: str) -> str:
    """Let a record of a node say what only its own later version knows; the text of its core."""
    run = town.station.store.database.execute
    (core,) = run("select core from versions").fetchone()
    said = orjson.dumps(orjson.loads(core) | NEW).decode()
    run("update versions set core = ?", [said])
    assert town.station.store.records.record(uuid) is not None
    return said


def test_unknown_optional_fields_are_kept_and_passed_on_word_for_word(chain: tuple[Network, Town, Town, Town]) -> None:
    network, newer, hub, far = chain
    (uuid,) = write(newer, banding())
    said = add_new_fields(newer, uuid)
    (older,) = write(far, banding("XC 000002"))
    settle(network)
    for town in (hub, far):
        held = record_of(town, uuid)
        assert held.core["moon"] == "full"
        ((text,),) = town.station.store.database.execute("select core from versions where id = ?", [held.version_id])
        assert text == said
        assert town.node.book.waiting() == []
    assert newer.station.store.records.record(older) is not None, "the newer node reads what the older ones write"


def test_a_later_major_version_waits_with_its_reason_and_is_read_after_the_upgrade(
    chain: tuple[Network, Town, Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, newer, hub, far = chain
    newer.node.publisher.schema = "2.0"
    (uuid,) = write(newer, banding())
    settle(network)
    for town in (hub, far):
        (waits,) = town.node.book.waiting()
        assert [reason.code for reason in waits.reasons] == ["W-schema-new"]
    newer.node.publisher.schema = "1.0"
    (after,) = write(newer, banding("XC 000003"))
    settle(network)
    assert far.station.store.records.record(after) is not None, "what cannot be read holds up nothing behind it"

    monkeypatch.setattr("exchange.talk.proving.MAJOR", "2")
    monkeypatch.setattr("exchange.talk.again.MAJOR", "2", raising=False)
    again.judge_again(far.node)
    assert far.station.store.records.record(uuid) is not None


def test_a_newer_protocol_is_said_plainly_and_nothing_is_lost(
    chain: tuple[Network, Town, Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, newer, hub, _far = chain
    (uuid,) = write(newer, banding())
    with monkeypatch.context() as patched:
        patched.setattr(feed, "PROTOCOL", 2)
        report = pull(hub, newer, network)
    assert "newer protocol" in report.trouble
    assert "Upgrade this node" in report.trouble
    assert not pull(hub, newer, network).trouble
    assert hub.station.store.records.record(uuid) is not None


def test_clocks_that_are_years_apart_are_shown_and_change_nothing(
    chain: tuple[Network, Town, Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, newer, hub, _far = chain
    ahead = newer.clock().replace(year=2036)
    monkeypatch.setattr(newer.station.intake, "clock", lambda: ahead)
    (uuid,) = write(newer, banding())
    assert not pull(hub, newer, network).trouble
    assert hub.station.store.records.record(uuid) is not None
    peer: Any = hub.node.book.peer(newer.code)
    assert int(peer.clock_note) > 10 * 365 * 86400
    monkeypatch.undo()
    pull(hub, newer, network)
    assert peer_of(hub, newer.code).clock_note is None


def test_what_comes_later_of_an_entry_too_new_for_us_waits_with_it_and_goes_on(
    town: Town, writer: Pen, post: Callable[[bytes], Any]
) -> None:
    whole = writer.batch(writer.entry(place={"latitude": 49.0, "longitude": 130.0}), schema="2.0")
    some = dataclasses.replace(whole, entries=[whole.entries[0].without(["place"])])
    assert [post(lines(one))["aside"] for one in (some, whole)] == [1, 1]
    (waiting,) = town.node.book.waiting()
    assert set(waiting.groups) == {"core", "place"}
    assert set(relayed(town)[writer.log][-1].groups) == {"core", "place"}
