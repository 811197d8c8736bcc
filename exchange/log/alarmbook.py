"""The book of alarms: what is wrong or worth telling, once however often it happens, until it is settled."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from exchange.log.onstore import OnStore

COLUMNS = "id, kind, about, details, first_at, last_at, times, told, settled_at, settled_by"


class Alarm(NamedTuple):
    """One alarm; `told` says which courier has carried it and when. Times are ISO texts by our own clock."""

    id: int
    kind: str
    about: str
    details: dict[str, Any]
    first_at: str
    last_at: str
    times: int
    told: dict[str, Any]
    settled_at: str | None
    settled_by: str | None


class Ending(NamedTuple):
    """The last agreement with a peer: its digest and exact text, and whether it is the one now in force."""

    peer: str
    digest: str
    text: str
    is_in_force: bool


class AlarmBook(OnStore):
    """The table of alarms, and what the watch asks of the other tables. Every deed is a transaction that nests."""

    def ring(self, kind: str, about: str, details: Mapping[str, Any], at: str) -> bool:
        """Open an alarm, or count an open one once more with the newest details; whether it is a new one.

        One whose `state` has become another is told to people anew.
        """
        text = _text(details)
        with self.store.transaction():
            again = self._run(
                "update exchange_alarms set times = times + 1, last_at = ?, details = ?,"
                " told = case when coalesce(json_extract(details, '$.state'), '') = ? then told end"
                " where kind = ? and about = ? and settled_at is null",
                [at, text, str(details.get("state") or ""), kind, about],
            )
            if again.rowcount:
                return False
            self._run(
                "insert into exchange_alarms(kind, about, details, first_at, last_at, times) values (?, ?, ?, ?, ?, 1)",
                [kind, about, text, at, at],
            )
            return True

    def amend(self, kind: str, about: str, details: Mapping[str, Any]) -> None:
        """Say of an open alarm what is now true; it counts as no new one."""
        self._run(
            "update exchange_alarms set details = ? where kind = ? and about = ? and settled_at is null",
            [_text(details), kind, about],
        )

    def settle(self, kind: str, about: str, at: str, by: str = "") -> bool:
        """Settle what is open; `by` is empty when it mended itself. Whether anything was open."""
        sql = (
            "update exchange_alarms set settled_at = ?, settled_by = ?"
            " where kind = ? and about = ? and settled_at is null"
        )
        return bool(self._run(sql, [at, by, kind, about]).rowcount)

    def settle_kind(self, kind: str, at: str, by: str) -> int:
        """Settle every open alarm of a kind; how many."""
        sql = "update exchange_alarms set settled_at = ?, settled_by = ? where kind = ? and settled_at is null"
        return int(self._run(sql, [at, by, kind]).rowcount)

    def told(self, number: int, told: Mapping[str, Any]) -> None:
        """Note which couriers have carried an alarm."""
        self._run("update exchange_alarms set told = ? where id = ?", [_text(told), number])

    def one(self, number: int) -> Alarm | None:
        """One alarm."""
        row = self._run(f"select {COLUMNS} from exchange_alarms where id = ?", [number]).fetchone()
        return _alarm(row) if row else None

    def open(self) -> list[Alarm]:
        """Every open alarm, the newest first."""
        sql = f"select {COLUMNS} from exchange_alarms where settled_at is null order by id desc"
        return [_alarm(row) for row in self._run(sql).fetchall()]

    def history(self, limit: int = 100) -> list[Alarm]:
        """What was settled, the latest first."""
        sql = f"select {COLUMNS} from exchange_alarms where settled_at is not null order by settled_at desc, id desc"
        return [_alarm(row) for row in self._run(f"{sql} limit ?", [limit]).fetchall()]

    # -- what the watch asks ------------------------------------------------------------------------------

    def waiting(self) -> list[tuple[str, int, int]]:
        """Of each log with entries set aside: its name, how many, and the number of the latest."""
        sql = (
            "select l.name, count(*), max(s.id) from exchange_set_aside s join exchange_logs l on l.id = s.log_id"
            " group by l.name order by l.name"
        )
        return [(str(name), int(count), int(latest)) for name, count, latest in self._run(sql).fetchall()]

    def refused(self) -> list[tuple[str, int, int]]:
        """Of each peer whose bytes were refused: its code, '' when unknown, how often, and the latest."""
        sql = "select coalesce(peer, ''), count(*), max(id) from exchange_refused group by 1 order by 1"
        return [(str(peer), int(count), int(latest)) for peer, count, latest in self._run(sql).fetchall()]

    def agreements(self) -> list[Ending]:
        """Of each peer the agreement in force, or where none is the last one that was, whatever has become of it.

        A clock that ran ahead, or fell behind, leaves none in force though nobody has ended any.
        """
        sql = (
            "select p.code, a.digest, a.text, a.digest = p.agreement from exchange_peers p"
            " join exchange_agreements a on a.id = (select max(id) from exchange_agreements where peer = p.code"
            " and (digest = p.agreement or (p.agreement = '' and state in ('ended', 'replaced', 'in-force'))))"
            " order by p.code"
        )
        return [Ending(peer, digest, text, bool(force)) for peer, digest, text, force in self._run(sql).fetchall()]


def _text(said: Mapping[str, Any]) -> str:
    return json.dumps(dict(said), ensure_ascii=False, default=str)


def _alarm(row: Any) -> Alarm:
    number, kind, about, details, first_at, last_at, times, told, settled_at, settled_by = row
    said, carried = json.loads(details), json.loads(told or "{}")
    return Alarm(number, kind, about, said, first_at, last_at, times, carried, settled_at, settled_by)
