"""By whom what came: which entries of a batch each peer has shown us, so that nobody counts for what he never saw."""

import json
from collections.abc import Iterable

from exchange.log.onstore import OnStore


def is_shown(bits: str, offset: int) -> bool:
    """Whether an entry is among those that a route has shown; `offset` counts from the first of its batch."""
    return not bits or bool(int(bits, 16) >> offset & 1)


def showing(routes: str, offset: int) -> frozenset[str]:
    """The peers that have shown an entry, from routes like `AM-KHG:,HL-SHP:3f`."""
    pairs = (route.partition(":") for route in routes.split(",") if route)
    return frozenset(peer for peer, _colon, bits in pairs if is_shown(bits, offset))


class Routes(OnStore):
    """The table exchange_routes. Every deed belongs inside `store.transaction()`."""

    def came(self, batch_id: int, peer: str, at: str, shown: Iterable[int] | None = None) -> None:
        """Write down by which peer a batch came, and when it was verified; the first time counts.

        `shown` are the numbers of the entries that it showed us, None where it showed all. What it only gives back,
        because it had it from us, is no way to anybody: nothing may be opened to it for that.
        """
        first, count = self._run("select first, count from exchange_batches where id = ?", [batch_id]).fetchone()
        whole = (1 << count) - 1
        bits = whole if shown is None else sum(1 << (number - first) for number in shown)
        told = "select shown ->> '$.which' from exchange_left where peer = ? and batch_id = ?"
        for (which,) in self._run(told, [peer, batch_id]).fetchall():
            for mask in json.loads(which or "{}").values():
                bits &= ~int(mask, 16)
        before = self._run("select shown from exchange_routes where peer = ? and batch_id = ?", [peer, batch_id])
        row = before.fetchone()
        bits |= (int(row[0], 16) if row[0] else whole) if row else 0
        if bits:
            sql = (
                "insert into exchange_routes(batch_id, peer, at, shown) values (?, ?, ?, ?)"
                " on conflict(batch_id, peer) do update set shown = excluded.shown"
            )
            self._run(sql, [batch_id, peer, at, "" if bits == whole else f"{bits:x}"])

    def shown_by(self, batch_id: int) -> dict[str, str]:
        """Which entries of a batch each peer that brought it has shown, as hex bits; '' for all of them."""
        return dict(self._run("select peer, shown from exchange_routes where batch_id = ?", [batch_id]).fetchall())

    def of(self, batch_id: int) -> list[tuple[str, str]]:
        """The peers by which a batch came and when it was verified, the first of them first; none where it is ours."""
        sql = "select peer, at from exchange_routes where batch_id = ? order by at, peer"
        return [(peer, at) for peer, at in self._run(sql, [batch_id]).fetchall()]

    def brought(self, peer: str) -> list[int]:
        """The numbers of the batches that a peer brought."""
        sql = "select batch_id from exchange_routes where peer = ? order by batch_id"
        return [row[0] for row in self._run(sql, [peer]).fetchall()]

    def behind(self, peer: str) -> set[str]:
        """The nodes whose logs came by a peer, and the peer itself: a letter to one of them may go that way."""
        sql = (
            "select distinct l.node from exchange_logs l where exists (select 1 from exchange_batches b"
            " join exchange_routes r on r.batch_id = b.id and r.peer = ? where b.log_id = l.id limit 1)"
        )
        return {node for (node,) in self._run(sql, [peer]).fetchall()} | {peer}
