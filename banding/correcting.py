"""The part of the one door through which this node changes what it wrote: each deed is one more version."""

import copy
from collections.abc import Collection, Mapping
from typing import Any

from banding.drafts import LONGEST_REASON, Draft, Verdict, content
from banding.errors import NotAllowed, NotFound, Refused
from banding.shape import problems
from banding.store import Store
from banding.store.shapes import Kept, KnownAs
from banding.stories import Stories
from banding.versions import Ready, Versions

SETTLED = "R-fork"
"""Stands among the confirmed where a person chose between versions."""
BACK = "R-back"
"""Stands among the confirmed where a person went back to what an earlier version said."""
RESTORED = "R-restored"
"""Stands among the confirmed where a person brought a withdrawn record back."""
DEEDS = (SETTLED, BACK, RESTORED)


class Correcting:
    """Corrects, withdraws and brings back; nothing that was written is ever written over."""

    def __init__(self, store: Store, versions: Versions) -> None:
        self.store, self.versions = store, versions

    def correct(
        self, uuid: str, record: Mapping[str, Any], by: str, confirmed: Mapping[str, str], based_on: int | None
    ) -> Verdict:
        """A new version that says `record`. Raises NotFound, NotAllowed, and Refused."""
        with self.store.transaction():
            before, held = self._ours(uuid, based_on)
            if held.withdrawn:
                raise Refused(
                    "The record is withdrawn and cannot be corrected",
                    where=uuid,
                    mend="Bring it back on its page first",
                )
            whole = self.versions.completed(record, before)
            if not problems(whole) and content(held.groups) == content(whole):
                return Verdict("unchanged", uuid)
            return self._continued(before, Draft(record, confirmed=confirmed), "correction", by)

    def check(self, uuid: str, draft: Draft) -> Verdict:
        """What would become of a correction, without keeping anything. Raises NotFound, NotAllowed."""
        before, _held = self._ours(uuid)
        whole = self.versions.completed(draft.record, before)
        if shape := problems(whole):
            return Verdict("refused", before.uuid, shape)
        ready = Ready.of(draft, whole, before)
        stories = Stories(self.store, [ready.met], but=before.record_id)
        return self.versions.judged(ready, stories, self.versions.judging.own_tables(), None)[0]

    def resolve(self, uuid: str, record: Mapping[str, Any], by: str, reason: str) -> Verdict:
        """Close a fork with a version that continues all its sides. Raises NotFound, NotAllowed, Refused."""
        with self.store.transaction():
            before, _held = self._ours(uuid)
            if not reason.strip():
                raise Refused("A choice needs its reason", where=uuid, mend="Say in a few words why it is so")
            if not self.store.forks.of(uuid):
                raise Refused(
                    "There is nothing to choose between", where=uuid,
                    why="The record has one newest version", mend="Open the record again",
                )  # fmt: skip
            return self._continued(before, Draft(record), "resolution", by, {SETTLED: reason}, confirm_all=reason)

    def withdraw(self, uuid: str, reason: str, by: str) -> Verdict:
        """A version that says no more than that the record is withdrawn, and why. Raises NotFound, NotAllowed."""
        with self.store.transaction():
            before, held = self._ours(uuid)
            if held.withdrawn:
                return Verdict("unchanged", uuid)
            core = held.core | {"generation": before.generation + 1, "withdrawn": True}
            record = {"core": core, "remarks": {"text": reason}}
            ready, verdict = Ready.of(Draft(record), record, before), Verdict("changed", uuid)
            version = self.versions.made(ready, verdict, {}, "withdrawal", by)
            self.store.records.keep([version], self.versions.at())
            return verdict

    def take_out(self, uuid: str, group: str, fields: Collection[str], by: str) -> bool:
        """A version without these fields of a group; False where none stands there. Raises NotFound, NotAllowed.

        The rules are not asked: nothing is said that was not said before, and whoever asks to be forgotten does not
        wait until a doubt about the bird is settled.
        """
        with self.store.transaction():
            before, held = self._ours(uuid)
            if not set(fields) & held.groups.get(group, {}).keys():
                return False
            record = {name: dict(inside) for name, inside in held.groups.items()}
            record["core"]["generation"] = before.generation + 1
            record[group] = {name: value for name, value in record[group].items() if name not in fields}
            record = {name: inside for name, inside in record.items() if inside}
            told = self.store.records.findings([held.version_id]).get(held.version_id, [])
            stands = [(found, reason) for found, reason in told if found.field.partition(".")[0] != group]
            ready, verdict = Ready.of(Draft(record), record, before), Verdict("changed", uuid, [f for f, _ in stands])
            version = self.versions.made(ready, verdict, {}, "correction", by)
            version = version._replace(reasons={found.code: reason for found, reason in stands if reason})
            self.store.records.keep([version], self.versions.at())
            return True

    def go_back(
        self, uuid: str, version_id: int, by: str, reason: str, confirmed: Mapping[str, str], based_on: int | None
    ) -> Verdict:
        """A new version that says what an earlier one said; a withdrawn record is back with it.

        Raises NotFound, NotAllowed, and Refused: without a reason, or where the record has changed meanwhile.
        """
        with self.store.transaction():
            before, held = self._ours(uuid, based_on)
            if not 0 < len(reason.strip()) <= LONGEST_REASON:
                raise Refused(
                    "Going back needs its reason", where=uuid, mend="Say why, in at most 500 characters"
                )  # fmt: skip
            earlier = next((one for one in self.store.records.versions(uuid) if one.version_id == version_id), None)
            if earlier is None or earlier.withdrawn:
                raise NotFound("There is no such version to go back to", where=uuid, mend="Look at its history")
            record = again(earlier)
            if content(held.groups) == content(self.versions.completed(record, before)):
                return Verdict("unchanged", uuid)
            deed, door = (RESTORED, "restoration") if held.withdrawn else (BACK, "return")
            return self._continued(before, Draft(record, confirmed=confirmed), door, by, {deed: reason.strip()})

    def _continued(
        self, before: KnownAs, draft: Draft, door: str, by: str, deed: Mapping[str, str] | None = None,
        *, confirm_all: str | None = None,
    ) -> Verdict:  # fmt: skip
        """Keep a version after all there are; `deed` says with its reason why it was made, where it must be told."""
        whole = self.versions.completed(draft.record, before)
        if shape := problems(whole):
            return Verdict("refused", before.uuid, shape)
        ready = Ready.of(draft, whole, before)
        stories = Stories(self.store, [ready.met], but=before.record_id)
        verdict, reasons = self.versions.judged(ready, stories, self.versions.judging.own_tables(), confirm_all)
        if verdict.is_kept:
            version = self.versions.made(ready, verdict, reasons | dict(deed or {}), door, by)
            self.store.records.keep([version], self.versions.at())
        return verdict

    def _ours(self, uuid: str, based_on: int | None = None) -> tuple[KnownAs, Kept]:
        """A record of this node as it is now; refused where it is not the generation that a person has looked at."""
        found, held = self.store.records.known([uuid]).get(uuid), self.store.records.record(uuid)
        if found is None or held is None:
            raise NotFound("There is no such record here", where=uuid, mend="Look for it by its ring")
        if found.origin != self.versions.code:
            raise NotAllowed(
                "Only the node that wrote a record may change it", where=uuid,
                why=f"It was written at {found.origin}", mend=f"Send your correction to {found.origin}",
            )  # fmt: skip
        if based_on is not None and based_on != found.generation:
            raise Refused(
                "The record was changed by somebody else meanwhile", where=uuid,
                mend="Open it again and make your change to the new version",
            )  # fmt: skip
        return found, held


def again(version: Kept) -> dict[str, Any]:
    """What a version said, as a draft of a later one: without its confirmations, which are asked for anew."""
    made: dict[str, Any] = copy.deepcopy(version.groups)
    made["core"].pop("confirmed", None)
    made.get("remarks", {}).pop("confirmations", None)
    return {name: group for name, group in made.items() if group}
