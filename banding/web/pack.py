"""What a device carries to work without the node: species, today's birds, the rings that are left, codes and words."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import force_locale

from banding import stock
from banding.settings import LANGUAGES
from banding.station import Station
from banding.store.shapes import Kept, Query
from banding.web import forms
from banding.web.said import script_words
from banding.web.words import code_table
from schemas.fields import Code
from schemas.records import KINDS

MOST_BIRDS = 2000
LISTS = {"synonyms": "synonyms", "alt": "zh_alt", "pinyin": "pinyin", "initials": "initials"}


def packed(station: Station) -> dict[str, Any]:
    """Everything, as JSON can say it. No name of a person and no place is in it."""
    return {
        "node": station.settings.node.code,
        "day": station.intake.today().isoformat(),
        "species": [_species(row) for row in code_table("species").rows.values()],
        "birds": [_bird(one) for one in _today(station)],
        "strings": [_string(lot) for lot in stock.lots(station) if lot.next],
        "tables": {name: _codes(name) for name in sorted(_tables())},
        "words": {language: _words(language) for language in LANGUAGES},
    }


def _species(row: Mapping[str, str]) -> dict[str, Any]:
    """A species by all its names; what is empty is left out."""
    named = {"name": row["scientific_name"], "code": row.get("euring_code", "")}
    named |= {language: row.get(language, "") for language in LANGUAGES}
    lists = {name: _parted(row.get(column, "")) for name, column in LISTS.items()}
    return {name: value for name, value in (named | lists).items() if value}


def _parted(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("；", ";").split(";") if part.strip()]


def _today(station: Station) -> list[Kept]:
    day = station.intake.today().isoformat()
    asked = Query(origin=station.settings.node.code, since=day, until=day)
    return station.store.search.records(asked, limit=MOST_BIRDS)


def _bird(kept: Kept) -> dict[str, str]:
    names = ("scheme", "ring", "species", "age", "sex", "time")
    told = {name: str(kept.core[name]) for name in names if kept.core.get(name) not in (None, "")}
    return {"id": kept.uuid, "kind": kept.kind} | told


def _string(lot: stock.Lot) -> dict[str, Any]:
    held = lot.held
    return {
        "scheme": held.scheme, "series": held.series, "size": held.size, "first": held.first, "last": held.last,
        "allocated_to": held.allocated_to, "left": lot.left, "next": lot.next,
    }  # fmt: skip


def _tables() -> set[str]:
    """The tables from which a control of the forms is chosen."""
    return {str(leaf.of) for kind in KINDS for leaf in forms.controls(kind, 1).values() if isinstance(leaf, Code)}


def _codes(name: str) -> dict[str, dict[str, str]]:
    return {code: dict(_labels(row)) for code, row in code_table(name).rows.items()}


def _labels(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((language, row[language]) for language in LANGUAGES if row.get(language))


def _words(language: str) -> dict[str, str]:
    with force_locale(language):
        return {key: str(text) for key, text in script_words().items()}
