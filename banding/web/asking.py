"""What a person or a program looks for, typed in words of their own, as a question to the store."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _

from banding.domain import dates, rings
from banding.domain.species import SpeciesList
from banding.store.shapes import Query
from schemas.codes import table
from schemas.parts import SPECIES_NAME

NAMES = ("species", "scheme", "ring", "kind", "place_code", "origin", "since", "until")
KINDS = ("banding", "recovery")
MANY = 200


class Misread(NamedTuple):
    """A filter that cannot be understood: its name, why in the reader's language, and what to do."""

    name: str
    why: str
    mend: str


@dataclass(frozen=True)
class Asked:
    """The question, the species its words stand for, and by the filter's name what was not understood."""

    query: Query
    species: tuple[str, ...] = ()
    misread: Mapping[str, Misread] = field(default_factory=dict)


def asked(typed: Mapping[str, str], known: SpeciesList) -> Asked:
    """Understand filters as people type them; an empty one asks nothing.

    `species` is any name in any language, a EURING code or the beginning of a name; days are written as in
    the form, or only a year or a month for all its days; codes in either case. A ring may be the beginning of a
    number, or have `*` for any characters, `?` for one, and `-` for one that was not read or an engraved hyphen; the
    code of a scheme before it is the scheme's. What is misread is never silently left out: see `misread`.
    """
    text = {name: typed.get(name, "").strip() for name in NAMES}
    text["scheme"], text["ring"] = _of_scheme(text["scheme"].upper(), text["ring"])
    wrong: dict[str, Misread] = {}
    species = _species(text["species"], known, wrong)
    days = {name: read_day(name, text[name], wrong) for name in ("since", "until")}
    order_of_days(days, "since", "until", wrong)
    patterns = _patterns(text["ring"], wrong)
    if text["kind"] and text["kind"] not in KINDS:
        wrong["kind"] = Misread("kind", _("It must be banding or recovery."), _("Choose one of the two."))
    return Asked(
        Query(
            ring="" if patterns else rings.normal(text["ring"]),
            ring_like=patterns,
            scheme=text["scheme"],
            species=species,
            kind=text["kind"],
            origin=text["origin"].upper(),
            place_code=text["place_code"].upper(),
            **days,
        ),
        species,
        wrong,
    )


def _of_scheme(scheme: str, ring: str) -> tuple[str, str]:
    """The scheme and the ring apart, where they were copied as the pages write them: `CPB X98-9106`."""
    code, _, number = ring.partition(" ")
    known = table("scheme")
    is_copied = code.upper() in known and bool(number.strip()) and scheme in {"", code.upper()}
    return (code.upper(), number.strip()) if is_copied else (scheme, ring)


def _patterns(text: str, wrong: dict[str, Misread]) -> tuple[str, ...]:
    """What a ring with wildcards means; nothing where it has none and is a beginning."""
    try:
        found = rings.patterns(text)
    except rings.RingError:
        found = ()
    if text and not any(rings.reading(one.replace("*", "")) for one in found or (text,)):
        why = _("There is no letter or figure in it.")
        wrong["ring"] = Misread("ring", why, _("Write the beginning of the ring number."))
        return ()
    return found


def _species(text: str, known: SpeciesList, wrong: dict[str, Misread]) -> tuple[str, ...]:
    """Every scientific name under which records of it may be kept."""
    if not text:
        return ()
    found = known.named(text) or known.search(text, limit=MANY)
    names = tuple(dict.fromkeys(name for one in found for name in (one.scientific_name, *one.synonyms)))
    if names or re.fullmatch(SPECIES_NAME, text):
        # A species outside the list may still be in the store, by its scientific name.
        return names or (text,)
    why = _("No species of the list is called %(text)s.", text=text)
    wrong["species"] = Misread("species", why, _("Try another name, or the scientific one."))
    return ()


def order_of_days(days: Mapping[str, str], first: str, last: str, wrong: dict[str, Misread]) -> None:
    """Note where the last of two days is before the first."""
    if days[first] and days[last] and days[first] > days[last]:
        why = _("The last day is before the first.")
        wrong[last] = Misread(last, why, _("Change one of the two days."))


def read_day(name: str, text: str, wrong: dict[str, Misread]) -> str:
    """A day as people write it, as 2024-05-01; empty where there is none or it was noted as wrong.

    Of a year or a month alone it is the last day for a `name` that ends in `until`, else the first.
    """
    if not text:
        return ""
    if period := _PERIOD.fullmatch(text):
        return _edge(int(period[1]), int(period[2] or 0), is_last=name.endswith("until"))
    try:
        return dates.understand(text).isoformat()
    except dates.DoubtfulDate as doubt:
        why = _("%(text)s could be %(days)s.", text=text, days=_either(doubt.candidates))
        wrong[name] = Misread(name, why, _("Write the day like 2024-05-01."))
    except dates.DateNotUnderstood:
        why = _("%(text)s is not understood as a day.", text=text)
        wrong[name] = Misread(name, why, _("Write the day like 2024-05-01."))
    return ""


_PERIOD = re.compile(r"([12][0-9]{3})(?:-(0[1-9]|1[0-2]))?", re.ASCII)


def _edge(year: int, month: int, *, is_last: bool) -> str:
    """The first or the last day of a month, or of a year where the month is 0."""
    if not is_last:
        return date(year, month or 1, 1).isoformat()
    return date(year, month or 12, monthrange(year, month or 12)[1]).isoformat()


def _either(days: tuple[date, ...]) -> str:
    return " / ".join(day.isoformat() for day in days)
