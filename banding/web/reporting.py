"""Reports as PDF that are too long to be made while somebody waits: begun on a page, made beside everything else."""

from typing import Any

from flask import Blueprint, Flask, current_app, render_template, request, url_for

from banding.formats.source import Format
from banding.reports.about import Terms
from banding.reports.downloads import Download, nobody_asked
from banding.reports.pdf import FORMAT, MOST, PIECE
from banding.scheduled import say_in
from banding.store.shapes import ReturnQuery
from banding.web import here, works
from banding.web.asking_returns import AskedReturns, asked_returns
from banding.web.language import current
from banding.web.reports import address
from banding.works import Made, Making

blueprint = Blueprint("reporting", __name__)


def init(app: Flask) -> None:
    """Open the page."""
    app.register_blueprint(blueprint)
    works.learn(app, "report", report)


@blueprint.get("/returns/report")
def page() -> str:
    """How many returns fit, how many the report takes, and the button that begins it."""
    asked = _asked()
    return render_template("reporting.html", count=here.station().store.returns.count(asked.query), most=MOST)


@blueprint.post("/returns/report")
def begin() -> Any:
    """Begin it in the language of the reader."""
    asked = _asked()
    root = here.station().settings.public_url or request.url_root.rstrip("/")
    told = {
        "typed": dict(asked.typed), "language": current(), "verify": root + url_for("verifying.page"),
        "address": root + address("reports.returns"),
    }  # fmt: skip
    return works.begin("report", told, min(MOST, here.station().store.returns.count(asked.query)))


def report(making: Making) -> Made:
    """The report of a question, as it is answered when it is made."""
    told, agreed = making.work.asked, current_app.extensions.get("agreed")
    query = works.question(making)
    making.step(0, min(MOST, here.station().store.returns.count(query)))
    one = Download(
        here.station(), query, FORMAT, typed=told["typed"], by=making.work.by, language=told["language"],
        say=say_in(told["language"]), address=told["address"], verify=told["verify"],
        agreed=(lambda origins: [Terms(*one) for one in agreed(origins)]) if agreed else nobody_asked,
        # A long one is set twice; each row counts half when it is read and half when its part is set.
        watch=lambda rows: making.step(rows // 2),
    )  # fmt: skip
    with making.path.open("wb") as out:
        out.writelines(one.pieces())
    making.step(one.counts.rows)
    return Made(one.name, FORMAT.media)


def is_long(wanted: Format, query: ReturnQuery) -> bool:
    """Whether a file of so many returns is rather made beside everything else."""
    return wanted.name == FORMAT.name and here.station().store.returns.count(query) > PIECE


@blueprint.app_template_global("is_long_report")
def is_long_for(wanted: Format, total: int) -> bool:
    """The same of a count that is known."""
    return wanted.name == FORMAT.name and total > PIECE


def _asked() -> AskedReturns:
    return asked_returns(request.args).understood()
