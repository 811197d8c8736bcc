"""Field sessions: what every bird of a net round begins with, and which birds were entered in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from banding.store.database import Connections, transaction
from banding.store.rows import PARAMETERS, batched, blob, text

COLUMNS = "id, account, opened_at, closed_at, header, round, counted"


@dataclass(frozen=True)
class FieldSession:
    """One net round of a day; `header` holds typed texts by control, `counted` the birds counted at the net."""

    id: str
    account: int
    opened_at: str
    closed_at: str | None
    header: Mapping[str, str]
    round: str = ""
    counted: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether birds are still expected."""
        return self.closed_at is None

    @property
    def day(self) -> str:
        """The day of the session, like 2024-05-01."""
        return self.header.get("core.day", "")


class Sessions:
    """Deeds and questions about field sessions."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def open(self, session: FieldSession) -> None:
        """Write a new session down."""
        with transaction(self._connections.here()) as database:
            database.table("field_sessions").insert(_row(session))

    def change(self, session: FieldSession) -> None:
        """Write what is different in a session: header, round, count, or that it is closed."""
        with transaction(self._connections.here()) as database:
            row = _row(session)
            database.table("field_sessions").update(row.pop("id"), row)

    def close(self, id: str, at: str) -> bool:
        """End a session; False where it has ended before or there is none."""
        with transaction(self._connections.here()) as database:
            sql = "update field_sessions set closed_at = ? where id = ? and closed_at is null"
            return bool(database.execute(sql, [at, id]).rowcount)

    def of(self, id: str) -> FieldSession | None:
        """The session with this id."""
        return next(iter(self._asked("id = ?", id)), None)

    def current(self, account: int) -> FieldSession | None:
        """The open session that this account began last."""
        return next(iter(self._asked("account = ? and closed_at is null order by rowid desc limit 1", account)), None)

    def last(self, account: int) -> FieldSession | None:
        """The session that this account began last, whether it is open or not."""
        return next(iter(self._asked("account = ? order by rowid desc limit 1", account)), None)

    def still_open(self) -> Sequence[FieldSession]:
        """Every open session, the newest first."""
        return self._asked("closed_at is null order by rowid desc")

    def list(self, day: str) -> Sequence[FieldSession]:
        """The sessions of a day such as 2024-05-01, in the order in which they were begun."""
        return self._asked("day = ? order by rowid", day)

    # -- birds --------------------------------------------------------------------------------------------

    def add_bird(self, session: str, record: str, round: str) -> None:
        """Say that a record was entered in a session; one that stands in a session already stays where it is."""
        with transaction(self._connections.here()) as database:
            sql = "insert or ignore into session_birds (session, record, round) values (?, ?, ?)"
            database.execute(sql, [session, record, round])

    def birds(self, session: str) -> Sequence[tuple[str, str]]:
        """Record and round of every bird of a session, in the order in which they were entered."""
        sql = "select record, round from session_birds where session = ? order by seq"
        return [(record, round) for record, round in self._run(sql, session)]

    def count(self, session: str) -> int:
        """How many birds of a session stand; those that were withdrawn do not count."""
        wanted = [blob(record) for record, _round in self.birds(session)]
        counts = (
            self._run(
                f"select count(*) from records where withdrawn = 0 and uuid in ({', '.join('?' * len(chunk))})", *chunk
            )[0][0]
            for chunk in batched(wanted, PARAMETERS)
        )
        return sum(counts)

    def withdrawn(self, session: str, limit: int) -> Sequence[str]:
        """Of the birds that were entered last, those that were withdrawn since."""
        last = self.last_birds(session, limit)
        found = self._run(
            f"select uuid from records where withdrawn = 1 and uuid in ({', '.join('?' * len(last))})", *map(blob, last)
        )
        return [text(raw) for (raw,) in found]

    def last_birds(self, session: str, limit: int) -> Sequence[str]:
        """The records that were entered last, the newest first, withdrawn ones too."""
        sql = "select record from session_birds where session = ? order by seq desc limit ?"
        return [record for (record,) in self._run(sql, session, limit)]

    def session_of(self, record: str) -> str | None:
        """The session in which a record was entered."""
        rows = self._run("select session from session_birds where record = ?", record)
        return str(rows[0][0]) if rows else None

    def _asked(self, where: str, *values: Any) -> Sequence[FieldSession]:
        rows = self._run(f"select {COLUMNS} from field_sessions where {where}", *values)
        return [
            FieldSession(id, account, opened_at, closed_at, orjson.loads(header), round, counted)
            for id, account, opened_at, closed_at, header, round, counted in rows
        ]

    def _run(self, sql: str, *values: Any) -> Sequence[Any]:
        return [*self._connections.here().execute(sql, values).fetchall()]


class Preferences:
    """What each person has chosen, by name; a value is anything that JSON can say."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, account: int, name: str, default: Any = None) -> Any:
        """What an account has chosen under a name."""
        sql = "select value from preferences where account = ? and name = ?"
        row = self._connections.here().execute(sql, [account, name]).fetchone()
        return orjson.loads(row[0]) if row else default

    def set(self, account: int, name: str, value: Any) -> None:
        """Write a choice down, whatever stood there."""
        with transaction(self._connections.here()) as database:
            row = {"account": account, "name": name, "value": orjson.dumps(value).decode()}
            database.table("preferences").upsert(row, pk=("account", "name"))


def _row(session: FieldSession) -> dict[str, Any]:
    return {
        "id": session.id, "account": session.account, "opened_at": session.opened_at,
        "closed_at": session.closed_at, "day": session.day, "round": session.round, "counted": session.counted,
        "header": orjson.dumps(dict(session.header)).decode(),
    }  # fmt: skip
