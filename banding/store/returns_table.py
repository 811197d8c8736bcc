"""The table of returns: derived from the records, brought up to date when it is asked, made anew at will."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from banding.store import links
from banding.store.returns_rows import STORED, Side, stored
from banding.store.rows import text
from banding.store.search import RETURNS

if TYPE_CHECKING:
    # The migrations call this room, and the connections call the migrations.
    import sqlite3

CHUNK = 2_000
ASKED = (
    "scheme", "ring_key", "recovery_day", "banding_day", "manner", "condition", "circumstances",
    "recovery_place_code", "banding_place_code", "latitude", "longitude", "banding_latitude", "banding_longitude",
    "origin", "banding_origin", "distance_km", "direction_deg", "days",
)  # fmt: skip
"""What questions are asked of: one index holds it all, a quarter of the whole row."""

_TABLE = """create table returns (
 key integer primary key, recovery integer not null, banding integer not null, ring_key text not null,
 engraved text not null, banding_id text not null, recovery_id text not null, scheme text not null, ring text not null,
 species text not null, species_code text, banding_day text not null, banding_place_code text, banding_place text,
 banding_latitude real, banding_longitude real, banding_precision text not null, banding_uncertainty_m any,
 banding_origin text not null, banding_sex text, banding_age text, recovery_day text not null, recovery_time text,
 manner text, recovery_place_code text, recovery_place text, latitude real, longitude real,
 precision text not null, uncertainty_m any, origin text not null, condition text, circumstances text, sex text,
 age text, distance_km real, direction_deg integer, days integer not null, days_exact integer not null) strict"""

# Rows of a bird go as soon as one of its records changes, and not when the table is next asked: what is forgotten
# must be gone from here too. Newcomers cost a pull nothing, since they are found by their numbers.
_GONE = (
    " delete from returns where recovery = {0}; delete from returns where banding = {0};"
    " insert or ignore into returns_noted(ring_key, scheme)"
)
_NOTE = " insert or ignore into returns_noted(ring_key, scheme)"
_WATCHED = "kind, version_id, scheme, ring_key, species, day, latitude, longitude, coarse, place_code, withdrawn"
_TRIGGERS = (
    f"create trigger returns_moved after update of {_WATCHED} on records begin"
    + _GONE.format("old.id")
    + " select old.ring_key, old.scheme where old.ring_key is not null;"
    + _NOTE
    + " select new.ring_key, new.scheme where new.ring_key is not null; end",
    # The number of a record that is gone may be given again.
    "create trigger returns_removed after delete on records begin"
    + _GONE.format("old.id")
    + " select old.ring_key, old.scheme where old.ring_key is not null;"
    " update returns_mark set upto = min(upto, (select coalesce(max(id), 0) from records)); end",
    "create trigger returns_told after update of core, area, place on versions begin"
    + _GONE.format("new.record_id")
    + " select ring_key, scheme from records where id = new.record_id and ring_key is not null; end",
)
# A number with one neighbour too many is followed no more, so that its other neighbours change too.
_LINKED = (
    "create trigger returns_{1}linked after {2} on ring_links begin"
    + _NOTE
    + " values ({0}.ring_key, {0}.scheme);"
    + _NOTE
    + " select distinct to_ring_key, to_scheme from ring_links where ring_key = {0}.ring_key and scheme = {0}.scheme"
    f" limit {links.MOST_NUMBERS + 2}; end"
)
_INDEXES = (
    "create unique index returns_by_recovery on returns(recovery)",
    "create index returns_by_banding on returns(banding)",
    "create index returns_by_ring on returns(ring_key, scheme)",
    f"create index returns_by_species on returns(species, key, {', '.join(ASKED)})",
    "create index returns_by_place on returns(recovery_place_code)",
    "create index returns_by_banding_place on returns(banding_place_code)",
    "create index returns_by_name on returns(recovery_place)",
    "create index returns_by_banding_name on returns(banding_place)",
)


def create(connection: "sqlite3.Connection") -> None:
    """The table, empty, with what notes which birds have changed since."""
    connection.execute(_TABLE)
    connection.execute(
        "create table returns_noted (ring_key text not null, scheme text not null,"
        " primary key (ring_key, scheme)) strict, without rowid"
    )
    connection.execute("create table returns_mark (upto integer not null) strict")
    connection.execute("insert into returns_mark(upto) values (0)")
    linked = (_LINKED.format("new", "", "insert"), _LINKED.format("old", "un", "delete"))
    for statement in (*_INDEXES, *_TRIGGERS, *linked):
        connection.execute(statement)


def is_behind(connection: "sqlite3.Connection") -> bool:
    """Whether any record has come or changed since the table was last brought up to date; costs next to nothing."""
    sql = (
        "select exists (select 1 from returns_noted) or (select max(id) from records) > (select upto from returns_mark)"
    )
    return bool(connection.execute(sql).fetchone()[0])


def behind(connection: "sqlite3.Connection") -> tuple[int, int]:
    """How many changed birds and new records are not in the table yet, and out of how many."""
    sql = (
        "select (select count(*) from returns_noted), (select upto from returns_mark),"
        " (select coalesce(max(id), 0) from records)"
    )
    noted, upto, end = connection.execute(sql).fetchone()
    return noted + max(0, end - upto), noted + end


def catch_up(connection: "sqlite3.Connection", most: int) -> int:
    """Bring the rows of at most so many changed birds and new records up to date; how many there were.

    Belongs into a transaction. Nothing is left to do when it gives nought.
    """
    run = connection.execute
    noted = run("select ring_key, scheme from returns_noted limit ?", [most]).fetchall()
    (upto,) = run("select upto from returns_mark").fetchone()
    (end,) = run(
        "select max(id) from (select id from records where id > ? order by id limit ?)", [upto, most]
    ).fetchone()
    birds = {*noted, *(_newcomers(connection, upto, end) if end else ())}
    _renew(connection, birds)
    connection.executemany("delete from returns_noted where ring_key = ? and scheme = ?", noted)
    if end:
        run("update returns_mark set upto = ?", [end])
    return len(noted) + (end - upto if end else 0)


def settle(connection: "sqlite3.Connection") -> None:
    """Bring what has changed up to date at once: the notes name rings, and no ring may stay of a forgotten bird."""
    while connection.execute("select exists (select 1 from returns_noted)").fetchone()[0]:
        catch_up(connection, CHUNK)


def forget(connection: "sqlite3.Connection") -> None:
    """Empty the table, so that it is made anew when it is next asked; inside a transaction of the caller."""
    for statement in ("delete from returns", "delete from returns_noted", "update returns_mark set upto = 0"):
        connection.execute(statement)


def _newcomers(connection: "sqlite3.Connection", after: int, upto: int) -> list[tuple[str, str]]:
    """The birds of new records of which there may be a return."""
    sql = (
        "select distinct n.ring_key, n.scheme from records n where n.id > ? and n.id <= ? and n.ring_key is not null"
        f" and (exists (select 1 from records r where r.ring_key = n.ring_key and r.scheme = n.scheme"
        f" and r.kind = 'recovery') or {links.IS_LINKED.format('n')})"
    )
    return connection.execute(sql, [after, upto]).fetchall()


def _renew(connection: "sqlite3.Connection", birds: Iterable[tuple[str, str]]) -> None:
    """Write the returns of these birds, under all of their numbers, anew."""
    asked = json.dumps(list(birds))
    every = json.dumps(connection.execute(_FLOCK, [asked]).fetchall())
    connection.execute(
        "delete from returns where key in (select o.key from json_each(?) j cross join returns o"
        " on o.ring_key = j.value ->> 0 and o.scheme = j.value ->> 1)",
        [every],
    )
    found = connection.execute(_FOUND, [every]).fetchall()
    marks = ", ".join("?" * len(STORED))
    rows = [_row(one) for one in found]
    connection.executemany(f"insert or replace into returns({', '.join(STORED)}) values ({marks})", rows)


# Wider than the story of any bird: a change at one end of it must reach the other.
_FLOCK = (
    "with recursive flock(ring_key, scheme) as (select value ->> 0, value ->> 1 from json_each(?) union"
    " select l.to_ring_key, l.to_scheme from flock w join ring_links l on l.ring_key = w.ring_key"
    f" and l.scheme = w.scheme where {links.NEIGHBOURS.format('')} and {links.NEIGHBOURS.format('to_')})"
    " select ring_key, scheme from flock"
)
_SIDE = "{0}.id, {0}.uuid, {0}.origin, {0}v.door, {0}v.core, {0}v.area, {0}v.place"
_FOUND = (
    f"select {_SIDE.format('b')}, {_SIDE.format('r')}, r.ring_key"
    + RETURNS
    + " and r.id in (select o.id from json_each(?) j cross join records o"
    " on o.ring_key = j.value ->> 0 and o.scheme = j.value ->> 1 and o.kind = 'recovery')"
)


def _row(found: Sequence[Any]) -> tuple[Any, ...]:
    return stored(_side(found[:7]), _side(found[7:14]), found[14])


def _side(found: Sequence[Any]) -> Side:
    number, uuid, origin, door, *groups = found
    told = {name: orjson.loads(said) for name, said in zip(("core", "area", "place"), groups, strict=True) if said}
    return Side(number, text(uuid), origin, door, told)
