"""Values of a record's fields in words, for pages that set versions of a record side by side."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from banding.web import forms, points
from banding.web.words import field_name, species_name, word
from schemas.fields import Code

NOTHING = "–"
WITHHELD = object()
"""Stands for a field of a group that its origin has and that is not here."""
UNITS = {
    "place.typed": ("place.latitude", "place.longitude", "place.typed", "place.datum"),
    "core.species": ("core.species", "core.species_code"),
    "core.ring": ("core.ring", "core.ring_partial"),
    "core.time": ("core.time", "core.utc_offset"),
    "area.latitude": ("area.latitude", "area.longitude"),
}
"""Fields that only make sense together, under the one that stands for them all."""
POINT = lazy_gettext("Coordinates")


def unit_of(name: str) -> str:
    """The field that stands for this one: its own name for most."""
    return next((unit for unit, names in UNITS.items() if name in names), name)


def names_in(unit: str) -> tuple[str, ...]:
    """The fields for which a field stands."""
    return UNITS.get(unit, (unit,))


def at(groups: Mapping[str, Any], name: str) -> Any:
    """The value of a field given as `core.day`; None where there is none."""
    group, _dot, part = name.partition(".")
    return groups.get(group, {}).get(part)


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
    leaf = forms.controls(kind, forms.rows_in([name])).get(name)
    if isinstance(leaf, Code):
        return f"{value} · {word(leaf.of, value)}" if len(str(value)) <= 3 else word(leaf.of, value)
    return str(value)
