"""Report a ring: a page for everybody, without an account, and the private page where the answer appears."""

import datetime
from typing import Any, NamedTuple

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from flask import redirect as to
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from werkzeug.wrappers import Response

from banding.errors import NotFound
from banding.finder import forgetting, reports, reviews, stories
from banding.finder.stories import Beyond
from banding.store.finds import WAITING, Find
from banding.web import finder_form, here, language, puzzle
from banding.web.finder_form import Reading
from banding.web.history import clock
from banding.web.puzzle import Puzzle
from banding.web.words import code_table

blueprint = Blueprint("finder", __name__)
BY_ADDRESS, WITHOUT_WORK, LOOKS = "30 per hour", "5 per hour", "60 per minute"
SLOW_SECONDS = 20
"""Where no script solves the puzzle, a report waits so long: nothing to a person, much to a machine."""
HOUR = datetime.timedelta(hours=1)
MOST_TELLINGS = 20
"""So often a report may be told anew: each is kept, and none of them costs the work that a new report does."""
TRAP = "website"
"""A field that no person sees; whoever fills it in is looked at last."""


class Note(NamedTuple):
    """Why a report was not taken yet, with the status that fits; `puzzle` is the one to go on with."""

    text: str
    status: int
    puzzle: Puzzle


def init(app: Flask) -> None:
    """Open the pages; the exchange puts what it knows in the place of `finder` when it is introduced."""
    app.extensions["finder"] = stories.alone(app.extensions["station"])
    app.register_blueprint(blueprint)


def beyond() -> Beyond:
    """What the exchange knows of records that are told and forgotten."""
    found: Beyond = current_app.extensions["finder"]
    return found


# -- the form -----------------------------------------------------------------------------------------------------


@blueprint.route("/ring", methods=("GET", "POST"))
def report() -> Response:
    """The form, and what was sent with it."""
    if request.method == "GET":
        return _form(_fresh())
    given = puzzle.read(_signing(), request.form.get("puzzle", ""))
    if chosen := language.preferred(request.form):
        with force_locale(chosen):
            return language.remember(_form(given or _fresh()), chosen)
    reading = finder_form.read(request.form, here.station().intake.today())
    if reading.troubles:
        return _form(given or _fresh(), status=422, troubles=reading.troubles)
    note = (_known(given, reading) if given and _held(given) else _unproven(given)) or _unseen(given, reading)
    if note is not None or given is None:
        note = note or _again()
        return _form(note.puzzle, status=note.status, note=note.text)
    if reading.troubles:
        return _form(given, status=422, troubles=reading.troubles)
    return _taken(given, reading)


def _form(given: Puzzle, *, status: int = 200, note: str = "", troubles: dict[str, str] | None = None) -> Response:
    body = render_template(
        "finder.html", puzzle=given, typed=request.form, troubles=troubles or {}, note=note, form=finder_form,
        engraved=reports.ENGRAVED, how=reports.HOW, regions=_regions(), today=here.station().intake.today(), trap=TRAP,
        mails=bool(here.station().settings.alarms.host),
    )  # fmt: skip
    return Response(body, status, mimetype="text/html")


def _regions() -> list[tuple[str, list[str]]]:
    """The regions of the countries hereabouts, each country by its own name; its first code stands for all of it."""
    rows = code_table("place").rows
    return [
        (rows[codes[0]][language.current()], codes)
        for country in finder_form.NEAR
        if (codes := [code for code, row in rows.items() if row["country"] == country and row["current"] == "true"])
    ]


def _taken(given: Puzzle, reading: Reading) -> Response:
    reports.take(
        here.station(), given.key, reading.told, reading.person, language=language.current(),
        suspect=bool(request.form.get(TRAP, "").strip()), photos=tuple(reading.photos),
    )  # fmt: skip
    return to(url_for("finder.one", secret=reports.secret_of(given.key), said="taken"), 303)


# -- against misuse -----------------------------------------------------------------------------------------------


def _unproven(given: Puzzle | None) -> Note | None:
    """Why a new report is not taken at this moment; None when it is."""
    try:
        with current_app.extensions["throttle"].limit(BY_ADDRESS, scope="find"):
            return _unsolved(given)
    except RateLimitExceeded:
        return _busy(given)


