"""What was opened to a peer beyond its terms, and which entries an opening is about."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from banding.store import Store


class Told(NamedTuple):
    """An entry that tells of a bird: where it stands, what its terms hang on, whose it is, and by whom it came."""

    log_id: int
    number: int
    entry_class: int
    day: str
    node: str
    routes: frozenset[str]


class Openings:
    """The table exchange_opened, and questions about entries. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def telling(self, version_ids: Sequence[int]) -> list[Told]:
        """The entries by which these versions came or went."""
        sql = (
            "select e.log_id, e.number, e.class, e.day, l.node, (select group_concat(r.peer) from exchange_routes r"
            " where r.batch_id = (select b.id from exchange_batches b where b.log_id = e.log_id and b.first <= e.number"
            " order by b.first desc limit 1)) from json_each(?) j"
            " join exchange_entries e on e.version_id = j.value join exchange_logs l on l.id = e.log_id"
            " order by e.log_id, e.number"
        )
        rows = self._run(sql, [json.dumps(list(version_ids))]).fetchall()
        return [Told._make((*row[:5], frozenset((row[5] or "").split(",")) - {""})) for row in rows]

    def open(self, peer: str, entries: Iterable[Told], why: str, at: str) -> list[tuple[int, int]]:
        """Open entries to a peer; gives the log and number of those that were not open to it before."""
        sql = "insert or ignore into exchange_opened(peer, log_id, number, why, at) values (?, ?, ?, ?, ?)"
        return [
            (entry.log_id, entry.number)
            for entry in entries
            if self._run(sql, [peer, entry.log_id, entry.number, why, at]).rowcount
        ]

    def of_classes(self, classes: Sequence[int], since: str = "", until: str = "9999") -> list[tuple[int, int]]:
        """Entries of these classes whose day lies behind `since` and not behind `until`, by log and number."""
        sql = (
            "select log_id, number from exchange_entries where class in (select value from json_each(?))"
            " and day > ? and day <= ? order by log_id, number"
        )
        values = [json.dumps(list(classes)), since, until]
        return [(row[0], row[1]) for row in self._run(sql, values).fetchall()]

    def without_day(self, classes: Sequence[int]) -> list[tuple[int, int]]:
        """Entries of these classes of which no day can be read."""
        sql = "select log_id, number from exchange_entries where day = '' and class in (select value from json_each(?))"
        return [(row[0], row[1]) for row in self._run(sql, [json.dumps(list(classes))]).fetchall()]

    def versions_met_by(self, peer: str, node: str) -> list[int]:
        """The versions that a peer wrote, or brought of others but us."""
        sql = (
            "select e.version_id from exchange_logs l join exchange_batches b on b.log_id = l.id"
            " join exchange_entries e on e.log_id = l.id and e.number between b.first and b.first + b.count - 1"
            " where e.version_id is not null and l.node != ?2 and (l.node = ?1"
            " or exists (select 1 from exchange_routes r where r.batch_id = b.id and r.peer = ?1))"
        )
        return [row[0] for row in self._run(sql, [peer, node]).fetchall()]

    def batches_by(self, peer: str) -> list[int]:
        """The numbers of the batches that a peer brought."""
        sql = "select batch_id from exchange_routes where peer = ? order by batch_id"
        return [row[0] for row in self._run(sql, [peer]).fetchall()]

    def agreement(self, digest: str) -> dict[str, Any]:
        """The document of an agreement by its digest; empty where there is none."""
        row = self._run("select text from exchange_agreements where digest = ?", [digest]).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def _run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self.store.database.conn.execute(sql, values)
