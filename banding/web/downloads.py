"""Returns as files of every kind, what a file says of itself, and a page that looks whether one was changed."""

import tempfile
import threading
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from banding.errors import NotFound, Refused
from banding.formats.registry import formats
from banding.formats.source import Format
from banding.reports import pdf as pdf
from banding.reports import verify as verifying
from banding.reports.about import Agreed, Terms, lines
from banding.reports.downloads import Download, nobody_asked
from banding.store.shapes import ReturnQuery
from banding.web import here
from banding.web.asking_returns import asked_returns
from banding.web.language import current
from banding.web.reporting import is_long
from banding.web.reports import address

blueprint = Blueprint("downloads", __name__)
_looking = threading.Lock()
STATES = {
    verifying.SAME: lazy_gettext("Same: nothing in it was changed since it left this node."),
    verifying.CHANGED: lazy_gettext("Changed: it is not as it left this node."),
    verifying.UNKNOWN: lazy_gettext("Unknown: this node has made no such file."),
}
PARTS = {
    "rows": lazy_gettext("the rows"),
    "words": lazy_gettext("the words beside the codes"),
    "points": lazy_gettext("the layer of points"),
    "lines": lazy_gettext("the lines"),
    "file": lazy_gettext("the file as a whole"),
}


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
        address=root + address("reports.returns"), verify=root + url_for("downloads.verify"), agreed=_agreed(),
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


@blueprint.route("/verify", methods=["GET", "POST"])
def verify() -> Any:
    """A file is dropped here, and it is told whether it is as it left the node; nothing of it is kept."""
    if request.method == "GET":
        return render_template("verify.html", found=None, states=STATES, parts=PARTS)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(_("Choose the file first"), where="file", mend=_("Go back and choose it"))
    found = _looked_at(file)
    told = lines(found.about, _) if found.about.get("counts") and found.kept else []
    return render_template("verify.html", found=found, states=STATES, parts=PARTS, told=told, name=file.filename)


def _looked_at(file: FileStorage) -> verifying.Verdict:
    # A file that somebody made up can keep one of the few threads busy for minutes, and must not keep all.
    if not _looking.acquire(blocking=False):
        raise Refused(_("Another file is being looked at"), mend=_("Wait a minute and send it again"))
    try:
        with tempfile.TemporaryDirectory() as folder:
            name = secure_filename(str(file.filename)) or "file"
            path = Path(folder) / name
            file.save(path)
            return verifying.verify(here.station(), path, name)
    finally:
        _looking.release()
