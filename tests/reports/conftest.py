"""A real node in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from banding.settings import Settings, station_node
from banding.station import Station
from tests.node.records import node

__all__ = ["node"]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """An open node with nothing in it."""
    opened = Station.open(Settings(home=tmp_path, node=station_node("AM-KHG")))
    yield opened
    opened.store.close()
