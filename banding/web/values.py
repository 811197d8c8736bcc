"""Values of a record's fields in words, for pages that set versions of a record side by side."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from banding.domain.changes import names_in, unit_of
from banding.domain.changes import value_of as at
from banding.web import forms, points
from banding.web.words import field_name, hour, measured, species_name, word
from schemas.fields import Code

__all__ = ["NOTHING", "WITHHELD", "at", "in_words", "label", "names_in", "told", "unit_of"]

NOTHING = "–"
WITHHELD = object()
"""Stands for a field of a group that its origin has and that is not here."""
POINT = lazy_gettext("Coordinates")
TABLES = {
    "core.scheme": "scheme", "core.place_code": "place", "core.current_place_code": "place",
    "core.origin": "station", "place.station": "station",
}  # fmt: skip
"""Fields whose values are codes of a table that nodes may extend, so that the schema does not bind them."""


def label(unit: str) -> str:
    """The name of a field, or of fields that stand together."""
    return str(POINT) if unit in ("place.typed", "area.latitude") else field_name(unit)


def told(kind: str, groups: Mapping[str, Any], unit: str) -> str:
    """What a record says in a field, in words."""
    group = groups.get(unit.partition(".")[0], {})
    if unit in ("place.typed", "area.latitude"):
        datum = group.get("datum", "")
        return " ".join(part for part in (points.text_of(group), datum and word("datum", datum)) if part) or NOTHING
    return in_words(kind, unit, at(groups, unit))


def in_words(kind: str, name: str, value: Any) -> str:
    """One value of a field; lists part by part."""
    if value is WITHHELD:
        return str(gettext("not here"))
    if value is None or value == []:
        return NOTHING
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, list):
        return "; ".join(in_words(kind, f"{name}.{row}", one) for row, one in enumerate(value))
    if isinstance(value, Mapping):
        return ", ".join(in_words(kind, f"{name}.{part}", one) for part, one in value.items())
    if name == "core.species":
        known = species_name(str(value))
        return known if known == value else f"{known} ({value})"
    if name == "core.time":
        return hour(str(value))
    leaf = forms.controls(kind, forms.rows_in([name])).get(name)
    table = leaf.of if isinstance(leaf, Code) else TABLES.get(name, "")
    if not table:
        return measured(value, leaf.metadata.get("unit", "") if leaf else "")
    words = word(table, value)
    is_short = len(str(value)) <= 3 or name in TABLES
    return f"{value} · {words}" if is_short and words != value else words
