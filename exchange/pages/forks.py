"""Records of which two versions do not know of each other, side by side, and the form that makes one of them."""

import copy
import uuid as uuids
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from banding.domain import forks
from banding.domain.rules import Finding
from banding.errors import BandingError, NotFound
from banding.store.shapes import Kept
from banding.web import here, values
from banding.web.access import Access
from banding.web.values import WITHHELD
from banding.web.words import in_sentences
from exchange import pages
from exchange.pages import personal
from exchange.talk import alarms, proposals

blueprint = Blueprint("forks", __name__, template_folder="templates")
ACCESS = (
    Access("forks.listing", ("GET",), "reader"),
    Access("forks.one", ("GET",), "reader"),
    Access("forks.resolve", ("POST",), "operator"),
)
PAGE = 50
WITHDRAWN = "core.withdrawn"


class Side(NamedTuple):
    """What one version says in a field, in words; `asked` marks it in the form, '' where it cannot be chosen."""

    words: str
    asked: str
    is_chosen: bool


class Row(NamedTuple):
    """A field, or fields that only make sense together, told differently: before, and by each version."""

    name: str
    label: str
    before: str
    sides: Sequence[Side]
    is_at_odds: bool


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
    sides, node = _sides(record_id), pages.node()
    reason, by = request.form.get("reason", ""), here.who()
    if request.form.get("seen") != _seen(sides):
        return _shown(sides, trouble=gettext("Another version has come meanwhile. Compare them again."))
    if not reason.strip():
        return _shown(sides, wrong=gettext("Say why: the reason stays with the record."))
    try:
        verdict = node.station.intake.resolve(str(record_id), _chosen(sides), by=by, reason=reason)
    except BandingError as error:
        return _shown(sides, trouble=in_sentences(error.what, error.why, error.mend))
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


def _seen(sides: Sequence[Kept]) -> str:
    """Which versions a person has looked at."""
    return " ".join(sorted(str(side.version_id) for side in sides))


def _shown(sides: list[Kept], trouble: str = "", wrong: str = "", findings: Sequence[Finding] = ()) -> Answer:
    body = render_template(
        "fork.html", sides=sides, rows=_rows(sides), own=sides[0].origin == pages.node().code, trouble=trouble,
        wrong=wrong, findings=findings, reason=request.form.get("reason", ""), moment=pages.moment, seen=_seen(sides),
        whole=_as_a_whole(sides),
    )  # fmt: skip
    return Response(body, 422 if trouble or wrong or findings else 200, mimetype="text/html")


def _rows(sides: Sequence[Kept]) -> list[Row]:
    base, hidden = _base(sides[0].uuid) or {}, _hidden(sides)
    rows = []
    for unit in filter(personal.is_open, _units(sides)):
        told = [WITHHELD if _group(unit) in hidden[side.version_id] else _said(side.groups, unit) for side in sides]
        if all(one == told[0] for one in told):
            continue
        changed = [one for one in told if one is not WITHHELD and one != _said(base, unit)]
        chosen = _choice(unit, sides, told, _said(base, unit))
        shown = [
            Side(
                values.in_words("", "", one) if one is WITHHELD else values.told(side.kind, side.groups, unit),
                "" if one is WITHHELD or (_as_a_whole(sides) and unit != WITHDRAWN) else str(side.version_id),
                side.version_id == chosen,
            )
            for one, side in zip(told, sides, strict=True)
        ]
        rows.append(Row(unit, values.label(unit), values.told(sides[0].kind, base, unit), shown, len(changed) > 1))
    return rows


def _as_a_whole(sides: Sequence[Kept]) -> bool:
    """Whether a whole version is chosen and not field by field: a withdrawal says nothing of the fields."""
    return any(side.withdrawn for side in sides)


def _units(sides: Sequence[Kept]) -> list[str]:
    names = {f"{group}.{name}" for side in sides for group, inner in side.groups.items() for name in inner}
    units = {values.unit_of(name) for name in names - forks.OF_THE_VERSION}
    has_point = any("latitude" in side.groups.get("place", {}) for side in sides)
    # The rounded point follows from the exact one.
    return sorted(units - {"area.latitude"} if has_point else units)


def _hidden(sides: Sequence[Kept]) -> dict[int, set[str]]:
    """Of each version the groups that it has and that are not here."""
    return {side.version_id: proposals.withheld(pages.node(), side) for side in sides}


def _said(groups: Mapping[str, Any], unit: str) -> list[Any]:
    return [values.at(groups, name) for name in values.names_in(unit)]


def _choice(unit: str, sides: Sequence[Kept], told: Sequence[Any], before: Any) -> int:
    """Which version is chosen for a field: the one asked for, else the only one that changed it, else the first.

    A version without the whole group is asked last: it was more likely made where the group was not at hand.
    """
    known = [(side, one) for side, one in zip(sides, told, strict=True) if one is not WITHHELD]
    asked = request.form.get(unit, "")
    if asked in {str(side.version_id) for side, _one in known}:
        return int(asked)
    known = [(side, one) for side, one in known if _group(unit) in side.groups] or known
    changed = [side for side, one in known if one != before]
    return (changed[0] if len(changed) == 1 else known[0][0]).version_id


def _group(name: str) -> str:
    return name.partition(".")[0]


def _chosen(sides: Sequence[Kept]) -> dict[str, Any]:
    """The record that the form makes: the version shown now, with what was chosen of the others."""
    by_number = {str(side.version_id): side for side in sides}
    chosen = [(row.name, one.asked) for row in _rows(sides) for one in row.sides if one.is_chosen]
    picked = {unit: by_number[number] for unit, number in chosen if number}
    whole = picked.get(WITHDRAWN) if _as_a_whole(sides) else None
    made: dict[str, Any] = copy.deepcopy(dict((whole or sides[0]).groups))
    for unit, side in picked.items():
        for name in values.names_in(unit):
            group, _dot, part = name.partition(".")
            value = values.at(side.groups, name)
            if value is None:
                made.get(group, {}).pop(part, None)
            else:
                made.setdefault(group, {})[part] = value
    if "latitude" in made.get("place", {}):
        made.pop("area", None)
    made["core"].pop("confirmed", None)
    made.get("remarks", {}).pop("confirmations", None)
    return {name: group for name, group in made.items() if group}


def at_odds(record: Kept) -> Markup:
    """On a record's page: that it has versions at odds."""
    sides = pages.node().store.forks.of(record.uuid)
    return Markup(render_template("at_odds.html", record=record, count=len(sides))) if sides else Markup("")
