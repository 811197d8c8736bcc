"""What is wrong with a delivery is refused or set aside with its reason, and everything else is taken."""

import dataclasses
import datetime
import re
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.web.invitations import add_account
from exchange.log import seals, wire
from exchange.log.entries import Batch, Entry
from exchange.talk.peer import PeerClient, PeerRefuses
from tests.together.kit import (
    NOW,
    Network,
    Town,
    banding,
    befriend,
    every,
    make_node,
    pull,
    recovery,
    returns_of,
    snapshot,
    write,
)
from tests.together.pen import END, Pen, befriended, lines, packed, pen
from tests.web.conftest import PASSWORD, token_of

Bad = Callable[[Pen], list[Batch | bytes]]
MEGABYTE = 1024 * 1024


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The node that is written to."""
    made = make_node(tmp_path, "AM-KHG")
    yield made
    made.close()


@pytest.fixture
def writer(town: Town) -> Pen:
    """A trusted node whose program is wrong, or worse."""
    made = pen("PR-KHN", 1)
    befriended(town, made)
    return made


@pytest.fixture
def honest(town: Town) -> Pen:
    """A trusted node with nothing wrong, whose batch comes in the same delivery."""
    made = pen("HL-SHP", 2)
    befriended(town, made)
    return made


@pytest.fixture
def line(town: Town) -> Network:
    """The line to the node."""
    return Network().add(town)


@pytest.fixture
def post(town: Town, writer: Pen, line: Network) -> Callable[[bytes], dict[str, Any]]:
    """Post a delivery as the writer, over a signed request."""
    client = writer.client(town, line)
    client.hello()
    return client.post


@pytest.fixture
def reader(town: Town) -> Any:
    """Somebody who reads the node's pages."""
    with town.app.app_context():
        add_account(town.station, "keeper", "reader", PASSWORD, None, hasher=town.app.config["PASSWORD_HASHER"])
    client = town.app.test_client()
    form = {"name": "keeper", "password": PASSWORD, "csrf_token": token_of(client)}
    assert client.post("/login", data=form).status_code == 303
    return client


# -- what is refused --------------------------------------------------------------------------------------


def as_lines(batch: Batch) -> list[bytes]:
    return wire.batch_lines(batch).splitlines(keepends=True)


def broken_entry(writer: Pen) -> list[Batch | bytes]:
    first, one, two = as_lines(writer.batch(writer.entry(), writer.entry()))
    return [first, one[: len(one) // 2] + b"\n", two]


def broken_header(writer: Pen) -> list[Batch | bytes]:
    first, one = as_lines(writer.batch(writer.entry()))
    return [first.replace(b'"signature"', b'"signatur'), one]


def too_few_entries(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), writer.entry(), count=3)]


def too_many_entries(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), writer.entry(), count=1)]


def twice_the_same_number(writer: Pen) -> list[Batch | bytes]:
    one, two = writer.entry(), writer.entry()
    return [writer.batch(one, dataclasses.replace(two, number=one.number))]


def not_from_the_first_number(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), first=2)]


def a_line_too_long(writer: Pen) -> list[Batch | bytes]:
    first, one = as_lines(writer.batch(writer.entry()))
    return [first, one[:-3] + b',"more":"' + b"x" * wire.LINE_LIMIT + b'"}\n']


def a_line_of_zeroes(_writer: Pen) -> list[Batch | bytes]:
    return [bytes(9 * MEGABYTE), b"\n"]


def a_deep_line(_writer: Pen) -> list[Batch | bytes]:
    return [b'{"end":' + b"[" * 600 + b"]" * 600 + b"}\n"]


def a_line_deeper_than_json_goes(_writer: Pen) -> list[Batch | bytes]:
    return [b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"]


def a_line_that_is_no_object(_writer: Pen) -> list[Batch | bytes]:
    return [b"[1, 2]\n", b"\n", b"null\n", b'"end"\n']


def another_signature(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    return [dataclasses.replace(batch, signature=batch.signature[:-1] + bytes([batch.signature[-1] ^ 1]))]


def no_signature(writer: Pen) -> list[Batch | bytes]:
    return [dataclasses.replace(writer.batch(writer.entry()), signature=b"x")]


def another_root(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), root=bytes(32))]


def an_unknown_key(_writer: Pen) -> list[Batch | bytes]:
    stranger = pen("HL-QFG", 9)
    return [stranger.batch(stranger.entry())]


def a_known_node_with_another_key(writer: Pen) -> list[Batch | bytes]:
    other = pen(writer.code, 9)
    return [other.batch(other.entry())]


