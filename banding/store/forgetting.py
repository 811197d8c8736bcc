"""Takes texts out of the store for good, where another node has asked to forget what it gave."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from banding.domain.encounters import Encounter
from banding.store import choosing, forks, links, returns_table
from banding.store.database import Connections, transaction
from banding.store.rows import KEPT, kept
from banding.store.shapes import GROUPS

_STANDS = (
    f"{KEPT}, r.id, v.seal from records r join versions v on v.record_id = r.id where r.id = ?"
    " order by v.generation desc, coalesce(v.seal, x'') desc limit 1"
)


class Forgetting:
    """The only deeds that take something away; what is forgotten leaves no bytes behind once `sweep` has been."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def thoroughly(self) -> None:
        """From now on this thread overwrites what it takes away; belongs before the transaction."""
        self._run("pragma secure_delete = on").fetchall()

    def groups(self, version_ids: Sequence[int], groups: Iterable[str]) -> None:
        """Take these groups, never the core, out of versions, with what the rules said of them."""
        gone = [group for group in GROUPS if group in set(groups) - {"core"}]
        if not gone or not version_ids:
            return
        asked = json.dumps(list(version_ids))
        with transaction(self._connections.here()):
            none = ", ".join(f"{group} = null" for group in gone)
            self._run(f"update versions set {none} where id in (select value from json_each(?))", [asked])
            self._run(
                "delete from findings where version_id in (select value from json_each(?))"
                " and substr(field, 1, instr(field || '.', '.') - 1) in (select value from json_each(?))",
                [asked, json.dumps(gone)],
            )
            if "people" in gone:
                self._run(
                    "delete from photos where has_people = 1 and record_id in"
                    " (select record_id from versions where id in (select value from json_each(?)))",
                    [asked],
                )
            sql = "select id from records where version_id in (select value from json_each(?))"
            for (record_id,) in self._run(sql, [asked]).fetchall():
                self._stand(record_id)
            returns_table.settle(self._connections.here().conn)

    def whole(self, version_ids: Sequence[int]) -> None:
        """Take versions away; a record without any other version goes with them."""
        asked = [json.dumps(list(version_ids))]
        with transaction(self._connections.here()):
            sql = "select distinct record_id from versions where id in (select value from json_each(?))"
            records = [row[0] for row in self._run(sql, asked).fetchall()]
            self._run("delete from findings where version_id in (select value from json_each(?))", asked)
            self._run("delete from versions where id in (select value from json_each(?))", asked)
            for record_id in records:
                self._stand(record_id)
            returns_table.settle(self._connections.here().conn)

    def _stand(self, record_id: int) -> None:
        """Let a record say what the best of its versions says, or let it go where there is none."""
        connection = self._connections.here().conn
        row = self._run(_STANDS, [record_id]).fetchone()
        (uuid,) = self._run("select uuid from records where id = ?", [record_id]).fetchone()
        links.forget(connection, [record_id])
        if row is None:
            self._run("delete from records where id = ?", [record_id])
            forks.write(connection, {uuid: False})
            return
        version = kept(row)
        met = Encounter.of(version.groups)
        said = (version.version_id, version.generation, row[-1])
        self._run(choosing.MOVE_RECORD, choosing.columns(record_id, uuid, said, None, met))
        links.write(connection, [links.derived(record_id, met)])
        sql = "select count(*) > 1 from versions where record_id = ? and generation = ?"
        forks.write(connection, {uuid: bool(self._run(sql, [record_id, version.generation]).fetchone()[0])})

    def sweep(self) -> bool:
        """Write the file anew, so that no page keeps a trace; False while others use the file: try again later.

        Belongs outside of any transaction. Takes as long as copying the file, and as much room on the disk.
        """
        try:
            self._run("vacuum")
            busy, _, _ = self._run("pragma wal_checkpoint(truncate)").fetchone()
        except sqlite3.OperationalError:
            return False
        return not busy

    def _run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._connections.here().conn.execute(sql, values)
