"""What a node asks of a peer: hello, have, feed and inbox. Its other half, side by side, is `feed.py`."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import requests

from exchange.log import wire
from exchange.log.blocks import Stand, read_line
from exchange.log.entries import Batch, Inauthentic, Offer
from exchange.log.keys import NodeKey
from exchange.log.parts import Parts
from exchange.talk.line import Body, Line, PeerRefuses, PeerTrouble

SEGMENT_MOST = 64 * 1024 * 1024
PIECE, READ = 32 * 1024, 64 * 1024
FRUITLESS = 3
"""How often in a row a line may break without a byte having crossed."""
Found = Batch | Offer | wire.Opening | wire.Broken | wire.End
"""What a delivery is made of."""


_PROOF = ("header", "signature")


class PeerClient(Line):
    """Asks one peer; what it said last of its logs is remembered."""

    def __init__(self, address: str, key: NodeKey, session: requests.Session | None = None) -> None:
        super().__init__(address, key, session)
        self.etag = ""
        self.logs: dict[str, int] = {}
        self.heads: dict[str, str] = {}
        self.frozen: dict[str, list[dict[str, str]]] = {}
        self.held: list[str] = []
        self.place = 0

    def have(self) -> dict[str, int]:
        """The highest number the peer holds of every log.

        `heads` has the hash of each log's last header, `held` the logs that wait for a person there, `place` is where
        its feed ended just before.
        """
        headers = {"If-None-Match": self.etag} if self.etag else {}
        answer = self._send("GET", "have", headers=headers)
        if answer.status_code != 304:
            self.etag = answer.headers.get("ETag", "")
            found = self._json(answer)
            logs, heads, place = found.get("logs"), found.get("heads", {}), found.get("place")
            if not isinstance(logs, dict) or not isinstance(heads, dict) or not _is_number(place):
                raise PeerTrouble("The peer's list of logs cannot be read", where=self.base)
            self.place = place
            self.frozen = _frozen(found.get("frozen"))
            self.held = [name for name in self._list(found.get("held")) if name in logs]
            self.heads = {str(name): str(digest) for name, digest in heads.items()}
            self.logs = {str(name): number for name, number in logs.items() if _is_number(number)}
        return self.logs

    @staticmethod
    def _list(said: Any) -> list[str]:
        return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []

    def say_have(self, said: bytes) -> None:
        """Tell the peer what is held here, where it cannot ask."""
        self._json(self._send("PUT", "have", data=said))

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

        Bytes that are not those of the digest are fetched once more from the first: a power cut may have spoilt what
        lay here. Raises wire.Cut when the line stays dead, Inauthentic when they are still others.
        """
        if offer.bytes > SEGMENT_MOST:
            raise Inauthentic("W-oversize", bytes=offer.bytes, limit=SEGMENT_MOST)
        for _ in range(2):
            self._gather(offer, parts)
            if parts.is_whole(offer.segment):
                return parts.path(offer.segment)
        raise Inauthentic("W-syntax", why="the segment is not what its digest says")

    def _gather(self, offer: Offer, parts: Parts) -> None:
        fruitless = 0
        while (have := parts.size(offer.segment)) < offer.bytes:
            if fruitless >= FRUITLESS:
                raise wire.Cut(f"{have:,} of {offer.bytes:,} bytes of a segment have come")
            self._fetch(offer, have, parts)
            fruitless = 0 if parts.size(offer.segment) > have else fruitless + 1

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
        source = Body(answer, self)
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
        source = Body(answer, self)
        try:
            yield from wire.read(source)
        except (requests.RequestException, OSError) as error:
            raise wire.Cut(str(error)) from error
        finally:
            answer.close()


def _stands(said: Any) -> dict[int, Stand]:
    lines = [line for line in said if isinstance(line, list) and line] if isinstance(said, list) else []
    found = ((line[0], read_line(line[1:])) for line in lines)
    return {number: stand for number, stand in found if stand is not None and isinstance(number, int)}


def _is_number(said: Any) -> TypeGuard[int]:
    return type(said) is int and 0 <= said < 2**53


def _is_proof(one: dict[str, Any]) -> bool:
    return all(isinstance(one.get(name), str) for name in _PROOF)


def _frozen(said: Any) -> dict[str, list[dict[str, str]]]:
    """The proofs against logs, as far as they have the right shape."""
    pairs = said.items() if isinstance(said, dict) else ()
    return {
        str(log): [{"header": one["header"], "signature": one["signature"]} for one in proof]
        for log, proof in pairs
        if isinstance(proof, list) and all(isinstance(one, dict) and _is_proof(one) for one in proof)
    }
