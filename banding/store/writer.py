"""Writes many versions at once: rows are numbered in memory, then each table is written in one go."""

import json
from typing import Any

from banding.store import forks, links
from banding.store.choosing import MOVE_RECORD, columns, wins
from banding.store.rows import blob
from banding.store.shapes import GROUPS, KnownAs, NewVersion, Placed

RECORD_COLUMNS = (
    "id", "uuid", "kind", "origin", "version_id", "generation", "seal", "submission", "scheme", "ring_key",
    "species", "day", "latitude", "longitude", "coarse", "place_code", "withdrawn",
)  # fmt: skip
INSERT_RECORD = f"insert into records({', '.join(RECORD_COLUMNS)}) values ({', '.join('?' for _ in RECORD_COLUMNS)})"
INSERT_VERSION = (
    "insert into versions(id, record_id, generation, seal, kept_at, kept_by, door, core, area, measurements,"
    " place, remarks, people) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_FINDING = "insert into findings(version_id, code, severity, field, details, reason) values (?, ?, ?, ?, ?, ?)"


class Writer:
    """Gives numbers to new rows in memory, then writes each table in one go."""

    def __init__(self, connection: Any, known: dict[str, KnownAs], at: str) -> None:
        self.connection, self.known, self.at = connection, known, at
        # A record whose row was lost keeps its number while versions of it are here.
        self.next_record = max(_next(connection, "records"), _next(connection, "versions", "record_id"))
        self.next_version = _next(connection, "versions")
        self.inserts: dict[int, tuple[Any, ...]] = {}
        self.moves: dict[int, tuple[Any, ...]] = {}
        self.versions: list[tuple[Any, ...]] = []
        self.findings: list[tuple[Any, ...]] = []
        self.changes: list[tuple[int]] = []
        self.numbers: dict[int, links.Derived] = {}
        self.forks: dict[bytes, bool] = {}

    def place(self, new: NewVersion) -> Placed:
        """Find a place for a version: a new row, or the one where it is already held."""
        before = self.known.get(new.met.id)
        if before and (version_id := self._twin(before, new)):
            return self._fill(before.record_id, version_id, new)
        version_id, self.next_version = self.next_version, self.next_version + 1
        record_id = before.record_id if before else self._new_record_id()
        self._version(version_id, record_id, new)
        if before is not None and new.generation >= before.generation:
            self.forks[blob(new.met.id)] = new.generation == before.generation
        if before is None or wins((new.generation, new.seal), (before.generation, before.seal)):
            self._move(record_id, version_id, new, is_new=before is None)
        return Placed(version_id, "new")

    def _new_record_id(self) -> int:
        record_id, self.next_record = self.next_record, self.next_record + 1
        return record_id

    def _twin(self, before: KnownAs, new: NewVersion) -> int | None:
        """The same version, already held; looked up in the table only when it is not the current one."""
        if new.seal is None:
            return None
        if (before.generation, before.seal) == (new.generation, new.seal):
            return before.version_id
        # An earlier version of the same delivery may still wait to be written.
        self.write()
        sql = "select id from versions where record_id = ? and generation = ? and seal = ?"
        row = self.connection.execute(sql, [before.record_id, new.generation, new.seal]).fetchone()
        return int(row[0]) if row else None

    def _fill(self, record_id: int, version_id: int, new: NewVersion) -> Placed:
        """Add the groups that were withheld before; a fuller copy is never overwritten by a poorer one."""
        self.write()
        row = self.connection.execute(
            "select core, area, measurements, place, remarks, people from versions where id = ? and record_id = ?",
            [version_id, record_id],
        ).fetchone()
        if row is None:
            return self._anew(record_id, new)
        missing = [g for g, held in zip(GROUPS, row, strict=True) if held is None and g in new.groups]
        for group in missing:
            self.connection.execute(f"update versions set {group} = ? where id = ?", [new.groups[group], version_id])
        if missing and new.met.point:
            self.connection.execute(
                "update records set latitude = ?, longitude = ?, coarse = ?"
                " where id = ? and version_id = ? and coarse is not 0",
                [*new.met.point, int(new.met.coarse), record_id, version_id],
            )
        return Placed(version_id, "fuller" if missing else "known")

    def _anew(self, record_id: int, new: NewVersion) -> Placed:
        """Write the current version of a record once more: its row was lost to damage of the file."""
        version_id, self.next_version = self.next_version, self.next_version + 1
        self._version(version_id, record_id, new)
        self._move(record_id, version_id, new, is_new=False)
        return Placed(version_id, "fuller")

    def _version(self, version_id: int, record_id: int, new: NewVersion) -> None:
        texts = map(new.groups.get, GROUPS)
        self.versions.append((version_id, record_id, new.generation, new.seal, self.at, new.by, new.door, *texts))
        for f in new.findings:
            details = json.dumps(dict(f.values), ensure_ascii=False)
            self.findings.append((version_id, f.code, f.severity, f.field, details, new.reasons.get(f.code)))
        if new.own:
            self.changes.append((version_id,))

    def _move(self, record_id: int, version_id: int, new: NewVersion, *, is_new: bool) -> None:
        met, version = new.met, (version_id, new.generation, new.seal)
        row = columns(record_id, blob(met.id), version, new.submission, met)
        self.known[met.id] = KnownAs(record_id, met.id, version_id, new.generation, new.seal, met.origin)
        target = self.inserts if is_new or record_id in self.inserts else self.moves
        target[record_id] = row
        self.numbers.pop(record_id, None)
        if met.replaces or met.ring_key is None:
            self.numbers[record_id] = links.derived(record_id, met)

    def write(self) -> None:
        """Write what has gathered; may be called more than once."""
        run = self.connection.executemany
        run(INSERT_RECORD, self.inserts.values())
        run(MOVE_RECORD, self.moves.values())
        run(INSERT_VERSION, self.versions)
        run(INSERT_FINDING, self.findings)
        run("insert into changes(version_id) values (?)", self.changes)
        forks.write(self.connection, self.forks)
        links.forget(self.connection, self.moves)
        links.write(self.connection, self.numbers.values())
        for gathered in (
            self.inserts,
            self.moves,
            self.versions,
            self.findings,
            self.changes,
            self.numbers,
            self.forks,
        ):
            gathered.clear()


def _next(connection: Any, table: str, column: str = "id") -> int:
    return int(connection.execute(f"select coalesce(max({column}), 0) + 1 from {table}").fetchone()[0])
