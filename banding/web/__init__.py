"""The thin Flask edge of one node: pages, JSON API and downloads over the same station."""

from flask import Flask

from banding.station import Station
from banding.web import (
    access,
    accounts,
    api,
    behind,
    checking,
    day,
    downloads,
    entry,
    finder,
    finder_review,
    flagship,
    grid,
    history,
    home,
    language,
    letters,
    looking,
    map,
    me_keys,
    offline,
    photos,
    plots,
    problems,
    records,
    reporting,
    reports,
    scheduled,
    security,
    session,
    slots,
    stock,
    stories,
    tables,
    totals,
    trust,
    verifying,
    words,
    works,
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
    behind.init(app)
    return app


def _rooms(app: Flask) -> None:
    accounts.init(app)
    photos.init(app)
    finder.init(app)
    finder_review.init(app)
    works.init(app)
    reporting.init(app)
    verifying.init(app)
    letters.init(app)
    offline.init(app)
    rooms = (
        problems, entry, grid, looking, checking, records,
        history, day, reports, downloads, map, plots, stories, flagship,
        session, stock, tables, totals, trust, scheduled, me_keys,
    )  # fmt: skip
    for room in rooms:
        app.register_blueprint(room.blueprint)
    api.register(app)
