"""The field session as a table: a row a bird, for typing up field sheets and for pasting from a spreadsheet."""

import uuid as uuids
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding import fieldwork
from banding.intake import Draft, Verdict
from banding.store.sessions import FieldSession
from banding.store.shapes import Kept
from banding.web import answering, forms, fresh, gridsheet, here, said, sheet
from banding.web.gridsheet import KIND
from banding.web.showing import Page, read
from banding.web.words import code_table

blueprint = Blueprint("grid", __name__)
EMPTY_ROWS = 10
MOST_PLAIN = 100


@dataclass(frozen=True)
class Line:
    """A row of the page as a browser without scripts sends it, and what became of it."""

    number: int
    cells: Mapping[str, str]
    page: Page
    is_kept: bool = False

    @classmethod
    def posted(cls, number: int, form: Mapping[str, str], begin: Mapping[str, str]) -> "Line":
        """Row `number`; its controls are named like `3/core.ring`."""
        mine = {name.partition("/")[2]: text for name, text in form.items() if name.startswith(f"{number}/")}
        kind = "recovery" if mine.get(KIND) == "recovery" else "banding"
        own = forms.settled(mine)
        typed = {**begin, **(sheet.RECAPTURED if kind == "recovery" else {}), **own}
        reasons = {name.removeprefix("confirm-"): text for name, text in mine.items() if name.startswith("confirm-")}
        key = mine.get("key", "")[:80] or str(uuids.uuid4())
        page = Page(kind, typed, key, session=session_of(form), rows=forms.rows_in(typed), reasons=reasons)
        return cls(number, own | {KIND: kind}, page)

    @classmethod
    def blank(cls, number: int) -> "Line":
        """A row in which nothing stands yet."""
        return cls(number, {}, Page("banding", {}, str(uuids.uuid4())))

    def is_empty(self, begin: Mapping[str, str]) -> bool:
        """Whether nothing stands in it but what every bird begins with."""
        return all(not text.strip() or text == begin.get(name, "") for name, text in self.cells.items() if name != KIND)

    @property
    def said(self) -> dict[str, Any]:
        """Everything there is to say about it, as a script is told."""
        return answering.of(self.page) if self.cells else {}


@blueprint.get("/enter/grid")
def rows() -> Response:
    """The table, with what is saved in this session."""
    session = session_of(request.args) or fresh.current()
    return _page(session, [], gridsheet.begin(session))


@blueprint.post("/enter/grid")
def save() -> Response:
    """The rows of the page as a browser without scripts sends them; each gets its own verdict."""
    session = session_of(request.form)
    begin = {name.removeprefix("begin/"): text for name, text in request.form.items() if name.startswith("begin/")}
    numbers = {int(start) for name in request.form if (start := name.partition("/")[0]).isdecimal() and len(start) < 4}
    lines = [Line.posted(number, request.form, begin) for number in sorted(numbers)[:MOST_PLAIN]]
    judged = [_judged(line) for line in lines if not line.is_empty(begin)]
    kept, left = sum(line.is_kept for line in judged), [line for line in judged if not line.is_kept]
    if kept:
        flash(_("Saved rows: %(count)s", count=kept), "done")
    return _page(session, left, begin, 422) if left else _to_rows(session)


@blueprint.post("/enter/grid/sheet")
def lay_out() -> Response:
    """Choose the columns, their order, and in which order the sheet is read."""
    account = here.account()
    if account is not None:
        here.station().store.preferences.set(account.id, gridsheet.NAME, gridsheet.chosen(request.form))
    return _to_rows(session_of(request.form))


def _judged(line: Line) -> Line:
    """Keep one row if it can be kept; nothing in it delays the next."""
    page, record = read(line.page)
    if record is None:
        return replace(line, page=page)
    station = here.station()
    draft = Draft(record, page.submission, page.confirmed)
    known = station.store.records.submitted([page.submission]).get(page.submission)
    # A page that was gone back to must not overwrite the bird that it saved before.
    if known is not None and station.intake.check(draft).outcome != "unchanged":
        return replace(line, page=replace(page, submission=str(uuids.uuid4()), already=known.uuid))
    account = here.account()
    name = account.name if account is not None else None

    def deed() -> Verdict:
        return station.intake.admit([draft], door="form", by=name)[0]

    verdict = fieldwork.kept(station, page.session, deed)
    return replace(line, page=replace(page, findings=tuple(verdict.findings)), is_kept=verdict.is_kept)


def _page(session: FieldSession | None, lines: list[Line], begin: Mapping[str, str], status: int = 200) -> Response:
    layout, every = gridsheet.layout(here.account(), begin), list(_birds(session))
    birds = [bird for bird in every if not bird.withdrawn]
    taken = {line.number for line in lines}
    free = [number for number in range(1, 2 * MOST_PLAIN) if number not in taken]
    body = render_template(
        "grid.html",
        session=session, layout=layout, begin=begin, birds=birds, texts=fresh.opened,
        lines=[*lines, *map(Line.blank, free[:EMPTY_ROWS])],
        label=gridsheet.label, choices=gridsheet.choices(), fields=gridsheet.fields(layout.columns),
        species=here.station().tables.species, places=code_table("place").rows,
        data=gridsheet.data(session, layout, begin, every), words=said.script_words(),
    )  # fmt: skip
    return Response(body, status, mimetype="text/html")


def session_of(form: Mapping[str, str]) -> FieldSession | None:
    """The session for which a page was made."""
    return here.station().store.sessions.of(form.get("session", ""))


def _birds(session: FieldSession | None) -> Iterator[Kept]:
    """What was entered in a session, and what was withdrawn since."""
    if session is None:
        return
    store = here.station().store
    for uuid, _round in store.sessions.birds(session.id):
        held = store.records.record(uuid)
        if held is not None:
            yield held


def _to_rows(session: FieldSession | None) -> Response:
    return to(url_for("grid.rows", session=session.id if session else None), 303)
