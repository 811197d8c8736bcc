"""Band returns as flat rows: counted, listed, streamed and tallied from a table that follows the records."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from banding.store import returns_behind, returns_table
from banding.store.database import Connections, transaction
from banding.store.returns_query import COUNTED_BY, Where, where
from banding.store.returns_query import SORTED as ORDERS
from banding.store.returns_rows import COLUMNS, STORED, Row, row
from banding.store.rows import blob
from banding.store.shapes import ReturnQuery

CHUNK = 5_000
EVERYTHING = ReturnQuery()


class Extremes(NamedTuple):
    """How far some returns reach: how many of how many birds and species, days written 2024-05-01, rows by COLUMNS.

    Days and rows are None where there is no return; `farthest` also where no way is known.
    """

    returns: int
    birds: int
    species: int
    banded_first: str | None
    banded_last: str | None
    met_first: str | None
    met_last: str | None
    farthest: Row | None
    longest: Row | None


class Returns:
    """Every answer counts what has come or changed until now: the table is brought up to date first.

    Where `returns_behind.somebody_waits` and it is far behind, every question raises Behind and answers no part.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def catch_up(self, most: int = 0) -> int:
        """Bring the table up to date, or at least so many changed birds and records of it; how many there were.

        Written piece by piece, so that others can write in between; nought, and next to no work, when nothing has
        changed.
        """
        done = 0
        while returns_table.is_behind(self._connections.here().conn) and not 0 < most <= done:
            with transaction(self._connections.here()) as database:
                done += returns_table.catch_up(database.conn, returns_table.CHUNK)
        return done

    def _fresh(self) -> None:
        returns_behind.check(self._connections.here().conn)
        self.catch_up()

    def make_anew(self) -> None:
        """Forget the table and make it from the records."""
        with transaction(self._connections.here()) as database:
            returns_table.forget(database.conn)
        self.catch_up()

    def count(self, query: ReturnQuery = EVERYTHING) -> int:
        """How many returns fit."""
        self._fresh()
        return self._count(self._where(query))

    def rows(
        self, query: ReturnQuery = EVERYTHING, columns: Sequence[str] = COLUMNS, *, limit: int | None = None,
        offset: int = 0, order: str = "latest",
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        """The values of these columns of the returns that fit, in one of ORDERS.

        Read chunk by chunk behind the last row seen, so that a long download neither holds the file nor memory.
        """
        self._fresh()
        asked = self._where(query)
        wanted = ", ".join(_known(columns))
        if limit is not None:
            yield from self._page(asked, wanted, order, limit, offset)
            return
        for chunk in self._chunks(asked, wanted, order):
            yield from (found[:-2] for found in chunk)

    def of(self, recoveries: Sequence[str], columns: Sequence[str] = COLUMNS) -> list[tuple[Any, ...]]:
        """The returns of these recoveries, given by their ids; what is no id here is left out."""
        self._fresh()
        asked = [raw for raw in map(_id, recoveries) if raw]
        marks = ", ".join("?" * len(asked))
        sql = f"select {', '.join(_known(columns))} from returns"
        return self._run(f"{sql} where recovery in (select id from records where uuid in ({marks}))", asked)

    def csv(self, query: ReturnQuery = EVERYTHING, columns: Sequence[str] = COLUMNS) -> Iterator[str]:
        """CSV for machines, the latest first, in pieces of many lines (ending CR LF); first the column names.

        Quoted where needed; a missing value is an empty cell, yes and no are `true` and `false`.
        """
        self._fresh()
        yield ",".join(_known(columns)) + "\r\n"
        yield from self._texts(self._where(query), _line(columns))

    def tally(self, query: ReturnQuery = EVERYTHING, *by: str) -> list[tuple[Any, ...]]:
        """How many returns fit, by the values of one or more of COUNTED_BY: those values and the count, in order."""
        self._fresh()
        asked, named = self._where(query), ", ".join(COUNTED_BY[one] for one in by)
        places = ", ".join(str(number) for number in range(1, len(by) + 1))
        sql = f"select {named}, count(*) from returns where {asked.sql} group by {places} order by {places}"
        return self._run(sql, asked.values)

    def extremes(self, query: ReturnQuery = EVERYTHING) -> Extremes:
        """How far the returns that fit reach in time and space."""
        self._fresh()
        asked = self._where(query)
        sql = (
            "select count(*), count(distinct scheme || ring_key), count(distinct species), min(banding_day),"
            f" max(banding_day), min(recovery_day), max(recovery_day) from returns where {asked.sql}"
        )
        told: tuple[Any, ...] = self._run(sql, asked.values)[0]
        farthest, longest = self._first(query, "farthest", "distance_km"), self._first(query, "longest", "days")
        return Extremes._make((*told, farthest, longest))

    def reach(self, query: ReturnQuery = EVERYTHING) -> list[tuple[str, int, int, float | None]]:
        """Of each species that fits: how many returns, the most days and the most kilometres, longest time first."""
        self._fresh()
        asked = self._where(query)
        sql = "select species, count(*), max(days), max(distance_km) from returns"
        return self._run(f"{sql} where {asked.sql} group by species order by 3 desc, 1", asked.values)

    def _first(self, query: ReturnQuery, order: str, column: str) -> Row | None:
        found = next(map(row, self.rows(query, limit=1, order=order)), None)
        return found if found and found[column] is not None else None

    def _where(self, query: ReturnQuery) -> Where:
        return where(query, self._names)

    def _names(self, column: str, fits: Callable[[str], bool]) -> list[str]:
        """The values of a column that a function likes; each value is looked up once in the column's index."""
        sql = (
            f"with recursive found(name) as (select min({column}) from returns union all"
            f" select (select min({column}) from returns where {column} > name) from found where name is not null)"
            " select name from found where name is not null"
        )
        return [name for (name,) in self._run(sql) if fits(name)]

    def _count(self, asked: Where) -> int:
        return int(self._run(f"select count(*) from returns where {asked.sql}", asked.values)[0][0])

    def _page(self, asked: Where, wanted: str, order: str, limit: int, offset: int) -> list[tuple[Any, ...]]:
        # The keys first, from what is indexed: whole rows are read for this page alone.
        keys = f"select key from returns where {asked.sql} order by {_ordered(order)} limit ? offset ?"
        sql = f"select {wanted} from returns where key in ({keys}) order by {_ordered(order)}"
        return self._run(sql, [*asked.values, limit, offset])

    def _chunks(self, asked: Where, wanted: str, order: str) -> Iterator[list[Any]]:
        """Rows of the wanted columns and the two values they are in order of, a chunk at a time."""
        by, behind = _sorted(order), asked
        while True:
            keys = f"select key from returns where {behind.sql} order by {_ordered(order)} limit {CHUNK}"
            sql = f"select {wanted}, {by}, key from returns where key in ({keys}) order by {_ordered(order)}"
            if rows := self._run(sql, behind.values):
                yield rows
            if len(rows) < CHUNK:
                return
            sign = ">" if order == "earliest" else "<"
            behind = asked.also(f"({by}, key) {sign} (?, ?)", *rows[-1][-2:])

    def _texts(self, asked: Where, line: str) -> Iterator[str]:
        """The lines that SQLite writes of the rows, a chunk of them as one text."""
        behind = asked
        while True:
            rows = f"select key, {line} as line from returns where {behind.sql} order by key desc limit {CHUNK}"
            ((text, last, count),) = self._run(
                f"select group_concat(line, ''), min(key), count(*) from ({rows})", behind.values
            )
            if text:
                yield text
            if count < CHUNK:
                return
            behind = asked.also("key < ?", last)

    def _run(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return list(self._connections.here().execute(sql, values).fetchall())


def _known(columns: Sequence[str]) -> Sequence[str]:
    """The columns, all of which are there. Raises KeyError."""
    for name in columns:
        if name not in STORED:
            raise KeyError(name)
    return columns


def _id(text: str) -> bytes | None:
    try:
        return blob(text)
    except ValueError:
        return None


def _sorted(order: str) -> str:
    return ORDERS[order] or "0"


def _ordered(order: str) -> str:
    by, turn = ORDERS[order], "" if order == "earliest" else " desc"
    return f"{by}{turn}, key{turn}" if by else f"key{turn}"


# Codes, numbers and days never need quotes; what people wrote may.
FREE = {"ring", "engraved", "banding_place", "recovery_place"}


def _line(columns: Sequence[str]) -> str:
    """The SQL of a line: one call for all of its cells, in which what is missing becomes nothing."""
    return f"printf('{','.join(['%s'] * len(columns))}' || char(13, 10), {', '.join(map(_cell, columns))})"


def _cell(column: str) -> str:
    """The SQL of a cell's text."""
    if column == "days_exact":
        return "iif(days_exact, 'true', 'false')"
    if column not in FREE:
        return column
    # A class of GLOB: a comma, a quote, a carriage return or a line feed anywhere.
    return (
        f"""iif({column} glob ('*[,"' || char(13, 10) || ']*'), '"' || replace({column}, '"', '""') || '"', {column})"""
    )
