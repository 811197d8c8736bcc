"""While the demonstration runs, one more made-up encounter now and then: something to look at."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from banding.domain.encounters import Encounter, is_dead
from banding.errors import BandingError
from banding.intake import Draft
from banding.settings import Node
from banding.station import Station
from banding.store.shapes import Kept, Query
from seed import birds, sheet
from seed.birds import Bird, facts

NOTE = "season.live"
# Between the bandings of a season and the birds with numbers of their own.
FIRST, LAST = 6000, 8999
TRIES = 40
READ_TWICE = "Made up for the demonstration: the ring was read twice."


class Entered(NamedTuple):
    """What was written, and where."""

    station: str
    kind: str
    bird: Bird


class Live:
    """Writes at the stations in turn: a banding, or the meeting of a bird that another station banded."""

    def __init__(self, stations: Sequence[Station], random: Random | None = None) -> None:
        self.stations, self.random = stations, random or Random()
        self.turn = 0

    def enter(self) -> Entered:
        """One more encounter through the door of the next station. Raises BandingError when refused."""
        at = self.stations[self.turn % len(self.stations)]
        number = int(at.store.notes.get(NOTE, "0")) + 1
        # Days later the made-up rings are used up; birds are still met then.
        meets = self.turn // len(self.stations) % 2 == 0 or FIRST + number > LAST
        self.turn += 1
        bird = self._stranger(at) if meets else None
        day, time = _now(at)
        site = sheet.site(at.settings.node.code)
        if bird:
            record = sheet.recapture(self.random, site, bird, day, time, crosses=True)
        else:
            bird = self._newcomer(at.settings.node, day, number)
            record = sheet.banding(self.random, site, bird, day, time)
        record["core"]["reference"] = f"{at.settings.node.scheme} DEMO-L{number:04d}"
        self._admit(at, Draft(record, submission=f"season:live:{at.settings.node.code}:{number}"))
        at.store.notes.set(NOTE, str(number))
        return Entered(at.settings.node.code, record["core"]["kind"], bird)

    def _newcomer(self, node: Node, day: date, number: int) -> Bird:
        species = birds.pick(self.random, sheet.site(node.code).habitat)
        return birds.banded(self.random, species, node.scheme, day, FIRST + number)

    def _stranger(self, at: Station) -> Bird | None:
        """A small bird that another station banded before today and that nobody has met again."""
        others = [one for one in self.stations if one is not at]
        known = [kept for other in others for kept in _bandings(other)]
        for kept in self.random.sample(known, min(TRIES, len(known))):
            if all(_only_banded(station, kept, at.intake.today().isoformat()) for station in self.stations):
                return _bird(kept)
        return None

    @staticmethod
    def _admit(at: Station, draft: Draft) -> None:
        # A ring that has not crossed yet may look like one that has: a warning, which a person would confirm.
        verdict = at.intake.admit([draft], door="seed", by="demonstration", confirm_all=READ_TWICE)[0]
        if not verdict.is_kept:
            told = ", ".join(f.code for f in verdict.findings)
            raise BandingError(f"A made-up encounter was refused at {at.settings.node.code}", why=told)


def _now(at: Station) -> tuple[date, str]:
    now = at.intake.clock().astimezone(ZoneInfo(at.settings.node.zone))
    return now.date(), f"{now:%H%M}"


def _bandings(station: Station) -> Iterator[Kept]:
    for kept in station.store.search.every(Query(kind="banding", origin=station.settings.node.code)):
        species = facts().get(kept.core["species"])
        if species and species.is_songbird:
            yield kept


def _only_banded(station: Station, kept: Kept, today: str) -> bool:
    met = Encounter.of(kept.groups)
    history = station.store.records.bird(met.scheme, met.ring_key or "")
    return kept.core["day"] < today and all(
        one.uuid == kept.uuid and not is_dead(one.core.get("condition")) for one in history
    )


def _bird(kept: Kept) -> Bird:
    core, wing = kept.core, kept.groups.get("measurements", {}).get("wing")
    year = int(core["day"][:4])
    return Bird(facts()[core["species"]], core["scheme"], core["ring"], core["sex"], core["age"], wing, year)
