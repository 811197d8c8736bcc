"""Reads from a peer some of what a log that waits would change; nothing of it is kept."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from exchange.log.parts import Parts
from exchange.node import ExchangeNode
from exchange.talk.peer import PeerClient
from exchange.talk.plan import Read
from exchange.talk.proving import prove
from exchange.talk.rehearsal import kind_of

MOST, PAGE = 50, 64 * 1024
QUIET = {"core.generation", "core.withdrawn"}


class Change(NamedTuple):
    """What a later version would make of a record: its fields before and after, or that it is withdrawn."""

    uuid: str
    ring: str
    is_held: bool
    withdrawn: bool
    fields: Mapping[str, tuple[str, str]]


def changes(node: ExchangeNode, client: PeerClient, log: str, first: int) -> list[Change]:
    """A sample of what a log that waits would change, read from a peer and kept nowhere. Raises PeerTrouble."""
    client.hello()
    found: list[Change] = []
    with tempfile.TemporaryDirectory() as folder:
        for batch in client.batches_of(log, first, PAGE, Parts(Path(folder))):
            examined = prove(node, batch).examined
            if examined is not None and examined.header.log == log:
                found += [_change(node, read) for read in examined.reads if not read.faults and _changes(read)]
            if len(found) >= MOST:
                break
    return found[:MOST]


def _changes(read: Read) -> bool:
    return kind_of(read) in ("withdrawals", "corrections")


def _change(node: ExchangeNode, read: Read) -> Change:
    core = read.record["core"]
    held = node.store.records.record(str(core["id"]))
    before = _flat(held.groups) if held else {}
    # What is withheld from us is no change.
    groups = {group for group in read.entry.groups if held is None or group in held.groups}
    after = _flat({group: record for group, record in read.record.items() if group in groups})
    names = sorted(n for n in before.keys() | after.keys() if n.partition(".")[0] in groups and n not in QUIET)
    fields = {n: (before.get(n, ""), after.get(n, "")) for n in names if before.get(n) != after.get(n)}
    ring = f"{core.get('scheme', '')} {core.get('ring', '')}".strip()
    withdrawn = bool(core.get("withdrawn"))
    return Change(str(core["id"]), ring, held is not None, withdrawn, {} if withdrawn else fields)


def _flat(groups: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{group}.{name}": str(value)
        for group, said in groups.items()
        if isinstance(said, Mapping)
        for name, value in said.items()
    }
