"""One SQLite file, one connection a thread, and the only way to begin a transaction."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from banding.errors import StoreTrouble
from banding.spoken import filled
from banding.store.migrations import migrations
from banding.store.returns_query import within_region

BUSY_SECONDS = 30
# Checkpoints cost most when a large pull is written in one go; a larger log makes them rare.
WAL_PAGES = 8_000
CACHE_KIB = 32_768


class Connections:
    """Opens the file once a thread; SQLite lets many read while one writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[tuple[threading.Thread, Database]] = []
        self._lock = threading.Lock()
        self._closed = False

    def here(self) -> Database:
        """The connection of the calling thread. Raises StoreTrouble once the store was closed."""
        found: Database | None = getattr(self._local, "database", None)
        if found is None or self._closed:
            self._check_open()
            found = self._local.database = _connect(self.path)
            with self._lock:
                self._close_idle()
                self._open.append((threading.current_thread(), found))
        return found

    def close(self) -> None:
        """Close the file for this thread and all that have ended; the store is of no use afterwards.

        A thread that still runs keeps its connection until it next asks: closing it in the middle of a
        statement would take the whole process down.
        """
        self._closed = True
        with self._lock:
            self._close_idle(threading.current_thread())
        self._local = threading.local()

    def _close_idle(self, *also: threading.Thread) -> None:
        # Each sync has a thread of its own; without this every one would leave a file open behind it.
        idle = [(thread, database) for thread, database in self._open if not thread.is_alive() or thread in also]
        self._open = [pair for pair in self._open if pair not in idle]
        for _, database in idle:
            database.conn.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreTrouble("The node is ending", where=str(self.path), mend="Start it again")


def _connect(path: Path) -> Database:
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute(f"pragma wal_autocheckpoint = {WAL_PAGES}")
        connection.execute(f"pragma cache_size = -{CACHE_KIB}")
        connection.execute("pragma foreign_keys = on")
        # What is deleted is zeroed in its page at once; not every build of SQLite does so by itself.
        connection.execute("pragma secure_delete = on").fetchall()
        connection.create_function("within_region", 3, within_region, deterministic=True)
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    return Database(connection)


def unusable(path: Path, error: Exception) -> StoreTrouble:
    """The plain sentence for a file that cannot be opened, read or written."""
    return StoreTrouble(
        "The node's file cannot be used",
        where=str(path),
        why=filled("SQLite says: %(fault)s", fault=error),
        mend="Check that the folder exists, that it can be written to and that the disk is not full",
    )


@contextlib.contextmanager
def transaction(database: Database) -> Iterator[Database]:
    """All or nothing, and safe to nest: the outermost one commits.

    It begins immediate, because a transaction that reads first and writes later fails with "database is
    locked" as soon as another one has written in between.
    """
    if database.conn.in_transaction:
        yield database
        return
    database.conn.execute("begin immediate")
    try:
        yield database
        database.conn.execute("commit")
    except BaseException:
        # The commit itself can fail, when the disk is full; then there is still something to roll back.
        if database.conn.in_transaction:
            database.conn.execute("rollback")
        raise


def migrate(database: Database) -> None:
    """Bring the node's tables up to date; every step runs once and in order."""
    with transaction(database):
        migrations.apply(database)
