"""The ledger: which entries of which logs are held, in which order they came, and whose keys are trusted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from banding.store import Store
from exchange.log import caution, seals, trees, wire
from exchange.log.entries import Batch, Closed, Entry, Header, Offer
from exchange.log.onstore import OnStore
from exchange.log.routes import Routes
from exchange.log.rows import BATCH_OF, NEW_BATCH, EntryRow, columns, packed, unpacked
from exchange.log.tables import migrations

LOG_COLUMNS = "id, name, node, head_number, head_hash, frozen, held, released"


@dataclass(frozen=True, slots=True)
class TrustedNode:
    """A node whose key is known here; `public_key` is 32 raw bytes."""

    code: str
    public_key: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class LogState:
    """How far a log is held: without holes from 1 to `head_number`, though entries of it may be closed to us.

    `frozen` says why nothing more of it is taken, `held` (as JSON) what of it waits for a person; a person has
    let pass what it changes up to the number `released`.
    """

    id: int
    name: str
    node: str
    head_number: int
    head_hash: bytes
    frozen: str | None = None
    held: str | None = None
    released: int = 0


class Ledger(OnStore):
    """The exchange's tables about logs. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.routes = Routes(store)
        with store.transaction():
            migrations.apply(store.database)

    # -- whom we trust ------------------------------------------------------------------------------------

    def trust(self, code: str, public_key: bytes) -> None:
        """Pin a node's key. A different key for a node already known must be refused by the caller."""
        row = {"code": code, "public_key": public_key, "fingerprint": seals.fingerprint(public_key)}
        if self.node(code) is None:
            self.store.database.table("exchange_nodes").insert(row)

    def node(self, code: str) -> TrustedNode | None:
        """The trusted key of a node."""
        return self._node("code = ?", code)

    def node_by_key(self, fingerprint: str) -> TrustedNode | None:
        """The node that a key belongs to."""
        return self._node("fingerprint = ?", fingerprint)

    def _node(self, where: str, value: str) -> TrustedNode | None:
        sql = f"select code, public_key, fingerprint from exchange_nodes where {where}"
        row = self._run(sql, [value]).fetchone()
        return TrustedNode(*row) if row else None

    # -- logs ---------------------------------------------------------------------------------------------

    def log(self, name: str) -> LogState | None:
        """How far a log is held; None when nothing of it is."""
        row = self._run(f"select {LOG_COLUMNS} from exchange_logs where name = ?", [name]).fetchone()
        return LogState(*row) if row else None

    def logs(self, node: str = "") -> list[LogState]:
        """Every log that is held, or those of one node, by name."""
        sql = f"select {LOG_COLUMNS} from exchange_logs where ? in ('', node) order by name"
        return [LogState(*row) for row in self._run(sql, [node]).fetchall()]

    def have(self) -> dict[str, int]:
        """The highest number held of every log, by its name."""
        return dict(self._run("select name, head_number from exchange_logs where head_number > 0 order by name"))

    def heads(self) -> dict[str, str]:
        """The hash of the last header held of every log, in hex, by its name."""
        rows = self._run("select name, head_hash from exchange_logs where head_number > 0 order by name")
        return {name: bytes(digest).hex() for name, digest in rows}

    def held(self, log: LogState, first: int) -> bytes | None:
        """The hash of the header of the batch that begins at this number."""
        sql = "select hash from exchange_batches where log_id = ? and first = ?"
        row = self._run(sql, [log.id, first]).fetchone()
        return bytes(row[0]) if row else None

    def ending(self, name: str, number: int) -> tuple[int, bytes] | None:
        """The first number and the header's hash of the batch of a log that holds this number."""
        sql = (
            "select b.first, b.hash from exchange_batches b join exchange_logs l on l.id = b.log_id"
            " where l.name = ? and b.first <= ? and b.first + b.count > ?"
        )
        row = self._run(sql, [name, number, number]).fetchone()
        return (row[0], bytes(row[1])) if row else None

    def mark(self, log: LogState, **values: Any) -> None:
        """Write down that a log is frozen, held, or released up to a number."""
        names = ", ".join(f"{name} = ?" for name in values)
        self._run(f"update exchange_logs set {names} where id = ?", [*values.values(), log.id])

    # -- adding -------------------------------------------------------------------------------------------

    def append(self, name: str, batch: Batch, rows: Sequence[EntryRow], *, peer: str = "", at: str = "") -> int:
        """Add a batch behind the head of its log and offer it in the feed; gives its number.

        `peer` is the node that brought it, '' where it was written here.
        """
        state = self.log(name) or self._new_log(name)
        header = wire.header(batch.header)
        digest = seals.header_hash(batch.header.encode())
        cursor = self._run(
            f"insert into exchange_batches(id, log_id, first, count, header, signature, hash) values ({NEW_BATCH},"
            " ?, ?, ?, ?, ?, ?)",
            [state.id, header.first, header.count, batch.header, batch.signature, digest],
        )
        batch_id = int(cursor.lastrowid)
        self._insert(state, rows)
        self._close(state, batch.closed)
        self._run(
            "update exchange_logs set head_number = ?, head_hash = ? where id = ?",
            [header.first + header.count - 1, digest, state.id],
        )
        if peer:
            shown = [entry.number for entry in batch.entries] if batch.closed else None
            self.routes.came(batch_id, peer, at, shown)
        self.offer(batch_id)
        return batch_id

    def _new_log(self, name: str) -> LogState:
        self._run(
            "insert into exchange_logs(name, node, head_number, head_hash) values (?, ?, 0, ?)",
            [name, name.rpartition(".")[0], seals.NO_PREVIOUS],
        )
        found = self.log(name)
        assert found is not None
        return found

    def _insert(self, log: LogState, rows: Sequence[EntryRow]) -> None:
        self.store.database.conn.executemany(
            "insert into exchange_entries(log_id, number, head, keys, withheld, version_id, class, day, leaf)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (columns(log.id, row) for row in rows),
        )  # fmt: skip
        caution.heed(self.store.database.conn, [row.version_id for row in rows])

    def _close(self, log: LogState, runs: Iterable[Closed]) -> None:
        self.store.database.conn.executemany(
            "insert into exchange_closed(log_id, first, span, digest) values (?, ?, ?, ?)",
            [(log.id, run.number, run.span, run.digest) for run in runs],
        )

    def batch_id(self, log: LogState, first: int) -> int:
        """The number of the batch that begins there."""
        sql = "select id from exchange_batches where log_id = ? and first = ?"
        return int(self._run(sql, [log.id, first]).fetchone()[0])

    def show(self, log: LogState, header: Header, rows: Sequence[EntryRow], closed: Sequence[Closed]) -> None:
        """Entries that were closed to us have come: they are held now, and what stands in for the rest shrinks."""
        self._insert(log, rows)
        first, last = header.first, header.first + header.count - 1
        sql = "select number, leaf from exchange_entries where log_id = ? and number between ? and ?"
        held = self._run(sql, [log.id, first, last]).fetchall()
        leaves = trees.of_leaves({number: bytes(leaf) for number, leaf in held}, first)
        ours = self.closed(log.id, first, last)
        known = trees.grow(leaves | trees.of_runs(ours, first) | trees.of_runs(closed, first), header.count)
        cover = trees.cover((index for _, index in leaves), header.count)
        self._run("delete from exchange_closed where log_id = ? and first between ? and ?", [log.id, first, last])
        self._close(log, [Closed(first + (i << level), 1 << level, known[level, i]) for level, i in cover])

    def closed(self, log_id: int, first: int, last: int) -> list[Closed]:
        """What stands in for entries that are closed to us, between two numbers."""
        sql = (
            "select first, span, digest from exchange_closed where log_id = ? and first between ? and ? order by first"
        )
        return [Closed(row[0], row[1], bytes(row[2])) for row in self._run(sql, [log_id, first, last]).fetchall()]

    def held_numbers(self, log: LogState, first: int, count: int) -> set[int]:
        """The numbers of a batch whose entries are held, and not closed to us."""
        sql = "select number from exchange_entries where log_id = ? and number between ? and ?"
        return {number for (number,) in self._run(sql, [log.id, first, first + count - 1])}

    def is_full(self, offer: Offer) -> bool:
        """Whether a batch that is offered is held here with every group of every entry."""
        log = self.log(offer.log)
        if log is None or (self.held(log, offer.first) or b"").hex() != offer.header:
            return False
        lacking = self.withheld_in(log, offer.first, offer.count)
        return not lacking and len(self.held_numbers(log, offer.first, offer.count)) == offer.count

    def withheld_in(self, log: LogState, first: int, count: int) -> dict[int, set[str]]:
        """Which groups we lack of the entries of a batch, by entry number; complete entries are left out."""
        sql = (
            "select number, withheld from exchange_entries where log_id = ? and number between ? and ?"
            " and withheld is not null"
        )
        rows = self._run(sql, [log.id, first, first + count - 1])
        return {number: set(json.loads(text)) for number, text in rows}

    def fill(self, log: LogState, entry: Entry, version_id: int | None) -> None:
        """Merge an entry that came again with groups we lacked; nothing held is given up for it.

        `version_id` is where its record is kept now, None while it is set aside.
        """
        sql = "select keys, withheld from exchange_entries where log_id = ? and number = ?"
        keys, withheld = self._run(sql, [log.id, entry.number]).fetchone()
        still = {g: value for g, value in unpacked(withheld).items() if g not in entry.groups}
        merged = unpacked(keys) | dict(entry.keys)
        needed = {path: key for path, key in merged.items() if not any(path[:n] in merged for n in range(len(path)))}
        self._run(
            "update exchange_entries set keys = ?, withheld = ?, version_id = ? where log_id = ? and number = ?",
            [packed(needed), packed(still) or None, version_id, log.id, entry.number],
        )
        caution.heed(self.store.database.conn, [version_id])

    def grew(self, batch_id: int) -> None:
        """Forget the segments that were ready of a batch: more of it is held now."""
        self._run("delete from exchange_segments where batch_id = ?", [batch_id])

    # -- offering -----------------------------------------------------------------------------------------

    def offer(self, batch_id: int, *, peer: str | None = None, only: Sequence[int] = ()) -> None:
        """Put a batch at the end of the feed; perhaps for one peer only, or for some of its numbers only."""
        told = json.dumps(sorted(only)) if only else None
        self._run("insert into exchange_feed(batch_id, peer, only) values (?, ?, ?)", [batch_id, peer, told])

    def offer_entries(self, entries: Iterable[tuple[int, int]], *, peer: str | None = None) -> None:
        """Offer entries again, given as numbers of log and entry, a place in the feed for each batch of them."""
        batch = BATCH_OF.format(log="j.value ->> 0", number="j.value ->> 1")
        sql = f"select ({batch}), j.value ->> 1 from json_each(?) j"
        by_batch: dict[int, list[int]] = {}
        for batch_id, number in self._run(sql, [json.dumps(sorted(set(entries)))]).fetchall():
            by_batch.setdefault(batch_id, []).append(number)
        for batch_id, numbers in by_batch.items():
            self.offer(batch_id, peer=peer, only=numbers)
