"""Records of which two versions do not know of each other, side by side, and the form that makes one of them."""

import copy
import uuid as uuids
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from banding.domain import forks
from banding.domain.rules import Finding
from banding.errors import BandingError, NotFound
from banding.store.shapes import Kept
from banding.web import here
from banding.web.access import Access
from exchange import pages
from exchange.talk import alarms

blueprint = Blueprint("forks", __name__, template_folder="templates")
ACCESS = (
    Access("forks.listing", ("GET",), "reader"),
    Access("forks.one", ("GET",), "reader"),
    Access("forks.resolve", ("POST",), "operator"),
)
PAGE = 50


class Row(NamedTuple):
    """A field that the sides tell differently: before, on each side, and which side is chosen for it."""

    name: str
    label: str
    base: Any
    told: Sequence[Any]
    at_odds: bool
    chosen: int

    @property
    def values(self) -> Sequence[Any]:
        """What each side says."""
        return self.told


@blueprint.get("/forks")
def listing() -> str:
    """Every record with an open fork."""
    store = pages.node().store
    found = store.forks.open(PAGE, request.args.get("after", "")[:36])
    told = [(fork, forks.kind(fork.sides[0].groups, fork.sides[1].groups, _base(fork.uuid))) for fork in found]
    after = found[-1].uuid if len(found) == PAGE else ""
    return render_template("forks.html", forks=told, after=after)


@blueprint.get("/forks/<uuid:record_id>")
def one(record_id: uuids.UUID) -> Answer:
    """One fork, field by field."""
    return _shown(_sides(record_id))


@blueprint.post("/forks/<uuid:record_id>")
def resolve(record_id: uuids.UUID) -> Answer:
    """Make one version that continues all sides, of what was chosen of each field."""
    sides, account, node = _sides(record_id), here.account(), pages.node()
    reason, by = request.form.get("reason", ""), account.name if account else ""
    try:
        verdict = node.station.intake.resolve(str(record_id), _chosen(sides), by=by, reason=reason)
    except BandingError as error:
        return _shown(sides, trouble=str(error))
    if not verdict.is_kept:
        return _shown(sides, findings=verdict.findings)
    alarms.settle(node, "fork", str(record_id), by=by)
    flash(gettext("The record has one version again; the other ones stay in its history."), "done")
    return redirect(url_for("records.one", record_id=record_id), 303)


def _sides(record_id: uuids.UUID) -> list[Kept]:
    found = pages.node().store.forks.of(str(record_id))
    if not found:
        raise NotFound(gettext("This record has no versions at odds"), where=str(record_id))
    return found


def _base(uuid: str) -> dict[str, Any] | None:
    held = pages.node().store.forks.base(uuid)
    return held.groups if held else None


def _shown(sides: list[Kept], trouble: str = "", findings: Sequence[Finding] = ()) -> Answer:
    body = render_template(
        "fork.html", sides=sides, rows=_rows(sides), own=sides[0].origin == pages.node().code, trouble=trouble,
        findings=findings, reason=request.form.get("reason", ""), moment=pages.moment,
    )  # fmt: skip
    return Response(body, 422 if trouble or findings else 200, mimetype="text/html")


def _rows(sides: list[Kept]) -> list[Row]:
    base = _base(sides[0].uuid) or {}
    names = {f"{group}.{name}" for side in sides for group, inner in side.groups.items() for name in inner}
    rows = []
    for name in sorted(names - forks.OF_THE_VERSION):
        told = [_at(side.groups, name) for side in sides]
        if any(value != told[0] for value in told):
            before = _at(base, name)
            changed = [at for at, value in enumerate(told) if value != before]
            # A field that one side alone has changed is most likely right there.
            chosen = changed[0] if len(changed) == 1 else 0
            asked = request.form.get(name, str(chosen))
            picked = int(asked) if asked.isdecimal() and int(asked) < len(sides) else chosen
            rows.append(Row(name, name, before, told, len(changed) > 1, picked))
    return rows


def _at(groups: Any, name: str) -> Any:
    group, _dot, part = name.partition(".")
    return groups.get(group, {}).get(part)


def _chosen(sides: list[Kept]) -> dict[str, Any]:
    """The record that the form makes: the side shown now, with what was chosen of the others."""
    made: dict[str, Any] = copy.deepcopy(dict(sides[0].groups))
    for row in _rows(sides):
        group, _dot, part = row.name.partition(".")
        value = row.told[row.chosen]
        if value is None:
            made.get(group, {}).pop(part, None)
        else:
            made.setdefault(group, {})[part] = value
    made["core"].pop("confirmed", None)
    made.get("remarks", {}).pop("confirmations", None)
    return {name: group for name, group in made.items() if group}


def at_odds(record: Kept) -> Markup:
    """On a record's page: that it has versions at odds."""
    sides = pages.node().store.forks.of(record.uuid)
    return Markup(render_template("at_odds.html", record=record, count=len(sides))) if sides else Markup("")
