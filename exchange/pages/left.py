"""The pages of what left: by day and log, one entry's line, the file of it all, and to whom a record went."""

import csv
import io
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import lazy_gettext

from banding.web.access import Access
from exchange import pages
from exchange.agreements import documents, policy
from exchange.log.leftbook import Line
from schemas import GROUPS

blueprint = Blueprint("left", __name__, template_folder="templates")
ACCESS = (Access("left.listing", ("GET",), "reader"), Access("left.file", ("GET",), "reader"))
WAYS = {
    "feed": lazy_gettext("fetched by it"),
    "posted": lazy_gettext("posted to it"),
    "bundle": lazy_gettext("carried in a bundle"),
}
MOST = 400
COLUMNS = ("peer", "day", "log", "way", "agreement", "terms", "times", "entries", *GROUPS, "closed")


@blueprint.get("/peers/<code>/left")
def listing(code: str) -> str:
    """What went to a peer by day and log; and of one entry, which groups of it went when."""
    node, log, number = _node(code), request.args.get("log", ""), request.args.get("number", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 16
    went = node.left.of_entry(code, log, int(number)) if log and is_number else []
    lines = node.left.lines(code, MOST + 1)
    return render_template(
        "left.html", code=code, lines=lines[:MOST], more=len(lines) > MOST, agreed=agreed(code), ways=WAYS,
        groups=GROUPS, logs=sorted(node.ledger.have()), log=log, number=number, went=went, asked=bool(log),
    )  # fmt: skip


@blueprint.get("/peers/<code>/left.csv")
def file(code: str) -> Response:
    """All of it, as CSV."""
    lines = _node(code).left.lines(code)
    headers = {"Content-Disposition": f'attachment; filename="left-{code}.csv"', "X-Row-Count": str(len(lines))}
    return Response(_csv(code, lines), mimetype="text/csv", headers=headers)


def agreed(code: str) -> dict[str, str]:
    """The agreements with a peer by the digest of the terms they say for us; '' for the standard terms."""
    node = pages.node()
    found = {documents.terms_digest(policy.STANDARD): ""}
    signed = [one for one in reversed(node.agreements.of(code)) if one.ours]
    return found | {documents.terms_digest(one.gives(node.code)): one.digest for one in signed}


def _node(code: str) -> Any:
    node = pages.node()
    node.peer(code)
    return node


def _csv(code: str, lines: list[Line]) -> str:
    by_terms = agreed(code)
    rows: list[Any] = [COLUMNS]
    for line in lines:
        begins = [line.peer, line.day, line.log, line.way, by_terms.get(line.terms, ""), line.terms]
        rows.append([*begins, line.times, line.entries, *(line.groups[group] for group in GROUPS), line.closed])
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()
