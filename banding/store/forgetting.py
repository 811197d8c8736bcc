"""Takes texts out of the store for good, where another node has asked to forget what it gave."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from banding.domain.encounters import Encounter
from banding.store import choosing, forks, links, returns_table, traces
from banding.store.database import Connections, transaction
from banding.store.rows import KEPT, kept
from banding.store.shapes import GROUPS

_STANDS = (
    f"{KEPT}, r.id, v.seal from records r join versions v on v.record_id = r.id where r.id = ?"
    " order by v.generation desc, coalesce(v.seal, x'') desc limit 1"
)
_ASKED = "select value from json_each(?)"
_THESE = f"id in ({_ASKED})"
_SAID = f"version_id in ({_ASKED}) and substr(field, 1, instr(field || '.', '.') - 1) in ({_ASKED})"


class Forgetting:
    """The only deeds that take something away: at once from where it stood, with `settle` from the log beside the file.

    With `sweep` it is gone from the unused corners of pages too, into which SQLite may have copied it before.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def groups(self, version_ids: Sequence[int], groups: Iterable[str]) -> None:
        """Take these groups, never the core, out of versions, with what the rules said of them."""
        gone = [group for group in GROUPS if group in set(groups) - {"core"}]
        if not gone or not version_ids:
            return
        asked = json.dumps(list(version_ids))
        with transaction(self._connections.here()):
            self._blank("versions", gone, _THESE, [asked])
            none = ", ".join(f"{group} = null" for group in gone)
            self._run(f"update versions set {none} where {_THESE}", [asked])
            said = [asked, json.dumps(gone)]
            self._blank("findings", ("details", "reason"), _SAID, said)
            self._run(f"delete from findings where {_SAID}", said)
            if "people" in gone:
                self._run(
                    "delete from photos where has_people = 1 and record_id in"
                    " (select record_id from versions where id in (select value from json_each(?)))",
                    [asked],
                )
            sql = "select id from records where version_id in (select value from json_each(?))"
            for (record_id,) in self._run(sql, [asked]).fetchall():
                self._stand(record_id)
            self._end()

    def whole(self, version_ids: Sequence[int]) -> None:
        """Take versions away; a record without any other version goes with them."""
        asked = [json.dumps(list(version_ids))]
        with transaction(self._connections.here()):
            sql = "select distinct record_id from versions where id in (select value from json_each(?))"
            records = [row[0] for row in self._run(sql, asked).fetchall()]
            self._blank("findings", ("details", "reason"), f"version_id in ({_ASKED})", asked)
            self._blank("versions", GROUPS, _THESE, asked)
            # A row of changes that names a version no longer here would take the next of that number for told.
            for table in ("findings", "changes"):
                self._run(f"delete from {table} where version_id in ({_ASKED})", asked)
            self._run(f"delete from versions where {_THESE}", asked)
            for record_id in records:
                self._stand(record_id)
            self._end()

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

    def _end(self) -> None:
        connection = self._connections.here().conn
        returns_table.settle(connection)
        traces.owe(connection)

    # -- the file itself ------------------------------------------------------------------------------------

    def settle(self) -> bool:
        """Empty the log beside the file, so that nothing of it is left there; False while others read: try again."""
        return traces.settle(self._connections.here().conn)

    def sweep(self) -> bool:
        """Write the file anew, so that no page keeps a trace; False where it cannot be done now: try again later.

        Belongs outside of any transaction. Nobody can write meanwhile, so it belongs into a quiet hour. Takes as long
        as copying the file, and as much room on the disk.
        """
        return traces.sweep(self._connections.here().conn)

    def is_owed(self, name: str = traces.FILE) -> bool:
        """Whether something was taken away since this was last done: traces.LOG for `settle`, traces.FILE `sweep`."""
        return traces.is_owed(self._connections.here().conn, name)

    def _blank(self, table: str, columns: Iterable[str], where: str, values: Sequence[Any]) -> None:
        traces.blank(self._connections.here().conn, table, columns, where, values)

    def _run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._connections.here().conn.execute(sql, values)
