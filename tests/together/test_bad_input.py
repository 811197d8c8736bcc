"""What is wrong with a delivery is refused or set aside with its reason, and everything else is taken."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from exchange.log import wire
from exchange.log.entries import Batch
from exchange.talk.line import PeerRefuses
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    every,
    make_node,
    pull,
    snapshot,
    write,
)
from tests.together.pen import END, Pen, befriended, lines, packed, pen, relayed
from tests.together.unfit import ASIDE
from tests.together.wrongs import REFUSED, Bad


@pytest.mark.parametrize(("bad", "code"), REFUSED, ids=[bad.__name__ for bad, _ in REFUSED])
def test_what_its_origin_did_not_write_is_refused_and_the_next_batch_is_taken(
    town: Town, writer: Pen, honest: Pen, post: Callable[[bytes], Any], reader: Any, bad: Bad, code: str
) -> None:
    good = honest.batch(honest.entry())
    answer = post(lines(*bad(writer), good))
    assert answer["refused"] > 0
    assert honest.uuids[-1] in snapshot(town)
    assert code in {one.code for one in town.node.book.refusals()}
    assert not town.node.book.waiting()
    page = reader.get("/set-aside")
    assert page.status_code == 200
    assert code in page.text
    assert {one.origin for one in every(town)} <= {"HL-SHP", "PR-KHN"}
    assert relayed(town).keys() == town.node.ledger.have().keys()


@pytest.mark.parametrize(("bad", "code"), REFUSED, ids=[bad.__name__ for bad, _ in REFUSED])
def test_the_same_is_so_when_it_is_pulled(town: Town, writer: Pen, honest: Pen, bad: Bad, code: str) -> None:
    raw = lines(*bad(writer), honest.batch(honest.entry()))
    network = Network().add(town)
    network.towns[writer.code] = a_server(writer, raw, {writer.log: 9, honest.log: 1})
    for _ in range(2):
        report = pull(town, network.towns[writer.code], network)
        assert report.trouble == ""
    assert honest.uuids[-1] in snapshot(town)
    assert code in {one.code for one in town.node.book.refusals()}


def a_server(writer: Pen, raw: bytes, have: dict[str, int]) -> Any:
    """A peer that gives out these bytes whatever it is asked for."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        hello = {
            "node": writer.code, "names": {}, "protocol": 1, "schema": "1.0", "key": wire.encode(writer.key.public),
            "fingerprint": writer.key.fingerprint, "epoch": writer.epoch, "clock": "", "nonce": "x",
            "limits": {"page_bytes": 1, "inbox_bytes": 1},
        }  # fmt: skip
        answers = {
            "hello": orjson.dumps(hello), "have": orjson.dumps({"epoch": writer.epoch, "place": 1, "logs": have}),
        }  # fmt: skip
        start("200 OK", [])
        return [answers.get(environ["PATH_INFO"].rpartition("/")[2], raw)]

    return dataclasses.make_dataclass("Server", ["code", "app", "address"])(writer.code, app, "http://pr-khn.test")


@pytest.mark.parametrize(("made", "code"), ASIDE, ids=[made.__name__ for made, _ in ASIDE])
def test_what_its_origin_wrote_but_we_cannot_take_waits_is_shown_and_is_passed_on(
    town: Town, writer: Pen, honest: Pen, post: Callable[[bytes], Any], reader: Any,
    made: Callable[[Pen], Batch], code: str,
) -> None:  # fmt: skip
    said: list[str] = []
    object.__setattr__(town.node, "announce", said.append)
    bad, next_one = made(writer), writer.batch(writer.entry())
    answer = post(lines(bad, next_one, honest.batch(honest.entry())))
    assert (answer["aside"], answer["refused"], answer["kept"]) == (1, 0, 2)
    (waiting,) = town.node.book.waiting()
    assert (waiting.log, waiting.number) == (writer.log, 1)
    assert code in {reason.code for reason in waiting.reasons}
    page = reader.get("/set-aside")
    assert page.status_code == 200
    assert writer.log in page.text
    assert len(relayed(town)[writer.log]) == 2
    assert set(snapshot(town)) == {writer.uuids[-1], honest.uuids[-1]}
    assert any("1 set aside" in text for text in said)


def test_only_the_origin_of_a_record_continues_it(town: Town, writer: Pen, post: Callable[[bytes], Any]) -> None:
    (ours,) = write(town, banding())
    town.node.publisher.publish()
    before = snapshot(town)
    post(lines(writer.batch(writer.entry(writer.core(id=ours, generation=7, withdrawn=True)))))
    assert snapshot(town) == before
    (waiting,) = town.node.book.waiting()
    assert [reason.code for reason in waiting.reasons] == ["W-origin"]
    assert len(relayed(town)[writer.log]) == 1


def test_what_a_later_minor_version_added_is_kept_and_passed_on_untouched(
    tmp_path: Path, town: Town, writer: Pen, post: Callable[[bytes], Any], line: Network
) -> None:
    text = orjson.dumps(writer.core()).decode()[:-1] + ', "iris" :  {"colour":"red", "deep":[1.50]}}'
    post(lines(writer.batch(writer.entry({**writer.core(), "id": writer.uuids[0]}, text=text), schema="1.1")))
    assert writer.uuids[0] in snapshot(town)
    third = make_node(tmp_path, "HL-QFG")
    befriend(town, third)
    befriended(third, writer)
    assert pull(third, town, line.add(third)).taken.kept == 1
    assert relayed(third)[writer.log][0].groups["core"] == text
    third.close()


# -- gaps and cuts ----------------------------------------------------------------------------------------


def test_a_gap_is_told_and_closed_as_soon_as_what_is_missing_comes(
    town: Town, writer: Pen, honest: Pen, post: Callable[[bytes], Any]
) -> None:
    one, two, three = (writer.batch(writer.entry()) for _ in range(3))
    answer = post(lines(one, three, honest.batch(honest.entry())))
    assert (answer["kept"], answer["gaps"]) == (2, [writer.log])
    assert any(writer.log in (visit.trouble or "") for visit in town.node.book.visits())
    assert post(lines(two, three))["kept"] == 2
    assert town.node.ledger.have()[writer.log] == 3


def test_what_was_refused_for_want_of_a_key_is_taken_from_the_same_bytes_once_the_key_is_known(
    town: Town, post: Callable[[bytes], Any]
) -> None:
    stranger = pen("HL-QFG", 9)
    raw = lines(stranger.batch(stranger.entry()))
    assert post(raw)["refused"] == 1
    with town.station.store.transaction():
        town.node.ledger.trust(stranger.code, stranger.key.public)
    assert post(raw)["kept"] == 1


def test_of_a_delivery_that_breaks_off_the_whole_batches_are_kept(
    town: Town, writer: Pen, post: Callable[[bytes], Any]
) -> None:
    one, two = writer.batch(writer.entry()), writer.batch(writer.entry(), writer.entry())
    first = wire.batch_lines(one)
    answer = post(packed([first, wire.batch_lines(two)[:-40]]))
    assert (answer["kept"], bool(answer["trouble"])) == (1, True)
    assert post(packed([first, wire.batch_lines(two), END]))["kept"] == 2
    assert not town.node.book.refusals()


@pytest.mark.parametrize("raw", [b"", b"no zstd", packed([b"hello"]), packed([]), bytes(500)])
def test_what_is_no_delivery_at_all_is_refused_as_a_problem(
    town: Town, post: Callable[[bytes], Any], raw: bytes
) -> None:
    with pytest.raises(PeerRefuses) as refused:
        post(raw)
    assert refused.value.problem == "refused"
    assert len(town.node.book.refusals()) == 1
