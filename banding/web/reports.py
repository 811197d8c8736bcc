"""Returns on a page and as a file: the address holds what is looked for, and the file has the same rows."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from banding.domain.journeys import compass
from banding.errors import Refused
from banding.formats.csv_ import returns_csv as csv_lines
from banding.reports.returns import CODES, COLUMNS, EXACT, ROUNDED, WITHHELD, Row, rows
from banding.store.returns_query import ORDERS
from banding.store.shapes import ReturnQuery
from banding.web import here
from banding.web.asking_returns import REGION_OF, asked_returns, typed_in
from banding.web.words import code_table, field_name, species_name, word

blueprint = Blueprint("reports", __name__)
PER_PAGE = 100
SHOWN = (*COLUMNS, "engraved")
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
ORDERED = {
    "latest": lazy_gettext("the latest recovery first"),
    "earliest": lazy_gettext("the earliest recovery first"),
    "farthest": lazy_gettext("the farthest first"),
    "longest": lazy_gettext("the longest time first"),
}
REGIONS = {
    "either": lazy_gettext("the banding or the recovery lies in it"),
    "banding": lazy_gettext("the banding lies in it"),
    "recovery": lazy_gettext("the recovery lies in it"),
    "both": lazy_gettext("both lie in it"),
}
LOOKS = {
    "reports.returns": lazy_gettext("Table"),
    "map.page": lazy_gettext("Map"),
    "plots.page": lazy_gettext("Plots"),
    "stories.page": lazy_gettext("Life histories"),
}
"""Pages that show the same returns, where there are such."""
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
    found, order = asked_returns(request.args), _order()
    if found.misread:
        return render_template("returns.html", found=found, total=None, **_choices()), 422
    store = here.station().store
    total = store.returns.count(found.query)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    wanted = store.returns.rows(found.query, SHOWN, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, order=order)
    shown = [dict(zip(SHOWN, row, strict=True)) for row in wanted] if total else []
    return render_template(
        "returns.html", found=found, total=total, shown=shown, page=page, pages=pages, wind=wind,
        precision=PRECISION, **_choices(),
    )  # fmt: skip


@blueprint.get("/returns.csv")
def returns_csv() -> Response:
    """All returns that fit, as CSV; `X-Row-Count` tells how many, so that a file cut off can be told."""
    found = asked_returns(request.args)
    for wrong in found.misread.values():
        raise Refused(wrong.why, where=wrong.name, mend=wrong.mend)
    station, for_people = here.station(), request.args.get("for") == "people"
    total = station.store.returns.count(found.query)
    lines = _for_people(rows(station.store, found.query)) if for_people else station.store.returns.csv(found.query)
    day = station.intake.today().isoformat()
    return Response(
        stream_with_context(lines),
        content_type="text/csv; charset=utf-8; header=present",
        headers={
            "X-Row-Count": str(total),
            "Content-Disposition": f'attachment; filename="returns-{station.settings.node.code}-{day}.csv"',
        },
    )


@blueprint.app_template_global("returns_address")
def address(endpoint: str, **more: Any) -> str:
    """An address that asks the same again, of this page or of another that takes the same question."""
    same: dict[str, Any] = {**typed_in(request.args)}
    if (order := _order()) != "latest":
        same["order"] = order
    return url_for(endpoint, **same, **more)


def _order() -> str:
    said = request.args.get("order", "")
    return said if said in ORDERS else "latest"


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


def _choices() -> dict[str, Any]:
    """What the filters suggest."""
    tables = ("condition", "circumstances", "manner", "species_group")
    return {
        "species": here.station().tables.species,
        "places": code_table("place").rows,
        "schemes": code_table("scheme").rows,
        "nothing": ReturnQuery(),
        "stations": code_table("station").rows,
        "codes": {name: list(code_table(name)) for name in tables},
        "region_of": {one: REGIONS[one] for one in REGION_OF},
        "orders": {one: ORDERED[one] for one in ORDERS},
        "looks": [(endpoint, words) for endpoint, words in LOOKS.items() if endpoint in current_app.view_functions],
    }
