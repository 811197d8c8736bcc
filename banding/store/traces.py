"""What is taken away leaves no trace: overwritten where it stood, then out of the log beside the file.

SQLite may have copied a row from page to page before, and of such a copy something can stay in the unused part of a
page. So the file owes one thing more, that it is written anew; this takes long and is left to a quiet hour. Nothing
less will do: `incremental_vacuum` gives back pages that are free, and such copies stand in pages that are in use. With
350 of 700 rows taken away, 7 and 8 of them were still in the file after it, as many as before, and none after `vacuum`.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from banding.store.database import BUSY_SECONDS

LOG, FILE = "forgetting.log", "forgetting.file"
"""Notes of what is still owed: that the log beside the file is emptied, that the file is written anew."""
SHORT_MS = 500


def blank(connection: Any, table: str, columns: Iterable[str], where: str, values: Sequence[Any]) -> None:
    """Overwrite texts with as many noughts, so that nothing of them is carried along when their rows move or go."""
    noughts = "substr(hex(zeroblob(length(cast({0} as blob)))), 1, length(cast({0} as blob)))"
    told = ", ".join(f"{column} = {noughts.format(column)}" for column in columns)
    connection.execute(f"update {table} set {told} where {where}", values)


def owe(connection: Any) -> None:
    """Write down that something was taken away; inside the transaction that does it."""
    for name in (LOG, FILE):
        sql = "insert or replace into notes(name, value) values (?, hex(randomblob(8)))"
        connection.execute(sql, [name])


def is_owed(connection: Any, name: str) -> bool:
    """Whether this is still to be done."""
    return bool(_mark(connection, name))


def settle(connection: Any) -> bool:
    """Empty the log beside the file; False while somebody reads from it: try again soon. Outside of a transaction."""
    mark = _mark(connection, LOG)
    # It holds up whoever writes while it waits for readers, so it does not wait for long.
    connection.execute(f"pragma busy_timeout = {SHORT_MS}").fetchall()
    try:
        busy, _, _ = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.execute(f"pragma busy_timeout = {int(BUSY_SECONDS * 1000)}").fetchall()
    if not busy:
        _paid(connection, LOG, mark)
    return not busy


def sweep(connection: Any) -> bool:
    """Write the file anew; False where that cannot be done now. Outside of a transaction.

    Nobody can write meanwhile. It takes as long as copying the file, and as much room on the disk.
    """
    mark = _mark(connection, FILE)
    try:
        connection.execute("vacuum")
    except sqlite3.OperationalError:
        return False
    _paid(connection, FILE, mark)
    return settle(connection)


def _mark(connection: Any, name: str) -> str:
    row = connection.execute("select value from notes where name = ?", [name]).fetchone()
    return str(row[0]) if row else ""


def _paid(connection: Any, name: str, mark: str) -> None:
    # Only what was owed at the beginning: more may have been taken away in the meantime.
    connection.execute("delete from notes where name = ? and value = ?", [name, mark])
