"""The life histories of the birds of a question: bird after bird, every encounter that may be seen here, in order."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request

from banding.domain import matching
from banding.domain.encounters import Encounter
from banding.domain.matching import Story
from banding.store.shapes import Kept, ReturnQuery
from banding.web import here
from banding.web.asking_returns import asked_returns
from banding.web.reports import looks, turned_to, wind

blueprint = Blueprint("stories", __name__)
PER_PAGE = 50
BIRD = ("banding", "scheme", "ring_key", "engraved", "recovery_id")


class Life(NamedTuple):
    """One bird: the ring as engraved, its story, its records by id, and which recoveries the question asked for."""

    scheme: str
    ring: str
    story: Story
    kept: dict[str, Kept]
    asked: frozenset[str]


@blueprint.get("/returns/birds")
def page() -> Any:
    """The birds of the returns that fit, fifty returns to a page; the count first."""
    found = asked_returns(request.args)
    if found.misread:
        return render_template("stories.html", found=found, total=None, looks=looks()), 422
    total = here.station().store.returns.count(found.query)
    number, pages = turned_to(total, PER_PAGE)
    shown = list(_lives(found.query, (number - 1) * PER_PAGE)) if total else []
    return render_template(
        "stories.html", found=found, total=total, looks=looks(), shown=shown, page=number, pages=pages, wind=wind
    )


def _lives(query: ReturnQuery, offset: int) -> Iterator[Life]:
    """The birds of so many returns, those of one bird together; each with its whole story."""
    store = here.station().store
    rows = store.returns.rows(query, BIRD, limit=PER_PAGE, offset=offset, order="bird")
    for _, returns in groupby(rows, key=lambda row: row[0]):
        told = list(returns)
        scheme, ring_key, engraved = told[0][1:4]
        kept = {one.uuid: one for one in store.records.bird(scheme, ring_key)}
        story = matching.story(Encounter.of(one.groups) for one in kept.values())
        yield Life(scheme, engraved, story, kept, frozenset(row[4] for row in told))
