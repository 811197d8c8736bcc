"""Keys with which programs come in: a name, when it was made and when it last served; of the key only the digest."""

import sqlite3
from typing import Any, NamedTuple

from banding.store.database import Connections, transaction

COLUMNS = "k.id, k.account, a.name, k.name, k.made_at, k.used_at"
HOUR = len("2025-06-01T03")


class Key(NamedTuple):
    """One key: its number, whose it is, what it was made for; moments are ISO texts, `used_at` '' for never."""

    id: int
    account: int
    owner: str
    name: str
    made_at: str
    used_at: str


class Keys:
    """Deeds and questions about keys; `account` narrows them to one owner, None means everybody."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def give(self, digest: str, account: int, name: str, at: str) -> None:
        """Write down a key by its digest."""
        with transaction(self._connections.here()):
            sql = "insert into account_keys(digest, account, name, made_at, used_at) values (?, ?, ?, ?, '')"
            self._run(sql, digest, account, name, at)

    def every(self, account: int | None = None) -> list[Key]:
        """All keys, by owner and in the order they were made."""
        sql = (
            f"select {COLUMNS} from account_keys k join accounts a on a.id = k.account"
            " where ?1 is null or k.account = ?1 order by a.name collate nocase, k.id"
        )
        return [Key(*row) for row in self._run(sql, account).fetchall()]

    def serves(self, digest: str, at: str) -> None:
        """Write down that a key has served, once an hour: a program may ask many times a second."""
        sql = "select used_at from account_keys where digest = ?"
        row = self._run(sql, digest).fetchone()
        if row is None or row[0][:HOUR] == at[:HOUR]:
            return
        wait = self._run("pragma busy_timeout").fetchone()[0]
        # Nobody's question waits for a large import to end; the next one writes it down.
        self._run("pragma busy_timeout = 0")
        try:
            self._run("update account_keys set used_at = ? where digest = ?", at, digest)
        except sqlite3.OperationalError:
            return
        finally:
            self._run(f"pragma busy_timeout = {wait}")

    def revoke(self, number: int, account: int | None = None) -> bool:
        """Take one key away; False where there is no such key of that owner."""
        with transaction(self._connections.here()):
            sql = "delete from account_keys where id = ?1 and (?2 is null or account = ?2)"
            return bool(self._run(sql, number, account).rowcount)

    def revoke_all(self, account: int | None = None) -> int:
        """Take all keys away; how many there were."""
        with transaction(self._connections.here()):
            sql = "delete from account_keys where ?1 is null or account = ?1"
            return int(self._run(sql, account).rowcount)

    def _run(self, sql: str, *values: Any) -> Any:
        return self._connections.here().conn.execute(sql, values)
