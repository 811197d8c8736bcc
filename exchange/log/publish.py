"""Turns what was written at this node since the last mark into signed batches of its own log."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from banding.store import Store
from banding.store.shapes import Change
from exchange.agreements import policy
from exchange.log import epoch, seals, wire
from exchange.log.amends import Amends
from exchange.log.entries import Batch, Entry, Header
from exchange.log.keys import NodeKey
from exchange.log.ledger import Ledger
from exchange.log.letters import Letters
from exchange.log.rows import EntryRow

MARK = "exchange.published"
BATCH = 1000

Sensitivity = Callable[[str], int]
"""Of a species by its scientific name: 0 (exact place for all) to 3 (province only)."""


class Publisher:
    """Writes one node's own log. `then` hears, inside the transaction, which birds a batch tells of."""

    def __init__(
        self, store: Store, ledger: Ledger, key: Callable[[], NodeKey], node: str, folder: Path,
        sensitivity: Sensitivity, schema: str,
    ) -> None:  # fmt: skip
        self.store, self.ledger, self.key, self.node = store, ledger, key, node
        self.folder, self.sensitivity, self.schema = folder, sensitivity, schema
        self.letters, self.amends = Letters(store, node), Amends(store, ledger)
        self.then: Callable[[Sequence[int]], None] = lambda _versions: None

    @property
    def log(self) -> str:
        """The log that is written now; read anew each time, since another process may have begun a new epoch."""
        return f"{self.node}.{self.store.notes.get(epoch.NOTE)}"

    def publish(self) -> int:
        """Sign everything not yet published, a batch to a transaction; gives the number of entries."""
        published = 0
        for step in (self._publish_changes, self._publish_letters):
            while count := self._committed(step):
                published += count
        return published

    def last_word(self, write: Callable[[str, int], None], then: Callable[[], object]) -> None:
        """Publish everything, and behind it a letter after which `then` may put another key into force.

        `write` writes the letter, told our log and the number behind the letter's own. All that is signed with the
        old key stands before that number, and the letter, the last of it, is kept together with what `then` does.
        """

        def step() -> int:
            if self.store.records.changes_after(int(self.store.notes.get(MARK, "0")), 1) or self.letters.unsent(1):
                return 0
            write(self.log, self._next_number() + 1)
            count = self._publish_letters()
            then()
            return count

        while not self._committed(step):
            self.publish()

    def _committed(self, step: Callable[[], int]) -> int:
        with self.store.transaction():
            count = step()
        if count:
            # After the commit: a number in the file that was never committed would look like a store set back.
            with self.store.transaction():
                state = self.ledger.log(self.log)
                epoch.remember(self.folder, self.log.rpartition(".")[2], state.head_number if state else 0)
        return count

    # -- records ------------------------------------------------------------------------------------------

    def _publish_changes(self) -> int:
        mark = int(self.store.notes.get(MARK, "0"))
        changes = self.store.records.changes_after(mark, BATCH)
        if changes:
            self._append_changes(changes)
            self.store.notes.set(MARK, str(changes[-1].seq))
            self.then([change.version_id for change in changes])
        return len(changes)

    def _append_changes(self, changes: list[Change]) -> None:
        said = self.amends.said_before([change.version_id for change in changes])
        leaves: dict[tuple[str, int], set[bytes]] = {}
        rows, marks = [], {}
        for number, change in enumerate(changes, self._next_number()):
            before = leaves.get((change.uuid, change.generation - 1), set()) | set(change.parents)
            if change.version_id in said:
                head, keys, withheld = said[change.version_id]
                groups = {group: text for group, text in _ordered(change).items() if group not in withheld}
                entry = Entry(number, head, groups, keys, withheld)
            else:
                entry = _entry(number, change, sorted(before))
            leaf = marks[change.version_id] = entry.leaf()
            leaves.setdefault((change.uuid, change.generation), set()).add(leaf)
            rows.append(EntryRow(entry, change.version_id, *self._judged_by(change), leaf))
        self._append(rows)
        self.store.records.seal(marks)

    def _judged_by(self, change: Change) -> tuple[int, str]:
        core = orjson.loads(change.groups["core"])
        return classified(core, self.sensitivity)

    # -- letters ------------------------------------------------------------------------------------------

    def _publish_letters(self) -> int:
        waiting = self.letters.unsent(BATCH)
        rows, numbers = [], {}
        for number, (row_id, uuid, text) in enumerate(waiting, self._next_number()):
            head = {"id": uuid, "generation": 1, "parents": [], "groups": ["core"]}
            entry = Entry(number, orjson.dumps(head).decode(), {"core": text}, _new_keys())
            rows.append(EntryRow(entry, None, policy.classify("letter", 0), "", entry.leaf()))
            numbers[row_id] = number
        if rows:
            self._append(rows)
            state = self.ledger.log(self.log)
            assert state is not None
            self.letters.sent_as(state.id, numbers)
        return len(rows)

    # -- the log ------------------------------------------------------------------------------------------

    def _next_number(self) -> int:
        state = self.ledger.log(self.log)
        return state.head_number + 1 if state else 1

    def _append(self, rows: list[EntryRow]) -> None:
        state, key = self.ledger.log(self.log), self.key()
        header = Header(
            log=self.log, first=rows[0].entry.number, count=len(rows), root=seals.root([row.leaf for row in rows]),
            key=key.fingerprint, previous=state.head_hash if state else seals.NO_PREVIOUS, schema=self.schema,
        )  # fmt: skip
        text = wire.header_text(header)
        batch = Batch(text, seals.sign(key.private, text.encode()), [row.entry for row in rows])
        self.ledger.append(self.log, batch, rows)


def classified(core: dict[str, object], sensitivity: Sensitivity) -> tuple[int, str]:
    """The class and the day by which the terms judge a record, from its core as far as it can be read."""
    species, kind, day = core.get("species"), core.get("kind"), core.get("day")
    level = sensitivity(species) if isinstance(species, str) else policy.LEVELS - 1
    return policy.classify(str(kind), level), day[:10] if isinstance(day, str) else ""


def _ordered(change: Change) -> dict[str, str]:
    return {group: change.groups[group] for group in seals.ORDER if group in change.groups}


def _new_keys() -> dict[str, bytes]:
    return {"": os.urandom(seals.SALT_BYTES)}


def _entry(number: int, change: Change, parents: list[bytes]) -> Entry:
    groups = _ordered(change)
    head = {
        "id": change.uuid,
        "generation": change.generation,
        "parents": [parent.hex() for parent in parents],
        "groups": list(groups),
    }
    return Entry(number, orjson.dumps(head).decode(), groups, _new_keys())
