"""While the table of returns is far behind the records, its pages say how far it has come, and come by themselves."""

import contextlib

from flask import Flask, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _

from banding.store.returns import Returns
from banding.store.returns_behind import Behind, somebody_waits
from banding.web import here
from banding.web.access import wants_json
from banding.web.problems import answer, explain

SECONDS = 5
PIECE = 2_000
"""So many changes are brought into the table by whoever looks how far it is."""


def init(app: Flask) -> None:
    """Let no request wait for more of the table than it can bear; after the problems, of which this is one."""
    explain(
        app, Behind.slug, _("The table of returns is being brought up to date"),
        _("After an upgrade or a large sync all returns are found anew. Nothing is lost, and no part is taken for the"
          " whole."),
    )  # fmt: skip
    app.register_error_handler(Behind, told)
    app.before_request(lambda: somebody_waits(True))
    app.teardown_request(lambda _error: somebody_waits(False))


def told(behind: Behind) -> Response:
    """The page that comes again by itself, or problem JSON; 503 with the seconds after which to ask again."""
    # A page that was sent by a form is not sent once more by itself.
    again = request.full_path.rstrip("?") if request.method == "GET" else ""
    if wants_json():
        more = {"done": behind.done, "total": behind.total}
        response = answer(behind.status, behind.slug, detail="", more=more)
    else:
        response = make_response(render_template("behind.html", behind=behind, again=again, seconds=SECONDS), 503)
    response.headers["Retry-After"] = str(SECONDS)
    returns = here.station().store.returns
    response.call_on_close(lambda: _a_piece(returns))
    return response


def _a_piece(returns: Returns) -> None:
    """Go on with it once the answer is out: a server without a timetable would never come to an end."""
    # Nobody is there any more to be told of a locked file, and whoever looks next tries once more.
    with contextlib.suppress(Exception):
        returns.catch_up(PIECE)