def _unseen(given: Puzzle | None, reading: Reading) -> Note | None:
    """Look at the photos, last of all; why not at this moment, None where they were."""
    sent = [file for file in request.files.getlist("photos") if file.filename]
    if not sent:
        return None
    try:
        with current_app.extensions["throttle"].limit(BY_ADDRESS, scope="find photos"):
            finder_form.look_at(sent, reading)
    except RateLimitExceeded:
        return _busy(given)
    return None


def _busy(given: Puzzle | None) -> Note:
    said = _("Many reports have come from your network lately. Wait an hour and send it again, or telephone us.")
    return Note(said, 429, given or _fresh())


def _unsolved(given: Puzzle | None) -> Note | None:
    now, proof = here.now().timestamp(), request.form.get("proof", "")
    if given is None or not puzzle.is_fresh(given, now):
        return _again()
    if proof:
        return None if puzzle.is_solved(given, proof) else _again()
    if (left := SLOW_SECONDS - int(now - given.given)) > 0:
        said = _("Your browser runs no scripts, so please wait %(count)s seconds and send it again.", count=left)
        return Note(said, 429, given)
    with current_app.extensions["throttle"].limit(WITHOUT_WORK, scope="find without work"):
        return None


def _again() -> Note:
    return Note(_("The page was open for very long. Please send it once more."), 422, _fresh())


def _held(given: Puzzle) -> Find | None:
    digest = reports.digest_of(reports.secret_of(given.key))
    return here.station().store.finds.by_digest(digest)


def _known(given: Puzzle, reading: Reading) -> Note | None:
    """Of a report sent again: it may be told anew while it waits; one that was closed is another one then."""
    held = _held(given)
    is_open = held is not None and held.state == WAITING
    if held is None or held.told == reading.told or (is_open and len(held.earlier) < MOST_TELLINGS):
        return None
    said = _("Your earlier report has been looked at already. Send this once more, and it becomes a new report.")
    if is_open:
        said = _("This report was changed many times already. Send this once more, and it becomes a new report.")
    return Note(said, 409, _fresh())


def _fresh() -> Puzzle:
    now = here.now()
    recent = here.station().store.finds.count_since((now - HOUR).isoformat(timespec="seconds"))
    return puzzle.give(_signing(), puzzle.bits(recent), now.timestamp())


def _signing() -> bytes:
    key: Any = current_app.secret_key
    return key if isinstance(key, bytes) else str(key).encode()


# -- the private page ---------------------------------------------------------------------------------------------


@blueprint.get("/ring/<secret>")
def one(secret: str) -> Response:
    """What has become of a report, for whoever knows its address."""
    find = reviews.settle(here.station(), _of(secret))
    body = render_template(
        "find_private.html", find=find, secret=secret, story=stories.story(here.station(), find, beyond()),
        alike=bool(find.state == WAITING and not find.suspect and reports.alike(here.station(), find.told)),
        said=request.args.get("said", ""), address=_address(secret), on=lambda at: clock(at)[:10],
        days=here.station().settings.finder_retention, unsure=stories.is_unsure(here.station(), find),
    )  # fmt: skip
    return _private(Response(body, mimetype="text/html"))


@blueprint.post("/ring/<secret>/forget")
def forget(secret: str) -> Response:
    """Delete what is personal in a report, at once."""
    forgetting.forget(here.station(), reviews.settle(here.station(), _of(secret)), beyond(), why="asked")
    return _private(to(url_for("finder.one", secret=secret, said="forgotten"), 303))


def _of(secret: str) -> Find:
    with current_app.extensions["throttle"].limit(LOOKS, scope="private page"):
        found = here.station().store.finds.by_digest(reports.digest_of(secret))
    if found is None:
        raise NotFound("There is no report at this address", mend="Check that the whole address was copied")
    return found


def _address(secret: str) -> str:
    path = url_for("finder.one", secret=secret)
    return (here.station().settings.public_url or request.host_url.rstrip("/")) + path


def _private(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
