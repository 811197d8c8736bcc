"""What was opened to a peer beyond its terms, and which entries an opening is about."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from exchange.log.onstore import OnStore
from exchange.log.routes import is_shown, showing
from exchange.log.rows import BATCH_OF_ENTRY


class Told(NamedTuple):
    """An entry that tells of a bird: where it stands, what its terms hang on, whose it is, and by whom it came."""

    log_id: int
    number: int
    entry_class: int
    day: str
    node: str
    routes: frozenset[str]


class Openings(OnStore):
    """The table exchange_opened, and questions about entries. Every deed belongs inside `store.transaction()`."""

    def telling(self, version_ids: Sequence[int]) -> list[Told]:
        """The entries by which these versions came or went."""
        sql = (
            "select e.log_id, e.number, e.class, e.day, l.node, e.number - b.first,"
            " (select group_concat(r.peer || ':' || r.shown) from exchange_routes r where r.batch_id = b.id)"
            " from json_each(?) j"
            " join exchange_entries e on e.version_id = j.value join exchange_logs l on l.id = e.log_id"
            f" join exchange_batches b on b.id = ({BATCH_OF_ENTRY}) order by e.log_id, e.number"
        )
        rows = self._run(sql, [json.dumps(list(version_ids))]).fetchall()
        return [Told._make((*row[:5], showing(row[6] or "", row[5]))) for row in rows]

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
            "select e.version_id, l.node = ?1, r.shown, e.number - b.first from exchange_logs l"
            " join exchange_batches b on b.log_id = l.id"
            " left join exchange_routes r on r.batch_id = b.id and r.peer = ?1"
            " join exchange_entries e on e.log_id = l.id and e.number between b.first and b.first + b.count - 1"
            " where e.version_id is not null and l.node != ?2 and (l.node = ?1 or r.peer is not null)"
        )
        rows = self._run(sql, [peer, node]).fetchall()
        return [version for version, is_own, bits, offset in rows if is_own or is_shown(bits, offset)]

    def agreement(self, digest: str) -> dict[str, Any]:
        """The document of an agreement by its digest; empty where there is none."""
        row = self._run("select text from exchange_agreements where digest = ?", [digest]).fetchone()
        return dict(json.loads(row[0])) if row else {}