def a_changed_group(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    (one,) = batch.entries
    changed = {"core": one.groups["core"].replace("2024-05-01", "2024-05-02")}
    return [dataclasses.replace(batch, entries=[dataclasses.replace(one, groups=changed)])]


def a_changed_head(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    (one,) = batch.entries
    changed = one.head.replace('"generation":1', '"generation":2')
    return [dataclasses.replace(batch, entries=[dataclasses.replace(one, head=changed)])]


def a_group_left_out(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry(measurements={"wing": 71.5}))
    (one,) = batch.entries
    return [dataclasses.replace(batch, entries=[dataclasses.replace(one, groups={"core": one.groups["core"]})])]


def no_keys(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    return [dataclasses.replace(batch, entries=[dataclasses.replace(batch.entries[0], keys={})])]


def a_false_commitment(writer: Pen) -> list[Batch | bytes]:
    """A relay adds a commitment to a group that is shown: it would be passed on instead of the group."""
    batch = writer.batch(writer.entry())
    poisoned = dataclasses.replace(batch.entries[0], withheld={"core": bytes(32)})
    return [dataclasses.replace(batch, entries=[poisoned])]


def a_false_key(writer: Pen) -> list[Batch | bytes]:
    """A relay adds a key to a withheld group: it would spoil a fuller copy that comes later."""
    batch = writer.batch(writer.entry(people={"ringer": "Somebody"}))
    held = batch.entries[0].without(["people"])
    poisoned = dataclasses.replace(held, keys=dict(held.keys) | {seals.PATHS["people"]: bytes(16)})
    return [dataclasses.replace(batch, entries=[poisoned])]


def commitments_that_share_their_bytes(writer: Pen) -> list[Batch | bytes]:
    """Of 31 and 33 bytes they make the same leaf as of 32 each."""
    batch = writer.batch(writer.entry(remarks={"text": "worn"}, people={"ringer": "Somebody"}))
    held = batch.entries[0].without(["remarks", "people"])
    both = held.withheld["remarks"] + held.withheld["people"]
    shifted = dataclasses.replace(held, withheld={"remarks": both[:33], "people": both[33:]})
    return [dataclasses.replace(batch, entries=[shifted])]


def a_stolen_batch(writer: Pen) -> list[Batch | bytes]:
    """What one node signed is sent as the log of another."""
    victim = pen("HL-SHP", 2)
    batch = victim.batch(victim.entry())
    return [dataclasses.replace(batch, header=batch.header.replace(victim.log, writer.log))]


def a_fork(writer: Pen) -> list[Batch | bytes]:
    first = writer.batch(writer.entry())
    writer.number, writer.previous = 0, seals.NO_PREVIOUS
    return [first, writer.batch(writer.entry())]


def a_fork_in_the_middle(writer: Pen) -> list[Batch | bytes]:
    first = writer.batch(writer.entry(), writer.entry())
    writer.number = 1
    return [first, writer.batch(writer.entry())]


def another_past(writer: Pen) -> list[Batch | bytes]:
    first = writer.batch(writer.entry())
    return [first, writer.batch(writer.entry(), previous=bytes([1]) * 32)]


REFUSED: list[tuple[Bad, str]] = [
    (broken_entry, "W-syntax"), (broken_header, "W-syntax"), (too_few_entries, "W-syntax"),
    (too_many_entries, "W-root"), (twice_the_same_number, "W-syntax"), (not_from_the_first_number, "W-syntax"),
    (a_line_too_long, "W-oversize"), (a_line_of_zeroes, "W-oversize"), (a_deep_line, "W-syntax"),
    (a_line_deeper_than_json_goes, "W-syntax"), (a_line_that_is_no_object, "W-syntax"),
    (another_signature, "W-signature"), (no_signature, "W-signature"), (another_root, "W-root"),
    (an_unknown_key, "W-key-unknown"), (a_known_node_with_another_key, "W-key-unknown"),
    (a_changed_group, "W-root"), (a_changed_head, "W-root"), (a_group_left_out, "W-root"), (no_keys, "W-head"),
    (a_false_commitment, "W-head"), (a_false_key, "W-head"), (commitments_that_share_their_bytes, "W-syntax"),
    (a_stolen_batch, "W-key-unknown"), (a_fork, "W-fork"), (a_fork_in_the_middle, "W-fork"), (another_past, "W-fork"),
]  # fmt: skip


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


def relayed(town: Town) -> dict[str, list[Entry]]:
    """What the node passes on of each log, proven anew: all of it must be what its origin wrote."""
    found: dict[str, list[Entry]] = {}
    for batch in town.node.ledger.feed(0):
        header = wire.header(batch.header)
        assert seals.root([entry.leaf() for entry in batch.entries]) == header.root
        found.setdefault(header.log, []).extend(batch.entries)
    return found


# -- what is set aside ------------------------------------------------------------------------------------


def forged_origin(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(origin="HL-SHP")))


def against_the_schema(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(day="1.5.2024")))


def unknown_field(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(beak="long")))


