"""Made records for measuring: songbirds of one station, varied enough that they pack no better than real ones."""

import datetime
from collections.abc import Iterator
from random import Random
from typing import Any

from banding.intake import Draft
from schemas.codes import table

SEASON = datetime.date(2015, 3, 20)
DAYS = 3650
RECAPTURES = 0.02
REMARKS = 0.05
PEOPLE = ("A. Made", "B. Made", "C. Made", "D. Made")
SPECIES = (
    "Emberiza spodocephala", "Emberiza rustica", "Phylloscopus inornatus", "Tarsiger cyanurus", "Parus minor",
    "Luscinia calliope", "Turdus pallidus", "Acanthis flammea", "Fringilla montifringilla", "Phylloscopus proregulus",
)  # fmt: skip


def drafts(count: int, seed: int = 1) -> Iterator[Draft]:
    """So many drafts, always the same for a seed: a banding, now and then a later recapture of the bird before it."""
    random = Random(seed)
    last: dict[str, Any] | None = None
    for number in range(count):
        if last is not None and random.random() < RECAPTURES:
            record, last = _recapture(random, last), None
        else:
            record = last = _banding(random, number)
        yield Draft(record, submission=f"made {seed} {number}")


def _banding(random: Random, number: int) -> dict[str, Any]:
    name = random.choice(SPECIES)
    core = {
        "kind": "banding", "scheme": "RUM", "ring": f"{'XVCFDHKPRS'[number // 100_000 % 10]}C {number % 1_000_000:06}",
        "species": name, "sex": random.choice("MFU"), "age": random.choice("3456"), "status": "M",
        "ring_information": "2", "day": (SEASON + datetime.timedelta(random.randrange(DAYS))).isoformat(),
        "place_code": "RU83", "catching_method": "M", "catching_lures": "U", "condition": "8", "circumstances": "20",
    }  # fmt: skip
    if code := table("species").rows.get(name, {}).get("euring_code"):
        core["species_code"] = code
    return _met(random, core)


def _recapture(random: Random, banding: dict[str, Any]) -> dict[str, Any]:
    day = datetime.date.fromisoformat(banding["core"]["day"]) + datetime.timedelta(random.randrange(1, 60))
    core = banding["core"] | {"kind": "recovery", "manner": "recapture", "day": day.isoformat()}
    del core["ring_information"]
    return _met(random, core)


def _met(random: Random, core: dict[str, Any]) -> dict[str, Any]:
    record = {
        "core": core | {"time": f"{random.randrange(5, 20):02}{random.randrange(60):02}", "utc_offset": "+09:00"},
        "measurements": {"wing": random.randrange(124, 180) / 2, "mass": random.randrange(60, 300) / 10,
                         "fat": random.randrange(6), "fat_method": "E"},
        "place": {"latitude": round(49 + random.random() / 50, 5), "longitude": round(130.4 + random.random() / 50, 5),
                  "accuracy": "0", "station": "AM-KHG"},
        "people": {"ringer": random.choice(PEOPLE)},
    }  # fmt: skip
    if random.random() < REMARKS:
        record["remarks"] = {"text": f"Net {random.randrange(40)}, ring size as in the list."}
    return record
