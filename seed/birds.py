"""The birds of the demonstration: which species come, how they measure, and the rings they are given."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).resolve().parent
# A year later the code names the next year of life: 3 becomes 5, "after" stays "after".
_A_YEAR_OLDER = {"1": "5", "3": "5", "4": "6", "5": "7", "6": "8", "7": "9", "8": "A", "9": "B"}


@dataclass(frozen=True)
class Facts:
    """One row of birds.csv; lengths in mm and masses in g, None for the chicks, which are not measured."""

    species: str
    group: str
    weights: Mapping[str, float]
    wing: tuple[float, float] | None
    mass: tuple[float, float] | None
    ring_size: str

    @property
    def is_songbird(self) -> bool:
        """Whether it is caught in mist nets and scored for fat."""
        return self.group == "songbird"


@dataclass(frozen=True)
class Bird:
    """One made-up bird as it was banded."""

    facts: Facts
    scheme: str
    ring: str
    sex: str
    age: str
    wing: float | None
    year: int

    def age_in(self, year: int) -> str:
        """The EURING age code by which a bander would call it in a later year."""
        age = self.age
        for _ in range(year - self.year):
            age = _A_YEAR_OLDER.get(age, age)
        return "3" if age == "1" and year == self.year else age


@cache
def design() -> Mapping[str, Any]:
    """The numbers of design.json."""
    found: Mapping[str, Any] = json.loads((HERE / "design.json").read_text(encoding="utf-8"))
    return found


@cache
def facts() -> Mapping[str, Facts]:
    """All species of birds.csv by scientific name."""
    with (HERE / "birds.csv").open(encoding="utf-8", newline="") as lines:
        return {row["scientific_name"]: _facts(row) for row in csv.DictReader(lines)}


def _facts(row: Mapping[str, str]) -> Facts:
    weights = {habitat: float(row[habitat]) for habitat in ("forest", "wetland")}
    wing, mass = _range(row, "wing"), _range(row, "mass")
    return Facts(row["scientific_name"], row["group"], weights, wing, mass, row["ring_size"])


def _range(row: Mapping[str, str], what: str) -> tuple[float, float] | None:
    low, high = row[f"{what}_low"], row[f"{what}_high"]
    return (float(low), float(high)) if low and high else None


def pick(random: Random, habitat: str) -> Facts:
    """A species as the nets and traps of this habitat would bring it."""
    group = "waterfowl" if random.random() < design()["shares"]["waterfowl"] else "songbird"
    choice = [one for one in facts().values() if one.group == group]
    return random.choices(choice, [one.weights[habitat] for one in choice])[0]


def ring(scheme: str, size: str, number: int) -> str:
    """A made-up ring of a scheme, as engraved."""
    pattern: str = design()["rings"][scheme][size]
    return pattern.format(number)


def banded(random: Random, species: Facts, scheme: str, day: date, number: int) -> Bird:
    """A bird put together at its banding."""
    sex = _sex(random, species)
    wing = round(random.uniform(*species.wing) * 2) / 2 if species.wing else None
    engraved = ring(scheme, species.ring_size, number)
    return Bird(species, scheme, engraved, sex, _age(random, species, day), wing, day.year)


def _sex(random: Random, species: Facts) -> str:
    shares = design()["shares"]
    share = {"songbird": shares["sexed_songbird"], "waterfowl": shares["sexed_waterfowl"]}.get(species.group, 0)
    return random.choice("MF") if random.random() < share else "U"


def _age(random: Random, species: Facts, day: date) -> str:
    shares = design()["shares"]
    if species.group == "chick":
        return "1"
    if day.month >= 7:
        return "3" if random.random() < shares["first_year_in_autumn"] else "4"
    return "5" if random.random() < shares["second_year_in_spring"] else "6"


def measured(random: Random, bird: Bird) -> dict[str, Any]:
    """What was measured on the bird in the hand: its wing to half a millimetre, mass and fat."""
    found: dict[str, Any] = {}
    if bird.wing is not None:
        found["wing"] = bird.wing + random.choice((0.0, 0.0, 0.5))
    if bird.facts.mass:
        # Small birds are weighed to a tenth of a gram, large ones to five grams.
        mass = random.uniform(*bird.facts.mass)
        found["mass"] = round(mass, 1) if bird.facts.is_songbird else float(round(mass / 5) * 5)
    if bird.facts.is_songbird:
        found |= {"fat": random.choices((0, 1, 2, 3, 4, 5), (8, 14, 14, 9, 4, 1))[0], "fat_method": "E"}
    return found
