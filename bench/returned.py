"""A node full of made returns: birds of many species, banded in many places and met again in others."""

import datetime
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson

from banding.domain.encounters import Encounter
from banding.settings import Settings, station_node
from banding.station import Station
from banding.store.shapes import NewVersion
from schemas.codes import table

NODE = "AM-KHG"
AT_ONCE = 10_000
FIRST, DAYS = datetime.date(2001, 3, 20), 9_000
ORIGINS = ("AM-KHG", "HL-ZLG", "HL-SHP", "HL-QFG", "AM-MUR", "HL-HHE")
PLACES = ("CPHK", "CPKR", "CPLI", "CPSG", "CPKU", "RU83", "RU84", "RU85", "RU76", "JA--", "KO--", "MG--")
NAMES = ("lake, north shore", "marsh", "river mouth", "湿地", "保护区", "озеро", "болото, у кордона", "village")
CIRCUMSTANCES = ("10", "20", "35", "81")
SITES = 300


def station(home: Path) -> Station:
    """The node in this folder."""
    return Station.open(Settings(home=home, node=station_node(NODE)))


def fill(home: Path, count: int) -> None:
    """Put so many returns into the store of a folder, with their bandings, and no question asked."""
    found = station(home)
    found.store.database.execute("pragma synchronous = off")
    found.store.database.execute("pragma cache_size = -500000")
    versions = encounters(count)
    while some := list(islice(versions, AT_ONCE)):
        found.store.records.keep(some, "2026-01-01T00:00:00+00:00", known={})
    found.store.close()


def encounters(count: int, seed: int = 1) -> Iterator[NewVersion]:
    """A banding and one to four later encounters of bird after bird, until there are so many returns."""
    random = Random(seed)
    # A few species make most of the birds, as they do in nets.
    species = random.sample(list(table("species").rows), 120)
    weights = [1 / (place + 1) for place in range(len(species))]
    number = met = 0
    while met < count:
        name = random.choices(species, weights)[0]
        day = FIRST + datetime.timedelta(random.randrange(DAYS))
        ring = f"{'XVCFDHKPRS'[number // 1_000_000 % 10]}C {number % 1_000_000:06}"
        bird = {"scheme": random.choice(("RUM", "CPB")), "ring": ring, "species": name}
        yield _version(random, bird | {"kind": "banding", "age": random.choice("3456")}, day)
        for _ in range(min(random.choices((1, 2, 3, 4), (60, 25, 10, 5))[0], count - met)):
            day += datetime.timedelta(int(random.expovariate(1 / 250)))
            yield _version(random, bird | _again(random), day)
            met += 1
        number += 1


def _again(random: Random) -> dict[str, str]:
    manner = random.choices(("recapture", "resighting", "found"), (5, 3, 2))[0]
    condition = random.choice("1237") if manner == "found" else random.choice("78")
    found = {"kind": "recovery", "manner": manner, "condition": condition}
    minutes = random.choice(("--", "15", "30", "45"))
    return found | {"circumstances": random.choice(CIRCUMSTANCES), "time": f"{random.randrange(4, 21):02}{minutes}"}


def _version(random: Random, told: dict[str, str], day: datetime.date) -> NewVersion:
    uuid = str(UUID(int=random.getrandbits(128), version=4))
    place = random.randrange(SITES)
    core = told | {
        "id": uuid, "origin": random.choice(ORIGINS), "generation": 1, "day": day.isoformat(),
        "sex": random.choice("MFU"), "place_code": PLACES[place % len(PLACES)],
    }  # fmt: skip
    at = {"latitude": round(20 + place % 60 * 0.6 + random.random() / 5, 5),
          "longitude": round(102 + place % 97 * 0.4 + random.random() / 5, 5)}  # fmt: skip
    whole: dict[str, Any] = {"core": core, "measurements": {"wing": 70.5}}
    luck = random.random()
    if luck < 0.9:
        whole["area"] = {name: round(value, 1) for name, value in at.items()}
    if luck < 0.6:
        whole["place"] = at | {"accuracy": "0", "name": f"{NAMES[place % len(NAMES)]} {place}"}
    texts = {name: orjson.dumps(group).decode() for name, group in whole.items()}
    return NewVersion(Encounter.of(whole), 1, texts, "peer", seal=UUID(uuid).bytes, own=False)
