"""Rings that the public reports, as they were told, until and after a person has looked at them.

They are no records: nothing here is logged as a change, and so none of it ever goes to a peer. Of the private
address of a find only the digest is kept.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from banding.store import traces
from banding.store.database import Connections, transaction
from banding.store.photos import Picture

WAITING, ACCEPTED, REFUSED, SPAM = "waiting", "accepted", "refused", "spam"
MOST_PHOTOS = 3
COLUMNS = (
    "f.id, f.digest, f.state, f.taken_at, f.told, f.earlier, f.person, f.language, f.suspect, f.record, f.closed_at,"
    " f.closed_by, f.reason, f.forgotten, f.mailed,"
    " (select group_concat(p.id) from find_photos p where p.find_id = f.id)"
)


class Find(NamedTuple):
    """One report: what was `told` of the bird, what had been told `earlier`, and the `person` until forgotten.

    `digest` is that of the private address, `record` the UUID of the recovery that it became, `forgotten` when, why
    and which kinds of personal data were deleted; moments are ISO texts.
    """

    id: int
    digest: str
    state: str
    taken_at: str
    told: Mapping[str, Any]
    earlier: Sequence[Mapping[str, Any]]
    person: Mapping[str, Any]
    language: str
    suspect: bool
    record: str | None
    closed_at: str | None
    closed_by: str | None
    reason: str
    forgotten: Mapping[str, Any]
    mailed: str
    photos: Sequence[int]

    @property
    def submission(self) -> str:
        """The key under which its record comes in, however often and by whichever door."""
        return f"find-{self.digest[:32]}"


class Finds:
    """Deeds and questions about finds."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    # -- taking ---------------------------------------------------------------------------------------------

    def take(
        self, digest: str, told: Mapping[str, Any], person: Mapping[str, Any], *, language: str, suspect: bool, at: str
    ) -> Find:
        """Keep a report; one whose address is known already is the same, told anew, and loses nothing of before."""
        with transaction(self._connections.here()) as database:
            before = self.by_digest(digest)
            if before is None:
                row = {
                    "digest": digest, "state": WAITING, "taken_at": at, "told": _text(told), "earlier": "[]",
                    "person": _text(person) if person else None, "language": language, "suspect": int(suspect),
                    "reason": "", "mailed": "",
                }  # fmt: skip
                database.table("finds").insert(row)
            elif before.state == WAITING and (before.told, before.person) != (told, person):
                earlier = [*before.earlier, before.told] if before.told != told else before.earlier
                self._run(
                    "update finds set told = ?, earlier = ?, person = ?, language = ? where id = ?",
                    [_text(told), _text(earlier), _text(person) if person else None, language, before.id],
                )
            found = self.by_digest(digest)
            assert found is not None
            return found

    def add_photo(self, number: int, picture: Picture) -> None:
        """Keep a photo with a find; just these bytes are kept once, and never more than MOST_PHOTOS."""
        with transaction(self._connections.here()):
            self._run(
                "insert or ignore into find_photos(find_id, digest, width, height, body) select ?1, ?2, ?3, ?4, ?5"
                " where (select count(*) from find_photos where find_id = ?1) < ?6",
                [number, picture.digest, picture.width, picture.height, picture.body, MOST_PHOTOS],
            )

    # -- asking ---------------------------------------------------------------------------------------------

    def by_digest(self, digest: str) -> Find | None:
        """The find with a private address of this digest."""
        return next(iter(self._finds("f.digest = ?", digest)), None)

    def one(self, number: int) -> Find | None:
        """The find with this number."""
        return next(iter(self._finds("f.id = ?", number)), None)

    def waiting(self, limit: int) -> list[Find]:
        """Finds at which nobody has looked yet, the oldest first; those that may be spam come last."""
        return self._finds(f"f.state = '{WAITING}' order by f.suspect, f.id limit ?", limit)

    def closed(self, limit: int, before: int) -> list[Find]:
        """Finds that were looked at, the latest first, below a number."""
        return self._finds(f"f.state != '{WAITING}' and f.id < ? order by f.id desc limit ?", before, limit)

    def count_waiting(self) -> int:
        """How many wait for a person."""
        return int(self._run(f"select count(*) from finds where state = '{WAITING}'").fetchone()[0])

    def newest_waiting(self) -> int:
        """The number of the find that began to wait last and is no likely spam; 0 where none waits."""
        sql = f"select coalesce(max(id), 0) from finds where state = '{WAITING}' and suspect = 0"
        return int(self._run(sql).fetchone()[0])

    def count_since(self, at: str) -> int:
        """How many came since a moment, an ISO text of the same clock."""
        return int(self._run("select count(*) from finds where taken_at >= ?", [at]).fetchone()[0])

    def photo(self, number: int, photo: int) -> Picture | None:
        """One photo of a find."""
        sql = "select digest, body, width, height from find_photos where find_id = ? and id = ?"
        row = self._run(sql, [number, photo]).fetchone()
        return Picture(row[0], bytes(row[1]), row[2], row[3], False) if row else None

    def to_mail(self) -> list[Find]:
        """Finds that were looked at, whose finders gave an address for mail and have not heard the last of it."""
        where = (
            f"f.state in ('{ACCEPTED}', '{REFUSED}') and f.person ->> '$.mail' != ''"
            " and instr(f.mailed, 'answered') = 0 and instr(f.mailed, 'refused') = 0"
            " and instr(f.mailed, 'failed') = 0 order by f.id"
        )
        return self._finds(where)

    def outlived(self, before: str) -> list[Find]:
        """Finds closed before a moment of which something personal is still here."""
        return self._finds("f.closed_at < ? and f.forgotten is null order by f.id", before)

    # -- what becomes of them ---------------------------------------------------------------------------------

    def close(self, number: int, state: str, *, by: str, at: str, reason: str = "", record: str | None = None) -> None:
        """Say what a person has decided."""
        with transaction(self._connections.here()):
            sql = "update finds set state = ?, closed_by = ?, closed_at = ?, reason = ?, record = ? where id = ?"
            self._run(sql, [state, by, at, reason, record, number])

    def reopen(self, number: int) -> None:
        """Let a find wait again that was refused or taken for spam."""
        with transaction(self._connections.here()):
            sql = (
                f"update finds set state = '{WAITING}', closed_by = null, closed_at = null, reason = ''"
                f" where id = ? and state in ('{REFUSED}', '{SPAM}')"
            )
            self._run(sql, [number])

    def mailed(self, number: int, what: str) -> None:
        """Write down which news was sent to the finder, behind what was sent before."""
        with transaction(self._connections.here()):
            self._run("update finds set mailed = ltrim(mailed || ' ' || ?) where id = ?", [what, number])

    def forget(self, number: int, told: Mapping[str, Any], account: Mapping[str, Any]) -> None:
        """Overwrite what is personal in a find: the person, the photos, and all tellings but what `told` leaves."""
        with self._unbound(), transaction(self._connections.here()) as database:
            self._run("delete from find_photos where find_id = ?", [number])
            sql = "update finds set person = null, told = ?, earlier = '[]', forgotten = ? where id = ?"
            self._run(sql, [_text(told), _text(account), number])
            self._anew()
            traces.owe(database.conn)

    def settle(self) -> bool:
        """Leave no trace of what was overwritten in the log beside the file either; False while somebody reads it."""
        return traces.settle(self._connections.here().conn)

    @contextlib.contextmanager
    def _unbound(self) -> Iterator[None]:
        """Let the rows of finds go without their photos; within a transaction this has no effect."""
        self._run("pragma foreign_keys = off")
        try:
            yield
        finally:
            self._run("pragma foreign_keys = on")

    def _anew(self) -> None:
        """Write the table anew: what was told anew made its row grow, and a page may hold a copy of how it was.

        There are few finds, so that this is quick where the whole file would take long.
        """
        rows = self._run("select * from finds order by id").fetchall()
        if not rows or self._run("pragma foreign_keys").fetchone()[0]:
            return
        self._run("delete from finds")
        marks = ", ".join("?" * len(rows[0]))
        self._connections.here().conn.executemany(f"insert into finds values ({marks})", rows)

    def _finds(self, where: str, *values: Any) -> list[Find]:
        rows = self._run(f"select {COLUMNS} from finds f where {where}", values).fetchall()
        return [_find(row) for row in rows]

    def _run(self, sql: str, values: Iterable[Any] = ()) -> Any:
        return self._connections.here().conn.execute(sql, list(values))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _find(row: Any) -> Find:
    number, digest, state, at, told, earlier, person, language, suspect, *rest = row
    record, closed_at, closed_by, reason, forgotten, mailed, photos = rest
    return Find(
        number, digest, state, at, json.loads(told), json.loads(earlier), json.loads(person or "{}"), language,
        bool(suspect), record, closed_at, closed_by, reason, json.loads(forgotten or "{}"), mailed,
        [int(one) for one in photos.split(",")] if photos else [],
    )  # fmt: skip
