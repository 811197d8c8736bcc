"""What has crossed since a moment: records of each node and kind that came, and entries of each node that went."""

from typing import NamedTuple

from exchange.log.onstore import OnStore


class Came(NamedTuple):
    """Of one node: how many of its records of a kind came or changed here."""

    node: str
    kind: str
    records: int


class Gone(NamedTuple):
    """To one peer: how many entries of a node's logs were shown to it."""

    peer: str
    node: str
    entries: int


class SeasonBook(OnStore):
    """Counts over the ledger; changes nothing."""

    def came(self, since: str, node: str) -> list[Came]:
        """Records of other nodes than this one, by node and kind; `since` is an ISO text in UTC, of our own clock."""
        sql = (
            "select r.origin, r.kind, count(distinct r.id) from versions v join records r on r.id = v.record_id"
            " where v.id >= ? and v.kept_at >= ? and r.origin != ? group by 1, 2 order by 1, 2"
        )
        return [Came(*row) for row in self._rows(sql, [self._first(since), since, node])]

    def gone(self, since: str) -> list[Gone]:
        """Entries by peer and by the node that wrote them; `since` is a day of our own clock."""
        sql = (
            "select f.peer, l.node, sum(coalesce(f.shown ->> '$.core', 0)) from exchange_left f"
            " join exchange_batches b on b.id = f.batch_id join exchange_logs l on l.id = b.log_id"
            " where f.at >= ? group by 1, 2 order by 1, 2"
        )
        return [Gone(*row) for row in self._rows(sql, [since])]

    def _first(self, since: str) -> int:
        """About the first version kept since then: numbers grow as time does, but for a clock that was set back."""
        low, high = 0, int(self._rows("select coalesce(max(id), 0) from versions", [])[0][0]) + 1
        sql = "select kept_at from versions where id >= ? order by id limit 1"
        while low < high:
            middle = (low + high) // 2
            found = self._rows(sql, [middle])
            low, high = (middle + 1, high) if found and found[0][0] < since else (low, middle)
        return low
