"""Entries that wait: those of others here, to be judged once more, and ours at other nodes, as their receipts say."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from banding.domain.rules import Finding
from exchange.log.entries import Entry
from exchange.log.onstore import OnStore
from exchange.log.rows import BATCH_OF_ENTRY, unpacked


class Here(NamedTuple):
    """An entry that waits here, with the header of its batch; `version_id` is that of a record kept without the
    groups that wait, None where the whole entry does.
    """

    log_id: int
    number: int
    log: str
    header: str
    entry: Entry
    leaf: bytes
    version_id: int | None


class There(NamedTuple):
    """An entry of ours that waits at another node: since when we know of it, why, and the record it tells of."""

    peer: str
    log: str
    number: int
    at: str
    reasons: list[Finding]
    uuid: str | None


_THERE = (
    "select w.peer, w.log, w.number, w.at, w.reasons, r.uuid from exchange_waits w"
    " left join exchange_logs l on l.name = w.log"
    " left join exchange_entries e on e.log_id = l.id and e.number = w.number"
    " left join versions v on v.id = e.version_id left join records r on r.id = v.record_id where {0}"
    " order by w.at desc, w.peer, w.log, w.number desc limit ?"
)


class Waits(OnStore):
    """Both sides of what waits. Every deed belongs inside `store.transaction()`."""

    def here(self, after: tuple[int, int], limit: int) -> list[Here]:
        """Entries that wait here, in the order of their logs, those behind a number of log and entry."""
        sql = (
            "select s.log_id, s.number, l.name, b.header, e.head, s.groups, e.keys, e.withheld, e.leaf,"
            " e.version_id from exchange_set_aside s join exchange_logs l on l.id = s.log_id"
            " join exchange_entries e on e.log_id = s.log_id and e.number = s.number"
            f" join exchange_batches b on b.id = ({BATCH_OF_ENTRY})"
            " where (s.log_id, s.number) > (?, ?) order by s.log_id, s.number limit ?"
        )
        return [_here(row) for row in self._run(sql, [*after, limit]).fetchall()]

    def count_here(self) -> int:
        """How many entries wait here."""
        return int(self._run("select count(*) from exchange_set_aside").fetchone()[0])

    def waits(self, peer: str, log: str, number: int, at: str, reasons: str) -> None:
        """Write down that an entry of ours waits at a peer, and why (as JSON); since when stays what it was."""
        self._run(
            "insert into exchange_waits(peer, log, number, at, reasons) values (?, ?, ?, ?, ?)"
            " on conflict(peer, log, number) do update set reasons = excluded.reasons",
            [peer, log, number, at, reasons],
        )

    def found(self, peer: str, log: str, number: int) -> None:
        """An entry of ours has found its place at a peer."""
        self._run("delete from exchange_waits where peer = ? and log = ? and number = ?", [peer, log, number])

    def count_there(self, peer: str = "") -> int:
        """How many entries of ours wait at a peer, or anywhere."""
        return int(self._run("select count(*) from exchange_waits where ? in ('', peer)", [peer]).fetchone()[0])

    def there(self, limit: int = 200) -> list[There]:
        """Entries of ours that wait elsewhere, the latest first."""
        return self._there("?", [True, limit])

    def of_entry(self, log: str, number: int) -> list[There]:
        """Where an entry of ours waits."""
        return self._there("w.log = ? and w.number = ?", [log, number, -1])

    def _there(self, where: str, values: Sequence[Any]) -> list[There]:
        return [_there(row) for row in self._run(_THERE.format(where), values).fetchall()]


def _here(row: Sequence[Any]) -> Here:
    log_id, number, log, header, head, groups, keys, withheld, leaf, version_id = row
    told = json.loads(groups)
    closed = {group: value for group, value in unpacked(withheld).items() if group not in told}
    return Here(log_id, number, log, header, Entry(number, head, told, unpacked(keys), closed), bytes(leaf), version_id)


def _there(row: Sequence[Any]) -> There:
    peer, log, number, at, reasons, uuid = row
    found = [Finding(*one) for one in json.loads(reasons)]
    return There(peer, log, number, at, found, str(UUID(bytes=uuid)) if uuid else None)
