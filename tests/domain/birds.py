"""Birds, records and tables that the tests of the core share."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from banding.domain.encounters import Encounter
from banding.domain.places import Box
from banding.domain.rules import Case, Finding, SchemeFacts, Tables, judge
from banding.domain.rules.quick import Quick
from banding.domain.species import SpeciesList

TODAY = date(2024, 6, 1)
_COLUMNS = ["scientific_name", "euring_code", "synonyms", "en", "zh", "ru", "sensitivity", "waterfowl"]
SPECIES = SpeciesList(
    dict(zip(_COLUMNS, row, strict=True))
    for row in (
        ("Emberiza spodocephala", "18690", "Schoeniclus spodocephalus", "Black-faced Bunting", "灰头鹀",
         "Седоголовая овсянка", "0", "0"),
        ("Emberiza pallasi", "18680", "", "Pallas's Reed Bunting", "苇鹀", "Полярная овсянка", "0", "0"),
        ("Ciconia boyciana", "", "", "Oriental Stork", "东方白鹳", "Дальневосточный аист", "3", "0"),
        ("Ciconia nigra", "01340", "", "Black Stork", "黑鹳", "Чёрный аист", "3", "0"),
        ("Grus monacha", "04350", "Antigone monacha", "Hooded Crane", "白头鹤", "Чёрный журавль", "3", "0"),
    )
)  # fmt: skip
TABLES = Tables(
    schemes={
        "RUM": SchemeFacts("RUM", r"[A-Z]{1,2}\d{5,6}", "XC 345612"),
        "CPB": SchemeFacts("CPB", r"[A-Z]{1,2}\d{6}", "H00-0773"),
        "JHY": SchemeFacts("JHY", "", ""),
    },
    species=SPECIES,
    boxes={"RU83": Box(48.8, 119.6, 57.1, 135.0), "DK--": Box(54.5, 8.0, 57.8, 15.2)},
)


def record(kind: str = "banding", *, latitude: float | None = 49.0169, longitude: float = 130.4469, **core: Any) -> Any:
    """A sound record of a bunting by the lake; `core` changes or, with None, drops fields of the core."""
    told = {
        "id": "a", "origin": "AM-KHG", "generation": 1, "kind": kind, "scheme": "RUM", "ring": "XC 345612",
        "species": "Emberiza spodocephala", "day": "2024-05-01", "place_code": "RU83",
    } | ({"manner": "recapture"} if kind == "recovery" else {}) | core  # fmt: skip
    groups: Any = {"core": {name: value for name, value in told.items() if value is not None}}
    if latitude is not None:
        groups["place"] = {"latitude": latitude, "longitude": longitude}
    return groups


def again(**changes: Any) -> Any:
    """A sound recovery of the same bird, with these changes."""
    return record("recovery", **changes)


def met(kind: str = "banding", **changes: Any) -> Encounter:
    """An encounter, from a record with these changes."""
    return Encounter.of(record(kind, **changes))


def judged(
    told: Any, *history: Encounter, near: Sequence[str] = (), today: date = TODAY, tables: Tables = TABLES
) -> list[Finding]:
    """What the rules find in a record, with the bird's other encounters; a pull finds the same."""
    told_tables = replace(tables, near_rings=frozenset(near))
    found = judge(Case(told, Encounter.of(told), history, today, told_tables))
    assert Quick(told_tables, today).judge(told, Encounter.of(told), history) == found
    return found


def codes(told: Any, *history: Encounter, **around: Any) -> list[str]:
    """The codes of what the rules find."""
    return [finding.code for finding in judged(told, *history, **around)]
