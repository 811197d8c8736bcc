"""The code tables as the pure core wants them: the shipped rows, and over them those that nodes have added."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from banding.domain import rings
from banding.domain.land import Land
from banding.domain.places import Box
from banding.domain.rules import SchemeFacts, Tables
from banding.domain.species import SpeciesList
from banding.domain.stock import read_series
from banding.errors import Refused
from schemas.codes import Table, table
from schemas.extensions import OPEN_TABLES
from schemas.parts import NODE, PLACE_CODE, SCHEME, SPECIES_NAME

LANGUAGES = ("en", "zh", "ru")
SIDES = ("south", "west", "north", "east")
CODES = {
    "species": SPECIES_NAME, "scheme": SCHEME, "place": PLACE_CODE, "station": NODE,
    "ring_series": r"[A-Z0-9-]{1,20}",
}  # fmt: skip
USUAL = {"scheme": {"current": "true"}, "place": {"current": "true"}}
# A pattern of another node is run on every ring that is typed, so it may not be one that takes for ever: signs and
# classes in a row, each with a count that ends, at most three of them of no fixed count.
_ATOM = r"(?:\[[A-Z0-9-]{1,20}\]|[A-Z0-9]|\\d)"
_COUNT = r"(?:\{[0-9]{1,2}\}|\{[0-9]{1,2},[0-9]{1,2}\}|\?)"
_PATTERN = re.compile(rf"(?:{_ATOM}{_COUNT}?){{1,12}}")

Row = Mapping[str, str]
Added = Mapping[str, Mapping[str, Row]]
"""By table and code, rows that nodes have added and that can be used."""


@cache
def tables() -> Tables:
    """The shipped tables: schemes with their ring patterns, the species list, regions of place codes, ring series."""
    return merged({})


def merged(added: Added) -> Tables:
    """The shipped tables with the rows that nodes have added."""
    rows = {name: with_rows(name, added.get(name, {})).rows for name in OPEN_TABLES}
    schemes = {code: SchemeFacts(code, row["ring_pattern"], row["example"]) for code, row in rows["scheme"].items()}
    boxes = {code: Box(*(float(row[side]) for side in SIDES)) for code, row in rows["place"].items() if row["south"]}
    series = tuple(read_series(rows["ring_series"]))
    species = SpeciesList(rows["species"].values())
    return Tables(schemes=schemes, species=species, boxes=boxes, series=series, means=_means(), land=_land())


def with_rows(name: str, added: Mapping[str, Row]) -> Table:
    """A shipped table with the rows that nodes have added behind it; a shipped row always stands."""
    shipped = table(name)
    if not added:
        return shipped
    more = {code: _whole(name, code, row) for code, row in added.items() if code not in shipped}
    return Table(name, MappingProxyType({**shipped.rows, **more}))


def columns(name: str) -> tuple[str, ...]:
    """The columns of an open table; the first is the code."""
    return tuple(next(iter(table(name).rows.values())))


def _whole(name: str, code: str, row: Row) -> Row:
    """A row with a cell in every column; what is not said in a language stands there in English."""
    key, *others = columns(name)
    named = {language: row.get(language) or row["en"] for language in LANGUAGES}
    cells = dict.fromkeys(others, "") | USUAL.get(name, {}) | dict(row) | named
    if name == "species":
        cells |= _guarded(code, row)
    return MappingProxyType({key: code} | cells)


def _guarded(code: str, row: Row) -> dict[str, str]:
    """A row of a node may guard a species more than an unknown one is guarded, never less.

    Nor does it make a shipped species one of its synonyms, which would take that one's place.
    """
    shipped = tables().species
    floor = shipped.sensitivity(code)
    own = [name for name in row.get("synonyms", "").split(";") if name.strip() and shipped.by_name(name) is None]
    return {"sensitivity": str(max(floor, int(row.get("sensitivity", "0")))), "synonyms": ";".join(own)}


@cache
def _means() -> dict[str, dict[str, float]]:
    """The usual measurements of a species by the name of the field; a species without any is left out."""
    fields = ("wing", "tarsus", "tail", "bill", "mass")
    rows = table("measurement").rows.items()
    return {species: {field: float(row[field]) for field in fields if row[field]} for species, row in rows}


@cache
def _land() -> Land:
    """The coarse map of land; nodes do not extend it."""
    return Land(table("land").rows.values())


# -- whether a row can be used ----------------------------------------------------------------------------


def check(name: str, code: str, row: Row) -> None:
    """Raise Refused where a row cannot stand in an open table."""
    if name not in OPEN_TABLES:
        raise Refused(
            "Rows can be added to open tables only", where="table",
            mend="Choose species, scheme, place, station or ring_series",
        )  # fmt: skip
    if not re.fullmatch(CODES[name], code):
        example = next(iter(table(name).rows))
        raise Refused(
            "The code does not look like the codes of this table", where="code", mend=f"Write it like {example}"
        )
    for column in row:
        if column not in columns(name)[1:]:
            raise Refused("The table has no such column", where=column, mend="Take one of its columns")
    if not row.get("en"):
        raise Refused("The English name is missing", where="en", mend="Write a name that every peer can read")
    _CHECKS[name](row)


def _check_species(row: Row) -> None:
    _check_pattern(row, "euring_code", r"[0-9]{5}")
    _check_pattern(row, "sensitivity", "[0-3]")


def _check_scheme(row: Row) -> None:
    pattern = row.get("ring_pattern", "")
    if pattern and (not _PATTERN.fullmatch(pattern) or len(re.findall(r",|\?", pattern)) > 3):
        raise Refused(
            "The ring pattern is too free", where="ring_pattern",
            mend="Write signs and classes with counts, such as [A-Z]{1,2}\\d{6}",
        )  # fmt: skip
    try:
        re.compile(pattern)
    except re.error as trouble:
        raise Refused("The ring pattern cannot be read", where="ring_pattern", why=str(trouble)) from trouble
    if pattern and (not row.get("example") or not rings.matches(row["example"], pattern)):
        raise Refused("The example is no ring of this pattern", where="example", mend="Write a ring as engraved")


def _check_place(row: Row) -> None:
    given = [side for side in SIDES if row.get(side)]
    if given and len(given) < len(SIDES):
        raise Refused("A region needs all four sides or none", where=given[0], mend="Write the sides in degrees")
    for side in given:
        _check_degrees(row, side, 90 if side in ("south", "north") else 180)


def _check_station(row: Row) -> None:
    _check_pattern(row, "scheme", SCHEME)
    _check_pattern(row, "place_code", PLACE_CODE)
    try:
        ZoneInfo(row.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError) as trouble:
        raise Refused("The time zone is not known", where="zone", mend="Write it like Asia/Shanghai") from trouble
    for column, most in (("latitude", 90), ("longitude", 180)):
        _check_degrees(row, column, most)


def _check_series(row: Row) -> None:
    _check_pattern(row, "scheme", SCHEME, needed=True)
    _check_pattern(row, "digits", "[0-9]|1[0-9]")
    if not rings.normal(row.get("series", "")):
        raise Refused("The series is missing", where="series", mend="Write what stands before the figures")


def _check_pattern(row: Row, column: str, pattern: str, *, needed: bool = False) -> None:
    cell = row.get(column, "")
    if (cell or needed) and not re.fullmatch(pattern, cell):
        raise Refused("The cell is not written as in the other rows", where=column, mend="Look at a row of the table")


def _check_degrees(row: Row, column: str, most: int) -> None:
    cell = row.get(column, "")
    if cell and not (re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,8})?", cell) and abs(float(cell)) <= most):
        raise Refused("This is no number of degrees", where=column, mend="Write it like 49.0169")


_CHECKS = {
    "species": _check_species, "scheme": _check_scheme, "place": _check_place, "station": _check_station,
    "ring_series": _check_series,
}  # fmt: skip
