"""The station's own stock of rings: strings received, rings written off, and what the bandings have used of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from banding.domain import rings
from banding.domain.stock import Stock, String
from banding.store.database import Connections, transaction

COLUMNS = "id, scheme, first, last, series, size, received_on, received_from, allocated_to, kept_by"
# Put on by anybody: a banding, or a meeting at which the bird got this number besides its first.
_USED = (
    "select r.ring_key from records r where r.ring_key between :first_key and :last_key"
    " and length(r.ring_key) = length(:first_key) and r.scheme = :scheme and r.withdrawn = 0"
    " and (r.kind = 'banding' or exists (select 1 from ring_links l where l.record_id = r.id"
    " and l.ring_key = r.ring_key and l.scheme = r.scheme))"
)


class HeldString(NamedTuple):
    """A string as it was received: its ends as engraved, what the keeper wrote about it, and its number here."""

    id: int
    scheme: str
    first: str
    last: str
    series: str
    size: str
    received_on: str
    received_from: str
    allocated_to: str
    kept_by: str | None

    @property
    def string(self) -> String:
        """The rings of it."""
        return String.between(self.first, self.last)


class Loss(NamedTuple):
    """A ring written off: `state` is `damaged` or `lost`."""

    scheme: str
    ring_key: str
    ring: str
    state: str
    reason: str
    kept_at: str
    kept_by: str | None


class RingStock:
    """Deeds and questions about the stock."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._full: dict[int, tuple[Any, int]] = {}
        """By string, the number before which every ring is gone, and as of which state of the store."""

    def receive(self, held: HeldString, at: str) -> int | None:
        """Write a new string down; gives its number, None where a ring of it is in the stock already."""
        first, last = held.string.keys
        with transaction(self._connections.here()) as database:
            sql = (
                "select 1 from ring_strings where scheme = ? and length(first_key) = ? and first_key <= ?"
                " and last_key >= ?"
            )
            if database.execute(sql, [held.scheme, len(first), last, first]).fetchone():
                return None
            row = {**held._asdict(), "id": None, "first_key": first, "last_key": last, "kept_at": at}
            return int(database.table("ring_strings").insert(row).last_pk or 0)

    def allocate(self, number: int, to: str) -> bool:
        """Say who has a string now; False where there is none of this number."""
        with transaction(self._connections.here()) as database:
            done = database.execute("update ring_strings set allocated_to = ? where id = ?", [to, number])
            return bool(done.rowcount)

    def write_off(self, loss: Loss) -> None:
        """Say that a ring is damaged or lost, whatever was said of it before."""
        with transaction(self._connections.here()) as database:
            database.table("ring_losses").upsert(loss._asdict(), pk=("ring_key", "scheme"))

    def find_again(self, scheme: str, ring_key: str) -> bool:
        """Take back that a ring is damaged or lost; False where nobody said so."""
        with transaction(self._connections.here()) as database:
            sql = "delete from ring_losses where ring_key = ? and scheme = ?"
            return bool(database.execute(sql, [ring_key, scheme]).rowcount)

    def strings(self, scheme: str = "") -> list[HeldString]:
        """Every string, or those of one scheme, in the order of their numbers."""
        sql = f"select {COLUMNS} from ring_strings where ?1 in ('', scheme) order by scheme, series, first_key"
        return [HeldString(*row) for row in self._run(sql, [scheme])]

    def one(self, number: int) -> HeldString | None:
        """One string by its number here."""
        rows = self._run(f"select {COLUMNS} from ring_strings where id = ?", [number])
        return HeldString(*rows[0]) if rows else None

    def of_ring(self, scheme: str, ring_key: str) -> HeldString | None:
        """The string that a ring in normal form belongs to."""
        sql = (
            f"select {COLUMNS} from ring_strings where scheme = ? and ? between first_key and last_key"
            " and length(first_key) = length(?)"
        )
        rows = [HeldString(*row) for row in self._run(sql, [scheme, ring_key, ring_key])]
        return next((held for held in rows if ring_key in held.string), None)

    def used(self, held: HeldString) -> set[str]:
        """The rings of a string, in normal form, that birds wear by the records held here."""
        return self._worn(held, *held.string.keys)

    def _worn(self, held: HeldString, first_key: str, last_key: str) -> set[str]:
        ends = {"first_key": first_key, "last_key": last_key, "scheme": held.scheme}
        return {row[0] for row in self._run(_USED, ends)}

    def losses(self, held: HeldString) -> list[Loss]:
        """The rings of a string that are written off."""
        sql = (
            "select scheme, ring_key, ring, state, reason, kept_at, kept_by from ring_losses where ring_key"
            " between :first_key and :last_key and length(ring_key) = length(:first_key) and scheme = :scheme"
            " order by ring_key"
        )
        return [Loss(*row) for row in self._run(sql, self._ends(held))]

    def next_of(self, held: HeldString) -> str:
        """The first ring of a string, as engraved, that is still there; empty when none is.

        It is asked after each bird, of strings of thousands, so it goes on from where it came to the last time. That
        can hide a ring that has become free, for a while; a ring that is gone is never given.
        """
        whole, lost = held.string, frozenset(loss.ring_key for loss in self.losses(held))
        since = (self._turns(), lost)
        before, low = self._full.get(held.id, (None, whole.low))
        string = replace(whole, low=low) if before == since and low <= whole.high else whole
        ring = string.next_unused(self._worn(held, *string.keys) | lost)
        # What is not committed may never have been.
        if not self._connections.here().conn.in_transaction:
            self._full[held.id] = since, (whole.number(rings.normal(ring)) or whole.low) if ring else whole.high
        return ring

    def _turns(self) -> int:
        """A number that changes whenever a ring may be free again: with each version of a record but the first."""
        sql = "select (select max(id) from versions) - (select max(id) from records)"
        return int(self._run(sql, [])[0][0] or 0)

    def put_on(self, scheme: str, species: str, origin: str) -> list[str]:
        """The rings, in normal form, that a node has put on a species of late, the newest day first; fifty at most."""
        sql = (
            "select ring_key from (select scheme, ring_key, kind, origin, withdrawn from records where species = ?"
            " order by day desc limit 500) where kind = 'banding' and scheme = ? and origin = ? and withdrawn = 0"
            " and ring_key is not null limit 50"
        )
        return [row[0] for row in self._run(sql, [species, scheme, origin])]

    def loss(self, scheme: str, ring_key: str) -> Loss | None:
        """What was said of one ring that is written off."""
        sql = (
            "select scheme, ring_key, ring, state, reason, kept_at, kept_by from ring_losses"
            " where ring_key = ? and scheme = ?"
        )
        rows = self._run(sql, [ring_key, scheme])
        return Loss(*rows[0]) if rows else None

    def stocks(self) -> dict[str, Stock]:
        """By scheme, what the rules ask of the stock; empty for a station that keeps none."""
        found: dict[str, list[HeldString]] = {}
        for held in self.strings():
            found.setdefault(held.scheme, []).append(held)
        if not found:
            return {}
        lost = self._run("select scheme, ring_key from ring_losses", [])
        return {
            scheme: Stock(
                min(date.fromisoformat(held.received_on) for held in strings),
                [held.string for held in strings],
                frozenset(key for of, key in lost if of == scheme),
            )
            for scheme, strings in found.items()
        }

    def _ends(self, held: HeldString) -> dict[str, str]:
        first, last = held.string.keys
        return {"first_key": first, "last_key": last, "scheme": held.scheme}

    def _run(self, sql: str, values: Sequence[Any] | dict[str, str]) -> list[Any]:
        return list(self._connections.here().execute(sql, values).fetchall())
