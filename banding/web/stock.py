"""The page of the ring store: what was received, what is left, the next ring, and the rings that are written off."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding import stock
from banding.errors import Refused
from banding.web import here, sheet

blueprint = Blueprint("stock", __name__)


@blueprint.get("/rings")
def listing() -> Response:
    """Every string with what has become of it."""
    return _page()


@blueprint.post("/rings", endpoint="receive")
def receive() -> Response:
    """Write down a string that came."""
    return _done(
        lambda: stock.receive(here.station(), request.form, here.who() or None), _("The string is in the stock.")
    )


@blueprint.post("/rings/<int:number>", endpoint="allocate")
def allocate(number: int) -> Response:
    """Say who has a string."""
    name = request.form.get("allocated_to", "")
    return _done(lambda: stock.allocate(here.station(), number, name), _("The string is handed out."))


@blueprint.post("/rings/losses", endpoint="losses")
def losses() -> Response:
    """Write a ring off, or take that back."""
    form = request.form
    scheme, ring = form.get("scheme", ""), form.get("ring", "")
    if form.get("state") == "found":
        return _done(lambda: stock.find_again(here.station(), scheme, ring), _("The ring is in the stock again."))
    state, reason = form.get("state", ""), form.get("reason", "")
    return _done(
        lambda: stock.write_off(here.station(), scheme, ring, state, reason, here.who() or None),
        _("The ring is written off."),
    )


def _done(deed: Callable[[], Any], said: str) -> Response:
    try:
        deed()
    except Refused as refused:
        return _page(refused)
    flash(said, "done")
    return to(url_for("stock.listing"), 303)


def _page(refused: Refused | None = None) -> Response:
    body = render_template(
        "rings.html", lots=stock.lots(here.station()), refused=refused, typed=request.form,
        schemes=sheet.scheme_choices, own=here.station().settings.node.scheme,
        today=here.station().intake.today().isoformat(),
    )  # fmt: skip
    return Response(body, 422 if refused else 200, mimetype="text/html")
