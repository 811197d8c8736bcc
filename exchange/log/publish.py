"""Turns the changes made at this node since the last mark into signed batches of its own log."""

import os
from collections.abc import Callable
from pathlib import Path

import orjson

from banding.store import Store
from banding.store.shapes import Change
from exchange.log import epoch, seals, wire
from exchange.log.entries import Batch, Entry, Header
from exchange.log.keys import NodeKey
from exchange.log.ledger import EntryRow, Ledger, LogState

MARK = "exchange.published"
BATCH = 1000

Sensitivity = Callable[[str], int]
"""Of a species by its scientific name: 0 (exact place for all) to 3 (province only)."""


class Publisher:
    """Writes one node's own log."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        key: NodeKey,
        node: str,
        folder: Path,
        sensitivity: Sensitivity,
        schema: str,
    ) -> None:
        self.store, self.ledger, self.key, self.node = store, ledger, key, node
        self.folder, self.sensitivity, self.schema = folder, sensitivity, schema

    @property
    def log(self) -> str:
        """The log that is written now; read anew each time, since another process may have begun a new epoch."""
        return f"{self.node}.{self.store.notes.get(epoch.NOTE)}"

    def publish(self) -> int:
        """Sign every change not yet published, a batch to a transaction; gives the number of entries."""
        published = 0
        while count := self._publish_batch():
            published += count
        return published

    def _publish_batch(self) -> int:
        with self.store.transaction():
            mark = int(self.store.notes.get(MARK, "0"))
            changes = self.store.records.changes_after(mark, BATCH)
            if not changes:
                return 0
            state = self.ledger.log(self.log)
            self._append(changes, state)
            self.store.notes.set(MARK, str(changes[-1].seq))
        # After the commit: a number in the file that was never committed would look like a store set back.
        with self.store.transaction():
            state = self.ledger.log(self.log)
            epoch.remember(self.folder, self.log.rpartition(".")[2], state.head_number if state else 0)
        return len(changes)

    def _append(self, changes: list[Change], state: LogState | None) -> None:
        first = state.head_number + 1 if state else 1
        seals_now: dict[str, bytes] = {}
        entries, leaves, marks = [], [], {}
        for number, change in enumerate(changes, first):
            parents = [seal for seal in (seals_now.get(change.uuid) or change.parent,) if seal]
            entry = _entry(number, change, parents)
            leaf = entry.leaf()
            entries.append(entry)
            leaves.append(leaf)
            seals_now[change.uuid] = marks[change.version_id] = leaf
        header = Header(
            log=self.log, first=first, count=len(entries), root=seals.root(leaves), key=self.key.fingerprint,
            previous=state.head_hash if state else seals.NO_PREVIOUS, schema=self.schema,
        )  # fmt: skip
        text = wire.header_text(header)
        batch = Batch(text, seals.sign(self.key.private, text.encode()), entries)
        rows = [EntryRow(e, c.version_id, self.sensitivity(_species(c))) for e, c in zip(entries, changes, strict=True)]
        self.ledger.append(self.log, batch, rows)
        self.store.records.seal(marks)


def _species(change: Change) -> str:
    return str(orjson.loads(change.groups["core"]).get("species", ""))


def _entry(number: int, change: Change, parents: list[bytes]) -> Entry:
    groups = {group: change.groups[group] for group in seals.ORDER if group in change.groups}
    head = {
        "id": change.uuid,
        "generation": change.generation,
        "parents": [parent.hex() for parent in parents],
        "groups": list(groups),
    }
    return Entry(number, orjson.dumps(head).decode(), groups, {"": os.urandom(seals.SALT_BYTES)})
