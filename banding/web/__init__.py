"""The thin Flask edge of one node: pages, JSON API and downloads over the same station."""

from flask import Flask

from banding.station import Station
from banding.web import (
    access,
    accounts,
    api,
    entry,
    home,
    language,
    problems,
    records,
    reports,
    security,
    slots,
    stock,
    tables,
    words,
)

__all__ = ["create_app"]


def create_app(station: Station, *, testing: bool = False) -> Flask:
    """The pages and the API of one open node."""
    app = Flask("banding.web")
    app.extensions["station"] = station
    security.configure(app, station.settings, testing=testing)
    slots.init(app)
    words.init(app)
    access.init(app)
    security.init(app)
    language.init(app)
    home.init(app)
    _rooms(app)
    problems.init(app)
    return app


def _rooms(app: Flask) -> None:
    accounts.init(app)
    for room in (problems, entry, records, reports, stock, tables):
        app.register_blueprint(room.blueprint)
    api.register(app)
