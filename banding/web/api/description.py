"""The description of the API in OpenAPI 3.1, and the quiet form of the library that writes it."""

import http
from functools import cache
from typing import Any

from apispec import APISpec
from flask_smorest import Api

from banding.reports.returns import COLUMNS, EXACT, ROUNDED, UNKNOWN, WITHHELD
from banding.web.api.shapes import MOST_SUBMISSIONS, Json, new_record_schema, record_schema
from schemas.fields import UUID

PROBLEM = "application/problem+json"
ABOUT: Json = {
    "title": "Band exchange: one node",
    "version": "1",
    "openapi_version": "3.1.0",
    "info": {
        "description": "Bandings, recoveries and the returns they make. Coordinates are WGS 84 degrees. "
        "Errors are problem details (RFC 9457)."
    },
    "security": [{"key": []}],
}


def ref(name: str) -> Json:
    """A reference to one of the shapes below."""
    return {"$ref": f"#/components/schemas/{name}"}


def _text(about: str, **more: Any) -> Json:
    return {"type": "string", "description": about} | more


def _or_nothing(kind: str, about: str) -> Json:
    return {"type": [kind, "null"], "description": about}


def _object(about: str, **properties: Json) -> Json:
    return {
        "type": "object",
        "description": about,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(of: Json, **more: Any) -> Json:
    return {"type": "array", "items": of} | more


KEY_PARAMETER: Json = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Stands for `key`; in a list, for that of each record without one, with its place added.",
}
SUBMISSION_BODY: Json = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [ref("Submission"), _list(ref("Submission"), maxItems=MOST_SUBMISSIONS)],
            }
        }
    },
}
LOCATION: Json = {"Location": {"description": "Address of the record.", "schema": {"type": "string"}}}
ETAG: Json = {"ETag": {"description": "Changes with the record.", "schema": {"type": "string"}}}
_ID = _text("UUID of the record.", pattern=f"^(?:{UUID})$")
_KEPT = {"id": _or_nothing("string", "UUID of the record."), "outcome": _text("What became of it.")}
_KEPT["outcome"]["enum"] = ["kept", "changed", "unchanged", "to-confirm", "refused"]
_FINDINGS = _list(ref("Finding"))
_WAY: Json = {
    "distance_km": _or_nothing("number", "Rhumb line on WGS 84."),
    "direction_deg": _or_nothing("integer", "Clockwise from north."),
    "days": {"type": "integer", "description": "From the first day to the second."},
    "days_exact": {"type": "boolean", "description": "Whether both days are known to the day."},
}
_NUMBERS = {f"{side}{name}" for side in ("banding_", "") for name in ("latitude", "longitude", "uncertainty_m")}
_PRECISION = {"type": "string", "enum": [EXACT, ROUNDED, WITHHELD, UNKNOWN]}


def _page(name: str, of: Json) -> Json:
    rows = {"total": {"type": "integer", "description": "How many there are in all."}, name: _list(of)}
    return _object("A page of a list.", **rows, next=_or_nothing("string", "Address of the next page."))


def _column(name: str) -> Json:
    if name in _WAY:
        return _WAY[name]
    if name.endswith("precision"):
        return _PRECISION
    return {"type": ["number" if name in _NUMBERS else "string", "null"]}


def _problem(**more: Json) -> Json:
    always = {
        "type": _text("Address of an explanation.", format="uri-reference"),
        "title": _text("What kind of problem."),
        "status": {"type": "integer"},
        "detail": _text("What happened, and why."),
    }
    sometimes = {
        "where": _text("Field or parameter."),
        "mend": _text("What to do."),
        "number": _text("For the log."),
    }
    found = {"type": "object", "properties": always | sometimes | more, "required": [*always, *more]}
    return found | {"description": "Problem details (RFC 9457)."}


