"""The words a reader of EURING lines has for what is missing, too much, odd or unreadable."""

from collections.abc import Iterable

from marshmallow import ValidationError

from banding.domain.coordinates import WHYS, PlaceNotUnderstood
from banding.domain.dates import DateNotUnderstood
from banding.formats.euring_fields import COLUMNS, COORDINATES, FIXED_LENGTH, LAYOUTS, Column
from banding.formats.notes import Note
from banding.spoken import N_, filled

NEEDED = {1: "core.scheme", 3: "core.ring", 8: "core.species", 21: "core.day"}
NOT_EURING = "F-layout"


def not_euring(text: str) -> Note:
    """The line has no pipes and is too short for fixed columns."""
    told = filled(
        "This line of %(count)s characters is no EURING line: there is no `|` between columns, and a line "
        "of fixed columns has %(length)s characters. Check which file this is.",
        count=len(text), length=FIXED_LENGTH,
    )  # fmt: skip
    return Note(NOT_EURING, "", told, "error", 0, text[:40])


def ends_early(columns: Iterable[Column], layout: str) -> Note:
    """Columns that the layout has and the line has not."""
    names = ", ".join(f"{column.number} ({column.title})" for column in columns)
    told = filled(
        "The line ends early for EURING %(layout)s; left empty: column %(names)s.", layout=layout, names=names
    )
    return Note("F-columns-missing", "", told)


def too_many(number: int, cell: str, layout: str) -> Note:
    """A filled column behind the last one."""
    told = filled(
        "Column %(number)s holds %(cell)r, but EURING %(layout)s ends with column %(last)s. "
        "Remove it, or look for a `|` inside a text.",
        number=number, cell=cell, layout=layout, last=LAYOUTS[layout],
    )  # fmt: skip
    return Note("F-columns-extra", "", told, "error", number, cell)


def not_kept(column: Column, text: str) -> Note:
    """A value that is worked out anew."""
    told = filled(
        "%(column)s: %(text)r is not kept; derived values are worked out anew.", column=column.label, text=text
    )
    return Note("F-derived", "", told, "notice", column.number, text)


def older_edition(column: Column, text: str) -> Note:
    """The line says that it was translated from an older code, and a record has no room for that."""
    told = filled(
        "%(column)s: %(text)r is not kept; a line written here names the code it is written in.",
        column=column.label, text=text,
    )  # fmt: skip
    return Note("F-edition", "", told, "notice", column.number, text)


def comma(column: Column, field: str, text: str) -> Note:
    """A decimal comma, understood."""
    told = filled(
        "%(column)s: %(text)r has a comma where EURING has a point; read as %(read)s.",
        column=column.label, text=text, read=text.replace(",", "."),
    )  # fmt: skip
    return Note("F-decimal-comma", field, told, "notice", column.number, text)


def unreadable(column: Column, field: str, text: str, problem: Exception) -> Note:
    """A value that its field does not take."""
    values = {"column": column.label, "text": text, "why": _why(problem)}
    if column.number in NEEDED:
        told = filled("%(column)s: %(text)r cannot be read. %(why)s Mend it.", **values)
    else:
        told = filled("%(column)s: %(text)r cannot be read. %(why)s Mend it, or leave the column empty.", **values)
    return Note("F-value", field, told, "error", column.number, text)


def _why(problem: Exception) -> str:
    if isinstance(problem, ValidationError):
        return " ".join(map(str, problem.messages))
    if isinstance(problem, DateNotUnderstood):
        return N_("Must be a day of the calendar in eight figures, day, month, year, like 07081999.")
    return str(problem)


def bad_coordinates(text: str, problem: Exception) -> Note:
    """Coordinates in one piece that are none."""
    why = WHYS[problem.why] if isinstance(problem, PlaceNotUnderstood) else str(problem)
    told = filled(
        "%(column)s: %(text)r %(why)s. Write it like +490101+1302649, or 15 dots where it is not known.",
        column=COLUMNS[COORDINATES - 1].label, text=text, why=why,
    )  # fmt: skip
    return Note("F-coordinates", "place.latitude", told, "error", COORDINATES, text)


def two_places(text: str, decimal: tuple[float, float]) -> Note:
    """The two ways of giving coordinates disagree."""
    told = filled(
        "%(column)s: %(text)r and columns 61 and 62 %(decimal)s say different places. "
        "The decimal ones are taken; check them.",
        column=COLUMNS[COORDINATES - 1].label, text=text, decimal=decimal,
    )  # fmt: skip
    return Note("F-coordinates", "place.latitude", told, "warning", COORDINATES, text)


def no_such_species(text: str) -> Note:
    """A species code that neither our table nor EURING's has."""
    told = filled(
        "%(column)s: %(text)r is no species code known here. Check it, or add the species.",
        column=COLUMNS[7].label, text=text,
    )  # fmt: skip
    return Note("F-species", "core.species_code", told, "error", 8, text)


def reserved_species(number: int, text: str, species: str | None) -> Note:
    """A code of 65000-69999 means something only to the scheme that wrote it."""
    column = COLUMNS[number - 1]
    values = {"column": column.label, "text": text, "species": species}
    told = filled(
        "%(column)s: %(text)r is a code that each scheme may give as it likes, and is not kept. "
        "Read as %(species)s, which we send out under it.", **values,
    ) if species else filled(
        "%(column)s: %(text)r is a code that each scheme may give as it likes, and is not kept. "
        "Nobody here knows what it stands for.", **values,
    )  # fmt: skip
    field = "core.species" if number == 8 else "core.species_mentioned"
    return Note("F-species-reserved", field, told, "notice" if species else "warning", number, text)


def needed(number: int) -> Note:
    """A column that no record can do without is empty."""
    told = filled("%(column)s is empty. No record can do without it.", column=COLUMNS[number - 1].label)
    return Note("F-needed", NEEDED[number], told, "error", number)
