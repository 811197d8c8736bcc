"""How far the table of returns is behind the records, and that nobody who waits for a page waits for all of it."""

import sqlite3
from contextvars import ContextVar

from banding.errors import BandingError
from banding.store import returns_table

MOST = 20_000
"""So many changes are brought into the table while somebody waits for an answer."""
_waits: ContextVar[bool] = ContextVar("waits", default=False)


class Behind(BandingError):
    """The table is too far behind to be brought up to date while somebody waits: `done` changes of `total` are in."""

    slug, status = "behind", 503
    done, total = 0, 0


def somebody_waits(waits: bool) -> None:
    """Whether whoever asks in this thread from now on waits for a page, and is rather told that it takes long."""
    _waits.set(waits)


def check(connection: sqlite3.Connection) -> None:
    """Raise Behind where somebody waits and more than MOST has changed."""
    if not _waits.get():
        return
    left, total = returns_table.behind(connection)
    if left > MOST:
        error = Behind("The table of returns is being brought up to date", mend="Ask again in a minute")
        error.done, error.total = total - left, total
        raise error
    # Once begun, an answer is not broken off for what a sync brings meanwhile.
    _waits.set(False)
