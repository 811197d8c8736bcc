"""What a typed text means to a field: its class decides, or its name for the few special ones."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import ValidationError

from banding.domain import dates, places, rings
from banding.domain.coordinates import PlaceNotUnderstood
from banding.domain.rules import SchemeFacts
from banding.domain.species import Species, SpeciesList
from banding.web.words import code_table
from schemas.fields import Code, Day, Flag, Number, Strict, Text, Whole
from schemas.parts import SPECIES_NAME

MOST_ANSWERS = 40
_PLACE = {
    "unreadable": lazy_gettext("This is not understood as coordinates."),
    "minutes": lazy_gettext("There are 60 minutes or more here, and a degree has only 60."),
    "seconds": lazy_gettext("There are 60 seconds or more here, and a minute has only 60."),
    "range": lazy_gettext("There are more degrees here than a latitude or a longitude has."),
    "decimal-point": lazy_gettext("A decimal point seems to be missing."),
    "swapped": lazy_gettext("The longitude seems to stand before the latitude."),
    "hemisphere": lazy_gettext("The letters or signs of the hemispheres contradict each other."),
    "one-number": lazy_gettext("This is one number; a point needs a latitude and a longitude."),
}


class NotTaken(ValueError):
    """A text that a field cannot take: why, in the reader's language, and the values that may be meant."""

    def __init__(self, why: str, answers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(why)
        self.why, self.answers = why, answers


def taken(name: str, leaf: Strict, text: str, species: SpeciesList, language: str) -> Any:
    """The value of a field in a record, from what a person typed. Raises NotTaken."""
    if name == "core.species":
        return _species(text, species, language)
    if name in _BY_NAME:
        return _BY_NAME[name](leaf, text)
    reader = next(reader for kind, reader in _BY_CLASS.items() if isinstance(leaf, kind))
    return reader(leaf, text)


def has_gaps(ring: str, scheme: SchemeFacts | None) -> bool:
    """A guess whether `-` stands for characters nobody could read."""
    return rings.is_partial(ring, scheme.pattern, scheme.example) if scheme else rings.is_partial(ring, "")


def plain(text: str) -> str:
    """The text with single line ends and nothing around it; a browser sends two signs for each."""
    return text.replace("\r\n", "\n").strip()


def narrow(text: str) -> str:
    """The text with full-width figures and signs made narrow, and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _text(leaf: Any, text: str) -> str:
    """The first spelling that fits: as typed, narrow, in capitals, with leading zeroes."""
    typed = plain(text)
    if len(typed) > leaf.longest:
        values = {"most": leaf.longest, "count": len(typed)}
        raise NotTaken(_("There is room for %(most)s characters, and these are %(count)s.", **values))
    for spelling in (typed, narrow(typed), narrow(typed).upper(), narrow(typed).zfill(leaf.shortest)):
        try:
            return str(leaf.deserialize(spelling))
        except ValidationError:
            continue
    raise NotTaken(_("Write it like %(example)s.", example=leaf.metadata["example"]))


def _code(leaf: Any, text: str) -> str:
    if text.strip() not in leaf.codes:
        raise NotTaken(_("Choose one of the list."))
    return text.strip()


def _number(leaf: Any, text: str) -> float:
    """A number with a decimal point or comma, full-width figures too."""
    spelling = narrow(text).replace(" ", "").translate(str.maketrans(",。、−", "...-"))
    whole = isinstance(leaf, Whole)
    if not re.fullmatch(r"[+-]?[0-9]{1,12}" if whole else r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?", spelling):
        raise NotTaken(_("Write a whole number, such as 3.") if whole else _("Write a number, such as 18.4."))
    value = int(spelling) if whole else float(spelling)
    if not leaf.least <= value <= leaf.most:
        raise NotTaken(_("It must lie between %(least)s and %(most)s.", least=leaf.least, most=leaf.most))
    return value


def _day(_leaf: Any, text: str) -> str:
    try:
        return dates.understand(text).isoformat()
    except dates.DoubtfulDate as doubt:
        days = tuple((day.isoformat(), day.isoformat()) for day in doubt.candidates[:MOST_ANSWERS])
        raise NotTaken(_("This can mean more than one day. Which one is it?"), days) from None
    except ValueError:
        raise NotTaken(_("No day is understood here. Write year, month, day, such as 1999-08-07.")) from None


def _flag(_leaf: Any, _text: str) -> bool:
    return True


def _ring(leaf: Any, text: str) -> str:
    """The number as engraved, in whatever alphabet; only what a keyboard adds is taken off."""
    ring = narrow(text)
    if any(unicodedata.category(mark) in {"So", "Cn", "Co", "Cc"} for mark in ring):
        raise NotTaken(_("There is a sign here that no ring carries. Type the letters and figures on the ring."))
    if rings.key(ring, False) is None:
        raise NotTaken(_("There is no letter or figure here. Type the letters and figures on the ring."))
    return _text(leaf, ring)


def _time(_leaf: Any, text: str) -> str:
    """`17:15`, `1715`, `9.05`, `17` or `17--` as `1715`, `0905` and `17--`."""
    clock = r"([01]?[0-9]|2[0-3])(?:[:.時时点ч-]?([0-5][0-9]|--)分?|[時时点ч]?)"
    if not (found := re.fullmatch(clock, narrow(text).replace(" ", ""))):
        raise NotTaken(_("No time is understood here. Write 17:15, or 17 when only the hour is known."))
    return found[1].zfill(2) + (found[2] or "--")


def _typed_point(leaf: Any, text: str) -> str:
    try:
        places.understand(text)
    except PlaceNotUnderstood as trouble:
        why = str(_PLACE.get(trouble.why, _PLACE["unreadable"]))
        likely = _("Perhaps %(likely)s is meant.", likely=trouble.likely) if trouble.likely else ""
        answer = ((trouble.likely, trouble.likely),) if _is_point(trouble.likely) else ()
        raise NotTaken(f"{why} {likely or _('Write it like 49.0169, 130.4469.')}", answer) from None
    return _text(leaf, text)


def _is_point(text: str) -> bool:
    try:
        return bool(places.understand(text))
    except ValueError:
        return False


def _place_code(leaf: Any, text: str) -> str:
    """A place code, or the name of a region exactly as the table has it in any language."""
    name, rows = narrow(text).casefold(), code_table("place").rows
    if name.upper() in rows:
        return _text(leaf, text)
    named = [
        code for code, row in rows.items()
        if row["current"] == "true" and name in {row[language].casefold() for language in ("en", "zh", "ru")}
    ]  # fmt: skip
    if len(named) > 1:
        raise NotTaken(_("More than one place has this name. Which one is it?"), tuple((c, c) for c in named))
    return named[0] if named else _text(leaf, text)


def _species(text: str, species: SpeciesList, language: str) -> str:
    """The scientific name meant by any name in any language, by a code, or by the beginnings of words."""
    line = narrow(text)
    named = species.named(line)
    if len(named) == 1:
        return named[0].scientific_name
    if named:
        answers = _answers(named, language)
        both = ", ".join(words for _name, words in answers)
        raise NotTaken(_("More than one species is called so: %(names)s. Which one is it?", names=both), answers)
    latin = line[:1].upper() + line[1:].lower()
    is_latin = re.fullmatch(SPECIES_NAME, latin) is not None and len(latin) <= 80
    found = species.search(line, MOST_ANSWERS) if len(line) <= 80 else []
    if len(found) == 1:
        return found[0].scientific_name
    if is_latin and (" " in latin or latin == "Aves") and not found:
        return latin
    if found:
        raise NotTaken(_("More than one species fits. Which one is it?"), _answers(found, language))
    raise NotTaken(_("No species of this name is known here. Write another name of it, or the scientific one."))


def _answers(found: Iterable[Species], language: str) -> tuple[tuple[str, str], ...]:
    """Species to choose among: the scientific name of each, and the words for it."""
    return tuple((one.scientific_name, f"{one.name(language)} ({one.scientific_name})") for one in found)


_BY_NAME = {
    "core.ring": _ring, "core.replaces.ring": _ring, "core.time": _time, "place.typed": _typed_point,
    "core.place_code": _place_code, "core.current_place_code": _place_code,
}  # fmt: skip
_BY_CLASS = {Day: _day, Text: _text, Code: _code, Whole: _number, Number: _number, Flag: _flag}
