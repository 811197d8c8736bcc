"""The field sheet of the demonstration: one made-up encounter as a record, ready for the door."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random
from typing import Any

from banding.domain import dates
from banding.errors import Refused
from banding.settings import Node, station_node
from schemas.codes import table
from seed.birds import Bird, design, measured

Record = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A station of the demonstration: its node, how exactly the point is known in km, its made-up people."""

    node: Node
    accuracy_km: float
    habitat: str
    sites: list[dict[str, Any]]
    ringers: list[str]
    finder: list[str]
    chicks: list[str]


@cache
def site(code: str) -> Site:
    """A station by its code. Raises Refused for a station that the demonstration does not know."""
    stations = design()["stations"]
    if code not in stations:
        raise Refused(
            f"There is no demonstration season for {code}", where="seed/design.json",
            mend=f"Take one of {', '.join(stations)}",
        )  # fmt: skip
    return Site(station_node(code), float(table("station").rows[code]["accuracy_km"]), **stations[code])


def banding(random: Random, at: Site, bird: Bird, day: date, time: str = "", *, crosses: bool = False) -> Record:
    """The ring is put on; a chick of the large birds gets a colour ring too."""
    is_chick = bird.age == "1"
    core = _core(at, bird, day, time or _time(random, bird)) | {
        "kind": "banding", "ring_information": "2", "age": bird.age, "status": "-" if is_chick else "P",
        "manipulated": "N", "condition": "8", "circumstances": "20",
        "circumstances_presumed": "0",
    }  # fmt: skip
    if is_chick:
        core |= {"catching_method": "H", "catching_lures": "N", "brood_size": "02", "pullus_age": "35",
                 "pullus_age_accuracy": "3", "marks": [colour_ring(bird, "added")]}  # fmt: skip
    else:
        core |= _caught(bird)
    return _record(random, at, bird, core, "crossing" if crosses else "any") | _hand(random, at, bird)


def recapture(random: Random, at: Site, bird: Bird, day: date, time: str = "", *, crosses: bool = False) -> Record:
    """The bird is in the nets again, here or at another station."""
    core = _core(at, bird, day, time or _time(random, bird)) | _caught(bird) | {
        "kind": "recovery", "manner": "recapture", "ring_information": "4", "age": bird.age_in(day.year),
        "status": "P", "manipulated": "N", "condition": "8", "circumstances": "20",
        "circumstances_presumed": "0",
    }  # fmt: skip
    return _record(random, at, bird, core, "crossing" if crosses else "any") | _hand(random, at, bird)


def resighting(random: Random, at: Site, bird: Bird, day: date) -> Record:
    """Its colour ring is read through a telescope."""
    core = _core(at, bird, day, _time(random, bird)) | {
        "kind": "recovery", "manner": "resighting", "identification_method": "B0", "ring_information": "4",
        "marks": [colour_ring(bird, "present")], "age": bird.age_in(day.year), "status": "P",
        "catching_method": "-", "catching_lures": "-", "manipulated": "N", "condition": "7",
        "circumstances": "81", "circumstances_presumed": "0",
    }  # fmt: skip
    return _record(random, at, bird, core, "crossing") | {"people": {"ringer": random.choice(at.ringers)}}


def found(random: Random, at: Site, bird: Bird, day: date) -> Record:
    """A hunter has shot it and reports the ring; of its age he only knows that it could fly."""
    core = _core(at, bird, day, "") | {
        "kind": "recovery", "manner": "found", "ring_information": "4", "age": "2", "status": "U",
        "catching_method": "-", "catching_lures": "-", "manipulated": "U", "condition": "2",
        "circumstances": "10", "circumstances_presumed": "0",
    }  # fmt: skip
    name, address = at.finder
    people = {"people": {"finder_name": name, "finder_address": address}}
    return _record(random, at, bird, core, "crossing") | people


def colour_ring(bird: Bird, action: str) -> dict[str, str]:
    """The colour ring of a large bird, inscribed after its metal ring, so that everybody tells the same."""
    return {
        "type": "leg-ring", "action": action, "side": "left", "position": "tibia", "colour": "white",
        "inscription": f"Z{bird.ring[-2:]}", "inscription_colour": "black",
    }  # fmt: skip


def _core(at: Site, bird: Bird, day: date, time: str) -> Record:
    species = table("species").rows[bird.facts.species]
    core = {
        "scheme": bird.scheme, "ring": bird.ring, "identification_method": "A0",
        "species": bird.facts.species, "sex": bird.sex, "day": day.isoformat(), "day_accuracy": "0",
        "place_code": at.node.place_code, "moved": "0",
    }  # fmt: skip
    if species["euring_code"]:
        core["species_code"] = species["euring_code"]
    if time:
        core |= {"time": time, "utc_offset": dates.offset_at(day, time, at.node.zone)}
    return core


def _caught(bird: Bird) -> Record:
    return {"catching_method": "M" if bird.facts.is_songbird else "W", "catching_lures": "N"}


def _hand(random: Random, at: Site, bird: Bird) -> Record:
    """What only somebody writes who has the bird in the hand."""
    people = {"people": {"ringer": random.choice(at.ringers)}}
    return ({"measurements": told} | people) if (told := measured(random, bird)) else people


def _record(random: Random, at: Site, bird: Bird, core: Record, remark: str) -> Record:
    remarks = design()["remarks"][at.node.scheme]
    return {"core": core, "place": _place(random, at, bird), "remarks": {"text": remarks[remark]}}


def _place(random: Random, at: Site, bird: Bird) -> Record:
    assert at.node.latitude is not None
    assert at.node.longitude is not None
    net = random.choice(at.sites[:2]) if bird.facts.is_songbird else at.sites[2]
    return {
        "latitude": round(at.node.latitude + net["north"], 5),
        "longitude": round(at.node.longitude + net["east"], 5),
        "uncertainty_m": int(at.accuracy_km * 1000) + 50,
        "accuracy": _accuracy(at.accuracy_km), "name": net["name"], "station": at.node.code, "datum": "WGS84",
    }  # fmt: skip


def _accuracy(km: float) -> str:
    return "0" if km < 1 else "1" if km < 5 else "2" if km < 10 else "3"


def _time(random: Random, bird: Bird) -> str:
    """Nets are walked round in the morning and once more before dusk; traps are emptied at dawn."""
    hours = (6, 6, 7, 7, 8, 9, 10, 11, 17) if bird.facts.is_songbird else (5, 6, 18)
    return f"{random.choice(hours):02d}{random.choice((0, 10, 20, 30, 40, 50)):02d}"
