"""Requests that no peer signed like that, and questions that no peer asks: refused as problems, never a fault."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.log import wire
from exchange.talk.peer import PeerClient
from tests.together.kit import (
    NOW,
    Network,
    Town,
    banding,
    befriend,
    make_node,
    pull,
    recovery,
    returns_of,
    write,
)
from tests.together.pen import END, Pen, befriended, packed, pen, relayed

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
    sign(prepared, client.key, client.nonce, client.to)
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
    is_problem(elsewhere.session.send(kept[0]), "not-signed")
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

        said = request.headers.get("Signature-Input", "")
        nonce, addressed = re.search(r'nonce="([^"]*)"', said), re.search(r'tag="[^ ]+ ([^"]*)"', said)
        if nonce is not None and addressed is not None:
            signer = HTTPMessageSigner(
                signature_algorithm=algorithms.ED25519, key_resolver=signing._Signer(late.node.key)
            )
            signer.sign(
                request, key_id=late.node.key.fingerprint, nonce=nonce[1], tag=signing.tag(addressed[1]),
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


PIECES = 'sig = ( ) ; : " @method @query keyid nonce tag created band-exchange AAAA 1 -1 , ?1 ed25519 alg expires é'
WORDS = st.sampled_from([*PIECES.split(), " ", "\t", "9" * 20])


@settings(max_examples=60, deadline=None)
@given(input_=st.lists(WORDS, max_size=14), signature=st.lists(WORDS, max_size=8))
def test_no_signature_however_malformed_is_a_fault_of_ours(town: Town, input_: list[str], signature: list[str]) -> None:
    headers = {"Signature-Input": "".join(input_), "Signature": "".join(signature)}
    answer = town.app.test_client().get("/exchange/v1/have", headers=headers)
    assert answer.status_code in {400, 401}


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["0", "-1", "9" * 15, "9" * 16, "9" * 30, "1.5", "٣", "AM-KHG.0123456789abcdef", "%00", "' or 1"]),
)


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=80, deadline=None)
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