def no_ring(writer: Pen) -> Batch:
    core = writer.core()
    del core["ring"]
    return writer.batch(writer.entry(core))


def a_ring_that_is_a_number(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(ring=12345, scheme=["RUM"])))


def a_kind_that_is_a_list(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(kind=["banding"])))


def a_species_that_is_an_object(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(species={"name": "Grus"})))


def schema_of_the_future(writer: Pen) -> Batch:
    return writer.batch(writer.entry(), schema="2.0")


def core_that_is_a_list(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text="[]"))


def core_that_is_no_json(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text="{"))


def deep_core(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(
        writer.entry(core, text=orjson.dumps(core).decode()[:-1] + ',"x":' + "[" * 900 + "]" * 900 + "}")
    )


def deeper_core(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(), text="[" * 40_000 + "]" * 40_000))


def deep_known_field(writer: Pen) -> Batch:
    core = writer.core()
    deep = orjson.dumps(core).decode()[:-1] + ',"marks":' + "[" * 900 + "]" * 900 + "}"
    return writer.batch(writer.entry(core, text=deep), schema="1.1")


def head_of_another_record(writer: Pen) -> Batch:
    return writer.batch(writer.entry(head={"id": "00000000-0000-4000-8000-000000000000"}))


def head_without_sense(writer: Pen) -> Batch:
    return writer.batch(writer.entry(head={"generation": "first"}))


def head_that_names_other_groups(writer: Pen) -> Batch:
    return writer.batch(writer.entry(head={"groups": ["core", "people"]}))


def core_withheld(writer: Pen) -> Batch:
    batch = writer.batch(writer.entry(measurements={"wing": 71.5}))
    return dataclasses.replace(batch, entries=[batch.entries[0].without(["core"])])


ASIDE: list[tuple[Callable[[Pen], Batch], str]] = [
    (forged_origin, "W-origin"), (against_the_schema, "W-shape"), (unknown_field, "W-shape"), (no_ring, "W-shape"),
    (a_ring_that_is_a_number, "W-shape"), (a_kind_that_is_a_list, "W-shape"),
    (a_species_that_is_an_object, "W-shape"), (schema_of_the_future, "W-schema-new"),
    (core_that_is_a_list, "W-head"), (core_that_is_no_json, "W-syntax"), (deep_core, "W-shape"),
    (deeper_core, "W-syntax"), (deep_known_field, "W-shape"), (head_of_another_record, "W-head"),
    (head_without_sense, "W-syntax"), (head_that_names_other_groups, "W-head"), (core_withheld, "W-head"),
]  # fmt: skip


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


# -- bombs ------------------------------------------------------------------------------------------------


def peak(deed: Callable[[], Any]) -> int:
    """The most memory, in bytes, that Python held at once during a deed."""
    tracemalloc.start()
    try:
        deed()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_of_one_endless_line_is_refused_within_bounded_memory(
    town: Town, writer: Pen, post: Callable[[bytes], Any]
) -> None:
    first = wire.batch_lines(writer.batch(writer.entry()))
    bomb = packed([first] + [bytes(8 * MEGABYTE)] * 33)
    assert len(bomb) < MEGABYTE
    assert peak(lambda: post(bomb)) < 24 * MEGABYTE
    assert writer.uuids[0] in snapshot(town)
    assert [one.code for one in town.node.book.refusals()] == ["W-oversize"]


def test_a_bomb_of_batches_that_nobody_signed_is_refused_within_bounded_memory(
    town: Town, post: Callable[[bytes], Any], honest: Pen
) -> None:
    stranger = pen("HL-QFG", 9)
    heavy = stranger.batch(*(stranger.entry(remarks={"text": "x" * 9000}) for _ in range(20)))
    bomb = packed([wire.batch_lines(heavy)] * 200 + [wire.batch_lines(honest.batch(honest.entry())), END])
    assert peak(lambda: post(bomb)) < 24 * MEGABYTE
    assert honest.uuids[0] in snapshot(town)
    assert [one.code for one in town.node.book.refusals()] == ["W-key-unknown"]


