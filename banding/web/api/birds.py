"""Birds and returns over the API, and the description of the API itself."""

from typing import Any

from flask import Response, current_app
from marshmallow import RAISE

from banding.domain import rings
from banding.domain.encounters import Encounter
from banding.domain.matching import Conflict, Leg, story
from banding.errors import NotFound
from banding.reports import returns as report
from banding.web import here
from banding.web.api import description as about
from banding.web.api.answers import given, opened, page, returns_question
from banding.web.api.blueprint import blp
from banding.web.api.shapes import ReturnsQuestion


@blp.route("/birds/<scheme>/<path:ring>", endpoint="bird")
@blp.response(200, about.ref("Bird"), description="Its encounters in order, each with the way from the one before.")
@blp.alt_response(404, "NOT_FOUND")
def bird(scheme: str, ring: str) -> Response:
    """Get the life history of a bird.

    The ring may be written in any way that compares alike. Distances and directions follow the rhumb line.
    """
    scheme = scheme.upper()
    kept = {one.uuid: one for one in here.station().store.records.bird(scheme, rings.normal(ring))}
    found = story(Encounter.of(one.groups) for one in kept.values())
    if not found.encounters:
        raise NotFound("Nobody here has met this bird", where=f"{scheme} {ring}", mend="Check the scheme and the ring")
    legs = [None, *map(_leg, found.legs)]
    told = [
        {"id": met.id, "record": opened(kept[met.id]), "journey": leg}
        for met, leg in zip(found.encounters, legs, strict=True)
    ]
    return given(
        {
            "scheme": scheme,
            "ring": found.encounters[0].ring,
            "story": told,
            "conflicts": list(map(_conflict, found.conflicts)),
        }
    )


@blp.route("/returns", endpoint="returns")
@blp.arguments(ReturnsQuestion, location="query", unknown=RAISE)
@blp.response(200, about.ref("ReturnPage"), description="The count first, then the returns, the latest recovery first.")
def returns(wanted: dict[str, Any]) -> Response:
    """List band returns.

    A banding and a recovery of the same bird, as one flat row; units stand in the names of the members.
    """
    query, store = returns_question(wanted), here.station().store
    rows = list(report.rows(store, query, limit=wanted["limit"], offset=wanted["offset"], order=wanted["order"]))
    return page("returns", rows, store.returns.count(query), wanted)


@blp.route("/openapi.json", endpoint="openapi")
@blp.response(200, {"type": "object"}, description="An OpenAPI 3.1 document.")
def openapi() -> Response:
    """Describe the API."""
    return given(current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())


def _leg(leg: Leg) -> dict[str, Any]:
    way = report.way(leg.journey, leg.elapsed)
    return way | {"coarse": leg.coarse}


def _conflict(conflict: Conflict) -> dict[str, str]:
    return {"code": conflict.code, "earlier": conflict.earlier.id, "later": conflict.later.id}
