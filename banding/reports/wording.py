"""Columns and values of returns in words, in any language, on a page and in a terminal alike."""

from typing import Any

from banding.formats.source import N_, Say, english
from banding.reports.returns import CODES, EXACT, ROUNDED, WITHHELD
from banding.station import Station
from schemas.codes import table
from schemas.extensions import OPEN_TABLES

PRECISION = {EXACT: N_("exact"), ROUNDED: N_("to 0.1 degree"), WITHHELD: N_("withheld")}
# Words of the columns that are no fields of a record.
OWN_WORDS = {
    "precision": N_("precision of the point"),
    "distance_km": N_("distance, km"),
    "direction_deg": N_("direction, degrees from north"),
    "days": N_("days between"),
    "days_exact": N_("both days exact"),
}
SIDES = {"banding": N_("Banding: %(field)s"), "recovery": N_("Recovery: %(field)s")}
SHARED = {"scheme", "ring", "species", "species_code", "distance_km", "direction_deg", "days", "days_exact"}
PLACES = {"place": "place.name"} | {name: f"place.{name}" for name in ("latitude", "longitude", "uncertainty_m")}


class Wording:
    """Words in one language; `say` translates a sentence."""

    def __init__(self, station: Station, language: str = "en", say: Say = english) -> None:
        self._station, self._language, self.say = station, language, say

    def label(self, column: str) -> str:
        """The words for a column of the report."""
        name = column.removeprefix("banding_").removeprefix("recovery_")
        words = self.say(OWN_WORDS[name]) if name in OWN_WORDS else self._field(PLACES.get(name, f"core.{name}"))
        if column in SHARED:
            return words
        return self.say(SIDES["banding" if column.startswith("banding_") else "recovery"], field=words)

    def cell(self, column: str, value: Any) -> Any:
        """A value: yes and no, a species by its name, a code beside what it means; numbers and days as they are."""
        if column == "days_exact":
            return self.say(N_("yes")) if value else self.say(N_("no"))
        if column == "species":
            name = self.species(value)
            return value if name == value else f"{name} ({value})"
        if column.endswith("precision"):
            return self.say(PRECISION[value]) if value in PRECISION else ""
        if column in CODES and value is not None:
            words = self.word(CODES[column], value)
            return words if column == "manner" or words == value else f"{value} {words}"
        return value

    def word(self, name: str, code: str) -> str:
        """What a code of a table means; the code itself where nothing is known."""
        known = self._station.live.table(name) if name in OPEN_TABLES else table(name)
        return known.label(str(code), self._language)

    def species(self, scientific: str) -> str:
        """A species by its name in the language, else by its scientific name."""
        found = self._station.tables.species.by_name(scientific)
        return (found.names.get(self._language) or scientific) if found else scientific

    def _field(self, path: str) -> str:
        return table("field").label(path, self._language)
