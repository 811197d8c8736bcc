"""The page of rows that nodes have added to the open tables, and how an administrator adds one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from banding import reference
from banding.errors import NotAllowed, Refused
from banding.tables import standings
from banding.web import here
from schemas.extensions import OPEN_TABLES

blueprint = Blueprint("tables", __name__)
CELL = "cell."
COLUMNS = {
    "accuracy_km": lazy_gettext("Accuracy, km"),
    "avibase_id": lazy_gettext("Avibase number"),
    "cn_class": lazy_gettext("Protection class in China"),
    "country": lazy_gettext("Country"),
    "current": lazy_gettext("Still in use: true or false"),
    "diameter_mm": lazy_gettext("Diameter, mm"),
    "digits": lazy_gettext("Number of figures"),
    "east": lazy_gettext("Eastern edge, degrees"),
    "ebird_code": lazy_gettext("eBird code"),
    "euring_code": lazy_gettext("EURING code"),
    "example": lazy_gettext("A ring as an example"),
    "export_code": lazy_gettext("Code for EURING files"),
    "family": lazy_gettext("Family"),
    "flagship": lazy_gettext("Flagship species: 1 or 0"),
    "initials": lazy_gettext("Initials of the pinyin"),
    "iucn": lazy_gettext("IUCN category"),
    "latitude": lazy_gettext("Latitude, degrees"),
    "longitude": lazy_gettext("Longitude, degrees"),
    "north": lazy_gettext("Northern edge, degrees"),
    "order": lazy_gettext("Order"),
    "pinyin": lazy_gettext("Pinyin"),
    "place_code": lazy_gettext("Place code"),
    "ring_pattern": lazy_gettext("Pattern of its rings"),
    "scheme": lazy_gettext("Scheme"),
    "scientific_name": lazy_gettext("Scientific name"),
    "sensitivity": lazy_gettext("Sensitivity, 0 to 3"),
    "series": lazy_gettext("Series"),
    "source": lazy_gettext("Source"),
    "south": lazy_gettext("Southern edge, degrees"),
    "species": lazy_gettext("Species"),
    "synonyms": lazy_gettext("Synonyms, with ; between"),
    "waterbird": lazy_gettext("Waterbird: 1 or 0"),
    "waterfowl": lazy_gettext("Waterfowl: 1 or 0"),
    "west": lazy_gettext("Western edge, degrees"),
    "zh_alt": lazy_gettext("Other Chinese names"),
    "zone": lazy_gettext("Time zone"),
}


@blueprint.get("/tables")
def listing() -> Response:
    """Every added row, and what has become of it; a form for one table."""
    return _page()


@blueprint.post("/tables", endpoint="add")
def add() -> Response:
    """Add a row to a table, or change one that this node added."""
    form = request.form
    row = {name.removeprefix(CELL): text for name, text in form.items() if name.startswith(CELL)}
    extending = here.station().intake.extending
    table, code = form.get("table", ""), form.get("code", "")
    return _done(lambda: extending.add(table, code, row, by=here.who() or None), _("The row is in the table."))


@blueprint.post("/tables/withdraw", endpoint="withdraw")
def withdraw() -> Response:
    """Take back a row that this node added."""
    extending = here.station().intake.extending
    table, code = request.form.get("table", ""), request.form.get("code", "")
    return _done(lambda: extending.withdraw(table, code, by=here.who() or None), _("The row is withdrawn."))


def _done(deed: Callable[[], Any], said: str) -> Response:
    try:
        deed()
    except (Refused, NotAllowed) as refused:
        return _page(refused)
    flash(said, "done")
    return to(url_for("tables.listing", table=request.form.get("table")), 303)


def _page(refused: Refused | NotAllowed | None = None) -> Response:
    station = here.station()
    chosen = request.values.get("table", "")
    chosen = chosen if chosen in OPEN_TABLES else "station"
    body = render_template(
        "tables.html", standings=standings(station.store.extensions.current()), tables=OPEN_TABLES, chosen=chosen,
        columns=reference.columns(chosen), refused=refused, typed=request.form, cell=CELL,
        own=station.settings.node.code, column_name=lambda name: COLUMNS.get(name, name),
    )  # fmt: skip
    return Response(body, refused.status if refused else 200, mimetype="text/html")
