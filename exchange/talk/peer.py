"""What a node asks of a peer: hello, have, feed and inbox. Its other half, side by side, is `feed.py`."""

import base64
import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from banding.errors import BandingError
from exchange.log import links, seals, wire
from exchange.log.blocks import Stand, read_line
from exchange.log.entries import Batch, Inauthentic, Offer
from exchange.log.keys import NodeKey
from exchange.log.links import Link
from exchange.log.parts import Parts
from exchange.talk.signing import sign

CONNECT_SECONDS, READ_SECONDS = 10, 60
SMALL = 1024 * 1024
"""Answers that are not deliveries are small; a longer one is not read."""
SEGMENT_MOST = 64 * 1024 * 1024
PIECE, READ = 32 * 1024, 64 * 1024
FRUITLESS = 3
"""How often in a row a line may break without a byte having crossed."""
Found = Batch | Offer | wire.Opening | wire.Broken | wire.End
"""What a delivery is made of."""


class PeerTrouble(BandingError):
    """A peer cannot be reached, or answers with something else than expected."""

    slug, status = "peer", 502


class PeerRefuses(PeerTrouble):
    """A peer answered with a problem; `problem` is its slug."""

    def __init__(self, problem: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problem = problem


_PROOF = {"header", "signature"}


@dataclass(frozen=True)
class Hello:
    """Who answers: its code, key (32 raw bytes), epoch, and the nonce to sign requests with.

    `keys` are the statements that lead to its key, the newest last.
    """

    node: str
    key: bytes
    fingerprint: str
    epoch: str
    schema: str
    protocol: int
    clock: str
    nonce: str
    names: dict[str, str]
    page_bytes: int
    inbox_bytes: int
    keys: Sequence[Link] = ()


class PeerClient:
    """Talks to one peer. Every request has time limits; nothing is believed that a signature can prove.

    `moving` is called whenever a piece of something long has crossed, however slowly.
    """

    def __init__(self, address: str, key: NodeKey, session: requests.Session | None = None) -> None:
        self.base = address.rstrip("/") + "/exchange/v1/"
        self.key, self.keys = key, (key, *key.retired)
        self.session = session or requests.Session()
        self.nonce = ""
        self.etag = ""
        self.logs: dict[str, int] = {}
        self.heads: dict[str, str] = {}
        self.frozen: dict[str, list[dict[str, str]]] = {}
        self.place = 0
        self.bytes = 0
        self.moving: Callable[[], None] = lambda: None

    def hello(self) -> Hello:
        """Ask who is there. Raises PeerTrouble."""
        found = self._json(self._send("GET", "hello", signed=False))
        try:
            answer = _hello(found)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PeerTrouble(
                "There is no node of the band exchange at this address", where=self.base, why=repr(error)
            ) from error
        self.nonce = answer.nonce
        return answer

    def have(self) -> dict[str, int]:
        """The highest number the peer holds of every log.

        `heads` has the hash of each log's last header, `place` is where its feed ended just before.
        """
        headers = {"If-None-Match": self.etag} if self.etag else {}
        answer = self._send("GET", "have", headers=headers)
        if answer.status_code != 304:
            self.etag = answer.headers.get("ETag", "")
            found = self._json(answer)
            logs, heads, place = found.get("logs"), found.get("heads", {}), found.get("place")
            if not isinstance(logs, dict) or not isinstance(heads, dict) or type(place) is not int:
                raise PeerTrouble("The peer's list of logs cannot be read", where=self.base)
            self.place = place
            self.frozen = _frozen(found.get("frozen"))
            self.heads = {str(name): str(digest) for name, digest in heads.items()}
            self.logs = {str(name): number for name, number in logs.items() if type(number) is int}
        return self.logs

    def feed(self, cursor: str, max_bytes: int) -> Iterator[Found]:
        """A page of the peer's feed behind a cursor; raises wire.Cut after what arrived whole."""
        return self._page({"after": cursor, "max_bytes": str(max_bytes)})

    def log(self, name: str, first: int, max_bytes: int) -> Iterator[Found]:
        """A page of one log from a number on."""
        return self._page({"log": name, "first": str(first), "max_bytes": str(max_bytes)})

    def batches_of(self, name: str, first: int, max_bytes: int, parts: Parts) -> Iterator[Batch | wire.Broken]:
        """The batches of a page of one log, with those that are only offered fetched."""
        for found in self.log(name, first, max_bytes):
            if isinstance(found, Offer):
                with self.segment(found, parts).open("rb") as file:
                    yield from (one for one in wire.read(file, endless=True) if isinstance(one, Batch))
                parts.drop(found.segment)
            elif isinstance(found, (Batch, wire.Broken)):
                yield found

    def segment(self, offer: Offer, parts: Parts) -> Path:
        """The file of a segment, whole and proven by its digest; a cut line goes on where it broke.

        Raises wire.Cut when the line stays dead, Inauthentic when the bytes are not those of the digest.
        """
        if offer.bytes > SEGMENT_MOST:
            raise Inauthentic("W-oversize", bytes=offer.bytes, limit=SEGMENT_MOST)
        fruitless = 0
        while (have := parts.size(offer.segment)) < offer.bytes:
            if fruitless >= FRUITLESS:
                raise wire.Cut(f"{have:,} of {offer.bytes:,} bytes of a segment have come")
            self._fetch(offer, have, parts)
            fruitless = 0 if parts.size(offer.segment) > have else fruitless + 1
        if not parts.is_whole(offer.segment):
            raise Inauthentic("W-syntax", why="the segment is not what its digest says")
        return parts.path(offer.segment)

    def _fetch(self, offer: Offer, have: int, parts: Parts) -> None:
        headers = {"Range": f"bytes={have}-{offer.bytes - 1}"}
        try:
            answer = self._send("GET", f"segments/{offer.segment}", headers=headers)
        except PeerRefuses as refuses:
            parts.drop(offer.segment)
            raise wire.Cut(str(refuses)) from refuses
        except PeerTrouble:
            return
        if answer.status_code != 206:
            parts.drop(offer.segment)
            have = 0
        source = _Counted(answer, self)
        with contextlib.suppress(OSError), contextlib.closing(answer):
            while have < offer.bytes and (piece := source.read(min(READ, offer.bytes - have))):
                have = parts.add(offer.segment, have, piece)
                self.moving()

    def audit(self, log: str, first: int, until: int) -> list[tuple[str, str]]:
        """The hashes of the peer's blocks of a log from one on, as it holds them and as its terms show them to us."""
        found = self._json(self._send("GET", "audit", params={"log": log, "block": str(first), "until": str(until)}))
        blocks = found.get("blocks")
        if not isinstance(blocks, list):
            return []
        return [(str(pair[0]), str(pair[1])) for pair in blocks if isinstance(pair, list) and len(pair) == 2]

    def audit_block(self, log: str, index: int, until: int) -> tuple[dict[int, Stand], dict[int, Stand]]:
        """How the peer holds each entry of one block, and how its terms show it to us, by number."""
        params = {"log": log, "block": str(index), "until": str(until), "entries": "1"}
        found = self._json(self._send("GET", "audit", params=params))
        return _stands(found.get("held")), _stands(found.get("shown"))

    def post(self, delivery: bytes) -> dict[str, Any]:
        """Post a delivery into the peer's inbox; what became of it. A long one goes in parts."""
        if len(delivery) <= PIECE:
            return self._json(self._send("POST", "inbox", data=delivery))
        path, fruitless = f"inbox/{hashlib.sha256(delivery).hexdigest()}", 0
        while True:
            answer, have = self._parts_of(path, delivery)
            if answer is not None:
                return answer
            fruitless = 0 if have else fruitless + 1
            if fruitless >= FRUITLESS:
                raise PeerTrouble("The line breaks before anything of a delivery has arrived", where=self.base)

    def _parts_of(self, path: str, delivery: bytes) -> tuple[dict[str, Any] | None, int]:
        """Send what has not arrived yet, piece by piece, until the answer comes or the line breaks."""
        begun = have = 0
        try:
            told = self._json(self._send("GET", path))
            begun = have = int(told["have"])
            answer = told.get("answer")
            while not answer:
                query = {"offset": str(have), "total": str(len(delivery))}
                told = self._json(self._send("PUT", path, params=query, data=delivery[have : have + PIECE]))
                have = int(told["have"])
                self.moving()
                answer = told if "batches" in told else None
        except PeerRefuses:
            raise
        except (PeerTrouble, KeyError, ValueError, TypeError):
            return None, have - begun
        return dict(answer), have

    def _page(self, params: dict[str, str]) -> Iterator[Found]:
        answer = self._send("GET", "feed", params=params)
        source = _Counted(answer, self)
        try:
            yield from wire.read(source)
        except (requests.RequestException, OSError) as error:
            raise wire.Cut(str(error)) from error
        finally:
            answer.close()

    def _send(self, method: str, path: str, *, signed: bool = True, **kwargs: Any) -> requests.Response:
        """Send a request; once more with a fresh nonce, and with earlier keys where ours is not known there yet."""
        untried, is_fresh = [key for key in self.keys if key is not self.key], not signed
        while (answer := self._try(method, path, signed, kwargs)).status_code >= 400:
            problem, said = self._problem(answer)
            if problem == "stale-nonce" and not is_fresh:
                self.hello()
                is_fresh = True
            elif problem == "not-signed" and signed and untried:
                self.key = untried.pop(0)
            else:
                self.key = self.keys[0]
                raise PeerRefuses(problem, f"The peer refuses: {said}", where=self.base + path)
        return answer

    def _try(self, method: str, path: str, signed: bool, kwargs: dict[str, Any]) -> requests.Response:
        try:
            prepared = self.session.prepare_request(requests.Request(method, self.base + path, **kwargs))
        except (requests.RequestException, ValueError) as error:
            raise PeerTrouble(
                "The peer cannot be reached", where=self.base, why=str(error)[:200],
                mend="Give its address as https://... or http://...",
            ) from error  # fmt: skip
        # What is counted and bounded here is what zstd made; the transport must not pack it again.
        prepared.headers["Accept-Encoding"] = "identity"
        if signed:
            sign(prepared, self.key, self.nonce)
        try:
            return self.session.send(
                prepared, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False
            )
        except requests.RequestException as error:
            raise PeerTrouble(
                "The peer cannot be reached", where=self.base, why=type(error).__name__,
                mend="It is tried again by itself",
            ) from error  # fmt: skip

    def _problem(self, answer: requests.Response) -> tuple[str, str]:
        try:
            said = self._json(answer)
        except PeerTrouble:
            return "unknown", f"HTTP {answer.status_code}"
        slug = str(said.get("type", "")).rpartition("/")[2]
        return slug, str(said.get("detail") or said.get("title") or answer.status_code)[:300]

    def _json(self, answer: requests.Response) -> dict[str, Any]:
        try:
            raw = answer.raw.read(SMALL + 1, decode_content=True)
            found = wire.parsed(raw) if len(raw) <= SMALL else None
        except Exception as error:
            # Whatever the transport calls it: the line was cut, or this is no answer of ours.
            raise PeerTrouble("The peer's answer cannot be read", where=self.base, why=str(error)) from error
        finally:
            answer.close()
        if found is None:
            raise PeerTrouble("The peer's answer is too long", where=self.base)
        self.bytes += len(raw)
        return found


class _Counted(io.RawIOBase):
    """The body of an answer as a file, counting what came over the line."""

    def __init__(self, answer: requests.Response, client: PeerClient) -> None:
        self._raw: Any = answer.raw
        self._client = client

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            # Not `read`, which waits for a full buffer and loses what it has when the line breaks.
            block = self._raw.read1(len(buffer))
        except Exception as error:
            # Whatever the transport calls it, the line was cut.
            raise OSError(str(error)) from error
        buffer[: len(block)] = block
        self._client.bytes += len(block)
        return len(block)


def _stands(said: Any) -> dict[int, Stand]:
    lines = [line for line in said if isinstance(line, list) and line] if isinstance(said, list) else []
    found = ((line[0], read_line(line[1:])) for line in lines)
    return {number: stand for number, stand in found if stand is not None and isinstance(number, int)}


def _frozen(said: Any) -> dict[str, list[dict[str, str]]]:
    """The proofs against logs, as far as they have the right shape."""
    pairs = said.items() if isinstance(said, dict) else ()
    return {
        str(log): [{"header": one["header"], "signature": one["signature"]} for one in proof]
        for log, proof in pairs
        if isinstance(proof, list) and all(isinstance(one, dict) and one.keys() >= _PROOF for one in proof)
    }


def _hello(found: dict[str, Any]) -> Hello:
    key = base64.b64decode(found["key"], validate=True)
    if seals.fingerprint(key) != found["fingerprint"] or len(key) != 32:
        raise ValueError("key and fingerprint do not fit")
    return Hello(
        node=str(found["node"]), key=key, fingerprint=found["fingerprint"], epoch=str(found["epoch"]),
        schema=str(found["schema"]), protocol=int(found["protocol"]), clock=str(found["clock"]),
        nonce=str(found["nonce"]), names={str(k): str(v) for k, v in dict(found["names"]).items()},
        page_bytes=int(found["limits"]["page_bytes"]), inbox_bytes=int(found["limits"]["inbox_bytes"]),
        keys=links.from_json(found.get("keys", [])),
    )  # fmt: skip
