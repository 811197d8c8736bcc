"""What the ledger gives up when it is asked to forget: texts for their commitments, entries for nodes of the tree."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from exchange.log.entries import Closed, Entry
from exchange.log.onstore import OnStore
from exchange.log.rows import BATCH_OF_ENTRY, packed


class Told(NamedTuple):
    """An entry of another node: where it stands, the version it is kept as (None while it is set aside), its class."""

    batch_id: int
    log_id: int
    number: int
    version_id: int | None
    entry_class: int


class ForgetBook(OnStore):
    """Deeds against entries of other nodes. Every one belongs inside `store.transaction()`."""

    def entries(self, node: str, classes: Iterable[int]) -> list[Told]:
        """The entries of a node's logs of these classes that are held here, in order."""
        sql = (
            "select b.id, e.log_id, e.number, e.version_id, e.class from exchange_logs l"
            " join exchange_batches b on b.log_id = l.id"
            " join exchange_entries e on e.log_id = l.id and e.number between b.first and b.first + b.count - 1"
            " where l.node = ? and e.class in (select value from json_each(?)) order by b.id, e.number"
        )
        return [Told(*row) for row in self._run(sql, [node, json.dumps(sorted(classes))]).fetchall()]

    def count(self, node: str, classes: Iterable[int]) -> int:
        """How many they are."""
        sql = (
            "select count(*) from exchange_logs l join exchange_entries e on e.log_id = l.id"
            " where l.node = ? and e.class in (select value from json_each(?))"
        )
        return int(self._run(sql, [node, json.dumps(sorted(classes))]).fetchone()[0])

    def telling(self, version_ids: Sequence[int]) -> list[Told]:
        """Every entry that tells of one of these versions: more than one where a log was said again."""
        sql = (
            f"select ({BATCH_OF_ENTRY}), e.log_id, e.number, e.version_id, e.class from json_each(?) j"
            " join exchange_entries e on e.version_id = j.value order by e.log_id, e.number"
        )
        return [Told(*row) for row in self._run(sql, [json.dumps(list(version_ids))]).fetchall()]

    def let_refused_go(self) -> None:
        """Let the bytes of refusals go, of which nobody can tell what they hold; that they were refused stays."""
        self._run("update exchange_refused set bytes = null where bytes is not null")

    def withhold(self, log_id: int, entries: Sequence[Entry]) -> None:
        """Hold entries from now on as these are: with commitments in the place of groups."""
        for entry in entries:
            self._run(
                "update exchange_entries set keys = ?, withheld = ? where log_id = ? and number = ?",
                [packed(entry.keys), packed(entry.withheld) or None, log_id, entry.number],
            )
            self._thin(log_id, entry.number, entry.groups)

    def _thin(self, log_id: int, number: int, groups: Mapping[str, str]) -> None:
        """Where the entry is set aside as well, its texts wait there: those that stay, and no reasons of the rest."""
        sql = "select groups, reasons from exchange_set_aside where log_id = ? and number = ?"
        row = self._run(sql, [log_id, number]).fetchone()
        if row is None:
            return
        stay = {name: text for name, text in json.loads(row[0]).items() if name in groups}
        why = [one for one in json.loads(row[1]) if not one[2] or one[2].partition(".")[0] in groups]
        told = [json.dumps(said, ensure_ascii=False) for said in (stay, why)]
        sql = "update exchange_set_aside set groups = ?, reasons = ? where log_id = ? and number = ?"
        self._run(sql, [*told, log_id, number])

    def close(self, log_id: int, span: range, numbers: Sequence[int], closed: Iterable[Closed]) -> None:
        """Give entries of one batch up; `closed` stands in for all of the batch that is not held then.

        `span` holds the numbers of the batch.
        """
        asked = [log_id, json.dumps(list(numbers))]
        for table in ("exchange_entries", "exchange_set_aside", "exchange_opened"):
            self._run(f"delete from {table} where log_id = ? and number in (select value from json_each(?))", asked)
        sql = "delete from exchange_closed where log_id = ? and first between ? and ?"
        self._run(sql, [log_id, span.start, span.stop - 1])
        self.store.database.conn.executemany(
            "insert into exchange_closed(log_id, first, span, digest) values (?, ?, ?, ?)",
            [(log_id, run.number, run.span, run.digest) for run in closed],
        )
