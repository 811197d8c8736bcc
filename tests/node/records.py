"""Records as a form or a file would bring them, made up for the tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from banding.intake import Arrival, Draft, Intake
from banding.settings import Settings, station_node
from banding.station import Station


def station(folder: Path, code: str = "AM-KHG") -> Station:
    """A real node in a folder."""
    return Station.open(Settings(home=folder, node=station_node(code)))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Station]:
    """A node with nothing in it."""
    found = station(tmp_path)
    yield found
    found.store.close()


def banding(ring: str = "XC 345612", day: str = "2024-05-01", **core: Any) -> dict[str, Any]:
    """A banding at Khingansky."""
    return _record("banding", ring, day, core)


def recovery(ring: str = "XC 345612", day: str = "2024-06-01", **core: Any) -> dict[str, Any]:
    """A recapture at the same place."""
    return _record("recovery", ring, day, {"manner": "recapture"} | core)


def _record(kind: str, ring: str, day: str, core: dict[str, Any]) -> dict[str, Any]:
    said = {
        "kind": kind, "scheme": "RUM", "ring": ring, "species": "Emberiza spodocephala", "day": day,
        "place_code": "RU83", "condition": "8",
    }  # fmt: skip
    place = {"latitude": 49.01694, "longitude": 130.44694}
    return {"core": said | core, "place": place}


def kept(intake: Intake, record: dict[str, Any], **more: Any) -> str:
    """Admit a record that must be kept; gives its id."""
    (verdict,) = intake.admit([Draft(record, **more)], door="form", by="anna")
    assert verdict.outcome == "kept", verdict
    assert verdict.id is not None
    return verdict.id


def arrival(
    record: dict[str, Any], uuid: str, generation: int = 1, origin: str = "HL-SHP", seal: bytes = b"s" * 32
) -> Arrival:
    """The record as it comes from another node, verified."""
    core = {"id": uuid, "origin": origin, "generation": generation} | record["core"]
    whole = record | {"core": core}
    return Arrival({name: orjson.dumps(group).decode() for name, group in whole.items()}, whole, seal)
