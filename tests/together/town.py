"""One whole node in a folder of its own, under a clock that stands."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from banding.settings import Settings, station_node
from banding.station import Station
from banding.web import create_app
from exchange.node import ExchangeNode
from exchange.web import introduce

Clock = Callable[[], datetime.datetime]
NOW = datetime.datetime(2025, 6, 1, 3, 0, tzinfo=datetime.UTC)


@dataclass
class Town:
    """One node: its open station, its pages, and its side of the exchange."""

    folder: Path
    code: str
    station: Station
    app: Flask
    node: ExchangeNode
    clock: Clock

    def __repr__(self) -> str:
        return f"Town({self.code})"

    @property
    def address(self) -> str:
        """Where its peers reach it."""
        return address_of(self.code)

    def close(self) -> None:
        """Close its file, as at the end of a process."""
        self.station.store.close()


def address_of(code: str) -> str:
    """The address of a node on the line of these tests."""
    return f"http://{code.lower()}.test"


def make_node(folder: Path, code: str, *, clock: Clock | None = None) -> Town:
    """A node of the table of stations in `folder/code`, made there or opened as it was left; its clock stands."""
    settings = Settings(home=folder / code, node=station_node(code), public_url=address_of(code))
    station = Station.open(settings)
    # No test pulls a plug; waiting for the disk would only make them slow.
    station.store.database.execute("pragma synchronous = off")
    station.intake.clock = clock or (lambda: NOW)
    app = create_app(station, testing=True)
    # A fault in the app must come out as the 500 that a peer would see, not as an exception in its lap.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return Town(folder, code, station, app, introduce(app, station), station.intake.clock)


def reopen(town: Town) -> Town:
    """The same node in a new process: everything that was only in memory is gone."""
    town.close()
    return make_node(town.folder, town.code, clock=town.clock)
