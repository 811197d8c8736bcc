"""Rows that nodes add to the open tables: their versions stand with those of the records and travel like them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from banding.store.database import Connections, transaction
from banding.store.shapes import KnownAs, Placed

COLUMNS = "id, uuid, origin, generation, table_name, code, cells, withdrawn, version_id"


class Extension(NamedTuple):
    """The current version of a row that a node added: the code is the cell of the table's first column."""

    uuid: str
    origin: str
    generation: int
    table: str
    code: str
    row: Mapping[str, str]
    withdrawn: bool
    version_id: int


@dataclass(frozen=True, slots=True)
class NewExtension:
    """One version of an extension on its way in; `text` is the exact JSON of its core."""

    core: Mapping[str, Any]
    text: str
    door: str
    by: str | None = None
    seal: bytes | None = None
    own: bool = True


class Extensions:
    """Every version of every extension. `written` counts what this process has written, for whoever keeps copies."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.written = 0

    def mark(self) -> int:
        """Changes with every version that becomes a current one, be it an older one."""
        return int(self._run("select coalesce(sum(version_id), 0) from extensions", [])[0][0])

    def current(self) -> list[Extension]:
        """The current version of each, withdrawn ones too, by table, code and origin."""
        rows = self._run(f"select {COLUMNS} from extensions order by table_name, code, origin, uuid", [])
        return [_extension(row) for row in rows]

    def known(self, ids: Iterable[str]) -> dict[str, KnownAs]:
        """Which of these UUIDs are extensions known here, and in which version; the number is that of `versions`."""
        sql = "select id, version_id, generation, seal, origin from extensions where uuid = ?"
        rows = {one: self._run(sql, [UUID(one).bytes]) for one in ids}
        return {one: KnownAs(-found[0][0], one, *found[0][1:]) for one, found in rows.items() if found}

    def keep(self, versions: Sequence[NewExtension], at: str) -> list[Placed]:
        """Keep all versions or none; of two the higher generation is the current one, then the larger seal."""
        with transaction(self._connections.here()):
            return [self._place(one, at) for one in versions]

    def _place(self, new: NewExtension, at: str) -> Placed:
        before = self.known([new.core["id"]]).get(new.core["id"])
        if before and new.seal is not None:
            sql = "select id from versions where record_id = ? and generation = ? and seal = ?"
            if twin := self._run(sql, [before.record_id, new.core["generation"], new.seal]):
                return Placed(twin[0][0], "known")
        number = -before.record_id if before else self._next("extensions")
        version_id = self._next("versions")
        self._write(number, version_id, new, at)
        if before is None or _order(new) > (before.generation, before.seal or b""):
            self._move(number, version_id, new)
        self.written += 1
        return Placed(version_id, "new")

    def _write(self, number: int, version_id: int, new: NewExtension, at: str) -> None:
        # A negative number keeps versions of extensions apart from those of records, which are counted upwards.
        self._run(
            "insert into versions(id, record_id, generation, seal, kept_at, kept_by, door, core)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            [version_id, -number, new.core["generation"], new.seal, at, new.by, new.door, new.text],
        )
        if new.own:
            self._run("insert into changes(version_id) values (?)", [version_id])

    def _move(self, number: int, version_id: int, new: NewExtension) -> None:
        core = new.core
        cells = json.dumps(dict(core["row"]), ensure_ascii=False)
        self._run(
            f"insert or replace into extensions({COLUMNS}, seal) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number, UUID(core["id"]).bytes, core["origin"], core["generation"], core["table"], core["code"],
                cells, int(core.get("withdrawn", False)), version_id, new.seal,
            ],
        )  # fmt: skip

    def _next(self, table: str) -> int:
        return int(self._run(f"select coalesce(max(id), 0) + 1 from {table}", [])[0][0])

    def _run(self, sql: str, values: Sequence[Any]) -> list[Any]:
        return list(self._connections.here().execute(sql, values).fetchall())


def _order(new: NewExtension) -> tuple[int, bytes]:
    return new.core["generation"], new.seal or b""


def _extension(row: Sequence[Any]) -> Extension:
    _number, uuid, origin, generation, table, code, cells, withdrawn, version_id = row
    return Extension(
        str(UUID(bytes=uuid)), origin, generation, table, code, json.loads(cells), bool(withdrawn), version_id
    )
