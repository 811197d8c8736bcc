"""The page of what waits: entries of others here, entries of ours at other nodes, and bytes that nobody has signed."""

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from banding.web.access import Access
from banding.web.language import current
from exchange import pages
from exchange.log.book import Refusal
from exchange.pages import personal
from exchange.talk import again
from exchange.talk.hindrance import Hindrance

blueprint = Blueprint("aside", __name__, template_folder="templates")
ACCESS = (
    Access("aside.listing", ("GET",), "reader"),
    Access("aside.judge_again", ("POST",), "operator"),
)
MOST_SHOWN = 200
UNKNOWN_KEY = "W-key-unknown"


class Told(NamedTuple):
    """Bytes that were refused: why, in words, and the node whose key was wanting; `is_known` that it is known now."""

    refusal: Refusal
    why: str
    node: str
    is_known: bool


@blueprint.get("/set-aside")
def listing() -> str:
    """Entries that wait for a schema or a correction on either side, and bytes that nobody we trust has signed."""
    this = pages.node()
    return render_template(
        "aside.html", waiting=this.book.waiting(MOST_SHOWN), count=this.waits.count_here(),
        there=this.waits.there(MOST_SHOWN), count_there=this.waits.count_there(),
        refusals=[_told(one) for one in this.book.refusals()],
        moment=pages.moment, is_open=personal.is_open,
    )  # fmt: skip


def _told(one: Refusal) -> Told:
    why = Hindrance("", finding=one.code, values=one.values).reason(current())
    node = one.values.get("log", "").rpartition(".")[0] if one.code == UNKNOWN_KEY else ""
    return Told(one, why, node, bool(node) and pages.node().ledger.node(node) is not None)


@blueprint.post("/set-aside/again")
def judge_again() -> Response:
    """Let everything that waits in once more."""
    found = again.judge_again(pages.node())
    said = gettext("%(kept)s entries found their place, %(waiting)s wait.", kept=found.kept, waiting=found.waiting)
    flash(said, "done")
    return redirect(url_for("aside.listing"), 303)
