"""Photos of birds: kept beside the records in the one file, so that a backup of it has them and nothing is left over.

They are no part of a record: no change is logged for them, and so none of them ever goes to a peer.
"""

from typing import Any, NamedTuple
from uuid import UUID

from banding.store import traces
from banding.store.database import Connections, transaction

MOST = 12
COLUMNS = "p.id, p.width, p.height, length(p.body), p.has_people, p.has_place, p.kept_at, p.kept_by"


class Picture(NamedTuple):
    """A photo fit to be kept: JPEG bytes, the SHA-256 of what was sent, points across and down."""

    digest: str
    body: bytes
    width: int
    height: int
    has_place: bool


class Photo(NamedTuple):
    """What is said of one photo; `size` in bytes. One that shows people is for operators and above."""

    id: int
    width: int
    height: int
    size: int
    has_people: bool
    has_place: bool
    kept_at: str
    kept_by: str | None


class Photos:
    """Deeds and questions about the photos of a record, which is named by its UUID."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: str, picture: Picture, *, has_people: bool, by: str | None, at: str) -> int | None:
        """Keep a photo; its number, also where just these bytes are there already. None where there are MOST."""
        with transaction(self._connections.here()) as database:
            (record_id,) = self._rows("select id from records where uuid = ?", UUID(record).bytes)[0]
            held = dict(self._rows("select digest, id from photos where record_id = ?", record_id))
            if picture.digest in held:
                return int(held[picture.digest])
            if len(held) >= MOST:
                return None
            row = {
                "record_id": record_id, "digest": picture.digest, "body": picture.body, "width": picture.width,
                "height": picture.height, "has_people": int(has_people), "has_place": int(picture.has_place),
                "kept_at": at, "kept_by": by,
            }  # fmt: skip
            return int(database.table("photos").insert(row).last_pk or 0)

    def of(self, record: str) -> list[Photo]:
        """The photos of a record in the order they came."""
        sql = f"select {COLUMNS} from photos p join records r on r.id = p.record_id where r.uuid = ? order by p.id"
        return [_photo(row) for row in self._rows(sql, UUID(record).bytes)]

    def body(self, record: str, number: int) -> bytes | None:
        """The JPEG bytes of one photo of a record."""
        sql = "select p.body from photos p join records r on r.id = p.record_id where r.uuid = ? and p.id = ?"
        rows = self._rows(sql, UUID(record).bytes, number)
        return bytes(rows[0][0]) if rows else None

    def remove(self, record: str, number: int) -> bool:
        """Take a photo away for good, its bytes overwritten; False where it is not there."""
        with transaction(self._connections.here()) as database:
            sql = "delete from photos where id = ? and record_id = (select id from records where uuid = ?)"
            is_gone = database.execute(sql, [number, UUID(record).bytes]).rowcount == 1
            traces.owe(database.conn)
        traces.settle(self._connections.here().conn)
        return is_gone

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        return list(self._connections.here().execute(sql, list(values)).fetchall())


def _photo(row: Any) -> Photo:
    number, width, height, size, has_people, has_place, kept_at, kept_by = row
    return Photo(number, width, height, size, bool(has_people), bool(has_place), kept_at, kept_by)
