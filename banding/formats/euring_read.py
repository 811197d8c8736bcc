"""One EURING line, 2000, 2000+ or 2020, read into our record with a note for all that is odd in it."""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from marshmallow import ValidationError

from banding.domain import dates, places, rings
from banding.formats import euring_notes as say
from banding.formats.euring_fields import (
    COLUMNS,
    COORDINATES,
    DERIVED,
    EDITION,
    FIXED_LENGTH,
    FREE_TEXT,
    LATITUDE,
    LAYOUTS,
    LONGITUDE,
    Column,
    Home,
)
from banding.formats.euring_meaning import by_export_code, is_reserved, kind_of, manner_of, species_name
from banding.formats.notes import Note
from schemas.fields import Number, Whole

Layout = Literal["2000", "2000+", "2020"]
Record = dict[str, dict[str, Any]]

RING, SPECIES_MENTIONED, SPECIES, DAY = 3, 7, 8, 21
# The figures that name the editions written today; others mark a translation from an older code.
CURRENT_EDITIONS = ("4", "6")
# The 2000 layout up to its derived values, which some programs leave blank and cut off.
SHORTEST_FIXED = 81
ONE_SECOND = 1 / 3600 + 1e-9


class ReadLine(NamedTuple):
    """One line read: `record` is None where any note is an error, so that nothing is taken half."""

    record: Record | None
    layout: Layout
    notes: tuple[Note, ...]


def read_line(line: str) -> ReadLine:
    """One EURING line in our shape (core, area, place, measurements, remarks; no id, origin, generation).

    Fixed width is 2000; pipes up to 60 columns are 2000+, more are 2020, and so is an accuracy in letters.
    Missing columns are noted and left out; extra or unreadable ones are errors, and all are named at once.
    Derived values are never kept. A blank column leaves the field out, a code for "unknown" is kept.
    """
    record, layout, notes = read_whatever(line)
    refused = any(note.severity == "error" for note in notes)
    return ReadLine(None if refused else record, layout, notes)


def read_whatever(line: str) -> tuple[Record, Layout, tuple[Note, ...]]:
    """The record as far as it can be read, its layout, and every note."""
    cells, layout, notes = _cells(line.rstrip("\r\n"))
    record: Record = {"core": {}, "area": {}, "place": {}, "measurements": {}, "remarks": {}}
    for column, cell in zip(COLUMNS, cells, strict=False):
        notes += _take(record, column, cell)
    notes += _take_point(record, cells) + _take_species(record)
    notes += _still_needed(record, notes)
    record["core"] |= _kind(record["core"])
    return {group: values for group, values in record.items() if values}, layout, tuple(notes)


def _cells(text: str) -> tuple[list[str], Layout, list[Note]]:
    """The columns of a line, its layout, and what is missing or too much."""
    if "|" not in text:
        return _fixed(text)
    cells = text.split("|")
    layout = _piped_layout(cells)
    most = LAYOUTS[layout]
    extra = [(number, cell) for number, cell in enumerate(cells[most:], most + 1) if cell.strip()]
    notes = [say.too_many(number, cell, layout) for number, cell in extra]
    return cells[:most], layout, notes + _missing(cells, layout)


def _piped_layout(cells: list[str]) -> Layout:
    accuracy = cells[25].strip() if len(cells) > 25 else ""
    # A pipe at the end of a 2000+ line makes an empty column more, but no line of 2020.
    newer = len(cells) == LAYOUTS["2020"] or any(cell.strip() for cell in cells[LAYOUTS["2000+"] :])
    return "2020" if newer or accuracy.isalpha() else "2000+"


def _fixed(text: str) -> tuple[list[str], Layout, list[Note]]:
    if len(text) < SHORTEST_FIXED:
        return [], "2000", [say.not_euring(text)]
    cells, start = [], 0
    for column in COLUMNS[: LAYOUTS["2000"]]:
        cells.append(text[start : start + column.width])
        start += column.width
    rest = text[FIXED_LENGTH:]
    notes = [say.too_many(LAYOUTS["2000"] + 1, rest, "2000")] if rest.strip() else []
    return cells, "2000", notes + _missing([cell for cell in cells if cell], "2000")


def _missing(cells: list[str], layout: Layout) -> list[Note]:
    columns = COLUMNS[len(cells) : LAYOUTS[layout]]
    return [say.ends_early(columns, layout)] if columns else []


def _take(record: Record, column: Column, cell: str) -> list[Note]:
    """Puts one column where it belongs; coordinates wait, derived values go."""
    text = cell if column.number in FREE_TEXT else cell.strip()
    if not text or text == column.blank or column.number in (COORDINATES, LATITUDE, LONGITUDE):
        return []
    if column.home is None:
        return _not_kept(column, text)
    try:
        value = _value(column, column.home, text)
    except (ValidationError, ValueError) as problem:
        return _refused(column, column.home, text, problem)
    record[column.home.group][column.home.name] = value
    if column.number == RING and rings.from_euring(text)[1]:
        record["core"]["ring_partial"] = True
    odd = "," in text and isinstance(column.home.field, Number)
    return [say.comma(column, column.home.dotted, text)] if odd else []


