"""How the table of a field session is laid out: its columns, what every row begins with, and what its script knows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from banding.settings import LANGUAGES
from banding.store.sessions import FieldSession
from banding.store.shapes import Account, Kept
from banding.web import forms, fresh, habits, here, language, sheet
from banding.web.words import code_table, field_name
from schemas.codes import table

NAME = "grid"
KIND = "kind"
KINDS = (("banding", lazy_gettext("banding")), ("recovery", lazy_gettext("recapture")))
# The row's own first column says it.
NEVER = {"core.manner"}
OFTEN = ("core.time", "remarks.text", KIND)
# What people write for a code beside its words.
SIGNS = {"sex": {"M": ("♂", "公"), "F": ("♀", "母")}}
# How people head their columns, beside the names that the fields have here.
HEADINGS = {
    "core.ring": ("ring", "ring no", "ring number", "band", "band number", "环志号", "鸟环号", "№ кольца", "кольцо"),
    "core.species": ("bird", "种名", "种类", "鸟名", "птица", "вид птицы"),
    "core.day": ("date", "日期", "дата"),
    "core.time": ("hour", "时间", "время", "час"),
    "measurements.wing": ("wing", "翅长", "крыло"),
    "measurements.mass": ("weight", "mass", "体重", "вес"),
    "measurements.fat": ("fat", "脂肪", "жир"),
    "remarks.text": ("remarks", "notes", "备注", "примечания", "примечание"),
    KIND: ("new or recapture", "环志或回收"),
}
MOST_COLUMNS = 40
MOST_LINES = 100_000


@dataclass(frozen=True)
class Layout:
    """The columns from left to right, whether the sheet is read by rows or by columns, and its first line."""

    columns: tuple[str, ...]
    by: str = "rows"
    first: int = 1


def layout(account: Account | None, begins: Mapping[str, str]) -> Layout:
    """What this person has chosen for the table, else the usual columns in the order of the form."""
    told = here.station().store.preferences.get(account.id, NAME, {}) if account else {}
    columns = _known(told.get("columns", ())) or _usual()
    return Layout(sheet.with_methods(columns, begins), told.get("by", "rows"), told.get("first", 1))


def _usual() -> tuple[str, ...]:
    """What this person does in the hand, then what else most sheets have."""
    return tuple(dict.fromkeys([*_known(habits.of("banding").order), *OFTEN]))


def chosen(form: Mapping[str, str]) -> dict[str, Any]:
    """What a person has chosen, as it is remembered; columns come as `place:core.ring` with their number."""
    places = {n.partition(":")[2]: t.strip() for n, t in form.items() if n.startswith("place:")}
    placed = {name: int(text) for name, text in places.items() if re.fullmatch(r"[0-9]{1,3}", text) and int(text)}
    first = form.get("first", "").strip()
    line = int(first) if re.fullmatch(r"[0-9]{1,6}", first) else 1
    by = "columns" if form.get("by") == "columns" else "rows"
    return {"columns": list(_known(sorted(placed, key=placed.__getitem__)))[:MOST_COLUMNS], "by": by, "first": line}


def _known(names: Iterable[str]) -> tuple[str, ...]:
    there = choices()
    return tuple(name for name in dict.fromkeys(names) if name in there)


def choices() -> list[str]:
    """Every field that can be a column, in the order of the form."""
    inside = [control for section in sheet.sections("banding", 2) for control in section.controls]
    # A tick is no text: "no" in a cell would be taken for yes.
    return [*(one.name for one in inside if one.widget != "flag" and one.name not in NEVER), KIND]


def label(name: str) -> str:
    """The heading of a column."""
    if name == KIND:
        return str(_("New or again"))
    if name == "place.typed":
        return str(_("Coordinates"))
    row = re.search(r"\.([0-9]+)\.", name)
    return field_name(forms.label_code(name)) + (f" ({int(row[1]) + 1})" if row else "")


def begin(session: FieldSession | None) -> dict[str, str]:
    """What every bird begins with."""
    begun = fresh.fresh("banding", session) | fresh.methods(session)
    return {name: text for name, text in begun.items() if name != "core.ring"}


def data(
    session: FieldSession | None, chosen: Layout, begins: Mapping[str, str], birds: Sequence[Kept]
) -> dict[str, Any]:
    """All that the script of the table knows, ready for JSON."""
    return {
        "session": session.id if session else "",
        "begin": dict(begins), "met": sheet.RECAPTURED,
        "columns": list(chosen.columns), "fields": fields([*chosen.columns, *choices()]),
        "needs": {kind: _needed(kind) for kind, _word in KINDS},
        "rows": [_bird(bird, begins) for bird in birds if not bird.withdrawn],
        "withdrawn": [bird.uuid for bird in birds if bird.withdrawn],
        "by": chosen.by, "first": chosen.first,
        "language": language.current(),
    }  # fmt: skip


def fields(names: Iterable[str]) -> list[dict[str, Any]]:
    """What is known of each of these fields: heading, widget, other headings, and codes with their words."""
    return [_field(name) for name in dict.fromkeys(names)]


def _field(name: str) -> dict[str, Any]:
    leaf = forms.controls("banding", 2).get(name)
    widget = "kind" if leaf is None else sheet.Control(name, leaf).widget
    found = {"name": name, "label": label(name), "widget": widget, "names": _names(name)}
    if widget == "kind":
        return found | {"options": [[code, str(words)] for code, words in KINDS]}
    if widget in {"select", "scheme"}:
        of = "scheme" if widget == "scheme" else leaf.of  # type: ignore[union-attr]
        rows = code_table(of).rows
        codes = rows if widget == "scheme" else leaf.codes  # type: ignore[union-attr]
        mine = language.current()
        signs = SIGNS.get(of, {})
        return found | {"options": [[code, *_words(rows.get(code, {}), mine), *signs.get(code, ())] for code in codes]}
    return found


def _words(row: Mapping[str, str], mine: str) -> list[str]:
    """The words for a code, those of the page's language first."""
    return list(dict.fromkeys(text for one in (mine, *LANGUAGES) if (text := row.get(one, ""))))


def _names(name: str) -> list[str]:
    """Every heading under which a field may stand in somebody's spreadsheet."""
    is_row = re.search(r"\.[0-9]+\.", name)
    row = {} if is_row else table("field").rows.get(forms.label_code(name), {})
    told = (label(name), *(row.get(one, "") for one in LANGUAGES), *HEADINGS.get(name, ()))
    return list(dict.fromkeys(one for one in told if one))


def _needed(kind: str) -> list[str]:
    leaves = forms.controls(kind, 2).items()
    return [name for name, leaf in leaves if leaf.required and name.count(".") == 1 and name not in NEVER]


def _bird(held: Kept, begins: Mapping[str, str]) -> dict[str, Any]:
    """A saved row: only where it differs from what every bird begins with."""
    typed = fresh.opened(held)
    own = {name: text for name, text in typed.items() if begins.get(name, "") != text}
    gone = {name: "" for name in begins if name not in typed}
    told = held.groups.get("remarks", {}).get("confirmations", [])
    return {
        "id": held.uuid, "generation": held.generation, "kind": held.kind, "cells": gone | own,
        "reasons": {one["rule"]: one["reason"] for one in told},
        "address": url_for("records.one", record_id=held.uuid),
    }  # fmt: skip
