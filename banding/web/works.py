"""Long works on the pages: how far each is, what failed, its file for a day, and a button that stops it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, render_template, send_from_directory, url_for
from flask import redirect as to
from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from markupsafe import Markup

from banding.errors import NotFound, Refused
from banding.store.shapes import ReturnQuery
from banding.store.works import DONE, Work
from banding.web import here, slots
from banding.web.access import may
from banding.web.asking_returns import asked_returns
from banding.web.history import clock
from banding.works import Made, Make, Making, Workshop, file_of, tidy, until
from banding.works import forget as delete

blueprint = Blueprint("works", __name__)
SECONDS = 3
KINDS = {
    "letters": lazy_gettext("Letters and certificates"),
    "report": lazy_gettext("Report of returns (PDF)"),
    "verify": lazy_gettext("Was a file changed?"),
}
ROLES = {"letters": "operator", "report": "reader", "verify": "reader"}
"""Who may have what each kind makes; a role that was lowered meanwhile counts."""
BEGUN_AT = {"letters": "letters.page", "report": "reporting.page", "verify": "verifying.page"}
ANSWERED_AT = {"verify": "verifying.answer"}
"""Where what was found out is read, for kinds that make no file for people."""
STATES = {
    "waiting": lazy_gettext("waits for its turn"),
    "under way": lazy_gettext("is being made"),
    "done": lazy_gettext("is done"),
    "failed": lazy_gettext("could not be made"),
    "stopped": lazy_gettext("was stopped"),
}


def init(app: Flask) -> None:
    """Open the pages; nothing is made before somebody asks for it or the server calls `go`."""
    app.extensions["works"] = Workshop(app.extensions["station"])
    app.register_blueprint(blueprint)
    slots.fill(app, "home.news", of_home)


def learn(app: Flask, kind: str, make: Make) -> None:
    """Make works of a kind so; the function may ask of the app what views ask, though nobody asks for a page."""

    def inside(making: Making) -> Made:
        with app.app_context():
            return make(making)

    app.extensions["works"].makers[kind] = inside


def begin(kind: str, asked: Mapping[str, Any], total: int, given: Path | None = None) -> Any:
    """Begin a work for who is asking, perhaps with a file of theirs, and lead to its page. Raises Refused."""
    account = here.account()
    assert account is not None
    shop: Workshop = current_app.extensions["works"]
    return to(url_for("works.one", work=shop.begin(kind, account, asked, total, given)), 303)


def question(making: Making) -> ReturnQuery:
    """What is asked of the returns by a work that is under way. Raises Refused."""
    with force_locale("en"):
        found = asked_returns(dict(making.work.asked["typed"]), here.station())
    for name in found.misread:
        # A code may have been withdrawn since; the answer to another question must not go out in its place.
        raise Refused("The question is no longer understood", where=name)
    return found.query


@blueprint.get("/works")
def listing() -> str:
    """The works of who is asking; an administrator sees everybody's."""
    tidy(here.station())
    return render_template("works.html", every=_mine(), **_words())


@blueprint.get("/works/<work>")
def one(work: str) -> Response:
    """How far one is; the page comes again by itself while it is under way."""
    found = one_of(work)
    if found.is_open:
        # Where the server was started anew by other means, whoever looks lets it go on.
        current_app.extensions["works"].go()
    answer = Response(render_template("work.html", one=found, seconds=SECONDS, **_words()), mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/works/<work>/stop")
def stop(work: str) -> Any:
    """Let it end; what is made by then is thrown away."""
    found = one_of(work)
    here.station().store.works.stop(found.id, here.now().isoformat(timespec="seconds"))
    flash(_("It is stopped, and nothing of it is kept."), "done")
    return to(url_for("works.listing"), 303)


@blueprint.post("/works/<work>/forget")
def forget(work: str) -> Any:
    """Delete the file at once, before its day is over."""
    found = one_of(work)
    if not found.is_open and delete(here.station(), found):
        flash(_("The file is deleted."), "done")
    return to(url_for("works.listing"), 303)


@blueprint.get("/works/<work>/file")
def file(work: str) -> Response:
    """The file, for who began it and for administrators."""
    found = one_of(work)
    path = done(work, found.kind)
    answer = send_from_directory(
        path.parent, path.name, mimetype=found.media, download_name=found.name, as_attachment=True
    )
    # It may name people.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def done(work: str, kind: str) -> Path:
    """What a work of this kind has made, for who has begun it and for administrators. Raises NotFound."""
    found = one_of(work)
    path = file_of(here.station(), found).resolve()
    if (found.kind, found.state) != (kind, DONE) or not path.is_file():
        raise NotFound("This file is not here", mend="It may not be done yet, or its day may be over")
    return path


def of_home(**_values: Any) -> Markup:
    """A line for who has begun something, so that it is found again."""
    mine = _mine() if may("reader") else []
    return Markup(render_template("works_news.html", every=mine, **_words())) if mine else Markup("")


def one_of(id: str) -> Work:
    """The work, if it is for who is asking; whose it is not learns nothing of it."""
    tidy(here.station())
    found = here.station().store.works.one(id)
    if found is None or not _is_for(found):
        raise NotFound("There is no such file here", mend="Its day may be over, or somebody else has begun it")
    return found


def _mine() -> list[Work]:
    return [one for one in here.station().store.works.every() if _is_for(one)]


def _is_for(one: Work) -> bool:
    account = here.account()
    is_own = account is not None and account.id == one.account
    return (is_own or may("administrator")) and may(ROLES.get(one.kind, "administrator"))


def _words() -> dict[str, Any]:
    return {"kinds": KINDS, "states": STATES, "clock": clock, "until": until, "back": _back, "answered": ANSWERED_AT}


def _back(one: Work) -> str:
    """The page with the question that it answers."""
    return url_for(BEGUN_AT[one.kind], **one.asked["typed"]) if one.kind in BEGUN_AT else url_for("home")
