"""Whatever a peer sends that means harm is refused or ignored, costs little, and the honest go on beside it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from exchange.agreements import opening, policy
from exchange.log import wire
from exchange.log.parts import MOST_PARTS
from exchange.talk import audit
from exchange.talk.line import PeerRefuses
from tests.together import hostile
from tests.together.hostile import HUGE, RUNS, Hostile, still_well
from tests.together.kit import (
    Network,
    Town,
    banding,
    pull,
    reach,
    write,
)
from tests.together.pen import END, Pen, packed, pen

Post = Callable[[bytes], Any]
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def enemy(writer: Pen, line: Network) -> Hostile:
    """The trusted peer that means harm, on the line."""
    made = Hostile(writer)
    line.towns[made.code] = made  # type: ignore[assignment]
    return made


# -- runs that stand in for nothing -----------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_no_closed_run_stands_in_for_what_was_not_signed(
    town: Town, writer: Pen, honest: Pen, post: Post, line: Network, name: str
) -> None:
    answer = post(packed([*hostile.closed(writer, *RUNS[name]), END]))
    assert answer["refused"] > 0
    assert writer.log not in town.node.ledger.have()
    assert {one.code for one in town.node.book.refusals()} <= {"W-syntax", "W-root"}
    still_well(town, honest, line)


# -- offers that lie --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"bytes": 1}, {"bytes": 2**31}, {"header": "0" * 64}, {"count": 1000}, {"first": 2**53 - 1}, {"shown": 0},
        {"log": "HL-SHP.0123456789abcdef"}, {"segment": "0" * 64}, {"segment": "../../etc/passwd"}, {"bytes": HUGE},
        {"at": 2**53 - 1}, {"log": "AM-KHG.0123456789abcdef"},
    ],
    ids=str,
)  # fmt: skip
def test_an_offer_that_lies_brings_in_nothing_that_was_not_signed(
    town: Town, writer: Pen, honest: Pen, enemy: Hostile, line: Network, said: dict[str, Any]
) -> None:
    batch = writer.batch(writer.entry())
    body = wire.segment(wire.batch_lines(batch))[1]
    enemy.answers |= {"feed": packed([hostile.offer(writer, body, batch, **said), END]), "segments": body}
    pull(town, enemy, line)  # type: ignore[arg-type]
    assert set(town.node.ledger.have()) <= {writer.log}
    assert not list(town.station.settings.home.rglob("*passwd*"))
    still_well(town, honest, line)


def test_offers_by_the_thousand_of_what_is_not_there_end(
    town: Town, writer: Pen, honest: Pen, enemy: Hostile, line: Network
) -> None:
    batch = writer.batch(writer.entry())
    offers = [hostile.offer(writer, b"", batch, segment=f"{n:064x}", bytes=9, at=n + 1) for n in range(2000)]
    enemy.answers |= {"feed": packed([*offers, END]), "segments": b""}
    report = pull(town, enemy, line)  # type: ignore[arg-type]
    assert report.trouble
    assert enemy.asked.count("segments") < 50
    still_well(town, honest, line)


# -- what is said to be held ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "logs",
    [
        {f"PR-KHN.{n:016x}": HUGE for n in range(1_000_000 // 40)}, {f"PR-KHN.{n:016x}": 5 for n in range(12_000)},
        {"PR-KHN.0123456789abcdef": 10**30}, {"../../x": 3}, {"\0": 1, "%2e%2e": 1}, {"AM-KHG.0123456789abcdef": 9},
    ],
    ids=["too many", "many", "huge", "path", "odd", "ours"],
)  # fmt: skip
def test_whatever_it_says_it_holds_the_sync_ends_and_little_is_asked(
    town: Town, honest: Pen, enemy: Hostile, line: Network, logs: dict[str, Any]
) -> None:
    raw = json.dumps({"epoch": enemy.writer.epoch, "place": 1, "logs": logs})
    enemy.answers["have"] = raw.encode()
    pull(town, enemy, line)  # type: ignore[arg-type]
    assert len(enemy.asked) < 120
    still_well(town, honest, line)


def test_a_proof_of_headers_that_go_together_begins_no_epoch(
    town: Town, honest: Pen, enemy: Hostile, line: Network
) -> None:
    """Both are ours, both are true, and one stands behind the other."""
    for ring in ("XC 000001", "XC 000002", "XC 000003"):
        write(town, banding(ring))
        town.node.publisher.publish()
    log = town.node.publisher.log
    held = list(town.node.shelf.log_from(log, 1))
    for one, other in ((0, 1), (0, 2), (1, 1), (2, 1)):
        proof = [{"header": held[at].header, "signature": wire.encode(held[at].signature)} for at in (one, other)]
        enemy.has({}, frozen={log: proof})
        assert pull(town, enemy, line).trouble == ""  # type: ignore[arg-type]
        assert town.node.publisher.log == log
    still_well(town, honest, line)


# -- audits that lie --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"held": [], "shown": []}, {"held": [[1, "00" * 8, 63, "kept"]], "shown": [[1, "00" * 8, 63, "kept"]]},
        {"held": [[1, "00" * 8, HUGE, "kept"]] * 9}, {"held": [[HUGE, "", 0, ""]]}, {"held": "x", "shown": None},
        {"held": [[1, "00" * 8, 0, "closed"]], "shown": [[1, "00" * 8, 0, "closed"]]}, {"held": [[True, [], {}, 1]]},
    ],
    ids=str,
)  # fmt: skip
def test_an_audit_that_lies_makes_us_show_nothing_that_is_closed(
    town: Town, enemy: Hostile, line: Network, honest: Pen, said: dict[str, Any]
) -> None:
    write(town, banding(people={"ringer": "N. N."}))
    town.node.publisher.publish()
    with town.station.store.transaction():
        opening.change_terms(town.node, enemy.code, policy.CLOSED)
    enemy.has({town.node.publisher.log: 1})
    blocks = orjson.dumps({"blocks": [["0" * 64, "1" * 64]] * 3})
    told = json.dumps(said).encode()
    enemy.answers["audit"] = lambda environ: [told if "entries" in environ["QUERY_STRING"] else blocks]
    audit.visit(town.node, enemy.code, reach(town, line))
    client = enemy.writer.client(town, line)
    client.hello()
    assert not [entry for found in client.feed("", 1 << 20) for entry in getattr(found, "entries", ())]
    still_well(town, honest, line)


# -- names that are paths ---------------------------------------------------------------------------------

NAMES = [
    "..",
    "../" * 8 + "etc/passwd",
    "%2e%2e%2fkeys",
    "a" * 64 + "/..",
    "\0",
    "é" * 64,
    "０" * 64,
    "A" * 64,
    " ",
    "a" * 9999,
]


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_a_name_that_is_a_path_leads_nowhere(
    town: Town, writer: Pen, honest: Pen, line: Network, name: str, method: str
) -> None:
    client = writer.client(town, line)
    client.hello()
    before = sorted(town.station.settings.home.rglob("*"))
    for room in ("segments", "inbox"):
        with pytest.raises(PeerRefuses):
            client._send(method, f"{room}/{quote(name, safe='')}", params={"offset": "0", "total": "9"}, data=b"123")
    assert sorted(town.station.settings.home.rglob("*")) == before
    still_well(town, honest, line)


def test_parts_that_never_end_take_bounded_room(town: Town, writer: Pen, honest: Pen, line: Network) -> None:
    client = writer.client(town, line)
    client.hello()
    for at in range(MOST_PARTS + 40):
        params = {"offset": "0", "total": "1000"}
        client._send("PUT", f"inbox/{at:064x}", params=params, data=b"x" * 100)
    assert len(list((town.station.settings.home / "parts").rglob("*.part"))) <= MOST_PARTS
    still_well(town, honest, line)


# -- pages without an end ---------------------------------------------------------------------------------


def test_a_page_that_never_ends_is_left_and_what_it_leaves_behind_is_bounded(
    town: Town, honest: Pen, enemy: Hostile, line: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.log.lines.PAGE_LIMIT", 4 << 20)
    stranger = pen("HL-QFG", 9)
    batches = [wire.batch_lines(stranger.batch(stranger.entry())) for _ in range(4000)]
    enemy.answers["feed"] = packed(batches)
    report = pull(town, enemy, line)  # type: ignore[arg-type]
    assert report.trouble
    refused = town.station.store.database.execute("select count(*) from exchange_refused").fetchone()[0]
    assert refused <= 1000
    still_well(town, honest, line)


def test_a_feed_that_turns_in_a_circle_is_left(town: Town, honest: Pen, enemy: Hostile, line: Network) -> None:
    enemy.answers["feed"] = packed([b'{"end":"0123456789abcdef.0","more":true}\n'])
    assert "does not move on" in pull(town, enemy, line).trouble  # type: ignore[arg-type]
    still_well(town, honest, line)
