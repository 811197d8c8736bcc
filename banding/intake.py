"""The one door: every record comes in here, is judged by shape and sense, and is kept and logged at once."""

import datetime
import uuid as uuids
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from itertools import islice
from typing import Any

import orjson

from banding.domain import dates, places
from banding.domain.encounters import Encounter, is_dead
from banding.domain.rings import look_alikes
from banding.domain.rules import Case, Finding, Tables, judge
from banding.errors import NotAllowed, NotFound, Refused
from banding.extending import Extending, is_extension
from banding.settings import Node
from banding.shape import problems
from banding.store import Store
from banding.store.extensions import NewExtension
from banding.store.shapes import GROUPS, KnownAs, NewVersion, Placed
from banding.stories import Stories
from banding.tables import LiveTables

CHUNK = 1000
LONGEST_STORY = 200


@dataclass(frozen=True)
class Draft:
    """A record on its way in at this node.

    `record` is an object of groups; `core` needs no id, origin or generation. `submission` is the key under
    which a form, a program or a row of a file sends it, so that sending it twice makes one record.
    `confirmed` holds a person's reason for each warning to be passed over, by the rule's code.
    """

    record: Mapping[str, Any]
    submission: str | None = None
    confirmed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What became of a draft: `kept`, `changed`, `unchanged`, `to-confirm` or `refused`, and what the rules say."""

    outcome: str
    id: str | None = None
    findings: Sequence[Finding] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the record is in the store now."""
        return self.outcome in {"kept", "changed", "unchanged"}


@dataclass(frozen=True)
class Arrival:
    """A version from another node, its signature already verified; `groups` are the exact texts that came."""

    groups: Mapping[str, str]
    record: Mapping[str, Any]
    seal: bytes
    strict: bool = True


