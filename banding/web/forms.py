"""Between a form and a record: names of controls, values from typed texts, texts from a record."""

import copy
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from marshmallow import fields

from banding.domain import dates
from banding.domain.rules import Tables
from banding.settings import Node
from banding.web import points
from banding.web.typed import NotTaken, has_gaps, plain, taken
from schemas.fields import Strict
from schemas.parts import Parts
from schemas.records import KINDS

MOST_ROWS = 12
# What only the node says, and what follows from another control of the form.
HIDDEN = (
    "core.id", "core.origin", "core.generation", "core.withdrawn", "core.kind", "core.confirmed",
    "core.species_code", "core.utc_offset", "area", "place.latitude", "place.longitude",
    "remarks.confirmations",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a whole form says: values by control, troubles in words, and answers to choose among."""

    values: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


@cache
def controls(kind: str, rows: int) -> Mapping[str, Strict]:
    """Every field a person may fill in, named like `core.marks.0.colour`; `rows` of each repeated part."""
    return {name: leaf for group, nested in KINDS[kind]().fields.items() for name, leaf in _leaves(group, nested, rows)}


def _leaves(name: str, inner: fields.Field, rows: int) -> Iterator[tuple[str, Strict]]:
    if name in HIDDEN:
        return
    if isinstance(inner, Strict):
        yield name, inner
    elif isinstance(inner, Parts):
        for row in range(rows):
            yield from _leaves(f"{name}.{row}", inner.inner, rows)
    elif isinstance(inner, fields.Nested):
        for part, leaf in inner.schema.fields.items():
            yield from _leaves(f"{name}.{part}", leaf, rows)


def rows_in(names: Iterable[str]) -> int:
    """How many rows of repeated parts these control names need; two at least."""
    found = [int(row) + 1 for name in names for row in re.findall(r"\.([0-9]{1,2})\.", name)]
    return min(MOST_ROWS, max([2, *found]))


def label_code(name: str) -> str:
    """The row of the table of field names: `core.marks.0.colour` stands there as `marks.colour`."""
    return ".".join([part for part in name.split(".") if not part.isdecimal()][-2:])


# -- from the form to the record --------------------------------------------------------------------------


def settled(form: Mapping[str, str]) -> dict[str, str]:
    """The typed texts, each question's chosen answer in place of the text that it was asked about."""

    def text(name: str) -> str:
        is_answer = form.get(f"choose:{name}") and form.get(f"asked:{name}") == form[name]
        return form[f"choose:{name}"] if is_answer else form[name]

    return {name: text(name) for name in form if "." in name and ":" not in name}


def read(
    kind: str, typed: Mapping[str, str], tables: Tables, language: str, before: Mapping[str, Any] | None
) -> Reading:
    """Understand everything that was typed; nothing stops at the first trouble.

    A text that nobody has changed since `before` keeps its value, whether or not it could be typed today.
    """
    found = Reading()
    held, opened = dict(_flat("", before or {})), texts(kind, before or {})
    leaves = controls(kind, rows_in(typed))
    for name, leaf in leaves.items():
        text = plain(typed.get(name, ""))
        if not text:
            continue
        if name in opened and text == opened[name]:
            found.values[name] = held.get(name, text)
            continue
        try:
            found.values[name] = taken(name, leaf, text, tables.species, language)
        except NotTaken as trouble:
            found.troubles[name] = trouble.why
            if trouble.answers:
                found.answers[name] = trouble.answers
    for name in _missing(leaves, {*found.values, *found.troubles}):
        found.troubles[name] = _("This is needed.")
    found.troubles.update(points.off_the_datum(found.values, held))
    return found


def _missing(leaves: Mapping[str, Strict], there: set[str]) -> list[str]:
    """Needed fields without a text; a part's own needs count only where something of the part is there."""

    def asked(name: str) -> bool:
        part = name.rpartition(".")[0] + "."
        return name.count(".") == 1 or any(other.startswith(part) for other in there)

    return [name for name, leaf in leaves.items() if leaf.required and name not in there and asked(name)]


def record(
    kind: str, typed: Mapping[str, str], values: Mapping[str, Any], node: Node, tables: Tables,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The groups that a form's values make; what the form does not show stays as it was `before`."""
    held: dict[str, Any] = copy.deepcopy(dict(before)) if before else {"core": {"kind": kind}}
    made = copy.deepcopy(held)
    # A warning that still stands is asked about again; one that has gone must leave no trace.
    made["core"].pop("confirmed", None)
    made.get("remarks", {}).pop("confirmations", None)
    for name in controls(kind, rows_in(typed)):
        _put(made, name.split("."), values.get(name))
    _drop_empty_rows(made)
    _bird(made["core"], held["core"], tables)
    _clock(made["core"], held["core"], node.zone)
    points.put(made, held)
    return {name: group for name, group in made.items() if group}


def _put(inside: Any, path: list[str], value: Any) -> None:
    """Set or remove one value along a path; a list grows by rows that may stay empty for now."""
    for step, following in pairwise(path):
        if isinstance(inside, list):
            inside += [{} for _row in range(len(inside), int(step) + 1)]
            inside = inside[int(step)]
        else:
            inside = inside.setdefault(step, [] if following.isdecimal() else {})
    if value is not None:
        inside[path[-1]] = value
    elif inside.get(path[-1]) is not False:
        inside.pop(path[-1], None)


def _drop_empty_rows(groups: dict[str, Any]) -> None:
    for group in groups.values():
        for name, inner in list(group.items()):
            if isinstance(inner, list):
                group[name] = [row for row in inner if row]
            if group[name] in ({}, []):
                del group[name]


def _bird(core: dict[str, Any], held: Mapping[str, Any], tables: Tables) -> None:
    """The species' code beside its name, and whether the ring was read in part."""
    if core.get("species") != held.get("species"):
        known = tables.species.by_name(core.get("species", ""))
        _put(core, ["species_code"], (known and known.euring_code) or None)
    is_same = (core.get("ring"), core.get("scheme")) == (held.get("ring"), held.get("scheme"))
    # Of a bird in the hand the whole ring can be read: what looks like a gap is a slip there, until a person says so.
    in_hand = core.get("kind") == "banding" or core.get("manner") == "recapture"
    if not in_hand and not is_same and has_gaps(core.get("ring", ""), tables.schemes.get(core.get("scheme", ""))):
        core["ring_partial"] = True


def _clock(core: dict[str, Any], held: Mapping[str, Any], zone: str) -> None:
    """The offset by the station's clock, where there is a time to which it can belong."""
    if (core.get("day"), core.get("time")) == (held.get("day"), held.get("time")):
        return
    core.pop("utc_offset", None)
    if core.get("day") and core.get("time"):
        core["utc_offset"] = dates.offset_at(datetime.date.fromisoformat(core["day"]), core["time"], zone)


# -- from the record to the form --------------------------------------------------------------------------


def texts(kind: str, groups: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each control when a record is opened again."""
    flat = dict(_flat("", groups))
    flat["place.typed"] = points.text_of(groups.get("place", {}))
    shown = controls(kind, rows_in(flat))
    return {name: text for name in shown if (text := plain(_text(flat.get(name))))}


def _flat(name: str, inner: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(inner, Mapping):
        for part, value in inner.items():
            yield from _flat(f"{name}.{part}" if name else part, value)
    elif isinstance(inner, list):
        for row, value in enumerate(inner):
            yield from _flat(f"{name}.{row}", value)
    else:
        yield name, inner


def _text(value: Any) -> str:
    # A fat score of 0 is a value; only what is not there and what is false leave the control empty.
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def control_of(where: str, names: Iterable[str]) -> str:
    """The control that a finding's field belongs to; empty where the form shows none."""
    shown = set(names)
    aliases = {"core.species_code": "core.species", "core.utc_offset": "core.time"}
    point = where.startswith(("area", "place.latitude", "place.longitude"))
    wanted = "place.typed" if point else aliases.get(where, where)
    near = (name for name in names if name.startswith(f"{wanted}."))
    return wanted if wanted in shown else next(near, "")
