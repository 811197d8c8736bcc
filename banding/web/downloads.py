"""Returns as files of every kind, and what a file says of itself."""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, stream_with_context, url_for
from flask_babel import gettext as _

from banding.errors import NotFound
from banding.formats.registry import formats
from banding.formats.source import Format
from banding.reports import pdf as pdf
from banding.reports.about import Agreed, Terms
from banding.reports.downloads import Download, nobody_asked
from banding.store.shapes import ReturnQuery
from banding.web import here
from banding.web.asking_returns import asked_returns
from banding.web.language import current
from banding.web.reporting import is_long
from banding.web.reports import address

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/returns.<kind>")
def returns(kind: str) -> Any:
    """All returns that fit as one kind of file; `X-Row-Count` tells how many, so that a file cut off can be told."""
    wanted = formats().get("csv-words" if (kind, request.args.get("for")) == ("csv", "people") else kind)
    if wanted is None:
        raise NotFound(_("There is no such kind of file"), where=kind[:40], mend=_("Choose one on the page of returns"))
    found = asked_returns(request.args).understood()
    if is_long(wanted, found.query):
        return redirect(address("reporting.page"), 303)
    return sent(wanted, found.query, dict(found.typed))


def sent(wanted: Format, query: ReturnQuery, typed: dict[str, str]) -> Response:
    """The file on its way, written as it is read."""
    root = here.station().settings.public_url or request.url_root.rstrip("/")
    one = Download(
        here.station(), query, wanted, typed=typed, by=here.who(), language=current(), say=_,
        address=root + address("reports.returns"), verify=root + url_for("verifying.page"), agreed=_agreed(),
    )  # fmt: skip
    return Response(
        stream_with_context(one.pieces()),
        content_type=wanted.media,
        headers={
            "X-Row-Count": str(here.station().store.returns.count(query)),
            "Content-Disposition": f'attachment; filename="{one.name}"',
            # What a bare table cannot say of itself stands beside it.
            "Link": f'<{url_for("downloads.about", download_id=one.id)}>; rel="describedby"; type="application/json"',
        },
    )


def _agreed() -> Agreed:
    """What the exchange tells of agreements, where there is one."""
    told = current_app.extensions.get("agreed")
    return (lambda origins: [Terms(*one) for one in told(origins)]) if told else nobody_asked


@blueprint.app_template_global("downloads")
def offered() -> list[Format]:
    """Every kind of file that the pages offer."""
    return list(formats().values())


@blueprint.get("/downloads/<download_id>.json")
def about(download_id: str) -> Any:
    """What a file says of itself; of a bare CSV it is told here only."""
    found = here.station().store.downloads.one(download_id)
    if found is None:
        raise NotFound(_("No file of this number was made here"), where=download_id[:40])
    return dict(found.about)
