"""Rows that nodes have added to the open tables, over the API: read by anybody with an account, added by one role."""

from typing import Any

from flask import Response
from marshmallow import RAISE

from banding.tables import Standing, standings
from banding.web import here
from banding.web.api import description as about
from banding.web.api.answers import given
from banding.web.api.blueprint import blp
from banding.web.api.shapes import NewRow


@blp.route("/extensions", endpoint="extensions")
@blp.response(200, about.ref("ExtensionList"), description="By table, code and node.")
def extensions() -> Response:
    """List the rows that nodes have added to the open tables.

    `state` says whether the row is `used`; a `shipped` row of the program or one `claimed` by another node (`rival`)
    stands instead, it is `unfit` to be read here, or `withdrawn`.
    """
    found = standings(here.station().store.extensions.current())
    return given({"total": len(found), "extensions": list(map(_told, found))})


@blp.route("/extensions", methods=["POST"], endpoint="extend")
@blp.arguments(NewRow, location="json", unknown=RAISE)
@blp.response(201, about.ref("ExtensionRow"), description="The row as it stands now.")
@blp.alt_response(403, "FORBIDDEN")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def extend(wanted: dict[str, Any]) -> Response:
    """Add a row to an open table, or change one that this node added.

    It travels to every peer with the next sync. Sent again as it is, nothing happens.
    """
    station = here.station()
    kept = station.intake.extending.add(wanted["table"], wanted["code"], wanted["row"], by=here.who() or None)
    found = next(one for one in standings(station.store.extensions.current()) if one.extension.uuid == kept.uuid)
    return given(_told(found), 201)


def _told(one: Standing) -> dict[str, Any]:
    row = one.extension
    told = {"id": row.uuid, "origin": row.origin, "generation": row.generation, "table": row.table, "code": row.code}
    return told | {"row": dict(row.row), "state": one.state, "rival": one.rival}
