"""The form that proposes a correction: the fields of another node's record, typed as at the entry of one."""

import uuid as uuids
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from banding.domain.rules import Finding
from banding.errors import BandingError, NotAllowed, NotFound, Refused, SettingsTrouble
from banding.settings import Node, station_node
from banding.shape import problems
from banding.store.shapes import Kept
from banding.web import forms, here, language, sheet
from banding.web.access import Access
from banding.web.forms import Reading
from banding.web.typed import plain
from banding.web.words import code_table, in_sentences
from exchange import pages
from exchange.talk import proposals

blueprint = Blueprint("proposing", __name__, template_folder="templates")
ACCESS = (Access("proposing.form", ("GET", "POST"), "operator"),)
NOT_PROPOSED = {"people"}


@dataclass(frozen=True)
class Page:
    """One showing of the form; `base` is the version that it was filled from."""

    record: Kept
    base: Kept
    typed: Mapping[str, str]
    reason: str = ""
    rows: int = 2
    reading: Reading = field(default_factory=Reading)
    troubles: Mapping[str, Sequence[str | Finding]] = field(default_factory=dict)
    trouble: str = ""

    def shown(self, status: int = 200) -> Response:
        """The page itself."""
        rows = max(self.rows, forms.rows_in(self.typed))
        closed = proposals.withheld(pages.node(), self.record)
        left_out = closed | NOT_PROPOSED
        sections = [
            replace(section, controls=tuple(one for one in section.controls if _group(one.name) not in left_out))
            for section in sheet.sections(self.record.kind, rows)
        ]
        body = render_template(
            "propose.html", page=self, record=self.record, sections=sections, closed=sorted(closed - NOT_PROPOSED),
            version=_version(self.record), filled={name for name, text in self.typed.items() if text.strip()},
            schemes=sheet.scheme_choices, species=here.station().tables.species, places=code_table("place").rows,
            controls={control.name for section in sections for control in section.controls},
        )  # fmt: skip
        return Response(body, status, mimetype="text/html")


@blueprint.route("/records/<uuid:record_id>/propose", methods=("GET", "POST"))
def form(record_id: uuids.UUID) -> Answer:
    """The record as this node sees it; whatever is changed there is proposed to its station."""
    record = _others(str(record_id))
    if request.method == "GET":
        return Page(record, record, forms.texts(record.kind, record.groups)).shown()
    page = _posted(record)
    if request.form.get("redisplay"):
        return replace(page, rows=min(forms.MOST_ROWS, forms.rows_in(page.typed) + 1)).shown()
    page, changes = _read(page)
    if page.troubles:
        return page.shown(422)
    if page.base.version_id != record.version_id:
        return _overtaken(page).shown(409)
    try:
        proposals.propose(pages.node(), record, changes, page.reason)
    except BandingError as error:
        return replace(page, trouble=in_sentences(error.what, error.mend)).shown(422)
    flash(gettext("The proposal goes to %(node)s with the next sync.", node=record.origin), "done")
    return redirect(url_for("proposals.listing"), 303)


def _others(uuid: str) -> Kept:
    record = pages.node().store.records.record(uuid)
    if record is None:
        raise NotFound("There is no such record here", where=uuid, mend="Look for it by its ring")
    if record.origin == pages.node().code:
        raise NotAllowed("This record belongs to this node", where=uuid, mend="Correct it yourself")
    if record.withdrawn:
        raise Refused("The record is withdrawn", where=uuid, mend="Telephone the station")
    return record


def _posted(record: Kept) -> Page:
    """What came with the request, beside the version that the form was filled from."""
    known = {_version(one): one for one in pages.node().store.records.versions(record.uuid)}
    base = known.get(request.form.get("base", ""), record)
    # What the form does not show stays as it was.
    typed = forms.texts(record.kind, base.groups)
    hidden = proposals.withheld(pages.node(), base) | NOT_PROPOSED
    kept = {name: text for name, text in typed.items() if _group(name) in hidden}
    return Page(record, base, forms.settled(request.form) | kept, request.form.get("reason", ""))


def _read(page: Page) -> tuple[Page, dict[str, dict[str, Any]]]:
    """The page with what was not understood, and what would be changed."""
    station, record, before = here.station(), page.record, page.base.groups
    reading = forms.read(record.kind, page.typed, station.tables, language.current(), before)
    troubles: dict[str, list[str | Finding]] = {name: [text] for name, text in reading.troubles.items()}
    if not page.reason.strip():
        troubles["reason"] = [gettext("Say why: the other side reads it.")]
    page = replace(page, reading=reading, troubles=troubles)
    if troubles:
        return page, {}
    made = forms.record(record.kind, page.typed, reading.values, _steward(record.origin), station.tables, before)
    changes = proposals.changed(before, made)
    names = list(forms.controls(record.kind, page.rows))
    wrong: dict[str, list[str | Finding]] = {}
    for found in problems(proposals.merged(before, changes), strict=False):
        wrong.setdefault(forms.control_of(found.field, names), []).append(found)
    return replace(page, troubles=wrong), changes


def _overtaken(page: Page) -> Page:
    """The record has changed since the form was filled: the new version, with what was typed put in once more."""
    was, now = (forms.texts(page.record.kind, one.groups) for one in (page.base, page.record))
    names: Iterable[str] = forms.controls(page.record.kind, max(page.rows, forms.rows_in(page.typed)))
    typed = {name: page.typed.get(name, "") for name in names if plain(page.typed.get(name, "")) != was.get(name, "")}
    trouble = gettext("The record has changed meanwhile. What you typed stands in the form: look at it again.")
    return replace(page, typed=now | typed, trouble=trouble, reading=Reading())


def _steward(code: str) -> Node:
    """The station whose clock the record goes by; ours where its own is not known."""
    try:
        return station_node(code)
    except SettingsTrouble:
        return here.station().settings.node


def _version(record: Kept) -> str:
    """Which version a form was filled from."""
    return f"{record.generation}-{record.version_id}"


def _group(name: str) -> str:
    return name.partition(".")[0]
