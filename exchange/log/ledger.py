"""The ledger: which entries of which logs are held, in which order they came, and whose keys are trusted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from banding.store import Store
from exchange.log import seals, wire
from exchange.log.entries import Batch, Entry
from exchange.log.tables import migrations

READ = 20
"""Batches read from the file at a time while a feed is written; bounds the memory of a page."""


@dataclass(frozen=True, slots=True)
class TrustedNode:
    """A node whose key is known here; `public_key` is 32 raw bytes."""

    code: str
    public_key: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class LogState:
    """How far a log is held: without holes from 1 to `head_number`."""

    id: int
    name: str
    node: str
    head_number: int
    head_hash: bytes


class EntryRow(NamedTuple):
    """An entry on its way into the ledger; `version_id` is None while its record is set aside."""

    entry: Entry
    version_id: int | None
    sensitivity: int


class Ledger:
    """The exchange's tables about logs. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store) -> None:
        self.store = store
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
        sql = "select id, name, node, head_number, head_hash from exchange_logs where name = ?"
        row = self._run(sql, [name]).fetchone()
        return LogState(*row) if row else None

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

    def append(self, name: str, batch: Batch, rows: Sequence[EntryRow]) -> int:
        """Add a batch behind the head of its log and offer it in the feed; gives its place there."""
        state = self.log(name) or self._new_log(name)
        digest, first = seals.header_hash(batch.header.encode()), rows[0].entry.number
        batch_row = {
            "log_id": state.id, "first": first, "count": len(rows), "header": batch.header,
            "signature": batch.signature, "hash": digest,
        }  # fmt: skip
        batch_id = self.store.database.table("exchange_batches").insert(batch_row).last_pk
        self.store.database.conn.executemany(
            "insert into exchange_entries(log_id, number, head, keys, withheld, version_id, sensitivity)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [_entry_row(state.id, row) for row in rows],
        )
        self._run(
            "update exchange_logs set head_number = ?, head_hash = ? where id = ?",
            [first + len(rows) - 1, digest, state.id],
        )
        return self.offer(int(batch_id or 0))

    def _new_log(self, name: str) -> LogState:
        row = {
            "name": name,
            "node": name.rpartition(".")[0],
            "head_number": 0,
            "head_hash": seals.NO_PREVIOUS,
        }
        self.store.database.table("exchange_logs").insert(row)
        found = self.log(name)
        assert found is not None
        return found

    def offer(self, batch_id: int) -> int:
        """Put a batch at the end of the feed: it is new here, or fuller than before."""
        return int(self._run("insert into exchange_feed(batch_id) values (?)", [batch_id]).lastrowid or 0)

    def offer_again(self, log: LogState, first: int) -> int:
        """Offer a batch that has become fuller."""
        sql = "select id from exchange_batches where log_id = ? and first = ?"
        return self.offer(int(self._run(sql, [log.id, first]).fetchone()[0]))

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
        still = {g: value for g, value in _unpacked(withheld).items() if g not in entry.groups}
        merged = _unpacked(keys) | dict(entry.keys)
        needed = {path: key for path, key in merged.items() if not any(path[:n] in merged for n in range(len(path)))}
        self._run(
            "update exchange_entries set keys = ?, withheld = ?, version_id = ? where log_id = ? and number = ?",
            [_packed(needed), _packed(still) or None, version_id, log.id, entry.number],
        )

    def ending(self, name: str, number: int) -> tuple[int, bytes] | None:
        """The first number and the header's hash of the batch of a log that holds this number."""
        sql = (
            "select b.first, b.hash from exchange_batches b join exchange_logs l on l.id = b.log_id"
            " where l.name = ? and b.first <= ? and b.first + b.count > ?"
        )
        row = self._run(sql, [name, number, number]).fetchone()
        return (row[0], bytes(row[1])) if row else None

    def cut(self, log: LogState, last: int) -> list[int]:
        """Take a log of ours back to a number, because others hold it otherwise; gives the versions behind it."""
        versions = self._run(
            "select version_id from exchange_entries where log_id = ? and number > ? order by number", [log.id, last]
        ).fetchall()
        gone = "select id from exchange_batches where log_id = ? and first > ?"
        self._run(f"delete from exchange_feed where batch_id in ({gone})", [log.id, last])
        self._run("delete from exchange_entries where log_id = ? and number > ?", [log.id, last])
        self._run("delete from exchange_batches where log_id = ? and first > ?", [log.id, last])
        ending = self.ending(log.name, last)
        head = ending[1] if ending else seals.NO_PREVIOUS
        self._run("update exchange_logs set head_number = ?, head_hash = ? where id = ?", [last, head, log.id])
        return [version for (version,) in versions]

    # -- reading ------------------------------------------------------------------------------------------

    def top(self) -> int:
        """The last place in the feed; 0 when it is empty."""
        return int(self._run("select coalesce(max(seq), 0) from exchange_feed").fetchone()[0])

    def feed(self, after: int, *, but_node: str = "") -> Iterator[Batch]:
        """The batches behind a place in the feed, leaving out the logs of one node: its own come from itself."""
        sql = (
            "select f.seq, b.log_id, b.first, b.count, b.header, b.signature from exchange_feed f"
            " join exchange_batches b on b.id = f.batch_id join exchange_logs l on l.id = b.log_id"
            " where f.seq > ? and l.node != ? order by f.seq limit ?"
        )
        while rows := self._run(sql, [after, but_node, READ]).fetchall():
            for row in rows:
                yield self._batch(row)
            after = rows[-1][0]

    def log_from(self, name: str, first: int) -> Iterator[Batch]:
        """The batches of one log that hold numbers from `first` on."""
        sql = (
            "select null, b.log_id, b.first, b.count, b.header, b.signature from exchange_batches b"
            " join exchange_logs l on l.id = b.log_id where l.name = ? and b.first + b.count > ?"
            " order by b.first limit ?"
        )
        while rows := self._run(sql, [name, first, READ]).fetchall():
            for row in rows:
                yield self._batch(row)
            first = rows[-1][2] + rows[-1][3]

    def _batch(self, row: Sequence[Any]) -> Batch:
        at, log_id, first, count, header, signature = row
        sql = (
            "select number, head, keys, withheld, version_id from exchange_entries"
            " where log_id = ? and number between ? and ? order by number"
        )
        entries = self._run(sql, [log_id, first, first + count - 1]).fetchall()
        texts = self.store.records.texts([e[4] for e in entries if e[4] is not None])
        aside = self.aside(log_id, [e[0] for e in entries if e[4] is None])
        return Batch(header, signature, [_entry(e, texts.get(e[4]) or aside.get(e[0], {})) for e in entries], at)

    def sensitivities(self, batch: Batch) -> list[int]:
        """How sensitive the species of each entry of a batch held here is, in order."""
        header = wire.header(batch.header)
        sql = (
            "select e.sensitivity from exchange_entries e join exchange_logs l on l.id = e.log_id"
            " where l.name = ? and e.number between ? and ? order by e.number"
        )
        rows = self._run(sql, [header.log, header.first, header.first + header.count - 1])
        return [level for (level,) in rows.fetchall()]

    def aside(self, log_id: int, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        """The groups of those of these entries that are set aside as a whole, by entry number."""
        sql = (
            "select s.number, s.groups from exchange_set_aside s join exchange_entries e"
            " on e.log_id = s.log_id and e.number = s.number and e.version_id is null"
            " where s.log_id = ? and s.number in (select value from json_each(?))"
        )
        rows = self._run(sql, [log_id, json.dumps(numbers)]) if numbers else []
        return {number: json.loads(groups) for number, groups in rows}

    def origin_of(self, version_id: int) -> tuple[str, int, tuple[str, ...]] | None:
        """The log, the number and the withheld groups of the entry by which a version came."""
        sql = (
            "select l.name, e.number, e.withheld from exchange_entries e"
            " join exchange_logs l on l.id = e.log_id where e.version_id = ?"
        )
        row = self._run(sql, [version_id]).fetchone()
        return (row[0], row[1], tuple(json.loads(row[2])) if row[2] else ()) if row else None

    def _run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self.store.database.conn.execute(sql, values)


def _entry_row(log_id: int, row: EntryRow) -> tuple[Any, ...]:
    entry = row.entry
    withheld = _packed(entry.withheld) if entry.withheld else None
    return (log_id, entry.number, entry.head, _packed(entry.keys), withheld, row.version_id, row.sensitivity)


def _packed(values: Mapping[str, bytes]) -> str:
    return json.dumps({name: wire.encode(value) for name, value in values.items()}) if values else ""


def _unpacked(text: str | None) -> dict[str, bytes]:
    return {name: wire.decode(value) for name, value in json.loads(text).items()} if text else {}


def _entry(row: Sequence[Any], groups: Mapping[str, str]) -> Entry:
    number, head, keys, withheld, _ = row
    hidden = _unpacked(withheld)
    shown = {group: text for group, text in groups.items() if group not in hidden}
    return Entry(number, head, shown, _unpacked(keys), hidden)
