"""Bandings and recoveries made up for the tests, and their way into a node."""

import hashlib
import itertools
from typing import Any

import orjson

from banding.intake import Arrival, Draft, Received, Verdict
from banding.station import Station

Record = dict[str, Any]
LAKE = {"latitude": 49.01694, "longitude": 130.44694, "name": "Klyoshinskoe lake"}
MARSH = {"latitude": 47.2, "longitude": 124.3}
_numbers = itertools.count(1)


def banding(ring: str = "XC 345612", day: str = "2024-05-01", **core: Any) -> Record:
    """A bunting ringed at Khingansky."""
    told = {"kind": "banding", "scheme": "RUM", "ring": ring, "species": "Emberiza spodocephala", "day": day}
    return {"core": {"place_code": "RU83"} | told | core, "place": dict(LAKE)}


def recovery(ring: str = "XC 345612", day: str = "2024-09-20", **core: Any) -> Record:
    """The same bunting met again, somewhere near Zhalong."""
    told = {"kind": "recovery", "manner": "resighting", "time": "17--", "condition": "7"}
    found = banding(ring, day, **({"place_code": "CPHK"} | told | core))
    return {"core": found["core"], "area": dict(MARSH)}


def enter(station: Station, *records: Record) -> list[Verdict]:
    """Through the door, as a person of this node enters them."""
    drafts = [Draft(record) for record in records]
    return station.intake.admit(drafts, door="form", by="anna", confirm_all="seen by two people")


def arrive(station: Station, *records: Record, origin: str = "HL-ZLG") -> list[Received]:
    """Through the door, as they come from another node."""
    return station.intake.receive([_arrival(record, origin) for record in records])


def of_another_node(record: Record, origin: str = "HL-ZLG", **core: Any) -> Record:
    """The record as another node wrote it, with an id of its own."""
    number = next(_numbers)
    identity = {"id": f"00000000-0000-4000-8000-{number:012x}", "origin": origin, "generation": 1}
    return record | {"core": identity | record["core"] | core}


def _arrival(record: Record, origin: str) -> Arrival:
    whole = record if "id" in record["core"] else of_another_node(record, origin)
    texts = {name: orjson.dumps(group).decode() for name, group in whole.items()}
    seal = hashlib.sha256("".join(texts.values()).encode()).digest()
    return Arrival(texts, whole, seal)
