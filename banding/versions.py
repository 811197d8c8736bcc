"""How a draft becomes a version of a record: it gets its identity, is judged, and is made ready to be kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from banding.domain.encounters import Encounter
from banding.domain.rules import Tables
from banding.drafts import Draft, Verdict, completed, with_confirmations
from banding.judging import Judging
from banding.store.shapes import KnownAs, NewVersion
from banding.stories import Stories


@dataclass(frozen=True)
class Ready:
    """A draft whose shape is right; `before` is the record that it continues, None for a new one."""

    draft: Draft
    record: dict[str, Any]
    met: Encounter
    before: KnownAs | None

    @classmethod
    def of(cls, draft: Draft, record: dict[str, Any], before: KnownAs | None) -> "Ready":
        """The draft beside the whole record that it makes."""
        return cls(draft, record, Encounter.of(record), before)


class Versions:
    """Makes the versions of one node; `new_id` and `at` are asked anew each time."""

    def __init__(self, code: str, judging: Judging, new_id: Callable[[], str], at: Callable[[], str]) -> None:
        self.code, self.judging, self.new_id, self.at = code, judging, new_id, at

    def completed(self, record: Mapping[str, Any], before: KnownAs | None) -> dict[str, Any]:
        """The record with what only the node can say of it."""
        identity = {
            "id": before.uuid if before else self.new_id(),
            "origin": self.code,
            "generation": before.generation + 1 if before else 1,
        }
        return completed(record, identity)

    def judged(
        self, ready: Ready, stories: Stories, tables: Tables, confirm_all: str | None
    ) -> tuple[Verdict, dict[str, str]]:
        """What becomes of a draft, and the reasons by which its warnings were passed over, by the rule's code."""
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

    def made(
        self, ready: Ready, verdict: Verdict, reasons: Mapping[str, str], door: str, by: str | None
    ) -> NewVersion:  # fmt: skip
        """The version as the store takes it, with the reasons for whatever was confirmed."""
        record = with_confirmations(ready.record, reasons, by, self.at())
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
