"""A real node with returns in it, and its files as their readers get them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from banding.formats.registry import formats
from banding.reports.downloads import Download
from banding.station import Station
from banding.store.shapes import ReturnQuery
from tests.formats.sources import written
from tests.reports.birds import arrive, banding, enter, recovery
from tests.reports.conftest import station

__all__ = ["station"]

File = Callable[..., Path]


@pytest.fixture
def flock(station: Station) -> Station:
    """Three birds that were met five times: exact, to 0.1 degree, and with a point withheld."""
    enter(
        station, banding(age="4"), banding("XC 345613", "2023-04-30", species="Emberiza rustica"), banding("XC 345614")
    )
    withheld = recovery("XC 345614")
    withheld.pop("area")
    arrive(
        station, recovery(), recovery(day="2025-05-03", condition="2"), withheld,
        recovery("XC 345613", species="Emberiza rustica"),
    )  # fmt: skip
    named = recovery("XC 345613", "2025-01-02", species="Emberiza rustica")
    arrive(station, named | {"place": {"latitude": 47.21, "longitude": 124.29, "name": '扎龙 = "Zhalong", 北'}})
    assert station.store.returns.count() == 5
    return station


@pytest.fixture
def file(flock: Station, tmp_path: Path) -> File:
    """A file of a kind, of all returns unless a question is put."""

    def make(kind: str, **asked: object) -> Path:
        one = Download(flock, ReturnQuery(**asked), formats()[kind], by="anna", typed={"scheme": "RUM"})  # type: ignore[arg-type]
        return written(tmp_path / one.name, one.pieces())

    return make
