"""Rings asked about: recoveries of ours without a banding, the answered ones, and birds of which something is new."""

from typing import NamedTuple
from uuid import UUID

from banding.store import Store, links
from banding.store.search import RETURNS
from exchange.log.onstore import OnStore

Bird = tuple[str, str]

_FIRST_KEPT = "(select f.kept_at from versions f where f.record_id = {0}.id order by f.generation, f.id limit 1)"
_RING = "v.core ->> '$.ring'"
_BANDED = "kind = 'banding' and {0}withdrawn = 0"
_OPEN = (
    f"select r.id, r.uuid, r.version_id, r.scheme, {_RING}, r.species, r.day, r.place_code, {_FIRST_KEPT.format('r')}"
    " from records r join versions v on v.id = r.version_id where r.origin = ? and r.id > ? and r.kind = 'recovery'"
    f" and r.withdrawn = 0 and r.ring_key is not null and case when {links.IS_LINKED.format('r')} then not exists ("
    + links.WORN.format(scheme="r.scheme", ring_key="r.ring_key", but=0)
    + " select 1 from worn w join records x on x.ring_key = w.ring_key and x.scheme = w.scheme and x."
    + _BANDED.format("x.")
    + ") else not exists (select 1 from records x where x.ring_key = r.ring_key and x.scheme = r.scheme and x."
    + _BANDED.format("x.")
    + ") end order by r.id limit ?"
)
_ANSWERED = (
    "select r.uuid, r.scheme, rv.core ->> '$.ring', r.species, r.day, b.origin, b.day,"
    f" {_FIRST_KEPT.format('r')}, {_FIRST_KEPT.format('b')}{RETURNS}"
    " and r.origin = ?1 and b.origin != ?1 order by r.id desc limit ?2"
)
_MET_BY = "select 1 from records o where o.ring_key = r.ring_key and o.scheme = r.scheme and o.origin {0} ?1"
_BIRDS = (
    "select distinct r.scheme, r.ring_key from versions v join records r on r.id = v.record_id"
    " where v.id > ?2 and v.id <= ?3 and r.ring_key is not null and (r.origin != ?1 and r.kind = 'recovery'"
    " and (r.scheme = ?4 or r.scheme in (select scheme from ring_strings))"
    f" or r.origin = ?1 and exists ({_MET_BY.format('!=')}) or r.origin != ?1 and exists ({_MET_BY.format('=')})"
    f" or {links.IS_LINKED.format('r')})"
)


class Request(NamedTuple):
    """A ring that we met and whose banding is not here; `since` is when the recovery was first kept, an ISO text."""

    id: int
    uuid: str
    version_id: int
    scheme: str
    ring: str
    species: str
    day: str
    place_code: str | None
    since: str


class Answered(NamedTuple):
    """A recovery of ours whose banding came from another node: when each was first kept here, as ISO texts."""

    uuid: str
    scheme: str
    ring: str
    species: str
    day: str
    origin: str
    banded: str
    since: str
    came: str


class Requests(OnStore):
    """Questions about rings that one node met and another put on; changes nothing."""

    def __init__(self, store: Store, node: str) -> None:
        super().__init__(store)
        self.node = node

    def open(self, limit: int, after: int = 0) -> list[Request]:
        """Open requests, the oldest first, those behind the number `after`."""
        rows = self._rows(_OPEN, [self.node, after, limit])
        return [Request(row[0], _text(row[1]), *row[2:]) for row in rows]

    def answered(self, limit: int) -> list[Answered]:
        """Answered requests, the newest recoveries first."""
        return [Answered(_text(row[0]), *row[1:]) for row in self._rows(_ANSWERED, [self.node, limit])]

    # -- what is new --------------------------------------------------------------------------------------

    def newest(self) -> int:
        """The number of the newest version; 0 where there is none."""
        return int(self._rows("select coalesce(max(id), 0) from versions", [])[0][0])

    def birds(self, after: int, until: int, scheme: str) -> list[Bird]:
        """Of the birds that versions between two numbers tell of, those that may concern two nodes, us among them.

        `scheme` is our own: somebody may ask us about any ring of it.
        """
        return [(row[0], row[1]) for row in self._rows(_BIRDS, [self.node, after, until, scheme])]

    def newest_string(self) -> int:
        """The number of the string of rings that came into the stock last."""
        return int(self._rows("select coalesce(max(id), 0) from ring_strings", [])[0][0])

    def met_in_strings(self, after: int) -> list[Bird]:
        """The birds that others met with rings of strings that came into our stock behind this number."""
        sql = (
            "select distinct r.scheme, r.ring_key from ring_strings t join records r on r.ring_key"
            " between t.first_key and t.last_key and r.scheme = t.scheme and length(r.ring_key) = length(t.first_key)"
            " where t.id > ? and r.kind = 'recovery' and r.origin != ?"
        )
        return [(row[0], row[1]) for row in self._rows(sql, [after, self.node])]

    def has_put_on(self, scheme: str, first_key: str, last_key: str) -> bool:
        """Whether we put on any ring between two, given in normal form and of the same length."""
        sql = (
            "select 1 from records where ring_key between ?2 and ?3 and scheme = ?1 and kind = 'banding'"
            " and origin = ?4 and length(ring_key) = length(?2) limit 1"
        )
        return bool(self._rows(sql, [scheme, first_key, last_key, self.node]))

    def was_told(self, uuid: str) -> bool:
        """Whether a return with this recovery was ever told as good news."""
        sql = "select 1 from exchange_alarms where kind = 'return' and about = ? limit 1"
        return bool(self._rows(sql, [uuid]))


def _text(raw: bytes) -> str:
    return str(UUID(bytes=bytes(raw)))
