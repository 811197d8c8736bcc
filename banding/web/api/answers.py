"""What the API gives back: JSON in a fixed order, and of each record only what the asker may see."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request, url_for

from banding.domain.rules import Finding
from banding.store.shapes import Kept, Query, ReturnQuery
from banding.web import here
from banding.web.access import may
from banding.web.api.blueprint import QueryRefused
from banding.web.asking import Misread, asked
from banding.web.asking_returns import asked_returns
from banding.web.words import sentence

PERSONAL = frozenset({"people", "remarks"})
PERSONAL_ROLE = "operator"


def given(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The body as JSON, its members in the order in which they were put in."""
    return Response(orjson.dumps(body), status, headers, content_type="application/json")


def opened(kept: Kept) -> dict[str, Any]:
    """The groups of a record that the asker may see, exactly as held; names of people need an operator."""
    everything = may(PERSONAL_ROLE)
    return {name: group for name, group in kept.groups.items() if everything or name not in PERSONAL}


def etag(kept: Kept) -> str:
    """Changes with the generation, and when groups that were withheld before have come since."""
    return f"{kept.generation}.{kept.version_id}.{len(opened(kept))}"


def told(finding: Finding) -> dict[str, Any]:
    """What a rule says, for programs and in the reader's language."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "field": finding.field,
        "values": dict(finding.values),
        "text": sentence(finding),
    }


def question(wanted: Mapping[str, Any]) -> Query:
    """The parameters of a question as a question to the store. Raises QueryRefused."""
    found = asked(wanted, here.station().tables.species)
    _check(found.misread)
    return found.query


def returns_question(wanted: Mapping[str, Any]) -> ReturnQuery:
    """The same of a question about returns."""
    found = asked_returns(wanted)
    _check(found.misread)
    return found.query


def _check(misread: Mapping[str, Misread]) -> None:
    for wrong in misread.values():
        errors = {name: [one.why] for name, one in misread.items()}
        raise QueryRefused(wrong.why, errors=errors, where=wrong.name, mend=wrong.mend)


def page(name: str, rows: list[Any], total: int, wanted: Mapping[str, Any]) -> Response:
    """A page of a list: how many there are in all, the rows, and where the next ones are."""
    after = wanted["offset"] + len(rows)
    following = None
    if rows and after < total:
        following = url_for(request.endpoint or "", **{**wanted, "offset": after})
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return given({"total": total, name: rows, "next": following}, headers=headers)
