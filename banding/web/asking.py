"""What a person or a program looks for, typed in words of their own, as a question to the store."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _

from banding.domain import dates, rings
from banding.domain.species import SpeciesList
from banding.store.shapes import Query
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
    the form; codes in either case. A ring may be the beginning of a number, or have `*` for any characters,
    `?` for one, and `-` for one that was not read or an engraved hyphen. What is misread is never silently left
    out: see `misread`.
    """
    text = {name: typed.get(name, "").strip() for name in NAMES}
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
            scheme=text["scheme"].upper(),
            species=species,
            kind=text["kind"],
            origin=text["origin"].upper(),
            place_code=text["place_code"].upper(),
            **days,
        ),
        species,
        wrong,
    )


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
    """A day as people write it, as 2024-05-01; empty where there is none or it was noted as wrong."""
    if not text:
        return ""
    try:
        return dates.understand(text).isoformat()
    except dates.DoubtfulDate as doubt:
        why = _("%(text)s could be %(days)s.", text=text, days=_either(doubt.candidates))
        wrong[name] = Misread(name, why, _("Write the day like 2024-05-01."))
    except dates.DateNotUnderstood:
        why = _("%(text)s is not understood as a day.", text=text)
        wrong[name] = Misread(name, why, _("Write the day like 2024-05-01."))
    return ""


def _either(days: tuple[date, ...]) -> str:
    return " / ".join(day.isoformat() for day in days)