def _value(column: Column, home: Home, text: str) -> Any:
    """The value as its schema field takes it. Raises ValueError or ValidationError saying why not."""
    return home.field.deserialize(_plain(column, home, text))


def _plain(column: Column, home: Home, text: str) -> object:
    if column.number == RING:
        return rings.from_euring(text)[0]
    if column.number == DAY:
        return dates.from_euring(text).isoformat()
    if isinstance(home.field, Whole):
        return int(_matching(text, "[0-9]+", "Must be a whole number."))
    if isinstance(home.field, Number):
        return float(_matching(text, "-?[0-9]+([.,][0-9]+)?", "Must be a number.").replace(",", "."))
    return text


def _matching(text: str, pattern: str, why: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(why)
    return text


def _not_kept(column: Column, text: str) -> list[Note]:
    if column.number in DERIVED and text.strip("-"):
        return [say.not_kept(column, text)]
    if column.number == EDITION and text not in CURRENT_EDITIONS:
        return [say.older_edition(column, text)]
    return []


def _refused(column: Column, home: Home, text: str, problem: Exception) -> list[Note]:
    # Dashes alone say "nothing" in every EURING column; where they are no code, the field is left out.
    if not text.strip("-") and column.number not in say.NEEDED:
        return []
    return [say.unreadable(column, home.dotted, text, problem)]


def _take_point(record: Record, cells: list[str]) -> list[Note]:
    """Coordinates from the two decimal columns where given, else from the one in degrees and minutes."""
    try:
        point = _decimal_point(_cell(cells, LATITUDE), _cell(cells, LONGITUDE))
    except (ValidationError, ValueError) as problem:
        typed = f"{_cell(cells, LATITUDE)} {_cell(cells, LONGITUDE)}".strip()
        return [say.unreadable(COLUMNS[LATITUDE - 1], "place.latitude", typed, problem)]
    whole = _cell(cells, COORDINATES)
    try:
        told = places.from_euring(whole) if whole.strip(".-") else None
    except ValueError as problem:
        return [say.bad_coordinates(whole, problem)]
    _put_point(record, point or told)
    return [say.two_places(whole, (point.latitude, point.longitude))] if point and told and _apart(point, told) else []


def _cell(cells: list[str], number: int) -> str:
    return cells[number - 1].strip() if len(cells) >= number else ""


def _decimal_point(latitude: str, longitude: str) -> places.Point | None:
    if not latitude and not longitude:
        return None
    if not latitude or not longitude:
        raise ValueError("Latitude and longitude go together; one of them is missing.")
    return places.Point(_degrees(LATITUDE, latitude), _degrees(LONGITUDE, longitude))


def _degrees(number: int, text: str) -> float:
    column = COLUMNS[number - 1]
    assert column.home is not None
    return float(_value(column, column.home, text)) + 0.0


def _put_point(record: Record, point: places.Point | None) -> None:
    if point is not None:
        record["place"] |= point._asdict()
        record["area"] |= places.area(point)._asdict()


def _apart(one: places.Point, other: places.Point) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > ONE_SECOND


def _take_species(record: Record) -> list[Note]:
    """The scientific name for the code concluded; a reserved code is read and never kept."""
    core = record["core"]
    notes = _take_reserved(core, "species_mentioned", "species_mentioned_code", SPECIES_MENTIONED)
    code = core.get("species_code")
    name = species_name(code) if code else None
    if name:
        core["species"] = name
    if code and is_reserved(code) and by_export_code(code):
        return notes + _take_reserved(core, "species", "species_code", SPECIES)
    return notes + ([say.no_such_species(code)] if code and not name else [])


def _take_reserved(core: dict[str, Any], name: str, of: str, column: int) -> list[Note]:
    """A reserved code gives way to the name of the species that we send out under it, if any."""
    code = core.get(of, "")
    if not is_reserved(code):
        return []
    del core[of]
    species = by_export_code(code)
    core |= {name: species} if species else {}
    return [say.reserved_species(column, code, species)]


def _still_needed(record: Record, notes: list[Note]) -> list[Note]:
    """An error for each column no record can do without, unless one names it already."""
    named = {note.column for note in notes if note.severity == "error"}
    if any(note.code == say.NOT_EURING for note in notes):
        return []
    return [
        say.needed(number)
        for number, field in say.NEEDED.items()
        if number not in named and field.partition(".")[2] not in record["core"]
    ]


def _kind(core: Mapping[str, object]) -> dict[str, str]:
    kind = kind_of(core)
    return {"kind": kind} if kind == "banding" else {"kind": kind, "manner": manner_of(core)}
