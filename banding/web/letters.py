"""Letters and certificates for who found a bird and who ringed it, the letterhead, and the check of a code."""

import datetime
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Flask, current_app, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from banding import photos
from banding.domain.matching import Story
from banding.errors import NotFound, Refused
from banding.reports import letterhead
from banding.reports.letter_batch import EACH, MOST, ONE, Batch
from banding.reports.letter_batch import asked as asked_for
from banding.reports.letter_pages import FORMS, Order, person, printed
from banding.reports.letterhead import Head
from banding.reports.letters import AUDIENCES, FINDER, Facts, checked, facts
from banding.scheduled import say_in
from banding.settings import LANGUAGES
from banding.store.finds import Find
from banding.web import here, language, slots, works
from banding.web.access import may
from banding.web.asking_returns import AskedReturns, asked_returns
from banding.web.finder import beyond
from banding.works import Made, Making

blueprint = Blueprint("letters", __name__)
LOOKS = "60 per minute"
LONGEST_NAME = 120
TO = {"finder": lazy_gettext("who found the bird"), "bander": lazy_gettext("who ringed the bird")}
AS = {"letter": lazy_gettext("letter"), "certificate": lazy_gettext("certificate")}
STATES = {
    "same": lazy_gettext("It stands as it was printed."),
    "changed": lazy_gettext("The records were corrected, or other things may be told, since it was printed."),
    "withdrawn": lazy_gettext("The record behind it was withdrawn since it was printed."),
}


def init(app: Flask) -> None:
    """Open the pages, and offer letters on the page of a bird."""
    app.register_blueprint(blueprint)
    slots.fill(app, "bird", of_bird)
    works.learn(app, "letters", batch)


def of_bird(story: Story, **_values: Any) -> Markup:
    """A letter for each return of a bird, for whoever may print one."""
    returns = story.returns if may("operator") else ()
    return Markup(render_template("letters_bird.html", returns=returns)) if returns else Markup("")


@blueprint.get("/letters")
def page() -> str:
    """What letters are wanted: of one return (`recovery`), or of all that a question finds."""
    if recovery := request.args.get("recovery", ""):
        found = _facts(recovery, _audience(request.args.get("to", "")))
        names, find = {one: _name(recovery, one) for one in AUDIENCES}, _find(recovery)
        return _form(found=found, count=1, names=names, spoken=find.language if find else "")
    asked = _asked()
    return _form(count=here.station().store.returns.count(asked.query), asked=asked)


@blueprint.post("/letters")
def make() -> Response:
    """The PDF of one letter with the name that was typed; for a question a work begins with one for each return."""
    order = _order()
    recovery = request.args.get("recovery", "")
    if not recovery:
        return _begun(_asked(), order)
    found = _facts(recovery, order.audience)
    with force_locale(order.language):
        body = printed(here.station(), [found], order, say)
    return _file(body, f"{order.form}-{found.ring}")


def say(text: str, **values: Any) -> str:
    """A sentence in the language that is spoken at this moment."""
    return str(_(text, **values))


def _begun(asked: AskedReturns, order: Order) -> Response:
    count = here.station().store.returns.count(asked.query)
    if not 0 < count <= MOST:
        raise Refused(
            _("%(count)s returns fit; letters are made for 1 to %(most)s at once.", count=count, most=MOST),
            mend=_("Ask for a shorter time or a smaller region."),
        )
    wanted = EACH if request.form.get("as") == EACH else ONE
    told: Response = works.begin(
        "letters", {"typed": dict(asked.typed), "order": asdict(order), "as": wanted}, count,
    )  # fmt: skip
    return told


