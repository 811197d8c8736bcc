"""Records as a form or a file would bring them, made up for the tests."""

from pathlib import Path
from typing import Any

from banding.intake import Draft, Intake
from banding.settings import Settings, station_node
from banding.station import Station


def station(folder: Path, code: str = "AM-KHG") -> Station:
    """A real node in a folder."""
    return Station.open(Settings(home=folder, node=station_node(code)))


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
