"""The store of one node: a narrow set of named questions and deeds over one SQLite file."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from banding.store.accounts import Accounts
from banding.store.database import Connections, migrate, transaction
from banding.store.downloads import Downloads
from banding.store.extensions import Extensions
from banding.store.finds import Finds
from banding.store.forgetting import Forgetting
from banding.store.forks import Forks
from banding.store.house import Leases, Notes
from banding.store.keys import Keys
from banding.store.letters import Letters
from banding.store.met import Met
from banding.store.photos import Photos
from banding.store.records import Records
from banding.store.returns import Returns
from banding.store.scheduled import ScheduledReports
from banding.store.search import Search
from banding.store.sessions import Preferences, Sessions
from banding.store.stock import RingStock
from banding.store.totals import Totals
from banding.store.works import Works

__all__ = ["Store"]


class Store:
    """Everything one node keeps. Safe to use from several threads; each gets a connection of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(path)
        self.records = Records(self._connections)
        self.forks = Forks(self._connections)
        self.met = Met(self._connections)
        self.forgetting = Forgetting(self._connections)
        self.search = Search(self._connections)
        self.returns = Returns(self._connections)
        self.downloads = Downloads(self._connections)
        self.totals = Totals(self._connections)
        self.letters = Letters(self._connections)
        self.scheduled = ScheduledReports(self._connections)
        self.works = Works(self._connections)
        self.accounts = Accounts(self._connections)
        self.keys = Keys(self._connections)
        self.notes = Notes(self._connections)
        self.leases = Leases(self._connections)
        self.stock = RingStock(self._connections)
        self.extensions = Extensions(self._connections)
        self.photos = Photos(self._connections)
        self.finds = Finds(self._connections)
        self.sessions = Sessions(self._connections)
        self.preferences = Preferences(self._connections)

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open or create the file and bring its tables up to date. Raises StoreTrouble."""
        store = cls(path)
        migrate(store.database)
        return store

    @property
    def database(self) -> Database:
        """This thread's connection, for the exchange's own ledger, which keeps its tables in the same file."""
        return self._connections.here()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All deeds inside are kept together or not at all; nests."""
        with transaction(self.database):
            yield

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Within a transaction: what fails inside is taken back and the rest stays; the failure is passed on."""
        run = self.database.conn.execute
        run("savepoint attempt")
        try:
            yield
        except BaseException:
            run("rollback to attempt")
            raise
        finally:
            run("release attempt")

    def close(self) -> None:
        """Close the file."""
        self._connections.close()
