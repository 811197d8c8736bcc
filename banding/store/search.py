"""Lists of records and of returns: the questions that many rows answer."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from banding.store import links
from banding.store.rows import KEPT, kept
from banding.store.shapes import Kept, KeptReturn, Query

if TYPE_CHECKING:
    # The table of returns reads the join below, the migrations make that table, and the connections call them.
    from banding.store.database import Connections

PAGE = 500
LAST = "\U0010ffff"
GROUP_COLUMNS = "{0}v.core, {0}v.area, {0}v.measurements, {0}v.place, {0}v.remarks, {0}v.people"
SIDE = (
    "{0}.uuid, {0}.kind, {0}.origin, {0}v.generation, 1, {0}.withdrawn, "
    + GROUP_COLUMNS
    + ", {0}v.kept_at, {0}v.kept_by, {0}v.door, {0}v.id"
)
_BANDED = "kind = 'banding' and withdrawn = 0 order by day, uuid limit 1"
# Where a ring has two bandings, a conflict that the pages show, the earliest stands for it: a return is counted
# once. A bird that wears more than one number was banded under the first of them.
RETURNS = (
    f" from records r join records b on b.id = case when {links.IS_LINKED.format('r')} then ("
    + links.WORN.format(scheme="r.scheme", ring_key="r.ring_key", but=0)
    + " select x.id from worn w join records x on x.ring_key = w.ring_key and x.scheme = w.scheme and x."
    + _BANDED.replace("withdrawn", "x.withdrawn").replace("day, uuid", "x.day, x.uuid")
    + f") else (select id from records where ring_key = r.ring_key and scheme = r.scheme and {_BANDED}) end"
    " join versions rv on rv.id = r.version_id join versions bv on bv.id = b.version_id"
    " where r.kind = 'recovery' and r.withdrawn = 0 and r.ring_key is not null"
)


class Search:
    """Answers by page or as a stream; every list has a count to go with it."""

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections

    def records(self, query: Query, *, limit: int = 50, offset: int = 0) -> list[Kept]:
        """Current versions that fit, the latest day first; withdrawn ones are left out."""
        where, values = _where(query, "r")
        sql = (
            f"{KEPT} from records r join versions v on v.id = r.version_id where {where}"
            " order by r.day desc, r.id desc limit ? offset ?"
        )
        return [kept(row) for row in self._run(sql, [*values, limit, offset])]

    def every(self, query: Query) -> Iterator[Kept]:
        """All current versions that fit, in the order they came, with flat memory however many there are."""
        where, values = _where(query, "r")
        last = 0
        sql = (
            f"{KEPT}, r.id from records r join versions v on v.id = r.version_id where {where}"
            " and r.id > ? order by r.id limit ?"
        )
        while rows := self._run(sql, [*values, last, PAGE]):
            yield from (kept(row[:-1]) for row in rows)
            last = rows[-1][-1]

    def count(self, query: Query) -> int:
        """How many current records fit."""
        where, values = _where(query, "r")
        return int(self._run(f"select count(*) from records r where {where}", values)[0][0])

    def returns(self, query: Query, *, limit: int | None = None, offset: int = 0) -> Iterator[KeptReturn]:
        """Recoveries that fit, each with the banding of its bird, the latest recovery first.

        Read page by page behind the last row seen, so that a long download neither holds the file nor memory.
        """
        where, values = _where(query, "r")
        sql = f"select {SIDE.format('b')}, {SIDE.format('r')}, r.day, r.id{RETURNS} and {where}"
        if limit is not None:
            rows = self._run(f"{sql} order by r.day desc, r.id desc limit ? offset ?", [*values, limit, offset])
            yield from map(_return, rows)
            return
        last_day, last_id = "9999", 0
        sql += " and (r.day, r.id) < (?, ?) order by r.day desc, r.id desc limit ?"
        while rows := self._run(sql, [*values, last_day, last_id, PAGE]):
            yield from map(_return, rows)
            last_day, last_id = rows[-1][-2:]

    def count_returns(self, query: Query) -> int:
        """How many returns fit."""
        where, values = _where(query, "r")
        return int(self._run(f"select count(*){RETURNS} and {where}", values)[0][0])

    def tally(self) -> dict[str, int]:
        """How many current records there are of each kind."""
        return dict(self._run("select kind, count(*) from records where withdrawn = 0 group by kind", []))

    def _run(self, sql: str, values: list[Any]) -> list[Any]:
        return list(self._connections.here().execute(sql, values).fetchall())


def _return(row: Any) -> KeptReturn:
    return KeptReturn(banding=kept(row[:16]), recovery=kept(row[16:32]))


def _where(query: Query, r: str) -> tuple[str, list[Any]]:
    """The conditions of a query and their values; `r` is the name of the table in the statement."""
    asked: list[tuple[str, Any]] = [
        (f"{r}.scheme = ?", query.scheme), (f"{r}.kind = ?", query.kind), (f"{r}.origin = ?", query.origin),
        (f"{r}.place_code = ?", query.place_code), (f"{r}.day >= ?", query.since), (f"{r}.day <= ?", query.until),
    ]  # fmt: skip
    conditions = [f"{r}.withdrawn = 0", *(text for text, value in asked if value)]
    values = [value for _, value in asked if value]
    if query.ring or query.ring_like:
        text, more = _ring(query, r)
        conditions.append(text)
        values += more
    if query.species:
        conditions.append(f"{r}.species in ({', '.join('?' * len(query.species))})")
        values += query.species
    return " and ".join(conditions), values


def _ring(query: Query, r: str) -> tuple[str, list[Any]]:
    """The rings that begin so or fit a pattern, and the partial readings of which that is true as they stand."""
    globs = [_literal(query.ring) + "*"] if query.ring else [one.replace("[", "[[]") for one in query.ring_like]
    (whole, values), (read, more) = ring_within(f"{r}.ring_key", query.ring, query.ring_like), _fits("reading", globs)
    return f"({whole} or {r}.id in (select record_id from ring_readings where {read}))", [*values, *more]


def ring_within(column: str, ring: str, patterns: Sequence[str]) -> tuple[str, list[Any]]:
    """The condition that a ring in normal form begins so, or else fits one of the patterns, and its values."""
    if ring:
        return f"{column} >= ? and {column} < ?", [ring, ring + LAST]
    return _fits(column, [one.replace("[", "[[]") for one in patterns])


def _fits(column: str, globs: Sequence[str]) -> tuple[str, list[Any]]:
    """The condition that a column fits one of these; their common beginning is looked up."""
    start = _common(min(globs), max(globs))
    text = " or ".join([f"{column} glob ?"] * len(globs))
    return f"{column} >= ? and {column} < ? and ({text})", [start, start + LAST, *globs]


def _common(one: str, other: str) -> str:
    """The letters with which both patterns begin, up to the first wildcard."""
    return "".join(a for a, _ in takewhile(lambda two: two[0] == two[1] not in "*?[", zip(one, other, strict=False)))


def _literal(text: str) -> str:
    """A text as GLOB reads it, letter for letter."""
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in text)
