"""What a EURING line means in our words: first encounter or later, in which manner, and which species."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import takewhile

from euring.data import load_species_map

from schemas.codes import table

RING_ADDED = frozenset("123")
DEAD = frozenset("123")
READ_IN_THE_FIELD = frozenset({"28", "29"} | {str(code) for code in range(80, 90)})
TAKEN_BY_MAN = frozenset({"20", "25", "27"})
RINGING_CASUALTY = "08"
RELEASED_BY_A_BANDER = "8"
# `-` says that nobody caught it, `Z` that the method is unknown; both fit a finder as well as a bander.
NOBODYS_METHOD = frozenset({"", "-", "Z"})
NO_SPECIES = "00000"
UNKNOWN_BIRD = "Aves"
NOT_NAMES = ("Cage ", "Other ", "Unknown ")
AFTER_THE_NAME = frozenset({"sp.", "spp.", "sensu", "s.", "var."})


def kind_of(core: Mapping[str, object]) -> str:
    """`banding` where ring information 1, 2, 3 says that a bird without a ring got one, else `recovery`."""
    return "banding" if core.get("ring_information") in RING_ADDED else "recovery"


def manner_of(core: Mapping[str, object]) -> str:
    """`recapture`, `resighting` or `found`, told from condition, circumstances and catching method.

    First what only a bander does: a casualty of ringing, or release by a ringer. Then marks read on a living
    bird. Then birds trapped alive by a named catching method. Whatever is left was found by somebody.
    """
    condition = str(core.get("condition", ""))
    circumstances = str(core.get("circumstances", ""))
    method = str(core.get("catching_method", ""))
    if circumstances == RINGING_CASUALTY:
        return "recapture"
    if condition in DEAD:
        return "found"
    if circumstances in READ_IN_THE_FIELD:
        return "resighting"
    if condition == RELEASED_BY_A_BANDER:
        return "recapture"
    # Condition 6 is a bird kept in a cage: trapped, but not by a bander.
    if circumstances in TAKEN_BY_MAN and method not in NOBODYS_METHOD and condition != "6":
        return "recapture"
    return "found"


def species_name(code: str) -> str | None:
    """The scientific name for a EURING species code, our own table first; None where nobody knows the code.

    A code for a group, a pair of species or a hybrid gives the nearest name that covers it, `Aves` at worst:
    the code itself is kept beside the name and says the rest.
    """
    return _ours_by_code().get(code) or _euring_by_code().get(code)


def is_reserved(code: str) -> bool:
    """Whether a species code is one of 65000-69999, which EURING leaves to each scheme and nobody else can read."""
    return len(code) == 5 and "65000" <= code <= "69999"


def export_code(name: str) -> str | None:
    """The reserved code under which a species without a EURING code goes out; it is never kept in a record."""
    row = table("species").rows.get(name)
    return row["export_code"] or None if row else None


def by_export_code(code: str) -> str | None:
    """The species that went out under a reserved code; None where no node of ours wrote it."""
    return _by_export_code().get(code)


def species_code(name: str) -> str | None:
    """The EURING code of a scientific name; None for birds that have none, such as Ciconia boyciana."""
    row = table("species").rows.get(name)
    return row["euring_code"] or None if row else _euring_by_name().get(name)


@cache
def _by_export_code() -> dict[str, str]:
    return {row["export_code"]: name for name, row in table("species").rows.items() if row["export_code"]}


@cache
def _ours_by_code() -> dict[str, str]:
    rows = table("species").rows
    return {row["euring_code"]: name for name, row in rows.items() if row["euring_code"]}


@cache
def _euring_by_code() -> dict[str, str]:
    names = {code: _covering_name(name) for code, name in load_species_map().items()}
    return {code: name for code, name in names.items() if name} | {NO_SPECIES: UNKNOWN_BIRD}


@cache
def _euring_by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, name in load_species_map().items():
        found.setdefault(name, code)
    return found


def _covering_name(name: str) -> str:
    """A name of our shape for one of the package's: `Gavia sp.` -> `Gavia`; "" for a withdrawn code."""
    if name.startswith(("obsolete", "Ring ")):
        return ""
    genera = set(re.findall(r"\b[A-Z][a-z]{2,}", name))
    if len(genera) != 1 or name.startswith(NOT_NAMES):
        return UNKNOWN_BIRD
    if "/" in name or " x " in name:
        return genera.pop()
    return " ".join(takewhile(lambda word: word not in AFTER_THE_NAME, name.split()))
