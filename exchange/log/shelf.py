"""The ledger read: batches as they are held here, with what their terms are judged by beside each entry."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from exchange.agreements import policy
from exchange.log.entries import Closed, Entry
from exchange.log.letters import addressee
from exchange.log.onstore import OnStore
from exchange.log.rows import BATCH_OF, unpacked

READ = 20
"""Batches read from the file at a time while a feed is written; bounds the memory of a page."""
LETTER = policy.classify("letter", 0)
COLUMNS = "b.id, b.log_id, l.node, b.first, b.count, b.header, b.signature, b.hash"


class Facts(NamedTuple):
    """What the terms of a peer are judged by; `recipient` is None unless the entry is a letter, '' for all.

    It is None as well of a letter that says to nobody whom it is for.
    """

    number: int
    entry_class: int
    day: str
    leaf: bytes
    recipient: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A batch on the shelf; its entries are read when it is known which of them are shown.

    `at` is its place in the feed, `only` the numbers that this place is about, None for all of them.
    """

    id: int
    log_id: int
    node: str
    first: int
    count: int
    header: str
    signature: bytes
    hash: bytes
    facts: Sequence[Facts]
    closed: Sequence[Closed]
    at: int | None = None
    only: frozenset[int] | None = None


class Shelf(OnStore):
    """Reads batches and their entries; changes nothing."""

    def top(self) -> int:
        """The last place in the feed; 0 when it is empty."""
        return int(self._run("select coalesce(max(seq), 0) from exchange_feed").fetchone()[0])

    def feed(self, after: int, peer: str = "") -> Iterator[Held]:
        """The batches behind a place in the feed, without the logs of the peer itself: those come from itself."""
        sql = (
            f"select {COLUMNS}, f.seq, f.only from exchange_feed f"
            " join exchange_batches b on b.id = f.batch_id join exchange_logs l on l.id = b.log_id"
            " where f.seq > ? and l.node != ? and (f.peer is null or f.peer = ?) order by f.seq limit ?"
        )
        while rows := self._run(sql, [after, peer, peer, READ]).fetchall():
            for row in rows:
                only = frozenset(json.loads(row[9])) if row[9] else None
                yield self._held(row[:8], row[8], only)
            after = rows[-1][8]

    def count(self) -> int:
        """How many batches are held."""
        return int(self._run("select count(*) from exchange_batches").fetchone()[0])

    def records_in(self, log_id: int) -> int:
        """Of how many records a log tells, as far as it is held."""
        sql = (
            "select count(distinct v.record_id) from exchange_entries e join versions v on v.id = e.version_id"
            " where e.log_id = ?"
        )
        return int(self._run(sql, [log_id]).fetchone()[0])

    def whole_behind(self, after: int, peer: str) -> set[int]:
        """The numbers of the batches that stand as a whole behind a place in the feed of a peer."""
        sql = "select batch_id from exchange_feed where seq > ? and only is null and (peer is null or peer = ?)"
        return {batch_id for (batch_id,) in self._run(sql, [after, peer]).fetchall()}

    def log_from(self, name: str, first: int) -> Iterator[Held]:
        """The batches of one log that hold numbers from `first` on."""
        sql = (
            f"select {COLUMNS} from exchange_batches b join exchange_logs l on l.id = b.log_id"
            " where l.name = ? and b.first >= coalesce((select max(c.first) from exchange_batches c"
            " where c.log_id = l.id and c.first <= ?), 0) and b.first + b.count > ? order by b.first limit ?"
        )
        while rows := self._run(sql, [name, first, first, READ]).fetchall():
            yield from (self._held(row) for row in rows)
            first = rows[-1][3] + rows[-1][4]

    def batch(self, batch_id: int) -> Held | None:
        """One batch."""
        sql = f"select {COLUMNS} from exchange_batches b join exchange_logs l on l.id = b.log_id where b.id = ?"
        row = self._run(sql, [batch_id]).fetchone()
        return self._held(row) if row else None

    def heads(self, batch_id: int) -> tuple[str, int]:
        """SHA-256 in hex over the heads of a batch, a line feed behind each, and how many of them are held here.

        Only whoever was shown every entry can tell it: what stands in for closed ones says nothing of their heads.
        """
        sql = (
            "select e.head from exchange_batches b join exchange_entries e on e.log_id = b.log_id"
            " and e.number between b.first and b.first + b.count - 1 where b.id = ? order by e.number"
        )
        found = [head for (head,) in self._run(sql, [batch_id]).fetchall()]
        return hashlib.sha256("".join(f"{head}\n" for head in found).encode()).hexdigest(), len(found)

    def _held(self, row: Sequence[Any], at: int | None = None, only: frozenset[int] | None = None) -> Held:
        batch_id, log_id, node, first, count, header, signature, digest = row
        span = [log_id, first, first + count - 1]
        facts = self._run(
            "select e.number, e.class, e.day, e.leaf, t.recipient from exchange_entries e"
            " left join exchange_letters t on t.log_id = e.log_id and t.number = e.number"
            " where e.log_id = ? and e.number between ? and ? order by e.number", span,
        ).fetchall()  # fmt: skip
        sql = (
            "select first, span, digest from exchange_closed where log_id = ? and first between ? and ? order by first"
        )
        closed = [] if len(facts) == count else [Closed(*run) for run in self._run(sql, span).fetchall()]
        told = self._addressed(log_id, node, facts)
        return Held(batch_id, log_id, node, first, count, header, signature, digest, told, closed, at, only)

    def _addressed(self, log_id: int, node: str, rows: Sequence[Sequence[Any]]) -> list[Facts]:
        """The facts of entries; of a letter that waits here unread as well whom it is for, so that it goes on."""
        found = [Facts(*row) for row in rows]
        unread = [fact.number for fact in found if fact.recipient is None and fact.entry_class >= LETTER]
        if not unread:
            return found
        told = {number: addressee(said.get("core", ""), node) for number, said in self.aside(log_id, unread).items()}
        return [fact._replace(recipient=told[fact.number]) if fact.number in told else fact for fact in found]

    def entries(self, held: Held, numbers: Sequence[int]) -> list[Entry]:
        """These entries of a batch, in order."""
        sql = "select number, head, keys, withheld, version_id from exchange_entries where log_id = ? and number "
        if len(numbers) == held.count:
            rows = self._run(sql + "between ? and ?", [held.log_id, held.first, held.first + held.count - 1]).fetchall()
        else:
            sql += "in (select value from json_each(?)) order by number"
            rows = self._run(sql, [held.log_id, json.dumps(list(numbers))]).fetchall()
        texts = self.store.records.texts([row[4] for row in rows if row[4] is not None])
        rest = self._unrecorded(held.log_id, [row[0] for row in rows if row[4] is None])
        return [_entry(row, texts.get(row[4]) or rest.get(row[0], {})) for row in rows]

    def _unrecorded(self, log_id: int, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        """The groups of entries that are no version of a record: letters, and what is set aside."""
        if not numbers:
            return {}
        sql = (
            "select number, core from exchange_letters where log_id = ? and number in (select value from json_each(?))"
        )
        letters = self._run(sql, [log_id, json.dumps(list(numbers))]).fetchall()
        return self.aside(log_id, numbers) | {number: {"core": core} for number, core in letters}

    def aside(self, log_id: int, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        """The groups of those of these entries that are set aside as a whole, by entry number."""
        sql = (
            "select s.number, s.groups from exchange_set_aside s join exchange_entries e"
            " on e.log_id = s.log_id and e.number = s.number and e.version_id is null"
            " where s.log_id = ? and s.number in (select value from json_each(?))"
        )
        rows = self._run(sql, [log_id, json.dumps(list(numbers))]) if numbers else []
        return {number: json.loads(groups) for number, groups in rows}

    # -- single entries -----------------------------------------------------------------------------------

    def origin_of(self, version_id: int) -> tuple[str, int, tuple[str, ...]] | None:
        """The log, the number and the withheld groups of the entry by which a version came."""
        sql = (
            "select l.name, e.number, e.withheld from exchange_entries e"
            " join exchange_logs l on l.id = e.log_id where e.version_id = ?"
        )
        row = self._run(sql, [version_id]).fetchone()
        return (row[0], row[1], tuple(json.loads(row[2])) if row[2] else ()) if row else None

    def versions_held(self, uuids: Sequence[str], node: str, log: str, known: int) -> dict[str, set[bytes]]:
        """Of these records, those that stood in a node's logs, in this one up to a number: their leaves by UUID."""
        marks = ", ".join("?" * len(uuids))
        sql = (
            "select r.uuid, v.seal from records r join versions v on v.record_id = r.id"
            f" where r.uuid in ({marks}) and r.origin = ? and exists (select 1 from versions w"
            " join exchange_entries e on e.version_id = w.id join exchange_logs l on l.id = e.log_id"
            " where w.record_id = r.id and (l.name != ? or e.number <= ?))"
        )
        values = [*(UUID(uuid).bytes for uuid in uuids), node, log, known]
        found: dict[str, set[bytes]] = {}
        for uuid, seal in self._run(sql, values).fetchall():
            found.setdefault(str(UUID(bytes=bytes(uuid))), set()).add(bytes(seal or b""))
        return found

    def batch_of(self, log: str, number: int) -> int | None:
        """The number of the batch that holds an entry."""
        ours = "(select id from exchange_logs where name = ?)"
        row = self._run(BATCH_OF.format(log=ours, number="?"), [log, number]).fetchone()
        return int(row[0]) if row else None

    def opened(self, peer: str, log_id: int, first: int, count: int) -> set[int]:
        """The numbers of a batch that were opened to a peer beyond its terms."""
        sql = "select number from exchange_opened where peer = ? and log_id = ? and number between ? and ?"
        return {number for (number,) in self._run(sql, [peer, log_id, first, first + count - 1])}

    def segment(self, batch_id: int, view: str) -> tuple[str, int] | None:
        """The digest and size of the segment of a batch as it is seen so."""
        sql = "select digest, bytes from exchange_segments where batch_id = ? and view = ?"
        row = self._run(sql, [batch_id, view]).fetchone()
        return (row[0], row[1]) if row else None

    def segment_of(self, digest: str) -> list[tuple[int, str, bytes]]:
        """The batch, the view and the bytes of a segment; of more than one batch only when they hold the same."""
        sql = "select batch_id, view, body from exchange_segments where digest = ?"
        return [(row[0], row[1], bytes(row[2])) for row in self._run(sql, [digest]).fetchall()]

    def keep_segment(self, batch_id: int, view: str, digest: str, body: bytes) -> None:
        """Keep a segment ready; belongs inside a transaction."""
        sql = "insert or replace into exchange_segments(batch_id, view, digest, bytes, body) values (?, ?, ?, ?, ?)"
        self._run(sql, [batch_id, view, digest, len(body), body])

    def drop_segment(self, digest: str) -> None:
        """Let a segment go; belongs inside a transaction."""
        self._run("delete from exchange_segments where digest = ?", [digest])


def _entry(row: Sequence[Any], groups: dict[str, str]) -> Entry:
    number, head, keys, withheld, _ = row
    hidden = unpacked(withheld)
    shown = {group: text for group, text in groups.items() if group not in hidden}
    return Entry(number, head, shown, unpacked(keys), hidden)
