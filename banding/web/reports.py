"""Returns on a page: the address holds what is looked for."""

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import lazy_gettext

from banding.domain.journeys import compass
from banding.reports.returns import COLUMNS, EXACT, ROUNDED, WITHHELD
from banding.store.returns_query import ORDERS
from banding.store.shapes import ReturnQuery
from banding.web import here
from banding.web.asking_returns import REGION_OF, asked_returns, typed_in
from banding.web.words import code_table

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


@blueprint.get("/returns")
def returns() -> Any:
    """The returns that fit, a hundred to a page, with their count first."""
    found, order = asked_returns(request.args), _order()
    if found.misread:
        return render_template("returns.html", found=found, total=None, **_choices()), 422
    store = here.station().store
    total = store.returns.count(found.query)
    page, pages = turned_to(total, PER_PAGE)
    wanted = store.returns.rows(found.query, SHOWN, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, order=order)
    shown = [dict(zip(SHOWN, row, strict=True)) for row in wanted] if total else []
    return render_template(
        "returns.html", found=found, total=total, shown=shown, page=page, pages=pages, wind=wind,
        precision=PRECISION, **_choices(),
    )  # fmt: skip


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


def turned_to(total: int, per_page: int) -> tuple[int, int]:
    """The page that the address asks for, and how many there are."""
    pages = max(1, -(-total // per_page))
    return min(max(1, request.args.get("page", 1, int)), pages), pages


def looks() -> list[tuple[str, Any]]:
    """The pages that show the same returns in their own way, as far as this node has them, with their words."""
    return [(endpoint, words) for endpoint, words in LOOKS.items() if endpoint in current_app.view_functions]


def wind(direction: float | None) -> str:
    """The direction as one of the sixteen winds in the reader's language, empty where there is none."""
    return "" if direction is None else str(WINDS[compass(direction)])


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
        "looks": looks(),
    }
