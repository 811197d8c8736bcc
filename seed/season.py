"""A believable season, made up from one seed number: who is banded when, who comes back, and who crosses."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from banding.errors import Refused
from banding.intake import Draft
from banding.station import Station
from seed import birds, sheet
from seed.birds import Bird, design, facts
from seed.crossings import crossing_birds
from seed.windows import Window, windows

SIZE = 600
SEED = 1
NOTE = "season"
# Numbers beyond the bandings of any size, so that both stations know these rings without asking each other.
CHICKS, STRANGERS = 9000, 9200
MOST = 5000


@dataclass(frozen=True)
class _Catch:
    """A local banding and, for some, the day on which the bird is in the nets again."""

    bird: Bird
    day: date
    again: date | None


def version() -> int:
    """The version of the season; a node that holds an older one is made anew."""
    return int(design()["version"])


def season(code: str, size: int = SIZE, seed: int = SEED, *, today: date) -> Iterator[Draft]:
    """Every encounter of one station's season, by day; `size` is the number of local bandings.

    The same size, seed and day always give the same drafts under the same submission keys. Raises Refused
    for a station without a season, and for a size that the made-up rings have no room for.
    """
    if not 1 <= size <= MOST:
        raise Refused(f"A season of {size} bandings cannot be made", mend=f"Ask for 1 to {MOST}")
    at = sheet.site(code)
    records = [*_local(at, size, seed, today), *_chicks(at, seed, today), *crossing_birds(at, seed, today),
               *_strangers(at, seed, today)]  # fmt: skip
    for number, record in enumerate(sorted(records, key=_order), 1):
        record["core"]["reference"] = f"{at.node.scheme} DEMO-{number:04d}"
        yield Draft(record, submission=f"season:{version()}:{code}:{seed}:{number}")


def _order(record: Mapping[str, Any]) -> tuple[str, bool, str, str]:
    core = record["core"]
    return core["day"], core["kind"] != "banding", core.get("time", ""), core["ring"]


def _local(at: sheet.Site, size: int, seed: int, today: date) -> Iterator[sheet.Record]:
    random = Random(f"{seed} {at.node.code} {size}")
    for catch in _catches(random, at, size, windows(today)):
        yield sheet.banding(random, at, catch.bird, catch.day)
        if catch.again:
            yield sheet.recapture(random, at, catch.bird, catch.again)


def _catches(random: Random, at: sheet.Site, size: int, open_in: Mapping[str, Window]) -> list[_Catch]:
    days = sorted(_season_day(random, open_in) for _ in range(size))
    used: Counter[str] = Counter()
    found = []
    for day in days:
        species = birds.pick(random, at.habitat)
        used[species.ring_size] += 1
        bird = birds.banded(random, species, at.node.scheme, day, used[species.ring_size])
        found.append(_Catch(bird, day, None))
    again = round(size * design()["shares"]["recaptures"])
    return _with_recaptures(random, found, again, open_in)


def _season_day(random: Random, open_in: Mapping[str, Window]) -> date:
    name = "spring" if random.random() < design()["shares"]["spring"] else "autumn"
    return open_in[name].day(random)


def _with_recaptures(random: Random, catches: list[_Catch], wanted: int, open_in: Mapping[str, Window]) -> list[_Catch]:
    """So many of the birds, each taken again once, some of them in the other season."""
    order = random.sample(range(len(catches)), len(catches))
    for place in order:
        if not wanted:
            break
        if again := _again(random, catches[place].day, open_in):
            catches[place] = _Catch(catches[place].bird, catches[place].day, again)
            wanted -= 1
    return catches


def _again(random: Random, day: date, open_in: Mapping[str, Window]) -> date | None:
    """A later day on which the bird is still there, or there again; None where no such day has come yet."""
    earlier, later = sorted((open_in["spring"], open_in["autumn"]), key=lambda w: w.first)
    name = "spring" if open_in["spring"].first <= day <= open_in["spring"].last else "autumn"
    if open_in[name] == earlier and random.random() < design()["shares"]["recaptures_between_seasons"]:
        return later.day(random)
    stay = 1 + round(random.expovariate(1 / design()["stay_days"][name]))
    again = day + timedelta(days=stay)
    return again if again <= open_in[name].last else None


def _chicks(at: sheet.Site, seed: int, today: date) -> Iterator[sheet.Record]:
    """A few chicks of large birds, the only ones of the most sensitive species."""
    random = Random(f"{seed} {at.node.code} chicks")
    for number, name in enumerate(at.chicks, 1):
        day = windows(today)["nestlings"].day(random)
        bird = birds.banded(random, facts()[name], at.node.scheme, day, CHICKS + number)
        yield sheet.banding(random, at, bird, day)


def _strangers(at: sheet.Site, seed: int, today: date) -> Iterator[sheet.Record]:
    """Rings of a third country, whose bandings nobody here knows."""
    for number, row in enumerate(design()["foreign"], 1):
        random = Random(f"{seed} {at.node.code} stranger {number}")
        day = windows(today)[row["window"]].day(random)
        own = number + 10 * list(design()["stations"]).index(at.node.code)
        bird = birds.banded(random, facts()[row["species"]], row["scheme"], day, STRANGERS + own)
        yield sheet.recapture(random, at, bird, day)


def load(station: Station, size: int = SIZE, seed: int = SEED, today: date | None = None) -> dict[str, int]:
    """Take the season in at a node and mark it as a demonstration; how many were kept, unchanged and so on.

    A second time nothing changes, whatever day it is then: the day of the first time is noted in the store.
    Raises Refused where another season is already there.
    """
    wanted = {"version": version(), "size": size, "seed": seed}
    noted = json.loads(station.store.notes.get(NOTE, "{}"))
    if noted and {name: noted[name] for name in wanted} != wanted:
        raise Refused(
            "Another demonstration season is already here", where=str(station.settings.home),
            mend="Load this one into a new folder",
        )  # fmt: skip
    day = date.fromisoformat(noted["today"]) if noted else today or station.intake.today()
    # Noted first: a start that was cut short goes on with the same day, and finds what it had already kept.
    station.store.notes.set(NOTE, json.dumps(wanted | {"today": day.isoformat()}))
    station.store.notes.set("demonstration", "1")
    drafts = season(station.settings.node.code, size, seed, today=day)
    verdicts = station.intake.admit(drafts, door="seed", by="demonstration")
    return dict(Counter(verdict.outcome for verdict in verdicts))