@dataclass(frozen=True)
class Received:
    """What became of an arrival: where it was kept, or the reasons why it was set aside."""

    placed: Placed | None
    reasons: Sequence[Finding] = ()


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
        self.extending = Extending(store, node.code, lambda: self.new_id(), self._at)

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
        return self._judged(ready, Stories(self.store, [ready.met]), self._own_tables(), None)[0]

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
        tables = self._own_tables()
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
        """The record with what only the node can say: ids, version, the rounded point."""
        groups = {name: dict(group) if isinstance(group, Mapping) else group for name, group in record.items()}
        groups = {name: group for name, group in groups.items() if group != {} or name not in GROUPS}
        if isinstance(groups.get("core"), dict):
            identity = {
                "id": before.uuid if before else self.new_id(),
                "origin": self.node.code,
                "generation": before.generation + 1 if before else 1,
            }
            groups["core"] = identity | {k: v for k, v in groups["core"].items() if k not in identity}
        place = groups.get("place")
        if isinstance(place, dict) and {"latitude", "longitude"} <= place.keys() and not groups.get("area"):
            groups |= _area(place)
        return {name: groups[name] for name in GROUPS if name in groups} | groups

    def _unchanged(self, before: KnownAs, record: Mapping[str, Any]) -> Verdict | None:
        held = self.store.records.record(before.uuid)
        if held is None or held.origin != self.node.code:
            return Verdict("unchanged", before.uuid)
        return Verdict("unchanged", before.uuid) if _content(held.groups) == _content(record) else None

    def _judged(
        self, ready: _Ready, stories: Stories, tables: Tables, confirm_all: str | None
    ) -> tuple[Verdict, dict[str, str]]:
        history = stories.of(ready.met)
        findings = self._judge(ready.record, ready.met, history, self._with_likely(tables, ready.met, bool(history)))
        reasons = {
            f.code: ready.draft.confirmed.get(f.code) or confirm_all for f in findings if f.severity == "warning"
        }
        if any(f.severity == "error" for f in findings):
            return Verdict("refused", None, findings), {}
        if any(not reason for reason in reasons.values()):
            return Verdict("to-confirm", None, findings), {}
        outcome = "changed" if ready.before else "kept"
        return Verdict(outcome, ready.met.id, findings), {code: reason or "" for code, reason in reasons.items()}

    def _own_tables(self) -> Tables:
        """The tables for what is entered here, with the station's stock of rings as it is now."""
        stock = self.store.stock.stocks()
        return replace(self.tables, stock=stock, entered_here=True)

    def _with_likely(self, tables: Tables, me: Encounter, is_known: bool) -> Tables:
        """The tables, with the rings known here that a ring nobody knows may have been misread for."""
        if is_known or me.is_banding or me.ring_key is None:
            return tables
        near = self.store.records.rings_known([me.ring_key, *look_alikes(me.ring_key)])
        return replace(tables, near_rings=frozenset(near))

    def _judge(
        self,
        record: Mapping[str, Any],
        me: Encounter,
        history: Sequence[Encounter],
        tables: Tables,
    ) -> list[Finding]:
        return judge(Case(record, me, _near(history, me), self.today(), tables))

    def _version(
        self, ready: _Ready, verdict: Verdict, reasons: Mapping[str, str], door: str, by: str | None
    ) -> NewVersion:
        record = self._with_confirmations(ready.record, reasons, by)
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

    def _with_confirmations(self, record: dict[str, Any], reasons: Mapping[str, str], by: str | None) -> dict[str, Any]:
        """Codes of confirmed warnings go to everyone with the core; the words stay among the remarks."""
        if not reasons:
            return record
        told = [{"rule": code, "reason": reason[:500], "at": self._at()} for code, reason in sorted(reasons.items())]
        told = [one | ({"by": by} if by else {}) for one in told]
        core = record["core"] | {"confirmed": sorted(reasons)}
        return record | {"core": core, "remarks": record.get("remarks", {}) | {"confirmations": told}}

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
            completed = self._completed(record, before)
            if shape := problems(completed):
                return Verdict("refused", uuid, shape)
            if same := self._unchanged(before, completed):
                return same
            ready = _Ready(Draft(record, confirmed=confirmed or {}), completed, Encounter.of(completed), before)
            stories = Stories(self.store, [ready.met], but=before.record_id)
            verdict, reasons = self._judged(ready, stories, self._own_tables(), None)
            if verdict.is_kept:
                self.store.records.keep([self._version(ready, verdict, reasons, "correction", by)], self._at())
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
        """Keep verified versions of other nodes: nothing is lost for its sense, only its shape can set it aside.

        What the rules say is kept beside each version, so that both sides see a conflict.
        """
        with self.store.transaction():
            reasons = [self._wrong_with(a) for a in arrivals]
            sound = [a for a, wrong in zip(arrivals, reasons, strict=True) if not wrong]
            # Rows of tables first: the records beside them may need them to be understood.
            rows = [a for a in sound if is_extension(a.record)]
            new = [NewExtension(a.record["core"], a.groups["core"], "peer", None, a.seal, own=False) for a in rows]
            added = iter(self.store.extensions.keep(new, self._at()))
            birds = [a for a in sound if not is_extension(a.record)]
            placed = iter(self.store.records.keep(list(self._arrived(birds)), self._at()))
        ways = [added if is_extension(a.record) else placed for a in arrivals]
        return [Received(None, wrong) if wrong else Received(next(w)) for wrong, w in zip(reasons, ways, strict=True)]

    def _wrong_with(self, arrival: Arrival) -> list[Finding]:
        if is_extension(arrival.record):
            return self.extending.wrong_with(arrival.record, strict=arrival.strict)
        return problems(arrival.record, strict=arrival.strict)

    def _arrived(self, arrivals: Sequence[Arrival]) -> Iterator[NewVersion]:
        mets = [Encounter.of(a.record) for a in arrivals]
        stories, tables = Stories(self.store, mets), self.tables
        for arrival, met in zip(arrivals, mets, strict=True):
            findings = self._judge(arrival.record, met, stories.of(met), tables)
            stories.remember(met)
            yield NewVersion(
                met=met, generation=arrival.record["core"]["generation"], groups=arrival.groups, door="peer",
                seal=arrival.seal, findings=findings, own=False,
            )  # fmt: skip

    def _at(self) -> str:
        return self.clock().isoformat(timespec="seconds")


def _near(history: Sequence[Encounter], me: Encounter) -> list[Encounter]:
    """The encounters that can say something of this one; all of them for any bird that has lived.

    A ring met more often than that is a placeholder in somebody's file. Only its bandings, its deaths and the
    days around are looked at, so that one such file cannot keep a node busy for hours.
    """
    others = [e for e in history if e.id != me.id]
    if len(others) <= LONGEST_STORY:
        return others
    telling = [e for e in others if e.is_banding or is_dead(e.condition)][:LONGEST_STORY]
    around = nsmallest(LONGEST_STORY, others, key=lambda e: abs(e.day - me.day))
    return list({e.id: e for e in telling + around}.values())


def _area(place: Mapping[str, Any]) -> dict[str, Any]:
    """The group that goes with an exact place; none where the place is no place, which its own fields tell."""
    try:
        area = places.area(places.Point(float(place["latitude"]), float(place["longitude"])))
    except (TypeError, ValueError, ArithmeticError):
        return {}
    return {"area": {"latitude": area.latitude, "longitude": area.longitude}}


def _content(groups: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its version, for telling whether anything a person wrote has changed."""
    content = {name: dict(group) for name, group in groups.items() if group}
    for name in ("generation", "confirmed"):
        content["core"].pop(name, None)
    if "remarks" in content:
        content["remarks"].pop("confirmations", None)
    return {name: group for name, group in content.items() if group}


def _same_key(key: str) -> Finding:
    why = "Another row of the same delivery has this key."
    return Finding("W-shape", "error", "submission", {"where": key, "why": why})
