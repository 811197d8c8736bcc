"""What was downloaded: the question, the day, how many rows and the seals by which a file can be known again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banding.store.database import Connections, transaction


@dataclass(frozen=True, slots=True)
class Downloaded:
    """One file that left the node: `about` is what it says of itself, `seals` the SHA-256 of each of its parts."""

    id: str
    format: str
    seals: Mapping[str, str]
    about: Mapping[str, Any]
    rows: int
    at: str
    by: str


class Downloads:
    """Every file of returns that was written in full."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, one: Downloaded) -> None:
        """Write down a file that has left."""
        about = json.dumps(dict(one.about), ensure_ascii=False)
        row = {
            "id": one.id, "format": one.format, "seals": _text(one.seals), "about": about, "rows": one.rows,
            "at": one.at, "by": one.by,
        }  # fmt: skip
        with transaction(self._connections.here()) as database:
            database.table("downloads").insert(row)

    def one(self, id: str) -> Downloaded | None:
        """The file of this id."""
        return self._first("id = ?", id)

    def sealed(self, seals: Mapping[str, str]) -> Downloaded | None:
        """The latest file that had exactly these seals."""
        return self._first("seals = ?", _text(seals))

    def latest(self, limit: int = 50) -> list[Downloaded]:
        """The latest files, the last first."""
        return self._found("1 order by number desc limit ?", limit)

    def _first(self, where: str, value: str) -> Downloaded | None:
        return next(iter(self._found(f"{where} order by number desc limit 1", value)), None)

    def _found(self, where: str, value: Any) -> list[Downloaded]:
        sql = f"select id, format, seals, about, rows, at, by from downloads where {where}"
        rows = self._connections.here().execute(sql, [value]).fetchall()
        return [Downloaded(row[0], row[1], json.loads(row[2]), json.loads(row[3]), *row[4:]) for row in rows]


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(dict(told), ensure_ascii=False, sort_keys=True)
