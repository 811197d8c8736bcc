"""Records whose row a failing disk has lost while their versions stayed: found, and made anew from those."""

from collections.abc import Sequence
from typing import Any

import orjson

from banding.domain.encounters import Encounter
from banding.store import forks, links
from banding.store.choosing import MOVE_RECORD, columns
from banding.store.rows import blob, present
from banding.store.writer import INSERT_RECORD

_LOST = (
    "select distinct v.record_id from versions v where v.record_id > 0"
    " and not exists (select 1 from records r where r.id = v.record_id)"
)
_STANDING = (
    "select id, generation, seal, core, area, measurements, place, remarks, people from versions"
    " where record_id = ? order by generation desc, coalesce(seal, x'') desc limit 1"
)


def lost(connection: Any) -> dict[int, int]:
    """The numbers of records without a row, each with the number of the version that stands."""
    numbers = [number for (number,) in connection.execute(_LOST).fetchall()]
    return {number: int(connection.execute(_STANDING, [number]).fetchone()[0]) for number in numbers}


def anew(connection: Any, number: int) -> bool:
    """Make the row of a record anew as its standing version says; inside a transaction of the caller.

    Where the record came in again under another number meanwhile, the versions go to it there. Gives False where they
    cannot be read. The key under which a form or a file had brought the record stands nowhere else, and is lost.
    """
    found = _standing(connection, number)
    if found is None:
        return False
    again = connection.execute("select id from records where uuid = ?", [blob(found[1].id)]).fetchone()
    if again is None:
        version, met = found
        connection.execute(
            INSERT_RECORD, columns(number, blob(met.id), (version[0], version[1], version[2]), None, met)
        )
    else:
        connection.execute("update versions set record_id = ? where record_id = ?", [again[0], number])
        number = again[0]
        moved = _standing(connection, number)
        if moved is None:
            return False
        version, met = moved
        connection.execute(MOVE_RECORD, columns(number, blob(met.id), (version[0], version[1], version[2]), None, met))
    _derive(connection, number, version, met)
    return True


def _standing(connection: Any, number: int) -> tuple[tuple[Any, ...], Encounter] | None:
    """The version of a record that stands, as a row and as it is understood; None where it cannot be read."""
    version = connection.execute(_STANDING, [number]).fetchone()
    try:
        met = Encounter.of({group: orjson.loads(said) for group, said in present(version[3:]).items()})
        blob(met.id)
    except (ValueError, KeyError, TypeError):
        return None
    return version, met


def _derive(connection: Any, number: int, version: Sequence[Any], met: Encounter) -> None:
    """What hangs on a record: its numbers, whether it has a fork, and the returns of its bird."""
    sql = "select count(*) from versions where record_id = ? and generation = ?"
    sides = connection.execute(sql, [number, version[1]]).fetchone()[0]
    links.forget(connection, [number])
    links.write(connection, [links.derived(number, met)])
    forks.write(connection, {blob(met.id): sides > 1})
    connection.execute("update versions set core = core where id = ?", [version[0]])
