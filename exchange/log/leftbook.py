"""The ledger of what left: which batch was shown to which peer, how much of it, under which terms, and when."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from exchange.log import seals
from exchange.log.onstore import OnStore
from exchange.log.rows import BATCH_OF_ENTRY

SUMS = ", ".join(f"sum(coalesce(f.shown ->> '$.{group}', 0))" for group in (*seals.ORDER, "closed"))
WENT = "f.peer, l.name, e.number, f.at, f.way, f.terms, f.times, b.first, f.shown ->> '$.which', e.head ->> '$.groups'"
TABLES = "exchange_left f join exchange_batches b on b.id = f.batch_id join exchange_logs l on l.id = b.log_id"


class Line(NamedTuple):
    """What went on one day of one log, by one way and under the same terms.

    `entries` counts those of which anything was shown, `groups` for how many each group was open, whether they have
    it or not, `closed` those that were not shown; `times` counts how often batches of it were asked for. A day is of
    our own clock.
    """

    peer: str
    day: str
    log: str
    way: str
    terms: str
    times: int
    entries: int
    groups: Mapping[str, int]
    closed: int


class Went(NamedTuple):
    """Which groups of one entry went to a peer: on which day first, by which way, how often, under which terms."""

    peer: str
    log: str
    number: int
    day: str
    way: str
    terms: str
    times: int
    groups: Sequence[str]


class LeftBook(OnStore):
    """The table exchange_left. Every deed belongs inside `store.transaction()`."""

    def left(
        self, peer: str, batch_id: int, way: str, terms: str, shown: Mapping[str, int], which: Mapping[str, str],
        view: str, at: str,
    ) -> None:  # fmt: skip
        """Write down, before it goes, that a batch leaves for a peer: a line for each way of showing it.

        `terms` is the digest of the terms, `shown` how many entries show each group and how many are closed,
        `which` names the entries as the function of that name does, `view` is the digest of all this.
        """
        told = dict(sorted(shown.items())) | {"which": dict(which)}
        self._run(
            "insert into exchange_left(peer, batch_id, way, terms, shown, digest, at, times)"
            " values (?, ?, ?, ?, ?, ?, ?, 1) on conflict(peer, batch_id, digest, way, terms)"
            " do update set times = times + 1",
            [peer, batch_id, way, terms, json.dumps(told), view, at],
        )

    def was_offered(self, peer: str, batch_id: int, view: str, terms: str) -> bool:
        """Whether a batch was shown to a peer like this, under these very terms."""
        sql = "select 1 from exchange_left where peer = ? and batch_id = ? and digest = ? and terms = ?"
        return self._run(sql, [peer, batch_id, view, terms]).fetchone() is not None

    def offered(self, peer: str, batch_id: int, view: str, terms: str) -> dict[str, str] | None:
        """Which groups of which entries a batch so shown under these terms has, as `which` names them; else None."""
        sql = (
            "select shown ->> '$.which' from exchange_left where peer = ? and batch_id = ? and digest = ? and terms = ?"
        )
        row = self._run(sql, [peer, batch_id, view, terms]).fetchone()
        return dict(json.loads(row[0] or "{}")) if row else None

    def lines(self, peer: str, limit: int = -1) -> list[Line]:
        """What went to a peer, the latest days first."""
        sql = (
            f"select f.at, l.name, f.way, f.terms, sum(f.times), {SUMS} from {TABLES} where f.peer = ?"
            " group by f.at, l.name, f.way, f.terms order by f.at desc, l.name, f.way, f.terms limit ?"
        )
        return [_line(peer, row) for row in self._run(sql, [peer, limit]).fetchall()]

    def of_entry(self, peer: str, log: str, number: int) -> list[Went]:
        """When which groups of an entry went to a peer, or to all where none is named; the first time first."""
        return self._went("? in ('', f.peer) and l.name = ? and e.number = ?", [peer, log, number])

    def of_version(self, version_id: int) -> list[Went]:
        """To whom the entries went by which a version is told; the first time first."""
        return self._went("e.version_id = ?", [version_id])

    def _went(self, where: str, values: Sequence[Any]) -> list[Went]:
        sql = (
            f"select {WENT} from exchange_entries e join exchange_logs l on l.id = e.log_id"
            f" join exchange_batches b on b.id = ({BATCH_OF_ENTRY})"
            f" join exchange_left f on f.batch_id = b.id where {where} order by f.id"
        )
        found = [_went(row) for row in self._run(sql, values).fetchall()]
        return [one for one in found if one is not None]


def which(first: int, decisions: Mapping[int, Iterable[str]]) -> dict[str, str]:
    """Which groups of which entries are shown, in little room: for each set of groups a hex number of bits.

    The lowest bit is the entry `first`, with which the batch begins.
    """
    masks: dict[str, int] = {}
    names: dict[frozenset[str], str] = {}
    for number, groups in decisions.items():
        some = frozenset(groups)
        name = names.get(some) or names.setdefault(some, ",".join(g for g in seals.ORDER if g in some))
        masks[name] = masks.get(name, 0) | 1 << (number - first)
    return {name: f"{mask:x}" for name, mask in masks.items()}


def _line(peer: str, row: Sequence[Any]) -> Line:
    *groups, closed = row[5:]
    sums = dict(zip(seals.ORDER, groups, strict=True))
    return Line._make([peer, *row[:5], sums["core"], sums, closed])


def _went(row: Sequence[Any]) -> Went | None:
    peer, log, number, day, way, terms, times, first, told, groups = row
    has = json.loads(groups)
    for name, mask in json.loads(told or "{}").items():
        if int(mask, 16) >> (number - first) & 1:
            return Went(peer, log, number, day, way, terms, times, [g for g in name.split(",") if g in has])
    return None
