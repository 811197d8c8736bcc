"""Records that two versions of one generation tell of differently, until a later version continues them all."""

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from banding.store.rows import KEPT, blob, kept
from banding.store.shapes import Kept

if TYPE_CHECKING:
    # The migrations call this room, and the connections call the migrations.
    from banding.store.database import Connections

_SIDES = (
    f"{KEPT} from forks f join records r on r.uuid = f.uuid"
    " join versions v on v.record_id = r.id and v.generation = r.generation where {0}"
    " order by f.uuid, v.id = r.version_id desc, v.seal desc"
)


class Fork(NamedTuple):
    """An open fork of a record: its sides, the one that stands for now first."""

    uuid: str
    generation: int
    sides: list[Kept]


class Forks:
    """The open forks; a fork is closed by any version of a later generation."""

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections

    def open(self, limit: int, after: str = "") -> list[Fork]:
        """Open forks by UUID, at most so many, those behind the UUID `after`."""
        where = "f.uuid in (select uuid from forks where uuid > ? order by uuid limit ?)"
        sides = self._sides(where, [blob(after) if after else b"", limit])
        found = ((uuid, list(each)) for uuid, each in groupby(sides, key=lambda side: side.uuid))
        return [Fork(uuid, each[0].generation, each) for uuid, each in found]

    def of(self, uuid: str) -> list[Kept]:
        """The sides of the open fork of a record, the one that stands for now first; none where it has no fork."""
        return self._sides("f.uuid = ?", [blob(uuid)])

    def base(self, uuid: str) -> Kept | None:
        """The one version that all sides continue; None where there is none or more than one here."""
        sql = (
            f"{KEPT} from forks f join records r on r.uuid = f.uuid"
            " join versions v on v.record_id = r.id and v.generation = r.generation - 1 where f.uuid = ?"
        )
        rows = self._connections.here().execute(sql, [blob(uuid)]).fetchall()
        return kept(rows[0]) if len(rows) == 1 else None

    def _sides(self, where: str, values: list[Any]) -> list[Kept]:
        return [kept(row) for row in self._connections.here().execute(_SIDES.format(where), values).fetchall()]


def write(connection: Any, found: Mapping[bytes, bool]) -> None:
    """Write down which records have an open fork now and which have none any more."""
    opened = [(uuid,) for uuid, is_open in found.items() if is_open]
    closed = [(uuid,) for uuid, is_open in found.items() if not is_open]
    connection.executemany("insert or ignore into forks(uuid) values (?)", opened)
    connection.executemany("delete from forks where uuid = ?", closed)


def rebuild(connection: Any) -> None:
    """Find the open forks anew in the versions; inside a transaction of the caller."""
    connection.execute("delete from forks")
    connection.execute(
        "insert into forks(uuid) select r.uuid from records r join versions v on v.record_id = r.id"
        " and v.generation = r.generation group by r.id having count(*) > 1"
    )
