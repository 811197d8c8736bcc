"""A peer that means harm: what it answers when it is called, and what it posts, made with a key that is trusted."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from exchange.log import seals, wire
from exchange.log.entries import Batch, Closed, Entry
from tests.together.kit import Network, Town, address_of, snapshot
from tests.together.pen import END, Pen, lines, packed, relayed

Answer = bytes | Iterable[bytes] | Callable[[dict[str, Any]], Iterable[bytes]]
HUGE = 2**62


@dataclasses.dataclass
class Hostile:
    """A node on the line that answers each question as it likes; `code`, `app` and `address` are what a line wants."""

    writer: Pen
    answers: dict[str, Answer] = dataclasses.field(default_factory=dict)
    asked: list[str] = dataclasses.field(default_factory=list)

    @property
    def code(self) -> str:
        return self.writer.code

    @property
    def address(self) -> str:
        return address_of(self.code)

    def app(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        name = environ["PATH_INFO"].removeprefix("/exchange/v1/").partition("/")[0]
        self.asked.append(name)
        said = self.answers.get(name, self.usual(name))
        start("200 OK", [])
        if isinstance(said, bytes):
            return [said]
        return said(environ) if callable(said) else said

    def usual(self, name: str) -> bytes:
        """What an honest node with nothing to say would answer."""
        writer = self.writer
        hello = {
            "node": writer.code, "names": {}, "protocol": 1, "schema": "1.0", "key": wire.encode(writer.key.public),
            "fingerprint": writer.key.fingerprint, "epoch": writer.epoch, "clock": "", "nonce": "x",
            "limits": {"page_bytes": 1 << 20, "inbox_bytes": 1 << 20}, "keys": [],
        }  # fmt: skip
        told = {"hello": hello, "have": {"epoch": writer.epoch, "place": 1, "logs": {}}, "audit": {"blocks": []}}
        return orjson.dumps(told[name]) if name in told else packed([END])

    def has(self, logs: Mapping[str, Any], **said: Any) -> None:
        """Say that it holds these logs."""
        self.answers["have"] = orjson.dumps({"epoch": self.writer.epoch, "place": 1, "logs": dict(logs)} | said)


# -- closed runs ------------------------------------------------------------------------------------------


def closed(writer: Pen, runs: Iterable[tuple[int, int]], shown: Iterable[int], count: int) -> list[bytes]:
    """A batch of `count` with a signed root, of which some entries are shown and runs stand in for what they like."""
    batch = writer.batch(*(writer.entry() for _ in range(count)))
    entries = [batch.entries[at] for at in shown]
    return [
        wire.batch_lines(dataclasses.replace(batch, entries=entries, closed=[Closed(*run, bytes(32)) for run in runs]))
    ]


RUNS: dict[str, tuple[list[tuple[int, int]], list[int], int]] = {
    "that lie": ([(1, 2)], [2, 3], 4),
    "that overlap": ([(1, 2), (2, 2)], [3], 4),
    "over what is shown": ([(1, 4)], [0, 1, 2, 3], 4),
    "that are not aligned": ([(2, 2)], [0, 3], 4),
    "that are no power of two": ([(1, 3)], [3], 4),
    "beyond the batch": ([(5, 4)], [0, 1, 2], 4),
    "wider than the batch": ([(1, 1024)], [], 4),
    "of nothing": ([(1, 0)], [0, 1, 2, 3], 4),
    "that go backwards": ([(3, 2), (1, 2)], [], 4),
    "that span all numbers": ([(1, HUGE)], [], 4),
    "below nought": ([(1, -2)], [2, 3], 4),
    "at the end of numbers": ([(2**53 - 1, 1024)], [0, 1, 2], 4),
}
"""Runs of (number, span), the entries that are shown beside them by offset, and how many there are."""


# -- letters ----------------------------------------------------------------------------------------------


def letter(writer: Pen, kind: str, to: str, about: str, **said: Any) -> Entry:
    """A letter of any kind, whatever it says."""
    core = writer.core()
    core = {"id": core["id"], "origin": writer.code, "generation": 1, "kind": kind, "to": to, "about": about} | said
    return writer.entry(core)


def proposal(writer: Pen, to: str, about: str, **said: Any) -> Entry:
    """A proposal about a record, whether there is one or not."""
    told = {"base": "0" * 64, "changes": {"core": {"sex": "F"}}, "reason": "Because"} | said
    return letter(writer, "proposal", to, about, **told)


def agreement(writer: Pen, to: str, document: str, **said: Any) -> Entry:
    """A letter with a document that is signed with the writer's key."""
    told = {"text": document, "verdict": "offered", "signature": wire.encode(bytes(64))} | said
    return letter(writer, "agreement", to, hashlib.sha256(document.encode()).hexdigest(), **told)


# -- offers -----------------------------------------------------------------------------------------------


def offer(writer: Pen, body: bytes, batch: Batch, **said: Any) -> bytes:
    """The line of an offer; `said` is where it lies."""
    header = wire.header(batch.header)
    line = {
        "segment": hashlib.sha256(body).hexdigest(), "bytes": len(body), "at": 1, "log": writer.log,
        "first": header.first, "count": header.count, "header": seals.header_hash(batch.header.encode()).hex(),
        "shown": header.count,
    }  # fmt: skip
    return orjson.dumps(line | said) + b"\n"


def still_well(town: Town, honest: Pen, line: Network) -> None:
    """Another peer is served, and what it brings is kept and passed on; nothing else is."""
    client = honest.client(town, line)
    client.hello()
    before = set(snapshot(town))
    assert client.post(lines(honest.batch(honest.entry())))["kept"] == 1
    assert set(snapshot(town)) == before | {honest.uuids[-1]}
    assert honest.log in relayed(town)
    assert not line.faults
