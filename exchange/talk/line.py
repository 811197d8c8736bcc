"""The line to a peer: requests signed and counted, refusals as what they say, and who answers at the other end."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from banding.errors import BandingError
from banding.spoken import filled
from exchange.log import links, seals, wire
from exchange.log.entries import Inauthentic
from exchange.log.keys import NodeKey
from exchange.log.links import Link
from exchange.talk import reasons
from exchange.talk.signing import sign
from exchange.talk.words import N_

CONNECT_SECONDS, READ_SECONDS = 10, 60
LONGEST_ADDRESS = 200
SMALL = 1024 * 1024
"""Answers that are not deliveries are small; a longer one is not read."""


class PeerTrouble(BandingError):
    """A peer cannot be reached, or answers with something else than expected.

    `values` fill its `why`; the `reason` is the same before that, as the catalogues know it.
    """

    slug, status = "peer", 502

    def __init__(self, what: str, *, where: str = "", why: str = "", mend: str = "", **values: object) -> None:
        super().__init__(what, where=where, why=filled(why, **values) if values else why, mend=mend)
        self.reason, self.values = why, {name: str(value) for name, value in values.items()}


class PeerRefuses(PeerTrouble):
    """A peer answered with a problem; `problem` is its slug."""

    def __init__(self, problem: str, what: str, *, where: str = "", why: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, why=why, mend=mend)
        self.problem = problem


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


class Line:
    """Requests to one peer. Each has time limits; nothing is believed that a signature can prove.

    `moving` is called whenever a piece of something long has crossed, however slowly; `bytes` is what came back.
    """

    def __init__(self, address: str, key: NodeKey, session: requests.Session | None = None) -> None:
        self.base = address.rstrip("/") + "/exchange/v1/"
        self.key, self.keys = key, (key, *key.retired)
        self.session = session or requests.Session()
        self.nonce, self.to = "", ""
        self.bytes = 0
        self.moving: Callable[[], None] = lambda: None

    def hello(self) -> Hello:
        """Ask who is there. Raises PeerTrouble."""
        found = self._json(self._send("GET", "hello", signed=False))
        try:
            answer = _hello(found)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PeerTrouble(
                "There is no node of the band exchange at this address", where=self.base, why=reasons.NO_ANSWER
            ) from error
        self.nonce, self.to = answer.nonce, answer.fingerprint
        return answer

    def _hello_again(self) -> None:
        """Ask for a fresh nonce. Raises PeerTrouble where another key answers: nobody has looked whose it is."""
        before = self.to
        if self.hello().fingerprint != before:
            self.to = before
            raise PeerTrouble("Another node answers at the peer's address", where=self.base)

    def _send(self, method: str, path: str, *, signed: bool = True, **kwargs: Any) -> requests.Response:
        """Send a request; once more with a fresh nonce, and with earlier keys where ours is not known there yet."""
        untried, is_fresh = [key for key in self.keys if key is not self.key], not signed
        while (answer := self._try(method, path, signed, kwargs)).status_code >= 400:
            problem, said = self._problem(answer)
            if problem == "stale-nonce" and not is_fresh:
                self._hello_again()
                is_fresh = True
            elif problem == "not-signed" and signed and untried:
                self.key = untried.pop(0)
            else:
                self.key = self.keys[0]
                why = reasons.refused(problem, said, answer.status_code)
                raise PeerRefuses(problem, N_("The peer refuses"), where=self.base + path, why=why)
        if answer.is_redirect:
            answer.close()
            address = str(answer.headers.get("Location", ""))[:LONGEST_ADDRESS]
            raise PeerTrouble(
                "Another address answers for the peer", where=self.base, why=reasons.MOVED, address=address
            )
        return answer

    def _try(self, method: str, path: str, signed: bool, kwargs: dict[str, Any]) -> requests.Response:
        try:
            prepared = self.session.prepare_request(requests.Request(method, self.base + path, **kwargs))
        except (requests.RequestException, ValueError) as error:
            raise PeerTrouble(
                "The peer cannot be reached", where=self.base, why="Its address cannot be read",
                mend="Give its address as https://... or http://...",
            ) from error  # fmt: skip
        # What is counted and bounded here is what zstd made; the transport must not pack it again.
        prepared.headers["Accept-Encoding"] = "identity"
        if signed:
            sign(prepared, self.key, self.nonce, self.to)
        try:
            return self.session.send(
                prepared, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False
            )
        except requests.RequestException as error:
            raise PeerTrouble(
                "The peer cannot be reached", where=self.base, why=reasons.why_not(error),
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
            why = reasons.NO_ANSWER if isinstance(error, Inauthentic) else reasons.why_not(error)
            raise PeerTrouble("The peer's answer cannot be read", where=self.base, why=why) from error
        finally:
            answer.close()
        if found is None:
            raise PeerTrouble("The peer's answer is too long", where=self.base)
        self.bytes += len(raw)
        return found


class Body(io.RawIOBase):
    """The body of an answer as a file, counting what came over the line."""

    def __init__(self, answer: requests.Response, line: Line) -> None:
        self._raw: Any = answer.raw
        self._line = line

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
        self._line.bytes += len(block)
        return len(block)


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
