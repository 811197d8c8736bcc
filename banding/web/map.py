"""Returns on a map that needs no internet: its page, its journeys, the ground beneath and the library that draws."""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    render_template,
    request,
    send_from_directory,
    stream_with_context,
    url_for,
)  # fmt: skip
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import NotFound
from xstatic.pkg import leaflet as wheel

from banding.domain.regions import Region, RegionNotUnderstood, understand
from banding.errors import Refused
from banding.reports.basemap import FOLDER, LAYERS
from banding.web import here, journeys
from banding.web.asking_returns import asked_returns
from banding.web.language import current
from banding.web.reports import PRECISION, REGIONS, SHOWN, looks, turned_to, wind
from banding.web.words import code_table

blueprint = Blueprint("map", __name__)
PER_PAGE = 100
A_DAY = 24 * 60 * 60
KEPT = f"public, max-age={A_DAY}"
LEAFLET = Path(wheel.BASE_DIR)
WORDS = {
    "days": lazy_gettext("days"),
    "km": lazy_gettext("km"),
    "m": lazy_gettext("m"),
    "about": lazy_gettext("The place is known to 0.1 degree only."),
    "within": lazy_gettext("The place is known to this many kilometres:"),
    "several": lazy_gettext("journeys on this way"),
    "nearer": lazy_gettext("Zoom in to see them one by one."),
    "each": lazy_gettext("Every journey is drawn."),
    "seen": lazy_gettext("Drawn are the journeys that begin or end in the part that is seen:"),
    "summed": lazy_gettext("Drawn are sums from cell to cell, degrees wide:"),
    "left": lazy_gettext("journeys on ways with fewer of them are not drawn; zoom in."),
    "failed": lazy_gettext("The map could not be loaded."),
    "box": lazy_gettext("Drag from one corner to the other."),
    "corners": lazy_gettext("Click the corners, at least three; click the first again to end."),
    "ground": lazy_gettext("Land, rivers and lakes"),
    "tiles": lazy_gettext("Map from the tile server"),
    "zoomin": lazy_gettext("Zoom in"),
    "zoomout": lazy_gettext("Zoom out"),
    "here": lazy_gettext("the place"),
}
"""What the scripts of the map say."""


@blueprint.get("/returns/map")
def page() -> Any:
    """The returns that fit, on a map and as a list of a hundred to a page; the count first."""
    found = asked_returns(request.args)
    if found.misread:
        return render_template("map.html", found=found, total=None, regions=REGIONS, looks=looks()), 422
    store = here.station().store
    total, without = journeys.missing(store, found.query)
    number, pages = turned_to(total, PER_PAGE)
    wanted = store.returns.rows(found.query, SHOWN, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    shown = [dict(zip(SHOWN, row, strict=True)) for row in wanted] if total else []
    return render_template(
        "map.html", found=found, total=total, without=without, shown=shown, page=number, pages=pages, wind=wind,
        precision=PRECISION, regions=REGIONS, looks=looks(), everywhere=_everywhere(found.typed),
    )  # fmt: skip


@blueprint.get("/returns.journeys", endpoint="journeys")
def every() -> Response:
    """The journeys of the same question as JSON, for the part that is `seen` (south,west,north,east) at a `zoom`."""
    found = asked_returns(request.args).understood()
    pieces = journeys.told(here.station().store.returns, found.query, _seen(), request.args.get("zoom", 4, int))
    return Response(stream_with_context(_packed(pieces)), content_type="application/json")


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Larger pieces, for a line of few bytes each costs more than the bytes."""
    held: list[bytes] = []
    for piece in pieces:
        held.append(piece)
        if len(held) >= 500:
            yield b"".join(held)
            held.clear()
    yield b"".join(held)


def _seen() -> Region | None:
    said = request.args.get("seen", "")
    try:
        return understand(said) if said else None
    except RegionNotUnderstood as error:
        mend = _("Draw it on the map, or write south,west,north,east in degrees.")
        raise Refused(_("This is not understood as a region."), where="seen", mend=mend) from error


@blueprint.get("/map/ground/<name>.geojson")
def ground(name: str) -> Response:
    """Land, lakes or rivers; packed where the browser takes that."""
    if name not in LAYERS:
        raise NotFound
    is_packed = "gzip" in request.accept_encodings
    response = Response(_layer(name, is_packed), content_type="application/geo+json; charset=utf-8")
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = KEPT
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def _layer(name: str, is_packed: bool) -> bytes:
    plain = (FOLDER / f"{name}.geojson").read_bytes()
    return gzip.compress(plain, 9, mtime=0) if is_packed else plain


@blueprint.get("/map/leaflet/<path:name>")
def leaflet(name: str) -> Response:
    """A file of the library, from its wheel."""
    response = send_from_directory(LEAFLET, name, max_age=A_DAY)
    response.headers["Cache-Control"] = KEPT
    return response


@blueprint.app_template_global("map_told")
def told() -> dict[str, Any]:
    """What every map's scripts must know: words, language, where the ground lies, and the tile server if one is set."""
    settings = here.station().settings
    return {
        "language": current(),
        "words": {name: str(words) for name, words in WORDS.items()},
        "leaflet": url_for("map.leaflet", name="leaflet.js"),
        "ground": {name: url_for("map.ground", name=name) for name in LAYERS},
        "tiles": {"url": settings.tiles, "credit": settings.tiles_credit} if settings.tiles else None,
    }


@blueprint.app_template_global("map_stations")
def stations() -> list[dict[str, Any]]:
    """The stations of the shared table that have a point, in the reader's language."""
    return [
        {"code": code, "name": row[current()], "lat": float(row["latitude"]), "lon": float(row["longitude"])}
        for code, row in code_table("station").rows.items()
        if row["latitude"] and row["longitude"]
    ]


def _everywhere(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if name not in {"region", "region_of"}}
