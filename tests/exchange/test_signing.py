"""Signed requests: who asks is proven, whatever the clocks say."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import http_message_signatures.signatures as library
import pytest
import requests

from exchange.log import keys
from exchange.log.keys import NodeKey
from exchange.talk.signing import NONCE_SECONDS, Nonces, NotSigned, StaleNonce, sign, verify

URL = "http://hl-shp.test/exchange/v1/feed?after=a.1&max_bytes=9"

TO = "5e" * 32
"""The fingerprint of the node that is asked."""


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def key(tmp_path: Path) -> NodeKey:
    """A node's key."""
    return keys.load_or_make(tmp_path / "one")


@pytest.fixture
def nonces() -> Iterator[Nonces]:
    """Nonces under a clock that stands."""
    return Nonces(now=Clock(1e9))  # type: ignore[return-value]


def signed(key: NodeKey, nonce: str, url: str = URL, body: bytes = b"") -> requests.PreparedRequest:
    prepared = requests.Request("POST" if body else "GET", url, data=body or None).prepare()
    sign(prepared, key, nonce, TO)
    return prepared


def arrived(prepared: requests.PreparedRequest, **other: object) -> SimpleNamespace:
    """The request as the other side sees it."""
    seen = {"method": prepared.method, "url": prepared.url, "headers": dict(prepared.headers)}
    return SimpleNamespace(**seen | other)


def proven(key: NodeKey, nonces: Nonces, request: object, body: bytes = b"") -> str:
    known = {key.fingerprint: key.public}
    return verify(request, body, known.get, nonces, TO)


def test_a_signed_request_says_whose_it_is(key: NodeKey, nonces: Nonces) -> None:
    assert proven(key, nonces, arrived(signed(key, nonces.give()))) == key.fingerprint
    body = b"a delivery"
    assert proven(key, nonces, arrived(signed(key, nonces.give(), body=body)), body) == key.fingerprint


@pytest.mark.parametrize(
    "change",
    [{"url": URL + "0"}, {"url": URL.replace("feed", "have")}, {"method": "POST"}, {"headers": {}}],
)
def test_a_changed_request_is_refused(key: NodeKey, nonces: Nonces, change: dict[str, object]) -> None:
    request = arrived(signed(key, nonces.give()), **change)
    with pytest.raises(NotSigned):
        proven(key, nonces, request)


def test_a_changed_body_is_refused(key: NodeKey, nonces: Nonces) -> None:
    request = arrived(signed(key, nonces.give(), body=b"one"))
    with pytest.raises(NotSigned):
        proven(key, nonces, request, b"two")


def test_an_unknown_key_is_refused(key: NodeKey, nonces: Nonces, tmp_path: Path) -> None:
    other = keys.load_or_make(tmp_path / "other")
    with pytest.raises(NotSigned):
        proven(other, nonces, arrived(signed(key, nonces.give())))


@pytest.mark.parametrize("nonce", ["", "x", "-", "5f5e0fb-00-00", "-" * 200, "zz-zz-zz"])
def test_an_invented_nonce_is_refused(key: NodeKey, nonces: Nonces, nonce: str) -> None:
    with pytest.raises(NotSigned):
        proven(key, nonces, arrived(signed(key, nonce)))
    assert not nonces.knows(nonce)


def test_a_nonce_in_any_letters_is_judged_and_never_a_fault() -> None:
    assert not Nonces().knows("кольцо-ё")
    assert not Nonces().knows("a-\udcff")


def test_a_nonce_lives_an_hour() -> None:
    clock = Clock(1e9)
    nonces = Nonces(now=clock)
    nonce = nonces.give()
    assert nonces.knows(nonce)
    clock.now += NONCE_SECONDS - 1
    assert nonces.knows(nonce)
    clock.now += 2
    assert not nonces.knows(nonce)


def test_a_nonce_of_another_node_is_stale(key: NodeKey, nonces: Nonces) -> None:
    """A request recorded at one node cannot be replayed to another."""
    with pytest.raises(StaleNonce):
        proven(key, nonces, arrived(signed(key, Nonces().give())))


def test_a_request_meant_for_another_node_is_refused_even_under_our_own_nonce(key: NodeKey, nonces: Nonces) -> None:
    prepared = arrived(signed(key, nonces.give()))
    with pytest.raises(NotSigned):
        verify(prepared, b"", {key.fingerprint: key.public}.get, nonces, "aa" * 32)


def test_two_processes_of_one_node_know_each_others_nonces(key: NodeKey, tmp_path: Path) -> None:
    other = keys.load_or_make(tmp_path / "other")
    assert Nonces.of(key).knows(Nonces.of(key).give())
    assert not Nonces.of(other).knows(Nonces.of(key).give())


@pytest.mark.parametrize("years", [-30, -10, 10, 30])
def test_a_clock_years_off_locks_nobody_out(
    key: NodeKey, nonces: Nonces, years: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Wrong":
            moment = datetime.datetime.now(tz) + datetime.timedelta(days=365 * years)
            return cls.fromtimestamp(moment.timestamp(), tz)

    wrong = SimpleNamespace(**{**vars(datetime), "datetime": Wrong})
    with monkeypatch.context() as patched:
        patched.setattr(library, "datetime", wrong)
        request = arrived(signed(key, nonces.give()))
    created = int(str(request.headers["Signature-Input"]).partition("created=")[2].partition(";")[0])
    assert abs(created - datetime.datetime.now().timestamp()) > 8 * 365 * 86400
    assert proven(key, nonces, request) == key.fingerprint


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = keys.load_or_make(tmp_path)
    assert keys.load_or_make(tmp_path).fingerprint == first.fingerprint
    assert (tmp_path / keys.FILE).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [keys.FILE]


@pytest.mark.parametrize("text", [b"", b"rubbish", b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"])
def test_a_spoilt_key_is_told_in_words_and_never_replaced(tmp_path: Path, text: bytes) -> None:
    from banding.errors import StoreTrouble

    (tmp_path / keys.FILE).write_bytes(text)
    with pytest.raises(StoreTrouble, match="key cannot be used"):
        keys.load_or_make(tmp_path)
    assert (tmp_path / keys.FILE).read_bytes() == text
