"""The dozen birds that cross: banded at one station of the demonstration and met at the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from seed import birds, sheet
from seed.birds import Bird, design, facts
from seed.windows import Window, windows

# Beyond the bandings of any size, so that both stations know these rings without asking each other.
FIRST_NUMBER = 9100


@dataclass(frozen=True)
class Crossing:
    """A bird banded at one station and met at the other."""

    number: int
    bird: Bird
    banded_at: str
    met_at: str
    banded_on: date
    met_on: date
    manner: str


def crossings(seed: int, today: date) -> list[Crossing]:
    """The dozen birds that cross, alike for both stations; raised far above the natural rate."""
    told = design()["crossings"]
    return [_crossing(seed, number, row, windows(today)) for number, row in enumerate(told, 1)]


def _crossing(seed: int, number: int, row: Mapping[str, str], open_in: Mapping[str, Window]) -> Crossing:
    random = Random(f"{seed} crossing {number}")
    banded_on, met_on = _apart(random, row["when"], open_in)
    scheme = sheet.site(row["banded"]).node.scheme
    species = facts()["Grus japonensis"] if row["when"] == "chick" else facts()[row["species"]]
    bird = birds.banded(random, species, scheme, banded_on, FIRST_NUMBER + number)
    return Crossing(number, bird, row["banded"], row["met"], banded_on, met_on, row["manner"])


def _apart(random: Random, when: str, open_in: Mapping[str, Window]) -> tuple[date, date]:
    """The two days of a bird that crosses: within one season 5 to 20 days apart, or in two seasons."""
    if when == "chick":
        return open_in["nestlings"].day(random), open_in["autumn"].day(random)
    if when == "between":
        earlier, later = sorted((open_in["spring"], open_in["autumn"]), key=lambda w: w.first)
        return earlier.day(random), later.day(random)
    window = open_in[when]
    span = (window.last - window.first).days
    banded_on = window.first + timedelta(days=random.randint(0, max(0, (span - 6) // 2)))
    return banded_on, min(banded_on + timedelta(days=random.randint(5, 20)), window.last)


def crossing_birds(at: sheet.Site, seed: int, today: date) -> Iterator[sheet.Record]:
    """This station's half of each crossing: the banding, or the meeting."""
    for one in crossings(seed, today):
        random = Random(f"{seed} {at.node.code} crossing {one.number}")
        if one.banded_at == at.node.code:
            yield sheet.banding(random, at, one.bird, one.banded_on, crosses=True)
        elif one.met_at == at.node.code:
            yield _meeting(random, at, one)


def _meeting(random: Random, at: sheet.Site, one: Crossing) -> sheet.Record:
    if one.manner == "found":
        return sheet.found(random, at, one.bird, one.met_on)
    if one.manner == "resighting":
        return sheet.resighting(random, at, one.bird, one.met_on)
    return sheet.recapture(random, at, one.bird, one.met_on, crosses=True)
