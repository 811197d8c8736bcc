"""Numbers worn by one bird, and readings of which a part is missing: derived from the records, rebuilt at will."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from banding.domain import rings
from banding.domain.encounters import Encounter
from banding.store.rows import PARAMETERS, batched

Bird = tuple[str, str]
MOST_NUMBERS = 20
"""A number linked with more others than this is no bird's but a placeholder in somebody's file: not followed."""

# Each link stands both ways round, so that from any number of a bird one search leads to all others.
# A number without a link costs one look into this small table and no more.
NEIGHBOURS = (
    "(select count(*) from (select 1 from ring_links n where n.ring_key = l.{0}ring_key and n.scheme = l.{0}scheme"
    f" group by n.to_ring_key, n.to_scheme limit {MOST_NUMBERS + 1})) <= {MOST_NUMBERS}"
)
WORN = (
    "with recursive worn(scheme, ring_key) as (select {scheme}, {ring_key} union"
    " select l.to_scheme, l.to_ring_key from worn w"
    " join ring_links l on l.ring_key = w.ring_key and l.scheme = w.scheme"
    f" where l.record_id != {{but}} and {NEIGHBOURS.format('')} and {NEIGHBOURS.format('to_')} limit 100)"
)
"""All numbers of the bird that wears one: `scheme` and `ring_key` are the SQL of where to begin, `but` a record
whose own link is not followed because it is being changed, 0 for none."""
IS_LINKED = "exists (select 1 from ring_links l where l.ring_key = {0}.ring_key and l.scheme = {0}.scheme)"
INSERT_LINK = "insert into ring_links(ring_key, scheme, to_ring_key, to_scheme, record_id) values (?, ?, ?, ?, ?)"
INSERT_READING = "insert into ring_readings(record_id, scheme, reading) values (?, ?, ?)"


class Derived(NamedTuple):
    """What a version says of its ring beyond the columns of its record: rows of the two tables here."""

    links: tuple[tuple[str, str, str, str, int], ...] = ()
    readings: tuple[tuple[int, str, str], ...] = ()


def derived(record_id: int, met: Encounter) -> Derived:
    """The rows that go with a record's current version; a withdrawn one says nothing."""
    if met.withdrawn:
        return Derived()
    if met.ring_key is None:
        reading = rings.reading(met.ring)
        return Derived(readings=((record_id, met.scheme, reading),)) if reading else Derived()
    if met.replaces is None:
        return Derived()
    (scheme, key), (to_scheme, to_key) = (met.scheme, met.ring_key), met.replaces
    return Derived(links=((key, scheme, to_key, to_scheme, record_id), (to_key, to_scheme, key, scheme, record_id)))


def forget(connection: Any, record_ids: Iterable[int]) -> None:
    """Take away what earlier versions of these records said."""
    moved = [(record_id,) for record_id in record_ids]
    connection.executemany("delete from ring_links where record_id = ?", moved)
    connection.executemany("delete from ring_readings where record_id = ?", moved)


def write(connection: Any, found: Iterable[Derived]) -> None:
    """Write down what versions say."""
    every = list(found)
    connection.executemany(INSERT_LINK, [link for one in every for link in one.links])
    connection.executemany(INSERT_READING, [reading for one in every for reading in one.readings])


def rebuild(connection: Any) -> None:
    """Make both tables anew from the current versions; inside a transaction of the caller."""
    connection.execute("delete from ring_links")
    connection.execute("delete from ring_readings")
    rows = connection.execute(
        "select r.id, v.core from records r join versions v on v.id = r.version_id"
        " where r.withdrawn = 0 and (r.ring_key is null or instr(v.core, '\"replaces\"'))"
    )
    write(connection, [derived(number, Encounter.of({"core": orjson.loads(core)})) for number, core in rows.fetchall()])


def worn_with(connection: Any, birds: Iterable[Bird], *, but: int = 0) -> dict[Bird, list[Bird]]:
    """Of each number that is linked, all numbers of its bird, itself too; numbers without links are left out.

    `but` is a record whose own link is not followed, because it is being changed.
    """
    worn = WORN.format(scheme="?", ring_key="?", but="?") + " select scheme, ring_key from worn"
    starts = [start for chunk in batched(list(birds), PARAMETERS) for start in _linked(connection, chunk)]
    return {(scheme, key): connection.execute(worn, [scheme, key, but]).fetchall() for scheme, key in starts}


def _linked(connection: Any, birds: Sequence[Bird]) -> list[Bird]:
    """Those of these numbers that are linked with others."""
    asked = f"with asked(scheme, ring_key) as (values {', '.join(['(?, ?)'] * len(birds))})"
    sql = (
        f"{asked} select distinct a.scheme, a.ring_key from asked a cross join ring_links l"
        " on l.ring_key = a.ring_key and l.scheme = a.scheme"
    )
    found: list[Bird] = connection.execute(sql, [part for bird in birds for part in bird]).fetchall()
    return found
