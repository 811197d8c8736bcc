"""The ring store over the API: every string with what is left of it."""

from typing import Any

from flask import Response

from banding.stock import Lot, lots
from banding.web import here
from banding.web.api import description as about
from banding.web.api.answers import given
from banding.web.api.blueprint import blp


@blp.route("/rings", endpoint="rings")
@blp.response(200, about.ref("RingStock"), description="Every string, by scheme and number.")
def rings() -> Response:
    """List the strings of rings in stock.

    A ring counts as used as soon as a banding here names it; `next` is the first that is left, empty when none is.
    """
    found = lots(here.station())
    return given({"total": len(found), "strings": list(map(_told, found))})


def _told(lot: Lot) -> dict[str, Any]:
    losses = [{"ring": one.ring, "state": one.state, "reason": one.reason} for one in lot.losses]
    names = ("scheme", "first", "last", "series", "size", "received_on", "received_from", "allocated_to")
    counts = {"rings": lot.total, "used": lot.used, "left": lot.left, "next": lot.next, "written_off": losses}
    return {"id": lot.held.id} | {name: getattr(lot.held, name) for name in names} | counts
