"""The one door: every record comes in here, is judged by shape and sense, and is kept and logged at once."""

import datetime
import uuid as uuids
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from banding.domain import dates
from banding.domain.encounters import Encounter
from banding.domain.rules import Finding, Tables
from banding.drafts import Arrival, Draft, Received, Verdict, completed, content, with_confirmations
from banding.errors import NotAllowed, NotFound, Refused
from banding.extending import Extending
from banding.judging import Judging
from banding.receiving import Receiving
from banding.settings import Node
from banding.shape import problems
from banding.store import Store
from banding.store.shapes import KnownAs, NewVersion
from banding.stories import Stories
from banding.tables import LiveTables

__all__ = ["Arrival", "Draft", "Intake", "Received", "Verdict"]

CHUNK = 1000
SETTLED = "R-fork"
"""Stands among the confirmed where a person chose between versions."""


@dataclass(frozen=True)
class _Ready:
    """A draft whose shape is right."""

    draft: Draft
    record: dict[str, Any]
    met: Encounter
    before: KnownAs | None


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Intake:
    """The door of one node. Clock and ids are handed in, so that a test can say what time it is."""

    def __init__(
        self,
        store: Store,
        node: Node,
        tables: Tables | LiveTables,
        *,
        clock: Callable[[], datetime.datetime] = _utc_now,
        new_id: Callable[[], str] = lambda: str(uuids.uuid4()),
    ) -> None:
        self.store, self.node, self._tables = store, node, tables
        self.clock, self.new_id = clock, new_id
        self.judging = Judging(store, lambda: self.tables, self.today)
        self.extending = Extending(store, node.code, lambda: self.new_id(), self._at)
        self.receiving = Receiving(store, self.judging, self.extending, self._at)

    @property
    def tables(self) -> Tables:
        """What the rules look up, with the rows that nodes have added by now."""
        return self._tables.now() if isinstance(self._tables, LiveTables) else self._tables

    def today(self) -> datetime.date:
        """The day by the station's own clock."""
        return dates.today_at(self.clock(), self.node.zone)

    # -- what is written at this node ---------------------------------------------------------------------

    def admit(
        self, drafts: Iterable[Draft], *, door: str, by: str | None, confirm_all: str | None = None
    ) -> list[Verdict]:
        """Take drafts in, a thousand to a transaction; each gets a verdict, in order, and none delays the next.

        `confirm_all` is the reason under which every warning is passed over, for files of past years.
        """
        verdicts: list[Verdict] = []
        waiting = iter(drafts)
        while chunk := list(islice(waiting, CHUNK)):
            with self.store.transaction():
                verdicts += self._admit(chunk, door, by, confirm_all)
        return verdicts

    def check(self, draft: Draft) -> Verdict:
        """What would become of a draft, without keeping anything."""
        known = self.store.records.submitted([draft.submission] if draft.submission else [])
        ready = self._ready(draft, known)
        if isinstance(ready, Verdict):
            return ready
        return self._judged(ready, Stories(self.store, [ready.met]), self.judging.own_tables(), None)[0]

    def _admit(self, drafts: Sequence[Draft], door: str, by: str | None, confirm_all: str | None) -> list[Verdict]:
        known = self.store.records.submitted(d.submission for d in drafts if d.submission)
        readied: list[_Ready | Verdict] = []
        here: set[str] = set()
        for draft in drafts:
            ready = self._ready(draft, known)
            if isinstance(ready, _Ready) and draft.submission in here:
                ready = Verdict("refused", None, [_same_key(draft.submission or "")])
            here |= {draft.submission} if draft.submission else set()
            readied.append(ready)
        stories = Stories(self.store, [r.met for r in readied if isinstance(r, _Ready)])
        tables = self.judging.own_tables()
        verdicts, versions = [], []
        for ready in readied:
            if isinstance(ready, Verdict):
                verdicts.append(ready)
                continue
            verdict, reasons = self._judged(ready, stories, tables, confirm_all)
            verdicts.append(verdict)
            if verdict.is_kept:
                stories.remember(ready.met)
                versions.append(self._version(ready, verdict, reasons, door, by))
        self.store.records.keep(versions, self._at())
        return verdicts

    def _ready(self, draft: Draft, known: Mapping[str, KnownAs]) -> "_Ready | Verdict":
        before = known.get(draft.submission or "")
        record = self._completed(draft.record, before)
        if shape := problems(record):
            return Verdict("refused", before.uuid if before else None, shape)
        if before and (same := self._unchanged(before, record)):
            return same
        return _Ready(draft, record, Encounter.of(record), before)

    def _completed(self, record: Mapping[str, Any], before: KnownAs | None) -> dict[str, Any]:
        identity = {
            "id": before.uuid if before else self.new_id(),
            "origin": self.node.code,
            "generation": before.generation + 1 if before else 1,
        }
        return completed(record, identity)

    def _unchanged(self, before: KnownAs, record: Mapping[str, Any]) -> Verdict | None:
        """The verdict on a delivery that says nothing new; None when it does.

        It is held against every version and not the last alone: a file that is read in once more must not undo
        what somebody has corrected or withdrawn since.
        """
        held = self.store.records.versions(before.uuid)
        told = content(record)
        is_old = before.origin != self.node.code or any(content(version.groups) == told for version in held)
        return Verdict("unchanged", before.uuid) if is_old else None

    def _judged(
        self, ready: _Ready, stories: Stories, tables: Tables, confirm_all: str | None
    ) -> tuple[Verdict, dict[str, str]]:
        findings = self.judging.of_ours(ready.record, ready.met, stories.of(ready.met), tables)
        reasons = {
            f.code: ready.draft.confirmed.get(f.code) or confirm_all for f in findings if f.severity == "warning"
        }
        if any(f.severity == "error" for f in findings):
            return Verdict("refused", None, findings), {}
        if any(not reason for reason in reasons.values()):
            return Verdict("to-confirm", None, findings), {}
        outcome = "changed" if ready.before else "kept"
        return Verdict(outcome, ready.met.id, findings), {code: reason or "" for code, reason in reasons.items()}

    def _version(
        self, ready: _Ready, verdict: Verdict, reasons: Mapping[str, str], door: str, by: str | None
    ) -> NewVersion:
        record = with_confirmations(ready.record, reasons, by, self._at())
        return NewVersion(
            met=ready.met,
            generation=record["core"]["generation"],
            groups={name: orjson.dumps(group).decode() for name, group in record.items()},
            door=door,
            by=by,
            submission=ready.draft.submission,
            findings=verdict.findings,
            reasons=reasons,
        )

    # -- changing what this node wrote --------------------------------------------------------------------

    def correct(
        self, uuid: str, record: Mapping[str, Any], *, by: str, confirmed: Mapping[str, str] | None = None,
        based_on: int | None = None,
    ) -> Verdict:  # fmt: skip
        """A new version of a record of ours. Raises NotFound, NotAllowed, and Refused when it changed meanwhile."""
        with self.store.transaction():
            before = self._ours(uuid)
            if based_on is not None and based_on != before.generation:
                raise Refused(
                    "The record was changed by somebody else meanwhile", where=uuid,
                    mend="Open it again and make your change to the new version",
                )  # fmt: skip
            held, whole = self.store.records.record(uuid), self._completed(record, before)
            if not problems(whole) and held is not None and content(held.groups) == content(whole):
                return Verdict("unchanged", uuid)
            return self._continued(before, Draft(record, confirmed=confirmed or {}), "correction", by)

    def resolve(self, uuid: str, record: Mapping[str, Any], *, by: str, reason: str) -> Verdict:
        """Close a fork of a record of ours with a version that continues all its sides; `record` is the whole of it.

        `reason` stays among the remarks, and warnings are passed over with it. Raises NotFound, NotAllowed, and
        Refused without a reason or where there is no fork, or none any more.
        """
        with self.store.transaction():
            before = self._ours(uuid)
            if not reason.strip():
                raise Refused("A choice needs its reason", where=uuid, mend="Say in a few words why it is so")
            if not self.store.forks.of(uuid):
                raise Refused(
                    "There is nothing to choose between", where=uuid,
                    why="The record has one newest version", mend="Open the record again",
                )  # fmt: skip
            return self._continued(before, Draft(record), "resolution", by, reason)

    def _continued(self, before: KnownAs, draft: Draft, door: str, by: str, settled: str | None = None) -> Verdict:
        """Keep a version after all there are; `settled` is the reason for which a fork ends with it."""
        whole = self._completed(draft.record, before)
        if shape := problems(whole):
            return Verdict("refused", before.uuid, shape)
        ready = _Ready(draft, whole, Encounter.of(whole), before)
        stories = Stories(self.store, [ready.met], but=before.record_id)
        verdict, reasons = self._judged(ready, stories, self.judging.own_tables(), settled)
        if verdict.is_kept:
            told = reasons | ({SETTLED: settled} if settled else {})
            self.store.records.keep([self._version(ready, verdict, told, door, by)], self._at())
        return verdict

    def withdraw(self, uuid: str, *, reason: str, by: str) -> Verdict:
        """Withdraw a record of ours: a last version that says so and stays for ever, everywhere."""
        with self.store.transaction():
            before = self._ours(uuid)
            held = self.store.records.record(uuid)
            assert held is not None
            if held.withdrawn:
                return Verdict("unchanged", uuid)
            core = held.core | {"generation": before.generation + 1, "withdrawn": True}
            record = {"core": core, "remarks": {"text": reason}}
            ready = _Ready(Draft(record), record, Encounter.of(record), before)
            version = self._version(ready, Verdict("changed", uuid), {}, "withdrawal", by)
            self.store.records.keep([version], self._at())
            return Verdict("changed", uuid)

    def _ours(self, uuid: str) -> KnownAs:
        found = self.store.records.known([uuid]).get(uuid)
        if found is None:
            raise NotFound("There is no such record here", where=uuid, mend="Look for it by its ring")
        if found.origin != self.node.code:
            raise NotAllowed(
                "Only the node that wrote a record may change it", where=uuid,
                why=f"It was written at {found.origin}", mend=f"Send your correction to {found.origin}",
            )  # fmt: skip
        return found

    # -- what comes from other nodes ----------------------------------------------------------------------

    def receive(self, arrivals: Sequence[Arrival]) -> list[Received]:
        """Keep verified versions of other nodes, or give the reasons why one is set aside."""
        return self.receiving.receive(arrivals)

    def _at(self) -> str:
        return self.clock().isoformat(timespec="seconds")


def _same_key(key: str) -> Finding:
    why = "Another row of the same delivery has this key."
    return Finding("W-shape", "error", "submission", {"where": key, "why": why})
