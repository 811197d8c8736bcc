"""The ledger's second half: peers with their cursors, visits, entries set aside, and bytes refused."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from banding.domain.rules import Finding
from exchange.log.onstore import OnStore

FIRST_PAGE = 256 * 1024
REFUSED_BYTES = 64 * 1024
"""As much of refused bytes is kept as a person needs to see what they were."""
REFUSED_MOST = 500
"""Of one peer so many refusals are kept, the newest; whoever likes can make any number of them."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A node we exchange with.

    `terms` says which groups it gets by a species' sensitivity; `posts` that we also post to it, because it
    cannot reach us. `epoch` and `cursor` say how far we have read its feed, `posted` how far it has taken ours.
    Times are ISO texts by our own clock, `next_at` seconds of the same clock.
    """

    code: str
    address: str
    terms: Mapping[str, Any]
    posts: bool = False
    epoch: str | None = None
    cursor: int = 0
    posted: int = 0
    page_bytes: int = FIRST_PAGE
    failures: int = 0
    next_at: float = 0.0
    last_at: str | None = None
    last_ok: str | None = None
    trouble: str | None = None
    clock_note: str | None = None
    paused: bool = False
    agreement: str = ""
    expect_days: float = 3.0
    window: str = ""
    heard_at: str | None = None


class Visit(NamedTuple):
    """What one sync with a peer brought: numbers of entries, bytes on the line, seconds."""

    peer: str
    at: str
    way: str
    batches: int = 0
    kept: int = 0
    known: int = 0
    fuller: int = 0
    aside: int = 0
    refused: int = 0
    sent: int = 0
    bytes: int = 0
    seconds: float = 0.0
    trouble: str | None = None


class SetAside(NamedTuple):
    """An authentic entry that our schema refuses: its log and number, what it says, and why it waits."""

    log: str
    number: int
    groups: dict[str, str]
    reasons: list[Finding]
    at: str


class Refusal(NamedTuple):
    """Bytes that no trusted node signed; kept apart, shown, and passed on to nobody."""

    peer: str | None
    at: str
    code: str
    values: dict[str, str]
    digest: str


class AuditLine(NamedTuple):
    """What an audit with a peer found, and when by our own clock."""

    peer: str
    at: str
    blocks: int
    differences: list[dict[str, Any]]

    @property
    def day(self) -> datetime.date:
        """The day it was made."""
        return datetime.date.fromisoformat(self.at[:10])


PEER_COLUMNS = [field.name for field in fields(Peer)]
VISIT_COLUMNS = list(Visit._fields)


class Book(OnStore):
    """The exchange's tables about peers. Every deed belongs inside `store.transaction()`."""

    def peers(self) -> list[Peer]:
        """All peers by code."""
        rows = self._run(f"select {', '.join(PEER_COLUMNS)} from exchange_peers order by code")
        return [_peer(row) for row in rows.fetchall()]

    def peer(self, code: str) -> Peer | None:
        """One peer."""
        sql = f"select {', '.join(PEER_COLUMNS)} from exchange_peers where code = ?"
        row = self._run(sql, [code]).fetchone()
        return _peer(row) if row else None

    def add_peer(self, peer: Peer) -> None:
        """Write down a new peer, or a peer's new address and terms; cursors of a known one stay."""
        values = {"address": peer.address, "terms": json.dumps(dict(peer.terms)), "posts": int(peer.posts)}
        if self.peer(peer.code):
            self.store.database.table("exchange_peers").update(peer.code, values)
        else:
            row = {name: getattr(peer, name) for name in PEER_COLUMNS} | values
            self.store.database.table("exchange_peers").insert(row | {"paused": int(peer.paused)})

    def note(self, code: str, **values: Any) -> None:
        """Change what is known of a peer: a cursor, the time of the next sync, a trouble."""
        names = ", ".join(f"{name} = ?" for name in values)
        self._run(f"update exchange_peers set {names} where code = ?", [*values.values(), code])

    def heard(self, code: str, at: str) -> None:
        """Write down that something new of a node's own log has come."""
        self._run("update exchange_peers set heard_at = ? where code = ?", [at, code])

    def visited(self, visit: Visit) -> None:
        """Write down what a sync brought."""
        marks = ", ".join("?" * len(VISIT_COLUMNS))
        self._run(f"insert into exchange_visits({', '.join(VISIT_COLUMNS)}) values ({marks})", list(visit))

    def visits(self, peer: str = "", limit: int = 20) -> list[Visit]:
        """The latest syncs that brought something or failed, the newest first."""
        sql = (
            f"select {', '.join(VISIT_COLUMNS)} from exchange_visits where (? = '' or peer = ?)"
            " order by id desc limit ?"
        )
        return [Visit(*row) for row in self._run(sql, [peer, peer, limit]).fetchall()]

    def totals(self) -> dict[str, dict[str, int]]:
        """Of each peer, all entries that ever came and went, by what became of them."""
        names = ["kept", "known", "fuller", "aside", "refused", "sent"]
        sums = ", ".join(f"sum({name})" for name in names)
        rows = self._run(f"select peer, {sums} from exchange_visits group by peer").fetchall()
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}

    def set_aside(self, log_id: int, number: int, groups: Mapping[str, str], why: Iterable[Finding], at: str) -> bool:
        """Keep an authentic entry that cannot be taken, with its reasons; whether it waits anew, or for other ones."""
        reasons = [[f.code, f.severity, f.field, dict(f.values)] for f in why]
        texts = [json.dumps(said, ensure_ascii=False) for said in (dict(groups), reasons)]
        sql = "select 1 from exchange_set_aside where log_id = ? and number = ? and reasons = ?"
        is_known = bool(self._run(sql, [log_id, number, texts[1]]).fetchone())
        self._run(
            "insert into exchange_set_aside(log_id, number, groups, reasons, at) values (?, ?, ?, ?, ?)"
            " on conflict(log_id, number) do update set groups = excluded.groups, reasons = excluded.reasons",
            [log_id, number, *texts, at],
        )
        return not is_known

    def taken_up(self, log_id: int, number: int) -> bool:
        """An entry that was set aside has found its place; False where it was not set aside."""
        sql = "delete from exchange_set_aside where log_id = ? and number = ?"
        return bool(self._run(sql, [log_id, number]).rowcount)

    def waiting(self, limit: int = 200) -> list[SetAside]:
        """Entries set aside, the newest first."""
        sql = (
            "select l.name, s.number, s.groups, s.reasons, s.at from exchange_set_aside s"
            " join exchange_logs l on l.id = s.log_id order by s.id desc limit ?"
        )
        return [
            SetAside(row[0], row[1], json.loads(row[2]), [Finding(*f) for f in json.loads(row[3])], row[4])
            for row in self._run(sql, [limit]).fetchall()
        ]

    def refuse(self, peer: str | None, code: str, values: Mapping[str, str], raw: bytes, at: str) -> None:
        """Keep bytes apart that no trusted node signed, once however often they come; the newest of a peer."""
        digest = hashlib.sha256(raw).hexdigest()
        self._run(
            "insert or ignore into exchange_refused(peer, at, code, details, digest, bytes) values (?, ?, ?, ?, ?, ?)",
            [peer, at, code, json.dumps(dict(values), ensure_ascii=False), digest, raw[:REFUSED_BYTES]],
        )
        self._run(
            "delete from exchange_refused where peer is ?1 and id <= (select id from exchange_refused where peer is ?1"
            " order by id desc limit 1 offset ?2)", [peer, REFUSED_MOST],
        )  # fmt: skip

    def refusals(self, limit: int = 200) -> list[Refusal]:
        """What was refused, the newest first."""
        sql = "select peer, at, code, details, digest from exchange_refused order by id desc limit ?"
        return [Refusal(r[0], r[1], r[2], json.loads(r[3]), r[4]) for r in self._run(sql, [limit]).fetchall()]

    def answered(self, digest: str, peer: str) -> dict[str, Any] | None:
        """The answer already given to a peer for these bytes; brought by another they count as its way too."""
        sql = "select answer from exchange_inbox where digest = ? and peer = ?"
        row = self._run(sql, [digest, peer]).fetchone()
        return dict(json.loads(row[0])) if row else None

    def answer(self, digest: str, peer: str, at: str, answer: Mapping[str, Any]) -> None:
        """Remember the answer to posted bytes, so that posting them again changes nothing."""
        row = {"digest": digest, "peer": peer, "at": at, "answer": json.dumps(dict(answer))}
        self.store.database.table("exchange_inbox").upsert(row, pk="digest")

    def forget_answers(self, before: str) -> int:
        """Forget the answers given before a moment of our own clock; gives how many there were."""
        return int(self._run("delete from exchange_inbox where at < ?", [before]).rowcount)

    def audited(self, peer: str, at: str, blocks: int, differences: str) -> None:
        """Write down what an audit with a peer found: blocks compared, and the differences as JSON."""
        sql = "insert into exchange_audits(peer, at, blocks, differences) values (?, ?, ?, ?)"
        self._run(sql, [peer, at, blocks, differences])

    def audits(self, peer: str, limit: int = 20) -> list[AuditLine]:
        """The latest audits with a peer, the newest first."""
        sql = "select peer, at, blocks, differences from exchange_audits where peer = ? order by id desc limit ?"
        return [AuditLine._make((*row[:3], json.loads(row[3]))) for row in self._run(sql, [peer, limit]).fetchall()]


def _peer(row: Any) -> Peer:
    found = dict(zip(PEER_COLUMNS, row, strict=True))
    found["terms"] = json.loads(found["terms"])
    return Peer(**(found | {"posts": bool(found["posts"]), "paused": bool(found["paused"])}))
