"""Entry pages: a banding, a recovery, and the correction of a record that was written here."""

import json
import uuid as uuids
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask import redirect as to
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding import stock
from banding.domain.rules import Finding
from banding.errors import NotAllowed, NotFound, Refused
from banding.intake import Draft, Verdict
from banding.store.shapes import Kept
from banding.web import forms, here, language, sheet
from banding.web.forms import Reading
from banding.web.typed import plain
from banding.web.words import code_table

blueprint = Blueprint("entry", __name__)
DOOR = "form"


@dataclass(frozen=True)
class Page:
    """One showing of the form: what is typed and what there is to say about it."""

    kind: str
    typed: Mapping[str, str]
    submission: str = ""
    generation: str = ""
    record: Kept | None = None
    rows: int = 2
    grown: str = ""
    reading: Reading = field(default_factory=Reading)
    findings: tuple[Finding, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    already: str = ""
    differs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def posted(cls, kind: str, record: Kept | None = None) -> "Page":
        """What came with the request; nothing of it is judged yet."""
        typed = forms.settled(request.form)
        said = [(name, text) for name, text in request.form.items() if name.startswith("confirm-")]
        reasons = {name.removeprefix("confirm-"): text for name, text in said}
        key = request.form.get("submission", "")[:80] or str(uuids.uuid4())
        generation = request.form.get("generation", "")
        return cls(kind, typed, key, generation, record, forms.rows_in(typed), reasons=reasons)

    @property
    def confirmed(self) -> dict[str, str]:
        """The reasons given, by the rule's code; a blank one is none."""
        return {code: reason.strip() for code, reason in self.reasons.items() if reason.strip()}

    def shown(self, status: int = 200) -> Response:
        """The page itself."""
        rows = max(self.rows, forms.rows_in(self.typed))
        names = list(forms.controls(self.kind, rows))
        named = [(forms.control_of(found.field, names), found) for found in self.findings]
        body = render_template(
            "entry.html",
            page=self,
            sections=sheet.sections(self.kind, rows),
            named=named,
            troubles=self._troubles(named),
            filled={name for name, text in self.typed.items() if text.strip() and name not in sheet.QUIET},
            schemes=sheet.scheme_choices,
            species=here.station().tables.species,
            places=code_table("place").rows,
            label_code=forms.label_code,
        )
        return Response(body, status, mimetype="text/html")

    def _troubles(self, named: list[tuple[str, Finding]]) -> dict[str, list[Any]]:
        """By control, everything wrong with it: sentences, or findings that the page puts into words."""
        found: dict[str, list[Any]] = {name: [text] for name, text in self.reading.troubles.items()}
        for name, finding in named:
            if finding.severity == "error":
                found.setdefault(name, []).append(finding)
        return found

    @property
    def second_banding(self) -> bool:
        """Whether the ring is known, so that this may be a recapture."""
        return any(found.code == "R-second-banding" for found in self.findings)


@blueprint.route("/enter/banding", methods=("GET", "POST"))
def banding() -> Response:
    """A ring put on a bird."""
    return _enter("banding")


@blueprint.route("/enter/recovery", methods=("GET", "POST"))
def recovery() -> Response:
    """A later encounter."""
    return _enter("recovery")


def _enter(kind: str) -> Response:
    if request.method == "GET":
        return Page(kind, _fresh(kind), str(uuids.uuid4())).shown()
    page = Page.posted(kind)
    if shown := _only_shown(page):
        return shown
    page, record = _read(page)
    if record is None:
        return page.shown(422)
    return _kept_before(page, record) or _admitted(page, record)


def _fresh(kind: str) -> dict[str, str]:
    """What stands in a new form: what the last one leaves, else the station's ways."""
    asked = request.args
    last = _held(asked["after"]) if "after" in asked else None
    if last is not None and last.kind == kind and not last.withdrawn:
        following = stock.following(here.station(), last.core["scheme"], last.core["ring"])
        return sheet.after(kind, last.groups, following)
    settings, today = here.station().settings, here.station().intake.today()
    recapture = asked.get("as") == "recapture"
    typed = sheet.presets(kind, settings.node, today, language.current(), recapture=recapture)
    looked_for = {"core.ring": asked.get("ring", ""), "core.scheme": asked.get("scheme", "")}
    return typed | {name: text for name, text in looked_for.items() if text}


def _only_shown(page: Page) -> Response | None:
    """The form once more, nothing saved: in another language, as a recapture, or with a row more."""
    chosen = language.preferred(request.form)
    wish, _colon, section = request.form.get("redisplay", "").partition(":")
    if chosen:
        with force_locale(chosen):
            return language.remember(page.shown(), chosen)
    if wish == "recapture":
        return replace(page, typed=sheet.as_recapture(page.typed)).shown()
    if wish == "row":
        return replace(page, rows=min(forms.MOST_ROWS, page.rows + 1), grown=section).shown()
    return None


def _read(page: Page) -> tuple[Page, dict[str, Any] | None]:
    """The page with what was understood, and the record it makes; None while something is not."""
    station = here.station()
    before = page.record.groups if page.record else None
    reading = forms.read(page.kind, page.typed, station.tables, language.current(), before)
    page = replace(page, reading=reading)
    if reading.troubles:
        return page, None
    node = station.settings.node
    return page, forms.record(page.kind, page.typed, reading.values, node, station.tables, before)


def _kept_before(page: Page, record: Mapping[str, Any]) -> Response | None:
    """A form sent twice leads to its one record; with other content it asks, and overwrites nothing."""
    station = here.station()
    known = station.store.records.submitted([page.submission]).get(page.submission)
    if known is None:
        return None
    if station.intake.check(Draft(record, page.submission)).outcome == "unchanged":
        return _to_record(known.uuid, "already")
    fresh = str(uuids.uuid5(uuids.NAMESPACE_URL, page.submission + json.dumps(record, sort_keys=True)))
    asks = replace(page, submission=fresh, already=known.uuid, generation=str(known.generation))
    return asks.shown(409)


def _admitted(page: Page, record: Mapping[str, Any]) -> Response:
    draft = Draft(record, page.submission, page.confirmed)
    verdict = here.station().intake.admit([draft], door=DOOR, by=_name())[0]
    return _answered(page, verdict, "already" if verdict.outcome == "unchanged" else "kept")


def _answered(page: Page, verdict: Verdict, said: str) -> Response:
    if verdict.is_kept and verdict.id:
        return _to_record(verdict.id, said)
    return replace(page, findings=tuple(verdict.findings)).shown(422)


@blueprint.route("/records/<uuid:record_id>/correct", methods=("GET", "POST"))
def correct(record_id: uuids.UUID) -> Response:
    """A new version of a record of this node."""
    held = _own(str(record_id))
    if request.method == "GET":
        told = held.groups.get("remarks", {}).get("confirmations", [])
        reasons = {one["rule"]: one["reason"] for one in told}
        typed = forms.texts(held.kind, held.groups)
        return Page(held.kind, typed, generation=str(held.generation), record=held, reasons=reasons).shown()
    page = Page.posted(held.kind, held)
    if shown := _only_shown(page):
        return shown
    page, record = _read(page)
    if record is None:
        return page.shown(422)
    return _corrected(page, held, record)


def _corrected(page: Page, held: Kept, record: Mapping[str, Any]) -> Response:
    based_on = int(page.generation) if page.generation.isdecimal() and len(page.generation) < 10 else 0
    try:
        verdict = here.station().intake.correct(
            held.uuid, record, by=_name() or "", confirmed=page.confirmed, based_on=based_on
        )
    except Refused:
        now = forms.texts(held.kind, held.groups)
        differs = {
            name: now.get(name, "")
            for name in forms.controls(held.kind, page.rows)
            if plain(now.get(name, "")) != plain(page.typed.get(name, ""))
        }
        return replace(page, generation=str(held.generation), differs=differs or {"": ""}).shown(409)
    return _answered(page, verdict, "unchanged" if verdict.outcome == "unchanged" else "corrected")


def _own(uuid: str) -> Kept:
    held = _held(uuid)
    own = here.station().settings.node.code
    if held is None:
        raise NotFound(_("There is no such record here"), where=uuid, mend=_("Look for it by its ring"))
    if held.origin != own:
        raise NotAllowed(
            _("Only the station that wrote a record may change it"), where=uuid,
            why=_("It was written at %(origin)s", origin=held.origin),
            mend=_("Send your correction to %(origin)s", origin=held.origin),
        )  # fmt: skip
    if held.withdrawn:
        raise Refused(_("The record is withdrawn and cannot be corrected"), where=uuid, mend=_("Enter the bird anew"))
    return held


def _held(uuid: str) -> Kept | None:
    try:
        return here.station().store.records.record(str(uuids.UUID(uuid)))
    except ValueError:
        return None


def _name() -> str | None:
    account = here.account()
    return account.name if account else None


def _to_record(uuid: str, said: str) -> Response:
    return to(url_for("records.one", record_id=uuid, saved=said), 303)
