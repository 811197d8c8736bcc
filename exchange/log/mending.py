"""Puts back what a disk has lost: the stored bytes of entries and headers, from a copy that proves itself."""

import json
from typing import Any, NamedTuple

from banding.store import Store
from exchange.log import seals
from exchange.log.entries import Entry
from exchange.log.rows import packed
from exchange.log.shelf import Held


class Mended(NamedTuple):
    """An entry made whole from two copies; `lost` are groups of which nothing is left, `wrong` those whose stored
    text proves nothing and of which no other was found.
    """

    entry: Entry
    lost: frozenset[str]
    wrong: frozenset[str]


def join(ours: Entry | None, proven: Entry) -> Mended:
    """A proven copy, with those of our own groups that it withholds and that still prove themselves. Pure."""
    groups, keys, withheld = dict(proven.groups), dict(proven.keys), dict(proven.withheld)
    wrong = set()
    for group, commitment in proven.withheld.items():
        text = ours.groups.get(group) if ours is not None else None
        salt = seals.salt(ours.keys, group) if ours is not None else None
        if text is None or (ours is not None and group in ours.withheld):
            continue
        if salt is None or seals.commitment(salt, text.encode()) != commitment:
            wrong.add(group)
            continue
        groups[group] = text
        keys[seals.PATHS[group]] = salt
        del withheld[group]
    known = ours.withheld if ours is not None else {}
    lost = frozenset(withheld) - known.keys() - wrong
    return Mended(Entry(proven.number, proven.head, groups, keys, withheld), lost, frozenset(wrong))


class Mending:
    """Writes what was mended. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def entry(self, log_id: int, mended: Mended, leaf: bytes) -> bool:
        """Put an entry back: its texts wherever they are kept, its head, keys and leaf; False where its row is gone.

        Where a text that proves nothing stays, the row stays as it is too: it must be seen to be wrong.
        """
        entry = mended.entry
        sql = "select version_id from exchange_entries where log_id = ? and number = ?"
        row = self._run(sql, [log_id, entry.number]).fetchone()
        if row is None or not self._texts(log_id, entry, row[0]):
            return False
        if not mended.wrong:
            self._run(
                "update exchange_entries set head = ?, keys = ?, withheld = ?, leaf = ?"
                " where log_id = ? and number = ?",
                [entry.head, packed(entry.keys), packed(entry.withheld) or None, leaf, log_id, entry.number],
            )
        return not mended.wrong

    def _texts(self, log_id: int, entry: Entry, version_id: int | None) -> bool:
        if version_id is not None:
            return self.store.records.mend(version_id, entry.groups)
        at = [log_id, entry.number]
        sql = "update exchange_letters set core = ? where log_id = ? and number = ?"
        if self._run(sql, [entry.groups.get("core", ""), *at]).rowcount:
            return True
        sql = "update exchange_set_aside set groups = ? where log_id = ? and number = ?"
        return bool(self._run(sql, [json.dumps(dict(entry.groups), ensure_ascii=False), *at]).rowcount)

    def header(self, held: Held, header: str, signature: bytes) -> None:
        """Put the header of a batch and its signature back."""
        sql = "update exchange_batches set header = ?, signature = ?, hash = ? where id = ?"
        self._run(sql, [header, signature, seals.header_hash(header.encode()), held.id])

    def _run(self, sql: str, values: Any = ()) -> Any:
        return self.store.database.conn.execute(sql, values)
