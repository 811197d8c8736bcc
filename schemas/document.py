"""The reference of fields and codes for people: every field of a record and every closed table, as one page."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from marshmallow import fields

from schemas import GROUPS, VERSION
from schemas.codes import names, table
from schemas.fields import Code, Day, Flag, Number, Strict, Text, Whole
from schemas.parts import Parts
from schemas.records import KINDS, group_fields

FILE = Path(__file__).resolve().parents[1] / "docs" / "records.md"
LANGUAGES = ("en", "zh", "ru")
OPEN = frozenset(
    {
        "field", "finding", "fingerprint_word", "land", "measurement", "place", "ring_series", "ring_size", "scheme",
        "species", "station",
    }
)  # fmt: skip
"""Tables that are no fixed list of codes: data that a node may extend, and the words for fields and findings."""

INTRODUCTION = f"""# Fields and codes of a record

Written by `python -m schemas` from the classes and tables in `schemas/`; do not edit it by hand. It describes version {VERSION} of the shape. What a program checks is `schemas/published/v1/banding.schema.json` and `recovery.schema.json`; what the open tables (`scheme`, `place`, `species`, `station`) hold stands in `schemas/codes/`, and where each table comes from in `schemas/codes/README.md`.

A record is an object of groups. `core` is always there; a peer gets each other group only where the terms open it. A field that is not known is left out: there is no empty text and no `null`. **Bold** fields must be there where their group is.
"""  # noqa: E501
HEADING = "| field | English | 中文 | русский | what it says | value | EURING 2020 | Darwin Core | example |"


def text() -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION, *map(_group, GROUPS), *_parts(), "# Closed code tables\n", *map(_table, closed())]
    return "\n".join(parts)


def closed() -> tuple[str, ...]:
    """The names of the closed tables: a code of theirs never changes its meaning."""
    return tuple(name for name in names() if name not in OPEN)


def is_stale(file: Path = FILE) -> bool:
    """Whether the page is missing or differs from what the code says."""
    return not file.exists() or file.read_text(encoding="utf-8") != text()


def write(file: Path = FILE) -> None:
    """Write the page anew."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(), encoding="utf-8", newline="\n")


def of_group(group: str) -> dict[str, fields.Field[Any]]:
    """The fields of a group, those of both kinds of record together."""
    found: dict[str, fields.Field[Any]] = {}
    for kind in KINDS:
        found |= {name: field for name, field in group_fields(kind, group).items() if name not in found}
    return found


def nested(field: fields.Field[Any]) -> Mapping[str, fields.Field[Any]]:
    """The fields of the parts of a list, or of an object within a group; empty for a simple field."""
    inner = field.inner if isinstance(field, fields.List) else field
    return inner.schema.fields if isinstance(inner, fields.Nested) else {}


def _group(group: str) -> str:
    labels = " · ".join(table("group").rows[group][language] for language in LANGUAGES)
    return _section(f"## `{group}`: {labels}", group, of_group(group))


def _parts() -> Iterator[str]:
    for group in GROUPS:
        for name, field in of_group(group).items():
            if inner := nested(field):
                yield _section(f"## Within `{group}.{name}`", name, inner)


def _section(heading: str, prefix: str, found: Mapping[str, fields.Field[Any]]) -> str:
    rows = [_row(f"{prefix}.{name}", name, field) for name, field in found.items()]
    return "\n".join([heading, "", HEADING, "| --- " * 9 + "|", *rows, ""])


def _row(code: str, name: str, field: fields.Field[Any]) -> str:
    told, words = field.metadata, table("field").rows[code]
    cells = [
        f"**`{name}`**" if field.required else f"`{name}`",
        *(words[language] for language in LANGUAGES),
        told.get("about", ""),
        _value(field) + _only(code),
        str(told.get("euring") or ""),
        f"`{told['dwc']}`" if told.get("dwc") else "",
        f"`{_example(told['example'])}`" if told.get("example") is not None else "",
    ]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _value(field: fields.Field[Any]) -> str:
    """What a field takes, in a few words."""
    if isinstance(field, Parts):
        return f"list of up to {field.most}" + ("" if nested(field) else f": {_value(field.inner)}")
    if isinstance(field, Strict):
        return _simple(field)
    return "object, see below"


def _simple(field: Strict) -> str:
    if isinstance(field, Code):
        return f"code of [`{field.of}`](#{field.of})"
    if isinstance(field, Flag):
        return "true or false"
    if isinstance(field, Day):
        return "day"
    if isinstance(field, Text):
        length = str(field.longest) if field.shortest == field.longest else f"{field.shortest} to {field.longest}"
        return f"text of {length} characters"
    assert isinstance(field, (Whole, Number))
    unit = f" {field.metadata['unit']}" if field.metadata.get("unit") else ""
    return f"{'whole ' if isinstance(field, Whole) else ''}number, {field.least} to {field.most}{unit}"


def _only(code: str) -> str:
    group, _, name = code.partition(".")
    having = [kind for kind in KINDS if group in GROUPS and name in group_fields(kind, group)]
    return f"; {having[0]} only" if len(having) == 1 else ""


def _example(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(name: str) -> str:
    rows = table(name).rows
    columns = list(next(iter(rows.values())))
    lines = [
        "| " + " | ".join(_cell(_coded(column, row[column])) for column in columns) + " |" for row in rows.values()
    ]
    heading = "| " + " | ".join(columns) + " |"
    return "\n".join([f"## {name}", "", heading, "| --- " * len(columns) + "|", *lines, ""])


def _coded(column: str, cell: str) -> str:
    return f"`{cell}`" if column == "code" else cell


def _cell(cell: str) -> str:
    return cell.replace("|", "\\|")
