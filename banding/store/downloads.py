"""What was downloaded: the question, the day, how many rows and the seals by which a file can be known again."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from banding.store.database import Connections, transaction


@dataclass(frozen=True, slots=True)
class Downloaded:
    """One file that left the node: `about` is what it says of itself, `seals` the SHA-256 of each of its parts.

    `whole` is the SHA-256 of every byte of it.
    """

    id: str
    format: str
    seals: Mapping[str, str]
    about: Mapping[str, Any]
    rows: int
    at: str
    by: str
    whole: str = ""


class Downloads:
    """Every file of returns that was written in full."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, one: Downloaded, marks: Collection[int] = ()) -> None:
        """Write down a file that has left, with the marks by which it is known when it was changed and renamed."""
        about = json.dumps(dict(one.about), ensure_ascii=False)
        row = {
            "id": one.id, "format": one.format, "seals": _text(one.seals), "about": about, "rows": one.rows,
            "at": one.at, "by": one.by, "whole": one.whole,
        }  # fmt: skip
        with transaction(self._connections.here()) as database:
            database.table("downloads").insert(row)
            told = [(mark, one.id) for mark in marks]
            database.conn.executemany("insert into download_marks(mark, download) values (?, ?)", told)

    def one(self, id: str) -> Downloaded | None:
        """The file of this id."""
        return self._first("id = ?", id)

    def sealed(self, seals: Mapping[str, str]) -> Downloaded | None:
        """The latest file that had exactly these seals."""
        return self._first("seals = ?", _text(seals))

    def whole(self, sha256: str) -> Downloaded | None:
        """The file of exactly these bytes."""
        return self._first("whole <> '' and whole = ?", sha256)

    def sharing(self, marks: Collection[int], most: int = 20) -> list[tuple[str, list[int]]]:
        """The files that share most marks with these, the latest first among equals: the id and all marks of each."""
        asked = json.dumps(list(marks))
        sql = (
            "select d.id, (select json_group_array(mark) from download_marks where download = d.id)"
            " from download_marks m join downloads d on d.id = m.download"
            " where m.mark in (select value from json_each(?))"
            " group by d.id order by count(*) desc, max(d.number) desc limit ?"
        )
        rows = self._connections.here().execute(sql, [asked, most]).fetchall()
        return [(id, json.loads(told)) for id, told in rows]

    def latest(self, limit: int = 50) -> list[Downloaded]:
        """The latest files, the last first."""
        return self._found("1 order by number desc limit ?", limit)

    def _first(self, where: str, value: str) -> Downloaded | None:
        return next(iter(self._found(f"{where} order by number desc limit 1", value)), None)

    def _found(self, where: str, value: Any) -> list[Downloaded]:
        sql = f"select id, format, seals, about, rows, at, by, whole from downloads where {where}"
        rows = self._connections.here().execute(sql, [value]).fetchall()
        return [Downloaded(row[0], row[1], json.loads(row[2]), json.loads(row[3]), *row[4:]) for row in rows]


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(dict(told), ensure_ascii=False, sort_keys=True)
