"""One showing of the entry form: what came with the request, what was understood of it, and how it is shown."""

import time
import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, render_template, request, url_for

from banding.domain.rules import Finding
from banding.store.sessions import FieldSession
from banding.store.shapes import Kept
from banding.web import answering, forms, fresh, habits, here, language, said, sheet
from banding.web.access import wants_json
from banding.web.forms import Reading
from banding.web.words import code_table

LAST_BIRDS = 12
MOST_BIRDS = 1000


@dataclass(frozen=True)
class Page:
    """One showing of the form: what is typed and what there is to say about it."""

    kind: str
    typed: Mapping[str, str]
    submission: str = ""
    generation: str = ""
    record: Kept | None = None
    session: FieldSession | None = None
    rows: int = 2
    grown: str = ""
    reading: Reading = field(default_factory=Reading)
    findings: tuple[Finding, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    already: str = ""
    differs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def posted(cls, kind: str, record: Kept | None = None) -> "Page":
        """What came with the request; nothing of it is judged yet."""
        typed = forms.settled(request.form)
        told = [(name, text) for name, text in request.form.items() if name.startswith("confirm-")]
        reasons = {name.removeprefix("confirm-"): text for name, text in told}
        key = request.form.get("submission", "")[:80] or str(uuids.uuid4())
        generation = request.form.get("generation", "")
        session = here.station().store.sessions.of(request.form.get("session", ""))
        return cls(kind, typed, key, generation, record, session, forms.rows_in(typed), reasons=reasons)

    @property
    def confirmed(self) -> dict[str, str]:
        """The reasons given, by the rule's code; a blank one is none."""
        return {code: reason.strip() for code, reason in self.reasons.items() if reason.strip()}

    @property
    def named(self) -> list[tuple[str, Finding]]:
        """Every finding with the control that it belongs to; empty where the form shows none."""
        names = list(forms.controls(self.kind, self.most_rows))
        return [(forms.control_of(found.field, names), found) for found in self.findings]

    @property
    def most_rows(self) -> int:
        """How many rows of repeated parts are shown."""
        return max(self.rows, forms.rows_in(self.typed))

    @property
    def troubles(self) -> dict[str, list[Any]]:
        """By control, everything wrong with it: sentences, or findings that the page puts into words."""
        found: dict[str, list[Any]] = {name: [text] for name, text in self.reading.troubles.items()}
        for name, finding in self.named:
            if finding.severity == "error":
                found.setdefault(name, []).append(finding)
        return found

    @property
    def second_banding(self) -> bool:
        """Whether the ring is known, so that this may be a recapture."""
        return any(found.code == "R-second-banding" for found in self.findings)

    @property
    def action(self) -> str:
        """Where the form is sent."""
        if self.record is not None:
            return url_for("entry.correct", record_id=self.record.uuid)
        return url_for(f"entry.{self.kind}")

    @property
    def order(self) -> tuple[str, ...]:
        """The fields in hand, with the method of a measurement and the place of a find where none is known yet."""
        recapture = self.typed.get("core.manner") == "recapture"
        begun = fresh.opened(self.record) if self.record else fresh.first(self.kind, self.session, recapture=recapture)
        return sheet.in_hand(self.kind, habits.of(self.kind).order, begun)

    def shown(self, status: int = 200) -> Response:
        """The page itself, or for a script what it would say."""
        if wants_json():
            return answering.of_page(self, status)
        habit = habits.of(self.kind)
        body = render_template(
            "entry.html",
            page=self,
            sections=sheet.sections(self.kind, self.most_rows, self.order),
            named=self.named,
            troubles=self.troubles,
            filled={name for name, text in self.typed.items() if text.strip() and name not in sheet.QUIET},
            keep=habit.keep if self.record is None else None,
            schemes=sheet.scheme_choices,
            species=here.station().tables.species,
            places=code_table("place").rows,
            label_code=forms.label_code,
            birds=_birds(self.session),
            count=here.station().store.sessions.count(self.session.id) if self.session else 0,
            words=said.script_words(),
            sheet=self._sheet(habit),
        )
        return Response(body, status, mimetype="text/html")

    def _sheet(self, habit: habits.Habit) -> dict[str, Any]:
        """What a script must know of the form."""
        recapture = self.typed.get("core.manner") == "recapture"
        is_new = self.record is None
        begun = fresh.fresh(self.kind, self.session, recapture=recapture)
        in_hand = fresh.methods(self.session) if recapture or self.kind == "banding" else {}
        return {
            "kind": self.kind, "action": self.action, "session": self.session.id if self.session else "",
            "quick": is_new, "posted": request.method == "POST", "language": language.current(),
            "withdrawn": _withdrawn(self.session), "order": habit.order, "keep": sorted(habit.keep),
            "fresh": begun | in_hand if is_new else {},
            "habits": url_for("session.fields", kind=self.kind), "made": int(time.time()) * 1000,
        }  # fmt: skip


def read(page: Page) -> tuple[Page, dict[str, Any] | None]:
    """The page with what was understood, and the record it makes; None while something is not."""
    station = here.station()
    before = page.record.groups if page.record else None
    reading = forms.read(page.kind, page.typed, station.tables, language.current(), before)
    page = replace(page, reading=reading)
    if reading.troubles:
        return page, None
    node = station.settings.node
    return page, forms.record(page.kind, page.typed, reading.values, node, station.tables, before)


def _birds(session: FieldSession | None) -> list[Kept]:
    """The last birds of the session, the newest first."""
    store = here.station().store
    last = store.sessions.last_birds(session.id, LAST_BIRDS) if session is not None else []
    held = (store.records.record(uuid) for uuid in last)
    return [bird for bird in held if bird is not None and not bird.withdrawn]


def _withdrawn(session: FieldSession | None) -> Sequence[str]:
    """What a device may still hold as saved and nobody should see in the list."""
    return here.station().store.sessions.withdrawn(session.id, MOST_BIRDS) if session is not None else []
