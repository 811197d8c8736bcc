"""Returns on a page and as a file: the address holds what is looked for, and the file has the same rows."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from banding.domain.journeys import compass
from banding.errors import Refused
from banding.formats.csv_ import returns_csv as csv_lines
from banding.reports.returns import CODES, COLUMNS, EXACT, ROUNDED, WITHHELD, Row, rows
from banding.store.shapes import Query
from banding.web import here
from banding.web.asking import Asked, asked
from banding.web.words import code_table, field_name, species_name, word

blueprint = Blueprint("reports", __name__)
PER_PAGE = 100
FILTERS = ("species", "scheme", "ring", "place_code", "origin", "since", "until")
PRECISION = {EXACT: lazy_gettext("exact"), ROUNDED: lazy_gettext("to 0.1 degree"), WITHHELD: lazy_gettext("withheld")}
WINDS = {
    "N": lazy_gettext("N"),
    "NNE": lazy_gettext("NNE"),
    "NE": lazy_gettext("NE"),
    "ENE": lazy_gettext("ENE"),
    "E": lazy_gettext("E"),
    "ESE": lazy_gettext("ESE"),
    "SE": lazy_gettext("SE"),
    "SSE": lazy_gettext("SSE"),
    "S": lazy_gettext("S"),
    "SSW": lazy_gettext("SSW"),
    "SW": lazy_gettext("SW"),
    "WSW": lazy_gettext("WSW"),
    "W": lazy_gettext("W"),
    "WNW": lazy_gettext("WNW"),
    "NW": lazy_gettext("NW"),
    "NNW": lazy_gettext("NNW"),
}
# Words of the columns that are no fields of a record.
OWN_WORDS = {
    "precision": lazy_gettext("precision of the point"),
    "distance_km": lazy_gettext("distance, km"),
    "direction_deg": lazy_gettext("direction, degrees from north"),
    "days": lazy_gettext("days between"),
    "days_exact": lazy_gettext("both days exact"),
}
SIDES = {"banding": lazy_gettext("Banding: %(field)s"), "recovery": lazy_gettext("Recovery: %(field)s")}
SHARED = {"scheme", "ring", "species", "species_code", "distance_km", "direction_deg", "days", "days_exact"}
PLACES = {"place": "place.name"} | {name: f"place.{name}" for name in ("latitude", "longitude", "uncertainty_m")}


@blueprint.get("/returns")
def returns() -> Any:
    """The returns that fit, a hundred to a page, with their count first."""
    found = _asked()
    if found.misread:
        return render_template("returns.html", found=found, total=None, **_choices()), 422
    store = here.station().store
    total = store.search.count_returns(found.query)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    shown = list(rows(store, found.query, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)) if total else []
    return render_template(
        "returns.html", found=found, total=total, shown=shown, page=page, pages=pages, wind=wind,
        precision=PRECISION, address=_address, **_choices(),
    )  # fmt: skip


@blueprint.get("/returns.csv")
def returns_csv() -> Response:
    """All returns that fit, as CSV; `X-Row-Count` tells how many, so that a file cut off can be told."""
    found = _asked()
    for wrong in found.misread.values():
        raise Refused(wrong.why, where=wrong.name, mend=wrong.mend)
    station, for_people = here.station(), request.args.get("for") == "people"
    total = station.store.search.count_returns(found.query)
    every = rows(station.store, found.query)
    day = station.intake.today().isoformat()
    return Response(
        stream_with_context(_for_people(every) if for_people else _for_machines(every)),
        content_type="text/csv; charset=utf-8; header=present",
        headers={
            "X-Row-Count": str(total),
            "Content-Disposition": f'attachment; filename="returns-{station.settings.node.code}-{day}.csv"',
        },
    )


def wind(direction: float | None) -> str:
    """The direction as one of the sixteen winds in the reader's language, empty where there is none."""
    return "" if direction is None else str(WINDS[compass(direction)])


def label(column: str) -> str:
    """The words for a column of the report in the reader's language."""
    name = column.removeprefix("banding_").removeprefix("recovery_")
    path = PLACES.get(name, f"core.{name}")
    words = str(OWN_WORDS[name]) if name in OWN_WORDS else field_name(path)
    if column in SHARED:
        return words
    return str(SIDES["banding" if column.startswith("banding_") else "recovery"]) % {"field": words}


def _for_machines(every: Iterator[Row]) -> Iterator[str]:
    """JSON's words for yes and no: those of Python would be read by Python alone."""
    plain = (row | {"days_exact": "true" if row["days_exact"] else "false"} for row in every)
    return csv_lines(plain, COLUMNS, for_people=False)


def _for_people(every: Iterator[Row]) -> Iterator[str]:
    labels = {column: label(column) for column in COLUMNS}
    told = ({labels[column]: _in_words(column, value) for column, value in row.items()} for row in every)
    return csv_lines(told, list(labels.values()), for_people=True)


def _in_words(column: str, value: Any) -> Any:
    if column == "days_exact":
        return _("yes") if value else _("no")
    if column == "species":
        name = species_name(value)
        return value if name == value else f"{name} ({value})"
    if column.endswith("precision"):
        return str(PRECISION.get(value, ""))
    if column in CODES and value is not None:
        words = word(CODES[column], value)
        return words if column == "manner" or words == value else f"{value} {words}"
    return value


def _asked() -> Asked:
    return asked({name: request.args.get(name, "") for name in FILTERS}, here.station().tables.species)


def _address(endpoint: str, **more: Any) -> str:
    """An address that asks the same again."""
    same: dict[str, Any] = {name: value for name in FILTERS if (value := request.args.get(name, "").strip())}
    return url_for(endpoint, **same, **more)


def _choices() -> dict[str, Any]:
    """What the filters suggest."""
    return {
        "species": here.station().tables.species,
        "places": code_table("place").rows,
        "schemes": code_table("scheme").rows,
        "nothing": Query(),
        "stations": code_table("station").rows,
    }
