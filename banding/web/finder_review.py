"""Reports of the public before a reviewer: accepted, corrected on the way into the records, refused, or spam."""

from flask import Blueprint, Flask, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from banding.domain.rules import Finding
from banding.errors import NotFound, Refused
from banding.finder import forgetting, reports, reviews
from banding.reports.letters import FINDER, facts
from banding.store.finds import Find
from banding.web import finder, finder_form, forms, here, slots
from banding.web.access import may
from banding.web.history import clock

blueprint = Blueprint("finds", __name__)
MOST, PAGE = 200, 50
LAST = 2**62


def init(app: Flask) -> None:
    """Open the pages, and say on the first page that somebody waits."""
    app.register_blueprint(blueprint)
    slots.fill(app, "home.news", news)


def news() -> Markup:
    """How many reports wait, for whoever may look at them."""
    count = here.station().store.finds.count_waiting() if may("reviewer") else 0
    return Markup(render_template("find_news.html", count=count)) if count else Markup("")


@blueprint.get("/finds")
def listing() -> str:
    """What waits, the oldest first, and what was decided lately."""
    store = here.station().store
    before = request.args.get("before", "")
    after = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else LAST
    closed = store.finds.closed(PAGE + 1, after)
    settled = [reviews.settle(here.station(), one) for one in store.finds.waiting(MOST)]
    return render_template(
        "finds.html", waiting=[one for one in settled if not one.closed_at], closed=closed[:PAGE], clock=clock,
        more=closed[PAGE - 1].id if len(closed) > PAGE else None, days=here.station().settings.finder_retention,
    )  # fmt: skip


@blueprint.get("/finds/<int:number>")
def one(number: int) -> Response:
    """One report: everything that was told, and what the rules say of it."""
    return _shown(reviews.settle(here.station(), reports.one(here.station(), number)))


@blueprint.post("/finds/<int:number>")
def decide(number: int) -> Response:
    """Accept, refuse, call it spam, let it wait again, or forget who reported it."""
    find, deed = reports.one(here.station(), number), request.form.get("deed", "")
    reason, by = request.form.get("reason", "").strip(), here.who()
    if deed == "accept":
        # Only what was shown is confirmed: a reason that was meant for something else passes over nothing.
        confirmed = {code: reason for code in request.form.getlist("confirm") if reason}
        has_people = bool(request.form.get("has_people"))
        verdict = reviews.accept(here.station(), find, by=by, confirmed=confirmed, has_people=has_people)
        if not verdict.is_kept:
            return _shown(find, findings=list(verdict.findings), status=422)
        return _done(number, _("The report is a record now."))
    if deed in {"refuse", "spam"}:
        try:
            reviews.refuse(here.station(), find, by=by, reason=reason, spam=deed == "spam")
        except Refused as refused:
            return _shown(find, refused=refused, status=422)
        return _done(number, _("The report is closed."))
    if deed == "reopen":
        here.station().store.finds.reopen(number)
        return _done(number, _("The report waits again."))
    if deed == "forget":
        forgetting.forget(here.station(), find, finder.beyond(), why="asked")
        return _done(number, _("What was personal is deleted."))
    raise Refused("It is not said what is to be done with the report", where="deed", mend="Open it and press a button")


@blueprint.get("/finds/<int:number>/photos/<int:photo>")
def photo(number: int, photo: int) -> Response:
    """A photo that came with a report, always a JPEG."""
    picture = here.station().store.finds.photo(number, photo)
    if picture is None:
        raise NotFound("There is no such photo here", mend="It may have been removed; open the report anew")
    answer = Response(picture.body, mimetype="image/jpeg")
    answer.headers["Content-Disposition"] = f'inline; filename="{photo}.jpg"'
    return answer


def _shown(
    find: Find, *, findings: list[Finding] | None = None, refused: Refused | None = None, status: int = 200
) -> Response:
    station = here.station()
    groups = reviews.record(station, find)
    record = station.store.records.record(find.record) if find.record else None
    body = render_template(
        "find_review.html", find=find, findings=findings or [], refused=refused, record=record, clock=clock,
        has_return=record is not None and facts(station, record.uuid, FINDER, finder.beyond()) is not None,
        alike=reports.alike(station, find.told), core=groups["core"], form=finder_form, typed=request.form,
        fields=forms.texts("recovery", groups), has_account=bool(find.forgotten),
        confirms=any(one.severity == "warning" for one in findings or []),
        errs=any(one.severity == "error" for one in findings or []),
    )  # fmt: skip
    return Response(body, status, mimetype="text/html")


def _done(number: int, said: str) -> Response:
    flash(said, "done")
    return to(url_for("finds.one", number=number), 303)
