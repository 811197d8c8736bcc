"""The one door: every record comes in here, is judged by shape and sense, and is kept and logged at once."""

import datetime
import uuid as uuids
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from banding.correcting import Correcting
from banding.domain import dates
from banding.domain.rules import Finding, Tables
from banding.drafts import Arrival, Draft, Received, Verdict, content
from banding.extending import Extending
from banding.judging import Judging
from banding.receiving import Receiving
from banding.settings import Node
from banding.shape import problems
from banding.store import Store
from banding.store.shapes import KnownAs
from banding.stories import Stories
from banding.tables import LiveTables
from banding.versions import Ready, Versions

__all__ = ["Arrival", "Draft", "Intake", "Received", "Verdict"]

CHUNK = 1000


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
        self.versions = Versions(node.code, self.judging, lambda: self.new_id(), self._at)
        self.correcting = Correcting(store, self.versions)

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

    def check(self, draft: Draft, *, of: str = "") -> Verdict:
        """What would become of a draft, without keeping anything; `of` is the record of ours that it corrects."""
        if of:
            return self.correcting.check(of, draft)
        known = self.store.records.submitted([draft.submission] if draft.submission else [])
        ready = self._ready(draft, known)
        if isinstance(ready, Verdict):
            return ready
        return self.versions.judged(ready, Stories(self.store, [ready.met]), self.judging.own_tables(), None)[0]

    def _admit(self, drafts: Sequence[Draft], door: str, by: str | None, confirm_all: str | None) -> list[Verdict]:
        known = self.store.records.submitted(d.submission for d in drafts if d.submission)
        readied: list[Ready | Verdict] = []
        here: set[str] = set()
        for draft in drafts:
            ready = self._ready(draft, known)
            if isinstance(ready, Ready) and draft.submission in here:
                ready = Verdict("refused", None, [_same_key(draft.submission or "")])
            here |= {draft.submission} if draft.submission else set()
            readied.append(ready)
        stories = Stories(self.store, [r.met for r in readied if isinstance(r, Ready)])
        tables = self.judging.own_tables()
        verdicts, versions = [], []
        for ready in readied:
            if isinstance(ready, Verdict):
                verdicts.append(ready)
                continue
            verdict, reasons = self.versions.judged(ready, stories, tables, confirm_all)
            verdicts.append(verdict)
            if verdict.is_kept:
                stories.remember(ready.met)
                versions.append(self.versions.made(ready, verdict, reasons, door, by))
        self.store.records.keep(versions, self._at())
        return verdicts

    def _ready(self, draft: Draft, known: Mapping[str, KnownAs]) -> Ready | Verdict:
        before = known.get(draft.submission or "")
        record = self.versions.completed(draft.record, before)
        if shape := problems(record):
            return Verdict("refused", before.uuid if before else None, shape)
        if before and (answer := self._answered_before(before, record)):
            return answer
        return Ready.of(draft, record, before)

    def _answered_before(self, before: KnownAs, record: Mapping[str, Any]) -> Verdict | None:
        """The verdict on a delivery that says nothing new, or of a record that is withdrawn; else None.

        It is held against every version and not the last alone: a file that is read in once more must not undo
        what somebody has corrected or withdrawn since. Only a person brings a withdrawn record back.
        """
        held = self.store.records.versions(before.uuid)
        told = content(record)
        if before.origin != self.node.code or any(content(version.groups) == told for version in held):
            return Verdict("unchanged", before.uuid)
        is_withdrawn = any(version.current and version.withdrawn for version in held)
        return Verdict("refused", before.uuid, [_withdrawn(before.uuid)]) if is_withdrawn else None

    # -- changing what this node wrote --------------------------------------------------------------------

    def correct(
        self, uuid: str, record: Mapping[str, Any], *, by: str, confirmed: Mapping[str, str] | None = None,
        based_on: int | None = None,
    ) -> Verdict:  # fmt: skip
        """A new version of a record of ours.

        Raises NotFound, NotAllowed, and Refused when it is withdrawn, or changed meanwhile: no more `based_on`.
        """
        return self.correcting.correct(uuid, record, by, confirmed or {}, based_on)

    def resolve(self, uuid: str, record: Mapping[str, Any], *, by: str, reason: str) -> Verdict:
        """Close a fork of a record of ours with a version that continues all its sides; `record` is the whole of it.

        `reason` stays among the remarks, and warnings are passed over with it. Raises NotFound, NotAllowed, and
        Refused without a reason or where there is no fork, or none any more.
        """
        return self.correcting.resolve(uuid, record, by, reason)

    def withdraw(self, uuid: str, *, reason: str, by: str) -> Verdict:
        """Withdraw a record of ours: a version that says so and stays for ever, everywhere."""
        return self.correcting.withdraw(uuid, reason, by)

    def go_back(
        self, uuid: str, version_id: int, *, by: str, reason: str, confirmed: Mapping[str, str] | None = None,
        based_on: int | None = None,
    ) -> Verdict:  # fmt: skip
        """Say again, in a new version, what an earlier version of a record of ours said; nothing is written over.

        `reason` stays among the remarks; the rules judge as at any correction. Raises NotFound, NotAllowed, and
        Refused without a reason, or when it is no more the generation `based_on`.
        """
        return self.correcting.go_back(uuid, version_id, by, reason, confirmed or {}, based_on)

    def restore(self, uuid: str, *, by: str, reason: str, confirmed: Mapping[str, str] | None = None) -> Verdict:
        """Bring a withdrawn record of ours back as it stood before. Raises NotFound, NotAllowed, Refused."""
        held = self.store.records.versions(uuid)
        if any(one.current and not one.withdrawn for one in held):
            return Verdict("unchanged", uuid)
        standing = next((one.version_id for one in held if not one.withdrawn), 0)
        return self.go_back(uuid, standing, by=by, reason=reason, confirmed=confirmed)

    # -- what comes from other nodes ----------------------------------------------------------------------

    def receive(self, arrivals: Sequence[Arrival]) -> list[Received]:
        """Keep verified versions of other nodes, or give the reasons why one is set aside."""
        return self.receiving.receive(arrivals)

    def _at(self) -> str:
        return self.clock().isoformat(timespec="seconds")


def _same_key(key: str) -> Finding:
    why = "Another row of the same delivery has this key."
    return Finding("W-shape", "error", "submission", {"where": key, "why": why})


def _withdrawn(uuid: str) -> Finding:
    return Finding("W-withdrawn", "error", "", {"id": uuid})
