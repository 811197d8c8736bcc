"""What is done about a log that says two things: ours is taken back and said again, another's is proven and frozen."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from banding.store import Store
from exchange.log import seals
from exchange.log.ledger import Ledger, LogState
from exchange.log.onstore import OnStore
from exchange.log.rows import unpacked

EVIDENCE = "log, number, peer, header, signature, other_header, other_signature, at"


class Evidence(NamedTuple):
    """Two signed headers that one honest log cannot hold; `peer` brought the other one."""

    log: str
    number: int
    peer: str
    header: str
    signature: bytes
    other_header: str
    other_signature: bytes
    at: str


class Amends(OnStore):
    """The tables of what was taken back and what was proven. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        super().__init__(store)
        self.ledger = ledger

    # -- our own log --------------------------------------------------------------------------------------

    def cut(self, log: LogState, last: int) -> int:
        """Take a log of ours back to a number, and say again elsewhere what stood behind it; gives how many entries.

        Versions and letters go out again in the log of the next epoch, the versions word for word: with the same
        heads and keys, so that whoever has heard them already knows them again.
        """
        behind = [log.id, last + 1]
        versions = self._say_again(*behind)
        letters = "update exchange_letters set log_id = null, number = null where log_id = ? and number >= ?"
        count = versions + int(self._run(letters, behind).rowcount)
        gone = "select id from exchange_batches where log_id = ? and first >= ?"
        for table in ("exchange_feed", "exchange_routes", "exchange_segments"):
            self._run(f"delete from {table} where batch_id in ({gone})", behind)
        for table in ("exchange_entries", "exchange_opened"):
            # What was opened of it was another bird than the one that may stand under the number again.
            self._run(f"delete from {table} where log_id = ? and number >= ?", behind)
        self._run("delete from exchange_batches where log_id = ? and first >= ?", behind)
        ending = self.ledger.ending(log.name, last)
        self.ledger.mark(log, head_number=last, head_hash=ending[1] if ending else seals.NO_PREVIOUS)
        return count

    def again(self, log: LogState, first: int) -> None:
        """Let everything of a log of ours from a number on be said again in the one that is written now."""
        self._say_again(log.id, first)
        self._run(
            "insert into exchange_letters(uuid, kind, sender, recipient, about, core, at, state)"
            " select uuid, kind, sender, recipient, about, core, at, 'again' from exchange_letters"
            " where log_id = ? and number >= ? order by number",
            [log.id, first],
        )

    def _say_again(self, log_id: int, first: int) -> int:
        sql = (
            "select version_id, head, keys, withheld from exchange_entries where log_id = ? and number >= ?"
            " and version_id is not null order by number"
        )
        rows = self._run(sql, [log_id, first]).fetchall()
        self.store.database.conn.executemany(
            "insert or ignore into exchange_again(version_id, head, keys, withheld) values (?, ?, ?, ?)", rows
        )
        self.store.records.tell_again([row[0] for row in rows])
        return len(rows)

    def said_before(self, version_ids: Sequence[int]) -> dict[int, tuple[str, dict[str, bytes], dict[str, bytes]]]:
        """The head, the keys and the commitments with which these versions were published once, by version."""
        sql = (
            "select version_id, head, keys, withheld from exchange_again"
            " where version_id in (select value from json_each(?))"
        )
        rows = self._run(sql, [json.dumps(list(version_ids))]).fetchall()
        return {row[0]: (row[1], unpacked(row[2]), unpacked(row[3])) for row in rows}

    # -- logs of others -----------------------------------------------------------------------------------

    def prove(self, evidence: Evidence) -> None:
        """Keep the proof that a log says two things, once, and freeze it."""
        marks = ", ".join("?" * len(evidence))
        self._run(f"insert or ignore into exchange_evidence({EVIDENCE}) values ({marks})", list(evidence))
        state = self.ledger.log(evidence.log)
        if state is not None and state.frozen is None:
            self.ledger.mark(state, frozen=f"number {evidence.number}")

    def evidence(self, log: str = "") -> list[Evidence]:
        """The proofs against a log, or against all, the first ones first."""
        sql = f"select {EVIDENCE} from exchange_evidence where ? in ('', log) order by id"
        return [Evidence(*row) for row in self._run(sql, [log]).fetchall()]

    def batch_at(self, log: LogState, number: int) -> tuple[str, bytes] | None:
        """The header and signature of the batch of a log that holds a number, or else of its last one."""
        sql = (
            "select header, signature from exchange_batches where log_id = ? and first <= ? order by first desc limit 1"
        )
        row = self._run(sql, [log.id, number]).fetchone()
        return (row[0], bytes(row[1])) if row else None