def test_a_window_larger_than_we_hold_is_refused(post: Callable[[bytes], Any]) -> None:
    import zstandard

    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    raw = compressor.compress(END) + compressor.flush()
    with pytest.raises(PeerRefuses):
        post(raw)


# -- requests ---------------------------------------------------------------------------------------------


def is_problem(answer: requests.Response, slug: str) -> None:
    """Whether the answer is an RFC 9457 problem of this kind."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["type"].endswith(f"/problems/{slug}")
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"]


def asked(
    client: PeerClient, method: str, path: str, change: Callable[[Any], None], **kwargs: Any
) -> requests.Response:
    """A request, signed and then changed on its way."""
    from exchange.talk.signing import sign

    prepared = client.session.prepare_request(requests.Request(method, client.base + path, **kwargs))
    sign(prepared, client.key, client.nonce)
    change(prepared)
    return client.session.send(prepared)


@pytest.fixture
def caller(town: Town, writer: Pen, line: Network) -> PeerClient:
    """A peer that has said hello."""
    made = writer.client(town, line)
    made.hello()
    return made


def test_an_honest_request_is_answered(caller: PeerClient) -> None:
    assert asked(caller, "GET", "have", lambda _: None).status_code == 200
    assert asked(caller, "GET", "feed?after=&max_bytes=9", lambda _: None).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "have"), ("GET", "feed"), ("POST", "inbox")])
def test_a_request_without_a_signature_is_refused(town: Town, method: str, path: str) -> None:
    answer = town.app.test_client().open(f"/exchange/v1/{path}", method=method, data=b"x" if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"].endswith("/problems/not-signed")
    assert town.node.ledger.have() == {}


def test_a_request_signed_by_nobody_we_know_is_refused(town: Town, line: Network) -> None:
    stranger = pen("HL-QFG", 9).client(town, line)
    stranger.hello()
    is_problem(asked(stranger, "GET", "have", lambda _: None), "not-signed")


def test_a_node_whose_key_is_known_but_that_is_no_peer_is_refused(town: Town, line: Network) -> None:
    relay = pen("HL-QFG", 9)
    with town.station.store.transaction():
        town.node.ledger.trust(relay.code, relay.key.public)
    client = relay.client(town, line)
    client.hello()
    is_problem(asked(client, "GET", "feed", lambda _: None), "not-signed")


def test_a_nonce_of_another_node_or_of_yesterday_is_stale(
    tmp_path: Path, town: Town, writer: Pen, caller: PeerClient, line: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_node(tmp_path, "HL-QFG")
    befriended(other, writer)
    elsewhere = writer.client(other, line.add(other))
    elsewhere.hello()
    kept: list[Any] = []
    assert asked(caller, "GET", "have", kept.append).status_code == 200
    kept[0].url = kept[0].url.replace("am-khg", "hl-qfg")
    is_problem(elsewhere.session.send(kept[0]), "stale-nonce")
    caller.nonce = elsewhere.nonce
    is_problem(asked(caller, "GET", "have", lambda _: None), "stale-nonce")
    assert caller.have() == {}, "a node asks for a new nonce by itself"
    nonces = town.app.extensions["exchange-nonces"]
    later = nonces._now() + 3601
    monkeypatch.setattr(nonces, "_now", lambda: later)
    is_problem(asked(caller, "GET", "have", lambda _: None), "stale-nonce")
    other.close()


def other_query(request: Any) -> None:
    request.url = request.url.replace("max_bytes=5000", "max_bytes=5001")


def other_path(request: Any) -> None:
    request.url = request.url.replace("/feed", "/have")


def other_method(request: Any) -> None:
    request.method = "HEAD"


def other_body(request: Any) -> None:
    request.body = b"another"
    request.headers["Content-Length"] = "7"


def no_digest(request: Any) -> None:
    other_body(request)
    del request.headers["Content-Digest"]


def other_key(request: Any) -> None:
    said = request.headers["Signature-Input"]
    request.headers["Signature-Input"] = re.sub(r'keyid="\w+"', 'keyid="' + "0" * 64 + '"', said)


@pytest.mark.parametrize("change", [other_query, other_path, other_method, other_key])
def test_a_request_changed_on_its_way_is_refused(caller: PeerClient, change: Callable[[Any], None]) -> None:
    answer = asked(caller, "GET", "feed?after=&max_bytes=5000", change)
    assert answer.status_code == 401
    if change is not other_method:
        is_problem(answer, "not-signed")


@pytest.mark.parametrize("change", [other_body, no_digest])
def test_a_body_changed_on_its_way_is_refused(caller: PeerClient, change: Callable[[Any], None]) -> None:
    is_problem(asked(caller, "POST", "inbox", change, data=packed([END])), "not-signed")


def test_too_much_at_once_is_refused(caller: PeerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.talk.feed.INBOX_MOST", 100)
    is_problem(asked(caller, "POST", "inbox", lambda _: None, data=bytes(101)), "too-large")


@pytest.mark.parametrize("years", [-10, 10])
def test_a_peer_whose_clock_is_years_off_is_served(tmp_path: Path, town: Town, line: Network, years: int) -> None:
    write(town, banding())
    late = make_node(tmp_path, "HL-SHP", clock=lambda: NOW + datetime.timedelta(days=365 * years))
    befriend(town, late)
    line.add(late)

    def resigned(request: Any) -> None:
        """As `sign` would have done it on a machine with such a clock."""
        from http_message_signatures import HTTPMessageSigner, algorithms

        from exchange.talk import signing

        nonce = re.search(r'nonce="([^"]*)"', request.headers.get("Signature-Input", ""))
        if nonce is not None:
            signer = HTTPMessageSigner(
                signature_algorithm=algorithms.ED25519, key_resolver=signing._Signer(late.node.key)
            )
            signer.sign(
                request, key_id=late.node.key.fingerprint, nonce=nonce[1], tag=signing.TAG,
                covered_component_ids=signing.COVERED, body=request.body or b"",
                use_existing_digest=True, created=datetime.datetime.now() + datetime.timedelta(days=365 * years),
            )  # fmt: skip

    line.change = resigned
    report = pull(late, town, line)
    assert (report.trouble, report.taken.kept) == ("", 1)
    line.change = None
    if years > 0:
        write(late, recovery())
        assert pull(town, late, line).trouble == ""
        assert len(returns_of(town)) == 1


WORDS = st.sampled_from(
    [
        "sig",
        "=",
        "(",
        ")",
        ";",
        ":",
        '"',
        "@method",
        "@query",
        "keyid",
        "nonce",
        "tag",
        "created",
        "band-exchange",
        "AAAA",
        "1",
        "-1",
        "9" * 20,
        ",",
        " ",
        "?1",
        "ed25519",
        "alg",
        "expires",
        "é",
        "\t",
    ]  # fmt: skip
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(input_=st.lists(WORDS, max_size=14), signature=st.lists(WORDS, max_size=8))
def test_no_signature_however_malformed_is_a_fault_of_ours(town: Town, input_: list[str], signature: list[str]) -> None:
    headers = {"Signature-Input": "".join(input_), "Signature": "".join(signature)}
    answer = town.app.test_client().get("/exchange/v1/have", headers=headers)
    assert answer.status_code in {400, 401}


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["0", "-1", "9" * 15, "9" * 16, "9" * 30, "1.5", "٣", "AM-KHG.0123456789abcdef", "%00", "' or 1"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked_for=st.dictionaries(st.sampled_from(["after", "max_bytes", "log", "first"]), TEXTS, max_size=4))
def test_no_question_however_odd_is_a_fault_of_ours(
    town: Town, caller: PeerClient, line: Network, asked_for: dict[str, str]
) -> None:
    if len(asked_for.get("after", "")) % 2:
        asked_for["after"] = f"{town.node.epoch.name}.{asked_for['after']}"
    answer = asked(caller, "GET", "feed", lambda _: None, params=asked_for)
    # 401: such a question is not even signed by both sides alike; no node asks one.
    assert answer.status_code in {200, 401, 409, 422}
    assert not line.faults
    if answer.status_code != 200:
        assert answer.headers["Content-Type"] == "application/problem+json"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1), what=st.binary(min_size=1, max_size=6), cut=st.booleans())
def test_no_byte_changed_anywhere_is_a_fault_of_ours_or_brings_in_anything_false(
    town: Town, caller: PeerClient, where: float, what: bytes, cut: bool
) -> None:
    writer = pen("PR-KHN", 1)
    entries = [writer.entry(measurements={"wing": 71.5}) for _ in range(3)]
    raw = wire.batch_lines(writer.batch(*entries)) + END
    place = int(where * len(raw))
    spoilt = raw[:place] + what + (b"" if cut else raw[place + len(what) :])
    answer = asked(caller, "POST", "inbox", lambda _: None, data=packed([spoilt]))
    assert answer.status_code in {200, 422}
    for found in relayed(town).get(writer.log, []):
        assert found.groups["core"] == entries[found.number - 1].groups["core"]