@cache
def _shapes() -> dict[str, Json]:
    return {
        "BandingRecord": record_schema("banding"),
        "RecoveryRecord": record_schema("recovery"),
        "NewBandingRecord": new_record_schema("banding"),
        "NewRecoveryRecord": new_record_schema("recovery"),
        "Record": {"oneOf": [ref("BandingRecord"), ref("RecoveryRecord")]},
        "RecordPage": _page("records", ref("Record")),
        "Submission": _submission(),
        "Finding": _object(
            "What a rule says of a record.",
            code=_text("Code of the rule."),
            severity=_text("An error must be mended, a warning can be confirmed.", enum=["error", "warning"]),
            field=_text("The field, such as `core.day`."),
            values={"type": "object", "additionalProperties": {"type": "string"}},
            text=_text("The sentence in the reader's language."),
        ),
        "Verdict": _object("What became of a record.", **_KEPT, findings=_FINDINGS),
        "Verdicts": _object(
            "What became of each record of a list.",
            total={"type": "integer"},
            kept={"type": "integer", "description": "How many are in the store now."},
            verdicts=_list(_object("One verdict.", status={"type": "integer"}, **_KEPT, findings=_FINDINGS)),
        ),
        "Bird": _bird(),
        "ReturnPage": _page("returns", _object("A band return.", **{name: _column(name) for name in COLUMNS})),
        "RingStock": _stock(),
        "ExtensionRow": _extension(),
        "ExtensionList": _object(
            "Rows that nodes have added.", total={"type": "integer"}, extensions=_list(ref("ExtensionRow"))
        ),
        "Problem": _problem(errors={"type": "object"}) | {"required": ["type", "title", "status", "detail"]},
        "RecordProblem": _problem(**_KEPT, findings=_FINDINGS),
    }


def _submission() -> Json:
    found = _object(
        "A record on its way in.",
        record={"oneOf": [ref("NewBandingRecord"), ref("NewRecoveryRecord")]},
        confirmed={
            "type": "object",
            "description": "For each warning to be passed over, by the rule's code, the reason.",
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 500},
        },
        key=_text("Your own name for this record: sent twice, it is kept once.", minLength=1, maxLength=200),
    )
    return found | {"required": ["record"]}


def _bird() -> Json:
    journey = _object("The way from the encounter before.", **_WAY, coarse={"type": "boolean"})
    journey["type"] = ["object", "null"]
    met = _object("An encounter.", id=_ID, record=ref("Record"), journey=journey)
    conflict = _object("Two encounters that cannot both be right.", code=_text("Rule."), earlier=_ID, later=_ID)
    return _object(
        "A life history.",
        scheme=_text("EURING code of the scheme."),
        ring=_text("Ring as engraved."),
        story=_list(met),
        conflicts=_list(conflict),
    )


def _extension() -> Json:
    cells = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Cells by column."}
    return _object(
        "A row that a node has added to an open table.", id=_ID, origin=_text("Code of the node that added it."),
        generation={"type": "integer"}, table=_text("Name of the table."), code=_text("Code of the row."), row=cells,
        state=_text("What has become of it.", enum=["used", "shipped", "claimed", "unfit", "withdrawn"]),
        rival=_text("The node whose row stands instead; empty when none does."),
    )  # fmt: skip


def _stock() -> Json:
    count = {"type": "integer", "minimum": 0}
    loss = _object(
        "A ring written off.", ring=_text("Ring as engraved."), state=_text("What.", enum=["damaged", "lost"]),
        reason=_text("Why."),
    )  # fmt: skip
    string = _object(
        "A string of rings.", id={"type": "integer"}, scheme=_text("EURING code of the scheme."),
        first=_text("First ring as engraved."), last=_text("Last ring as engraved."), series=_text("Series."),
        size=_text("Size or inner diameter."), received_on=_text("Day.", format="date"),
        received_from=_text("Who gave it."), allocated_to=_text("Who has it now; empty for the store."),
        rings=count | {"description": "How many there were."}, used=count | {"description": "Put on birds."},
        left=count | {"description": "Still there."}, next=_text("The first that is left; empty when none is."),
        written_off=_list(loss),
    )  # fmt: skip
    return _object("The station's rings.", total={"type": "integer"}, strings=_list(string))


def add_shapes(spec: APISpec) -> None:
    """Put every shape and the way to log in into the description."""
    # Put in as they are: the library would copy each of them, leaf by leaf, for every app that is made.
    spec.components.schemas.update(_shapes())
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})


class Description(Api):
    """Describes the API only: errors are answered by the pages' own handlers, as problem details."""

    DEFAULT_ERROR_RESPONSE_NAME = "PROBLEM"

    def _register_error_handlers(self) -> None:
        """Leave Flask's handlers alone: those of the library would speak another dialect."""

    def _register_doc_blueprint(self) -> None:
        """Serve nothing by itself: the description is a route like any other, with its row in the table."""

    def _register_responses(self) -> None:
        """Every error is a problem, whatever its status."""
        content = {PROBLEM: {"schema": ref("Problem")}}
        for status in http.HTTPStatus:
            if status >= 400:
                response = {"description": status.phrase, "content": content}
                self.spec.components.response(status.name, response, lazy=True)
        self.spec.components.response("PROBLEM", {"description": "A problem.", "content": content}, lazy=True)
