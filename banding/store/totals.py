"""Birds ringed and met again, counted by scheme, year and species."""

from typing import Any, NamedTuple

from banding.store.database import Connections


class Total(NamedTuple):
    """What one scheme had of one species in one year; the year of a recovery is that in which the bird was met.

    `recoveries` were found by anybody or read in the field, `recaptures` were in the hand of a bander again.
    """

    scheme: str
    year: int
    species: str
    pulli: int
    full_grown: int
    recoveries: int
    recaptures: int


PULLUS = "(v.core ->> 'age' is '1' or (v.core ->> 'age' is null and v.core ->> 'status' is '-'))"


class Totals:
    """Counts over all current records, withdrawn ones left out."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def by_year(self, scheme: str = "", year: int | None = None, origin: str = "") -> list[Total]:
        """The totals of a scheme, of a year, of what one node wrote; empty values ask nothing. In order."""
        asked: list[tuple[str, Any]] = [("r.scheme = ?", scheme), ("r.origin = ?", origin)]
        asked += [("r.day >= ?", f"{year:04}-01-01"), ("r.day <= ?", f"{year:04}-12-31")] if year else []
        where = " and ".join(["r.withdrawn = 0", *(text for text, value in asked if value)])
        sql = (
            "select r.scheme, cast(substr(r.day, 1, 4) as integer), r.species,"
            f" sum(r.kind = 'banding' and {PULLUS}), sum(r.kind = 'banding' and not {PULLUS}),"
            " sum(r.kind = 'recovery' and v.core ->> 'manner' is not 'recapture'),"
            " sum(r.kind = 'recovery' and v.core ->> 'manner' is 'recapture')"
            f" from records r join versions v on v.id = r.version_id where {where}"
            " group by 1, 2, 3 order by 1, 2, 3"
        )
        found = self._connections.here().execute(sql, [value for _, value in asked if value]).fetchall()
        return [Total(*row) for row in found]

    def span(self) -> tuple[int, int]:
        """How many records there are, of how many nodes."""
        sql = "select count(*), count(distinct origin) from records where withdrawn = 0"
        records, nodes = self._connections.here().execute(sql).fetchone()
        return int(records), int(nodes)
