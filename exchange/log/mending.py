"""Puts back what a disk has lost: the stored bytes of entries and headers, from a copy that proves itself."""

import json
from typing import NamedTuple
from uuid import UUID

from exchange.log import seals
from exchange.log.entries import Entry
from exchange.log.onstore import OnStore
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


class Mending(OnStore):
    """Writes what was mended. Every deed belongs inside `store.transaction()`."""

    def is_lost(self, log_id: int, entry: Entry) -> bool:
        """Whether nothing is left of what an entry says: its version is gone or another's, its letter is gone."""
        at = [log_id, entry.number]
        sql = "select version_id from exchange_entries where log_id = ? and number = ?"
        row = self._run(sql, at).fetchone()
        if row is None:
            return True
        if row[0] is not None:
            return not self._is_its_own(row[0], entry)
        places = ("exchange_letters", "exchange_set_aside")
        return not any(
            self._run(f"select 1 from {place} where log_id = ? and number = ?", at).fetchone() for place in places
        )

    def entry(self, log_id: int, mended: Mended, leaf: bytes, at: str) -> bool:
        """Put an entry back: its texts wherever they are kept, its head, keys and leaf; False where its row is gone.

        Where a text that proves nothing stays, the row stays as it is too: it must be seen to be wrong. A version that
        is gone is made anew, kept at a moment `at`; an entry of which nothing is left loses its row as well, so that it
        is taken like one that was closed.
        """
        entry = mended.entry
        if self.is_lost(log_id, entry):
            self._make_anew(log_id, entry, leaf, at)
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

    def _is_its_own(self, version_id: int, entry: Entry) -> bool:
        """Whether a version is still the one of this entry: the number of one that is gone may be given again."""
        uuid, generation = _named(entry.head)
        sql = (
            "select coalesce(r.uuid, x.uuid), v.generation from versions v left join records r on r.id = v.record_id"
            " left join extensions x on x.id = -v.record_id where v.id = ?"
        )
        row = self._run(sql, [version_id]).fetchone()
        return row is not None and row[0] == uuid and row[1] == generation

    def _make_anew(self, log_id: int, entry: Entry, leaf: bytes, at: str) -> None:
        """Make the version of an entry anew under its record; where that is gone too, let the entry go."""
        uuid, generation = _named(entry.head)
        sql = "select id from records where uuid = ?1 union all select -id from extensions where uuid = ?1"
        record = self._run(sql, [uuid]).fetchone()
        place = "where log_id = ? and number = ?"
        before = self._run(f"select version_id from exchange_entries {place}", [log_id, entry.number]).fetchone()
        if record is None or before is None or before[0] is None:
            if record is None and before is not None:
                self._let_go(before[0])
            self._run(f"delete from exchange_entries {place}", [log_id, entry.number])
            return
        version = self._twin(record[0], generation, leaf) or self._version(before[0], record[0], entry, leaf, at)
        self._run(f"update exchange_entries set version_id = ? {place}", [version, log_id, entry.number])
        for table, sign in (("records", 1), ("extensions", -1)):
            sql = f"update {table} set version_id = ? where id = ? and generation = ? and seal = ?"
            self._run(sql, [version, sign * record[0], generation, leaf])
        # What is derived from the texts of a bird is derived again.
        self._run("update versions set core = core where id = ?", [version])

    def _let_go(self, version_id: int | None) -> None:
        """Take away a version whose record is gone, so that nothing is kept twice when it comes in again."""
        rowless = (
            "select v.id from versions v where v.id = ?"
            " and not exists (select 1 from records r where r.id = v.record_id)"
            " and not exists (select 1 from extensions x where x.id = -v.record_id)"
        )
        for (gone,) in self._run(rowless, [version_id]).fetchall():
            self._run("delete from findings where version_id = ?", [gone])
            self._run("delete from versions where id = ?", [gone])

    def _twin(self, record_id: int, generation: int, leaf: bytes) -> int | None:
        """The same version, made anew already for the same words in another log."""
        sql = "select id from versions where record_id = ? and generation = ? and seal = ?"
        row = self._run(sql, [record_id, generation, leaf]).fetchone()
        return int(row[0]) if row else None

    def _version(self, number: int, record_id: int, entry: Entry, leaf: bytes, at: str) -> int:
        """A new row for a version, under its old number where that has not been given again."""
        if self._run("select 1 from versions where id = ?", [number]).fetchone():
            number = int(self._run("select max(id) + 1 from versions").fetchone()[0])
        _, generation = _named(entry.head)
        names = [group for group in seals.ORDER if group in entry.groups]
        values = [number, record_id, generation, leaf, at, "peer", *(entry.groups[name] for name in names)]
        self._run(
            f"insert into versions(id, record_id, generation, seal, kept_at, door, {', '.join(names)})"
            f" values ({', '.join('?' * len(values))})",
            values,
        )
        return number

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


def _named(head: str) -> tuple[bytes, int]:
    """The record, as the bytes of its UUID, and the generation that a proven head names."""
    said = json.loads(head)
    return UUID(said["id"]).bytes, int(said["generation"])