def batch(making: Making) -> Made:
    """All letters of a question, as it is answered when they are made."""
    station, told = here.station(), making.work.asked
    order, every = Order(**told["order"]), asked_for(station, works.question(making))
    making.step(0, len(every))
    found = Batch(station, order, beyond(), say_in(order.language), making.step, making.fail)
    if told["as"] == EACH:
        found.file_each(every, making.path)
        return Made(f"{order.form}s-{found.made}.zip", "application/zip")
    found.one_file(every, making.path)
    return Made(f"{order.form}s-{found.made}.pdf", "application/pdf")


def _facts(recovery: str, audience: str) -> Facts:
    found = facts(here.station(), recovery, audience, beyond())
    if found is None:
        raise NotFound("There is no return of this record here", mend="Its banding or its recovery may be withdrawn")
    return found


def _name(recovery: str, audience: str) -> str:
    """Who is thanked: as the record says, else as the report of the ring says to whom may read it."""
    name = person(here.station(), _facts(recovery, audience))
    find = _find(recovery) if audience == FINDER else None
    return name or (str(find.person.get("name", "")) if find else "")


def _find(recovery: str) -> Find | None:
    """The report of the ring that became this record, where the page was opened from it."""
    number = request.args.get("find", 0, int)
    find = here.station().store.finds.one(number) if number and may("reviewer") else None
    return find if find and find.record == recovery else None


def _asked() -> AskedReturns:
    return asked_returns(request.args).understood()


def _audience(said: str) -> str:
    return said if said in AUDIENCES else AUDIENCES[0]


def _order() -> Order:
    form, chosen = request.form.get("form", ""), request.form.get("language", "")
    audience = _audience(request.form.get("to", ""))
    # Each has a field of its own: who ringed a bird must not read on a letter who found it.
    typed = request.form.get(f"name.{audience}") if "recovery" in request.args else None
    name = None if typed is None else " ".join(typed.split())[:LONGEST_NAME]
    return Order(
        audience, form if form in FORMS else FORMS[0],
        chosen if chosen in LANGUAGES else language.current(), name, here.station().settings.public_url,
    )  # fmt: skip


def _form(**values: Any) -> str:
    return render_template("letters.html", to=TO, forms=AS, most=MOST, chosen=request.args.get("to", ""), **values)


def _file(body: bytes, name: str) -> Response:
    safe = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)
    answer = Response(body, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{safe}.pdf"'
    # It may name a person.
    answer.headers["Cache-Control"] = "no-store"
    return answer


# -- the letterhead -----------------------------------------------------------------------------------------------


@blueprint.route("/letters/head", methods=("GET", "POST"))
def head() -> Any:
    """The words, the signature and the picture of this station."""
    station = here.station()
    before = letterhead.head(station)
    if request.method == "GET":
        return render_template("letterhead.html", head=before, languages=LANGUAGES)
    told = request.form.get
    letterhead.keep(station, Head(_texts(told, "words"), _texts(told, "signed"), _picture(before)))
    flash(_("The letterhead is kept."), "done")
    return to(url_for("letters.head"), 303)


def _texts(told: Callable[..., str | None], name: str) -> dict[str, str]:
    return {one: (told(f"{name}.{one}") or "").replace("\r", "").strip() for one in LANGUAGES}


def _picture(before: Head) -> bytes:
    file = request.files.get("picture")
    if file and file.filename:
        return photos.prepared(file.read()).body
    return b"" if request.form.get("without") else before.picture


# -- the check ----------------------------------------------------------------------------------------------------


@blueprint.get("/check")
@blueprint.get("/check/<code>")
def check(code: str = "") -> Any:
    """Whether a letter was printed here, and what it says of the bird: nothing about people or places."""
    with current_app.extensions["throttle"].limit(LOOKS, scope="check"):
        code = (code or request.args.get("code", "")).strip()
        found = checked(here.station(), code, beyond()) if code else None
    status = 404 if code and found is None else 200
    body = render_template("letters_check.html", code=code, found=found, states=STATES, day=_day)
    answer = Response(body, status, mimetype="text/html")
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _day(text: str) -> str:
    return datetime.date.fromisoformat(text).isoformat()
