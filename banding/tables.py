"""The tables of one node as they are now: the shipped ones, and over them what this node and its peers have added."""

import time
from typing import NamedTuple

from banding import reference
from banding.domain.rules import Tables
from banding.errors import Refused
from banding.reference import Row
from banding.store import Store
from banding.store.extensions import Extension
from schemas.codes import Table, table
from schemas.extensions import OPEN_TABLES

LOOK_AGAIN = 1.0
"""Seconds after which the store is asked whether another process has written."""


class Standing(NamedTuple):
    """An extension and what has become of it: `used`, `shipped` (the shipped row stands), `claimed` (another node's
    stands), `unfit` (it cannot be read here) or `withdrawn`; `rival` is the node whose row stands instead.
    """

    extension: Extension
    state: str
    rival: str = ""


def standings(extensions: list[Extension]) -> list[Standing]:
    """What has become of each: the shipped table wins, then the node whose code comes first in the alphabet."""
    found: list[Standing] = []
    owners: dict[tuple[str, str], str] = {}
    for one in sorted(extensions, key=lambda e: (e.table, e.code, e.origin, e.uuid)):
        state = _state(one)
        if state == "used" and (one.table, one.code) in owners:
            found.append(Standing(one, "claimed", owners[one.table, one.code]))
            continue
        if state == "used":
            owners[one.table, one.code] = one.origin
        found.append(Standing(one, state))
    return found


def _state(one: Extension) -> str:
    if one.withdrawn:
        return "withdrawn"
    if one.table in OPEN_TABLES and one.code in table(one.table):
        return "shipped"
    try:
        reference.check(one.table, one.code, one.row)
    except Refused:
        return "unfit"
    return "used"


class LiveTables:
    """Hands out the tables and reads them anew when an extension has come; asking costs next to nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mark = self._written = 0
        self._look_at = 0.0
        self._whole: dict[str, Table] = {}
        self._tables = reference.tables()

    def now(self) -> Tables:
        """What the rules and the pages look up."""
        self._look()
        return self._tables

    def table(self, name: str) -> Table:
        """One code table, with the rows that nodes have added where it is an open one."""
        self._look()
        return self._whole.get(name) or table(name)

    def _look(self) -> None:
        """Another thread may be doing the same: each assigns whole values only, and both come to the same."""
        written, now = self._store.extensions.written, time.monotonic()
        if written == self._written and now < self._look_at:
            return
        self._written, self._look_at = written, now + LOOK_AGAIN
        mark = self._store.extensions.mark()
        if mark != self._mark:
            added = _added(standings(self._store.extensions.current()))
            self._whole = {name: reference.with_rows(name, rows) for name, rows in added.items()}
            self._tables = reference.merged(added)
            self._mark = mark


def _added(found: list[Standing]) -> dict[str, dict[str, Row]]:
    added: dict[str, dict[str, Row]] = {}
    for one in found:
        if one.state == "used":
            added.setdefault(one.extension.table, {})[one.extension.code] = one.extension.row
    return added
