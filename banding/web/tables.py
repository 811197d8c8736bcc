"""The page of rows that nodes have added to the open tables, and how an administrator adds one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding import reference
from banding.errors import NotAllowed, Refused
from banding.tables import standings
from banding.web import here
from schemas.extensions import OPEN_TABLES

blueprint = Blueprint("tables", __name__)
CELL = "cell."


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
    return _done(lambda: extending.add(table, code, row, by=_name()), _("The row is in the table."))


@blueprint.post("/tables/withdraw", endpoint="withdraw")
def withdraw() -> Response:
    """Take back a row that this node added."""
    extending = here.station().intake.extending
    table, code = request.form.get("table", ""), request.form.get("code", "")
    return _done(lambda: extending.withdraw(table, code, by=_name()), _("The row is withdrawn."))


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
        own=station.settings.node.code,
    )  # fmt: skip
    return Response(body, refused.status if refused else 200, mimetype="text/html")


def _name() -> str | None:
    account = here.account()
    return account.name if account else None
