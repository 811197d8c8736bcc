"""Decides, without doing anything, what is to become of a batch that came: take, keep, set aside or refuse."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from exchange.log import seals, trees, wire
from exchange.log.entries import Batch, Closed, Entry, Header, Inauthentic
from exchange.log.lines import all_alike, check

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


# Not frozen, and neither is an entry: a pull makes one of each, and it would take four times as long.
@dataclass(slots=True)
class Read:
    """An authentic entry, parsed: its leaf, its record, and why it does not fit together, if it does not.

    `faults` are (code, values) as in the table of findings.
    """

    entry: Entry
    leaf: bytes
    record: Mapping[str, Any]
    faults: Sequence[tuple[str, dict[str, str]]] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """A batch whose signature and root hold."""

    header: Header
    digest: bytes
    reads: Sequence[Read]
    closed: Sequence[Closed] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """How a batch stands to what we hold of its log: `next`, `known`, or it cannot be taken: `gap`, `fork`."""

    verdict: str
    code: str = ""
    values: Mapping[str, str] | None = None


def examine(batch: Batch, public_key: bytes, major: str) -> Examined:
    """Prove that the origin wrote exactly this, then read it. Raises Inauthentic; nothing is parsed before proof.

    `major` is the major version of the records' schema that we read.
    """
    header = wire.header(batch.header)
    raw = batch.header.encode()
    if not seals.is_signed(public_key, batch.signature, raw):
        raise Inauthentic("W-signature")
    for entry in batch.entries:
        entry.check_keys()
    leaves = [entry.leaf() for entry in batch.entries]
    if _root(batch, leaves, header) != header.root:
        raise Inauthentic("W-root")
    reads = [read(entry, leaf, header, major) for entry, leaf in zip(batch.entries, leaves, strict=True)]
    return Examined(header, seals.header_hash(raw), reads, batch.closed)


def _root(batch: Batch, leaves: Sequence[bytes], header: Header) -> bytes | None:
    """The root over what is shown and what stands in for the rest; every number must be covered once."""
    told = [entry.number for entry in batch.entries]
    for run in batch.closed:
        start, level = run.number - header.first, run.span.bit_length() - 1
        covered = trees.covered((level, start >> level), header.count)
        if run.span != 1 << level or start % run.span or level > trees.height(header.count) or not covered:
            raise Inauthentic("W-syntax", why=f"no node of the tree covers {run.span} entries from {run.number} on")
        told += [header.first + number for number in covered]
    if sorted(told) != list(range(header.first, header.first + header.count)):
        raise Inauthentic("W-syntax", why="the entries are not numbered as the header says")
    if not batch.closed:
        return seals.root(leaves)
    shown = trees.of_leaves(
        {entry.number: leaf for entry, leaf in zip(batch.entries, leaves, strict=True)}, header.first
    )
    return trees.root(trees.of_runs(batch.closed, header.first) | shown, header.count)


def position(header: Header, digest: bytes, head_number: int, head_hash: bytes, held: bytes | None) -> Position:
    """Where a batch stands; `held` is the hash of the header we hold at its first number, if any."""
    if held is not None:
        return Position("known") if held == digest else _fork(header)
    if header.first <= head_number:
        return _fork(header)
    if header.first != head_number + 1:
        return Position("gap", "W-gap", {"expected": str(head_number + 1), "got": str(header.first)})
    if header.previous != head_hash:
        return _fork(header)
    return Position("next")


def _fork(header: Header) -> Position:
    return Position("fork", "W-fork", {"number": str(header.first)})


def read(entry: Entry, leaf: bytes, header: Header, major: str) -> Read:
    """Parse what has been proven; whatever does not fit is a reason to set it aside, never to lose it."""
    found = all_alike(list(entry.groups.values()))
    record = None if found is None else dict(zip(entry.groups, found, strict=True))
    if record is not None and _follows(entry, record, header, major):
        return Read(entry, leaf, record)
    try:
        head, record = _said(entry, record)
    except Inauthentic as unfit:
        return Read(entry, leaf, {}, [(unfit.code, unfit.values)])
    return Read(entry, leaf, record, list(_faults(entry, head, record, header, major)))


def _follows(entry: Entry, record: Mapping[str, Any], header: Header, major: str) -> bool:
    """Whether the head is word for word that of a first version with this core, as nearly all are.

    Such a head fits, and has nothing to tell that the core does not say.
    """
    core = record.get("core")
    if not isinstance(core, dict) or core.get("origin") != header.node or header.schema.partition(".")[0] != major:
        return False
    uuid, names = core.get("id"), _names(tuple(entry.groups), tuple(entry.withheld))
    if core.get("generation") != 1 or not isinstance(uuid, str) or not _UUID.fullmatch(uuid):
        return False
    return entry.head == f'{{"id":"{uuid}","generation":1,"parents":[],"groups":[{names}]}}'


@cache
def _names(shown: tuple[str, ...], withheld: tuple[str, ...]) -> str:
    """The groups that are here, as a head names them."""
    return ",".join(f'"{group}"' for group in seals.ORDER if group in shown + withheld)


def _said(entry: Entry, record: dict[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The head and the groups of an entry; `record` are the groups where all of them are written like ours."""
    plain = None if record is None else all_alike([entry.head])
    if record is None or plain is None:
        return wire.head(entry.head), {group: _object(group, text) for group, text in entry.groups.items()}
    check("entry-head", plain[0])
    return plain[0], record


def joined(read: Read, held: Mapping[str, str]) -> Read:
    """An entry together with groups of it that came before and waited, aside, for what it brings now."""
    waited = {group: text for group, text in held.items() if group not in read.entry.groups}
    try:
        record = {group: _object(group, text) for group, text in waited.items()} | dict(read.record)
    except Inauthentic as unfit:
        return replace(read, faults=[(unfit.code, unfit.values)])
    return replace(read, record=record, entry=replace(read.entry, groups=waited | dict(read.entry.groups)))


def _object(group: str, text: str) -> Any:
    try:
        return wire.alike(text)
    except Inauthentic as unfit:
        raise Inauthentic(unfit.code, why=f"{group}: {unfit.values['why']}") from unfit


def _faults(entry: Entry, head: Mapping[str, Any], record: Mapping[str, Any], header: Header, major: str) -> "Any":
    if header.schema.partition(".")[0] != major:
        yield "W-schema-new", {"schema": header.schema}
    here = [*entry.groups, *entry.withheld]
    if head["groups"] != here and set(head["groups"]) != set(here):
        yield "W-head", {"why": "the groups are not those that the head names"}
    core = record.get("core")
    if not isinstance(core, dict):
        yield "W-head", {"why": "the core is missing"}
        return
    if core.get("origin") != header.node:
        yield "W-origin", {"origin": str(core.get("origin")), "log": header.log}
    if (core.get("id"), core.get("generation")) != (head["id"], head["generation"]):
        yield "W-head", {"why": "the core names another record or version than the head"}
