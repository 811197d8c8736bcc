"""Records over the API: lists, single ones, and the way in."""

import uuid as uuids
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from marshmallow import RAISE

from banding.domain.rules import Finding
from banding.errors import NotFound, Refused
from banding.intake import Draft, Verdict
from banding.web import here
from banding.web.api import description as about
from banding.web.api.answers import etag, given, opened, page, question, told
from banding.web.api.blueprint import blp
from banding.web.api.shapes import LONGEST_KEY, MOST_SUBMISSIONS, RecordsQuestion, wrong_with
from banding.web.problems import answer

KEY_HEADER = "Idempotency-Key"
STATUS = {"kept": 201, "changed": 200, "unchanged": 200, "to-confirm": 409, "refused": 422}


class NotJson(Refused):
    """The body is not JSON at all."""

    slug, status = "bad-request", 400


class TooManyAtOnce(Refused):
    """More submissions than one request may carry."""

    slug, status = "too-large", 413


@blp.route("/records", endpoint="records")
@blp.arguments(RecordsQuestion, location="query", unknown=RAISE)
@blp.response(200, about.ref("RecordPage"), description="The count first, then the records, the latest day first.")
def records(wanted: dict[str, Any]) -> Response:
    """List records.

    Current versions, withdrawn ones left out. People and remarks are given to operators only.
    """
    query, search = question(wanted), here.station().store.search
    found = search.records(query, limit=wanted["limit"], offset=wanted["offset"])
    return page("records", [opened(kept) for kept in found], search.count(query), wanted)


@blp.route("/records/<uuid:id>", endpoint="record")
@blp.response(200, about.ref("Record"), description="The object of groups, as held.", headers=about.ETAG)
@blp.alt_response(304, description="It has not changed since.")
@blp.alt_response(404, "NOT_FOUND")
def record(id: uuids.UUID) -> Response:
    """Get one record.

    A withdrawn record is given as its tombstone. An absent group was withheld, or is not for this role.
    """
    kept = here.station().store.records.record(str(id))
    if kept is None:
        raise NotFound("There is no such record here", where=str(id), mend="Look for it by its ring")
    response = given(opened(kept), headers={"Vary": "Authorization, Cookie"})
    response.set_etag(etag(kept))
    response.make_conditional(request)
    return response


@blp.route("/records", methods=["POST"], endpoint="submit")
@blp.doc(requestBody=about.SUBMISSION_BODY, parameters=[about.KEY_PARAMETER])
@blp.response(201, about.ref("Verdict"), description="Kept as a new record.", headers=about.LOCATION)
@blp.alt_response(200, schema=about.ref("Verdict"), description="The same key came before: unchanged, or changed.")
@blp.alt_response(207, schema=about.ref("Verdicts"), description="A verdict for each record of a list, in order.")
@blp.alt_response(409, schema=about.ref("RecordProblem"), content_type=about.PROBLEM, description="Please confirm.")
@blp.alt_response(422, schema=about.ref("RecordProblem"), content_type=about.PROBLEM, description="Refused.")
def submit() -> Response:
    """Submit a record, or a list of them.

    One record is answered by the status; a list by 207 with a verdict for each, and none delays the next.
    A warning is passed over by sending the record again with `confirmed`: the rule's code and the reason.
    A key that came before is not kept twice; with other content it makes a new version of its record.
    """
    _check_header()
    sent = _read()
    submissions = sent if isinstance(sent, list) else [sent]
    if len(submissions) > MOST_SUBMISSIONS:
        raise TooManyAtOnce(
            f"{len(submissions)} records in one request",
            why=f"{MOST_SUBMISSIONS} at most can be taken at once",
            mend="Send them in several requests",
        )
    verdicts = _admitted(submissions, many=isinstance(sent, list))
    return _listed(verdicts) if isinstance(sent, list) else _answered(verdicts[0])


def _check_header() -> None:
    if len(request.headers.get(KEY_HEADER, "")) > LONGEST_KEY:
        raise Refused("The key is too long", where=KEY_HEADER, why=f"{LONGEST_KEY} characters at most")


def _read() -> Any:
    if not request.is_json:
        abort(415)
    try:
        return orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise NotJson("The body is not JSON", why=str(error), where=f"line {error.lineno}") from error


def _admitted(submissions: Sequence[Any], *, many: bool) -> list[Verdict]:
    """A verdict for each, in order; those whose wrapping is wrong never come to the door."""
    wrong = [wrong_with(one) for one in submissions]
    drafts = [
        Draft(one["record"], _key(one, place if many else None), one.get("confirmed", {}))
        for place, one in enumerate(submissions)
        if not wrong[place]
    ]
    admitted = iter(here.station().intake.admit(drafts, door="api", by=here.who() or None))
    return [Verdict("refused", None, found) if found else next(admitted) for found in wrong]


def _key(submission: dict[str, Any], place: int | None) -> str | None:
    """The key, kept apart from those of other accounts; the header's counts along in a list."""
    header = request.headers.get(KEY_HEADER, "").strip()
    key = submission.get("key")
    if key is None and header:
        key = header if place is None else f"{header}#{place}"
    account = here.account()
    return f"api:{quote(account.name, safe='')}:{key}" if key and account else None


def _body(verdict: Verdict) -> dict[str, Any]:
    return {"id": verdict.id, "outcome": verdict.outcome, "findings": [told(f) for f in verdict.findings]}


def _listed(verdicts: Sequence[Verdict]) -> Response:
    kept = sum(verdict.is_kept for verdict in verdicts)
    rows = [{"status": STATUS[verdict.outcome], **_body(verdict)} for verdict in verdicts]
    return given({"total": len(rows), "kept": kept, "verdicts": rows}, 207)


def _answered(verdict: Verdict) -> Response:
    status = STATUS[verdict.outcome]
    if verdict.id and verdict.is_kept:
        return given(_body(verdict), status, {"Location": url_for("api.record", id=verdict.id)})
    slug = "to-confirm" if status == 409 else "refused"
    mend = _("Send it again with a reason under `confirmed` for each warning.") if status == 409 else ""
    first = verdict.findings[0]
    return answer(
        status, slug, detail=_first_sentence(first), where=first.field, mend=mend, more=_body(verdict)
    )  # fmt: skip


def _first_sentence(finding: Finding) -> str:
    return str(told(finding)["text"])
