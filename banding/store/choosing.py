"""Which version of a record stands: the same one at every node, whatever came or was published first."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from banding.domain.encounters import Encounter
from banding.store import links
from banding.store.rows import KEPT, kept
from banding.store.shapes import Kept

# The submission stays the first one: it says by which form or file the record came into being.
MOVE_RECORD = (
    "update records set kind = ?3, version_id = ?5, generation = ?6, seal = ?7, scheme = ?9, ring_key = ?10,"
    " species = ?11, day = ?12, latitude = ?13, longitude = ?14, coarse = ?15, place_code = ?16,"
    " withdrawn = ?17 where id = ?1"
)
MOVE_EXTENSION = (
    "update extensions set version_id = ?, generation = ?, seal = ?, table_name = ?, code = ?, cells = ?,"
    " withdrawn = ? where id = ?"
)
# The best of each comes last, and so does its row.
_BETTER = (
    " from json_each(?) j join versions s on s.id = j.value join {0} r on r.id = {1}s.record_id"
    " join versions v on v.record_id = s.record_id and v.generation = r.generation"
    " where v.seal > coalesce(r.seal, x'') order by r.id, v.seal"
)
_RECORDS = KEPT + ", v.seal, r.id" + _BETTER.format("records", "")
_EXTENSIONS = "select r.id, v.id, v.generation, v.seal, v.core" + _BETTER.format("extensions", "-")


def wins(new: tuple[int, bytes | None], held: tuple[int, bytes | None]) -> bool:
    """Whether a version (generation, seal) stands before another: the later one, of two the larger seal."""
    return (new[0], new[1] or b"") > (held[0], held[1] or b"")


def columns(record_id: int, uuid: bytes, version: tuple[int, int, bytes | None], submission: str | None,
            met: Encounter) -> tuple[Any, ...]:  # fmt: skip
    """The row of a record whose current version (number, generation, seal) says this."""
    point = met.point
    latitude, longitude = point or (None, None)
    return (
        record_id, uuid, met.kind, met.origin, *version, submission, met.scheme, met.ring_key, met.species,
        met.day.isoformat(), latitude, longitude, int(met.coarse) if point else None, met.place_code or None,
        int(met.withdrawn),
    )  # fmt: skip


def anew(connection: Any, version_ids: Sequence[int]) -> None:
    """Choose once more for the records and the rows of tables of versions whose seals were just written down.

    A version of ours has no seal until it is published, so that a fork which came before stood in its place.
    """
    asked = [json.dumps(list(version_ids))]
    records = {row[-1]: row for row in connection.execute(_RECORDS, asked)}
    for *row, seal, record_id in records.values():
        _move(connection, record_id, row[0], kept(row), seal)
    extensions = {row[0]: row for row in connection.execute(_EXTENSIONS, asked)}
    moved = [(*version, *_cells(orjson.loads(core)), number) for number, *version, core in extensions.values()]
    connection.executemany(MOVE_EXTENSION, moved)


def _move(connection: Any, record_id: int, uuid: bytes, version: Kept, seal: bytes) -> None:
    met = Encounter.of(version.groups)
    row = columns(record_id, uuid, (version.version_id, version.generation, seal), None, met)
    connection.execute(MOVE_RECORD, row)
    links.forget(connection, [record_id])
    links.write(connection, [links.derived(record_id, met)])


def _cells(core: Mapping[str, Any]) -> tuple[str, str, str, int]:
    return core["table"], core["code"], json.dumps(core["row"], ensure_ascii=False), int(core.get("withdrawn", False))
