"""Introduces the exchange to the node: `wsgi:app` for any WSGI server, `command` for the terminal."""

from typing import TYPE_CHECKING, Any

from banding.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def build(settings: Settings | None = None) -> "Flask":
    """The pages of one node with the exchange's among them. Raises SettingsTrouble and StoreTrouble.

    No timetable is started here: a server may run several processes of this, and only one may keep it.
    """
    from banding.settings import load
    from banding.station import Station
    from banding.web import create_app
    from exchange.web import introduce

    station = Station.open(settings or load())
    app = create_app(station)
    introduce(app, station)
    return app


def command() -> None:
    """The `banding` program: the node's own commands and the exchange's."""
    from banding.command import cli, report
    from exchange.agreements.under import of_station
    from exchange.command import commands

    for one in commands:
        cli.add_command(one)
    report.learn(of_station)
    cli()


def __getattr__(name: str) -> Any:
    # Built when a server first asks, so that the terminal can import this file without opening a store.
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = app = build()
    return app
