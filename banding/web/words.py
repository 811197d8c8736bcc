"""Words for codes, fields, species and findings, as the templates ask for them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import format_decimal, gettext, lazy_gettext

from banding.domain.rules import Finding
from banding.spoken import Sentence
from banding.web import here
from banding.web.language import current
from schemas.codes import Table, names, table
from schemas.extensions import OPEN_TABLES

# Values of findings that are fields of a record or codes of a table, by their name in the sentence.
FIELDS = {"field", "where", "method"}
TABLES = {"status": "status", "sex": "sex", "age": "age", "scheme": "scheme", "place_code": "place"} | {
    name: name for name in (
        "kind", "manner", "condition", "circumstances", "catching_method", "ring_information", "sexing_method",
    )
}  # fmt: skip

UNITS = {"mm": lazy_gettext("mm"), "g": lazy_gettext("g"), "metre": lazy_gettext("m")}
STOPS = (".", "?", "!", "…", "。", "？", "！", ":", "：")


def init(app: Flask) -> None:
    """Offer the words to every template."""
    app.jinja_env.globals.update(
        word=word, field_name=field_name, field_help=field_help, sentence=sentence,
        species_name=species_name, decimal=decimal, translated=translated, in_sentences=in_sentences,
        unit_name=unit_name, measured=measured, hour=hour, met_again=met_again,
    )  # fmt: skip


def word(table_name: str, code: Any) -> str:
    """The words for a code in the language of the page; the code itself where there are none."""
    return code_table(table_name).label(str(code), current())


def code_table(name: str) -> Table:
    """A code table; an open one with the rows that nodes have added."""
    return here.station().live.table(name) if name in OPEN_TABLES else table(name)


def field_name(path: str) -> str:
    """The name of a field given as `core.ring`."""
    return table("field").label(path, current()) if "field" in names() else path


def field_help(path: str) -> str:
    """A sentence about a field, empty when there is none."""
    row: Mapping[str, str] = table("field").rows.get(path, {}) if "field" in names() else {}
    return row.get(f"help_{current()}") or row.get("help_en") or ""


def species_name(scientific: str) -> str:
    """A species by its name in the language of the page, else by its scientific name."""
    found = here.station().tables.species.by_name(scientific)
    return (found.names.get(current()) or scientific) if found else scientific


def own_name(scientific: str) -> str:
    """A species as people type it in the language of the page; its scientific name where others are called so too."""
    told = species_name(scientific)
    named = here.station().tables.species.named(told)
    return told if [one.scientific_name for one in named] == [scientific] else scientific


def met_again(manner: str) -> str:
    """In a word how a bird was met again; empty for a banding."""
    return gettext("recapture") if manner == "recapture" else word("manner", manner) if manner else ""


def sentence(finding: Finding) -> str:
    """What a rule says, with its values filled in."""
    values = _Values({name: _said(name, str(value), finding) for name, value in finding.values.items()})
    return table("finding").label(finding.code, current()).format_map(values)


def translated(text: Any) -> str:
    """A sentence that came in a variable. In a template `_()` would take such a text for safe HTML; this does not."""
    if isinstance(text, Sentence):
        return text.told(current())
    return gettext(str(text)) if text else ""


def in_sentences(*texts: Any) -> str:
    """Several texts as sentences of the page's language, each with its stop; empty ones are left out."""
    stop, between = ("。", "") if current() == "zh" else (".", " ")
    said = [translated(text) for text in texts if text]
    return between.join(one if one.endswith(STOPS) else one + stop for one in said)


def decimal(value: float | int | None, digits: int = 1) -> str:
    """A number as it is written in the language of the page, empty for None."""
    return "" if value is None else format_decimal(round(value, digits))


def unit_name(unit: str) -> str:
    """A unit of the schema as people write it in the language of the page."""
    return str(UNITS.get(unit, unit))


def measured(value: Any, unit: str) -> str:
    """A number as the page's language writes it, with its unit; any other value as it is."""
    if isinstance(value, str) or not unit or unit == "degree":
        return str(value)
    return f"{format_decimal(value, '0.####')} {unit_name(unit)}"


def hour(time: str) -> str:
    """A time of day, kept as four figures, with the colon that people read it by."""
    return f"{time[:2]}:{time[2:]}" if len(time) == 4 and time.isdecimal() else time


def _said(name: str, value: str, finding: Finding) -> str:
    """One value of a finding: fields and codes in words, the earlier value like the one it is compared with."""
    group, _dot, field = finding.field.partition(".")
    kind = field if name == "earlier" else name
    if kind in FIELDS:
        return field_name(value if "." in value else f"{group}.{value}")
    if kind in TABLES and value in code_table(TABLES[kind]):
        return f"{value} ({word(TABLES[kind], value)})"
    if kind == "species":
        return value if species_name(value) == value else f"{species_name(value)} ({value})"
    return gettext(value) if kind == "why" and value else value


class _Values(dict[str, str]):
    """A sentence may ask for a value that the rule did not give; its name stands there then."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
