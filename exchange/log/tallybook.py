"""What this node holds, counted for the preview of terms: by kind and sensitivity, and how it came here."""

import json
from collections.abc import Collection
from typing import NamedTuple

from exchange.log.onstore import OnStore
from exchange.log.rows import BATCH_OF_ENTRY

STANDS = "records r join exchange_entries e on e.version_id = r.version_id join exchange_logs l on l.id = e.log_id"
AMONG = "and e.log_id || ' ' || e.number in (select value from json_each(?))"


class Tally(NamedTuple):
    """Records of one class of one node that came by the same peers: how many, and of how many species."""

    node: str
    routes: tuple[str, ...]
    entry_class: int
    records: int
    species: int


class TallyBook(OnStore):
    """Counts records that stand, whose entries are in a log; changes nothing."""

    def tallies(self, node: str) -> list[Tally]:
        """All that is held, by the node whose it is, the peers by which it came, and its class; ours came by none."""
        route = (
            "case when l.node = ? then '' else coalesce((select group_concat(t.peer) from exchange_routes t"
            f" where t.batch_id = ({BATCH_OF_ENTRY})), '') end"
        )
        sql = (
            f"select l.node, {route} as route, e.class, count(distinct r.id), count(distinct r.species) from {STANDS}"
            " group by l.node, route, e.class order by l.node, route, e.class"
        )
        rows = self._run(sql, [node]).fetchall()
        return [Tally(row[0], tuple(one for one in row[1].split(",") if one), *row[2:]) for row in rows]

    def days(self, node: str, since: str) -> list[tuple[int, str, int]]:
        """Of our own records behind a day: class, day, and how many."""
        sql = (
            f"select e.class, e.day, count(distinct r.id) from {STANDS} where l.node = ? and e.day > ?"
            " group by e.class, e.day"
        )
        return [(row[0], row[1], row[2]) for row in self._run(sql, [node, since]).fetchall()]

    def latest(
        self, node: str, entry_class: int, limit: int, among: Collection[tuple[int, int]] | None = None
    ) -> list[tuple[int, int]]:
        """The newest own entries of a class whose records stand and are not withdrawn: batch and number.

        `among` are the only ones to be looked at, by the id of their log and their number.
        """
        sql = (
            f"select ({BATCH_OF_ENTRY}), e.number from {STANDS} where l.node = ? and e.class = ?"
            f" and r.withdrawn = 0 {'' if among is None else AMONG} order by r.id desc limit ?"
        )
        values = [node, entry_class, *([] if among is None else [_keys(among)]), limit]
        return [(row[0], row[1]) for row in self._run(sql, values).fetchall()]

    def among(self, node: str, entries: Collection[tuple[int, int]]) -> dict[int, int]:
        """How many own records of each class stand in these entries."""
        sql = f"select e.class, count(distinct r.id) from {STANDS} where l.node = ? {AMONG} group by e.class"
        return {row[0]: row[1] for row in self._run(sql, [node, _keys(entries)]).fetchall()}


def _keys(entries: Collection[tuple[int, int]]) -> str:
    return json.dumps([f"{log_id} {number}" for log_id, number in entries])
