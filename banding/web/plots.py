"""Plots of the returns that fit, on a page with their figures as tables, and each as an SVG file."""

from typing import Any

from babel.dates import get_month_names
from flask import Blueprint, Response, render_template, request
from flask_babel import format_decimal, get_locale, gettext
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from banding.reports.plots import PLOTS, Words, figure
from banding.reports.svg import drawn
from banding.reports.wording import Wording
from banding.store.shapes import ReturnQuery
from banding.web import here
from banding.web.asking_returns import asked_returns
from banding.web.language import current
from banding.web.reports import looks

blueprint = Blueprint("plots", __name__)


@blueprint.get("/returns/plots")
def page() -> Any:
    """The returns that fit as plots, the count first."""
    found = asked_returns(request.args)
    if found.misread:
        return render_template("plots.html", found=found, total=None, looks=looks()), 422
    total = here.station().store.returns.count(found.query)
    figures = every(found.query) if total else []
    return render_template("plots.html", found=found, total=total, looks=looks(), figures=figures, svg=svg)


@blueprint.get("/returns/plots/<name>.svg")
def one(name: str) -> Response:
    """One of the plots as a file."""
    if name not in PLOTS:
        raise NotFound
    found = asked_returns(request.args).understood()
    told = words()
    text = drawn(figure(name, here.station().store.returns, found.query, told), told.number)
    kept = f'attachment; filename="returns-{name}-{current()}.svg"'
    return Response(text, content_type="image/svg+xml; charset=utf-8", headers={"Content-Disposition": kept})


def every(query: ReturnQuery) -> list[Any]:
    """Every plot of a question."""
    told, returns = words(), here.station().store.returns
    return [figure(name, returns, query, told) for name in PLOTS]


def svg(figure: Any) -> Markup:
    """The drawing itself, for a page."""
    return Markup(drawn(figure, words().number))


def words() -> Words:
    """How the reader's language says it."""
    return Words(Wording(here.station(), current(), _say), format_decimal, months())


def months() -> list[str]:
    """The twelve months in short, in the reader's language."""
    return [name for _, name in sorted(get_month_names("abbreviated", "stand-alone", get_locale()).items())]


def _say(text: str, **values: Any) -> str:
    return str(gettext(text, **values))
