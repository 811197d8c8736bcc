"""Every error on its way to a person becomes a calm page, or problem JSON (RFC 9457) for a program."""

import errno
import logging
import secrets
import sqlite3
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
from flask_babel import lazy_gettext
from werkzeug.exceptions import HTTPException

from banding.errors import BandingError
from banding.web.access import wants_json
from banding.web.security import SECRET
from banding.web.words import in_sentences

blueprint = Blueprint("problems", __name__)
log = logging.getLogger(__name__)
_ = lazy_gettext


class Kind(NamedTuple):
    """One kind of problem: its title, and what it means and what can be done."""

    title: Any
    meaning: Any


KINDS: dict[str, Kind] = {
    "bad-request": Kind(
        _("The request cannot be understood"),
        _("Something is missing in it or is not written as it should be. Go back and try again."),
    ),
    "form-too-old": Kind(
        _("The form is no longer valid"),
        _("You were logged out, or logged in anew, since the form was opened. Nothing was saved. "
          "Go back with your browser's Back button, load the page again and send it once more."),
    ),
    "log-in": Kind(
        _("Log-in needed"),
        _("Nobody is logged in, or the key that was sent is not known. Log in, or send a valid key."),
    ),
    "not-allowed": Kind(
        _("Not allowed"),
        _("Your role does not allow this, or the record belongs to another node. Nothing was changed."),
    ),
    "not-found": Kind(
        _("Nothing found"),
        _("There is nothing at this address. Check it, or look for the record by its ring."),
    ),
    "method": Kind(
        _("This address does not do that"),
        _("The address exists but is used in another way: forms are sent, pages are opened."),
    ),
    "conflict": Kind(
        _("A decision is needed"),
        _("What was sent does not fit what is kept here. Look at both and decide."),
    ),
    "to-confirm": Kind(
        _("Please confirm"),
        _("The rules found something unusual. Correct it, or confirm it and say why; the reason is kept."),
    ),
    "too-large": Kind(
        _("Too large"),
        _("More was sent than can be taken at once. Divide it and send the parts one after the other."),
    ),
    "media-type": Kind(
        _("This kind of content is not understood"),
        _("The address takes content of another kind. Its description names the kinds it takes."),
    ),
    "refused": Kind(
        _("This cannot be taken as it is"),
        _("Something in what was sent has to be corrected first. Nothing was saved."),
    ),
    "too-many": Kind(
        _("Too many attempts"),
        _("There were too many attempts in a short time. Wait a minute and try again."),
    ),
    "settings": Kind(
        _("The node is not set up properly"),
        _("A setting of this node is missing or cannot be used. Tell the administrator."),
    ),
    "store": Kind(
        _("The node's file cannot be used"),
        _("The disk may be full or the file may be locked. What you sent was not saved. Tell the administrator."),
    ),
    "trouble": Kind(
        _("Something went wrong here"),
        _("The fault is on this side, not yours. What you sent was not saved. "
          "Try again, and tell the administrator the number if it happens again."),
    ),
}  # fmt: skip
SLUGS = {
    400: "bad-request", 401: "log-in", 403: "not-allowed", 404: "not-found", 405: "method", 409: "conflict",
    413: "too-large", 415: "media-type", 422: "refused", 429: "too-many", 503: "store",
}  # fmt: skip


DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}


def init(app: Flask) -> None:
    """Answer for every error; later registrations win, so call this after the API has set up its own."""
    app.extensions["problems"] = dict(KINDS)
    app.register_error_handler(BandingError, of_banding)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(sqlite3.Error, of_store)
    app.register_error_handler(OSError, of_disk)
    app.register_error_handler(Exception, of_fault)


def explain(app: Flask, slug: str, title: Any, meaning: Any) -> None:
    """Add a kind of problem; both texts are lazily translated."""
    app.extensions["problems"][slug] = Kind(title, meaning)


@blueprint.get("/problems/<slug>")
def explained(slug: str) -> Any:
    """What a kind of problem means and what to do; the address that problem JSON gives as its type."""
    kind = current_app.extensions["problems"].get(slug)
    if kind is None:
        return answer(404, "not-found", detail="")
    return render_template("error.html", title=kind.title, meaning=kind.meaning, status=None)


def of_banding(error: BandingError) -> Any:
    """An error of ours says itself what, where, why and what to do."""
    if error.status >= 500:
        log.error("%s", error)
    where = error.where if error.status < 500 else ""
    detail, mend = in_sentences(error.what, error.why), in_sentences(error.mend)
    return answer(error.status, error.slug, detail=detail, where=where, mend=mend, more=getattr(error, "more", None))


def of_http(error: HTTPException) -> Any:
    """What Flask and its extensions refuse."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    status = error.code or 500
    slug = SLUGS.get(status, "bad-request" if status < 500 else "trouble")
    if type(error).__name__ == "CSRFError":
        slug = "form-too-old"
    data: dict[str, Any] = getattr(error, "data", None) or {}
    errors = data.get("errors") or data.get("messages")
    response = answer(status, slug, detail=str(data.get("message", "")), more={"errors": errors} if errors else None)
    kept = [(n, v) for n, v in error.get_headers() if n.lower() in {"allow", "retry-after", "www-authenticate"}]
    response.headers.extend(kept)
    response.headers.extend(data.get("headers") or {})
    return response


def of_disk(error: OSError) -> Any:
    """A disk that is full, or on which nothing may be written, is no fault of the program."""
    return of_store(error) if error.errno in DISK else of_fault(error)


def of_store(error: sqlite3.Error | OSError) -> Any:
    """A full disk or a locked file; the path is for the log, not for the page."""
    log.error("The store failed", exc_info=error)
    return answer(503, "store", detail="")


def of_fault(error: Exception) -> Any:
    """A fault of ours: the log gets everything, the person a number."""
    number = secrets.token_hex(4)
    # An address may be a secret itself; then the log gets the rule and not what it was asked with.
    path = request.url_rule if request.endpoint in SECRET else request.path
    log.error("Fault %s at %s %s", number, request.method, path, exc_info=error)
    return answer(500, "trouble", detail="", number=number)


def answer(
    status: int, slug: str, *, detail: str, where: str = "", mend: str = "", number: str = "",
    more: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    """A problem as a page or as JSON; `more` holds further members for the JSON."""
    kind = current_app.extensions["problems"].get(slug) or KINDS["trouble"]
    said = {"detail": detail, "where": where, "mend": mend, "number": number}
    response = _as_json(status, slug, kind, said, more) if wants_json() else _as_page(status, kind, said)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _as_json(status: int, slug: str, kind: Kind, said: dict[str, str], more: dict[str, Any] | None) -> Response:
    problem: dict[str, Any] = {"type": f"/problems/{slug}", "title": str(kind.title), "status": status}
    problem["detail"] = said["detail"] or str(kind.meaning)
    problem |= {name: said[name] for name in ("where", "mend", "number") if said[name]}
    response = jsonify(problem | (more or {}))
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _as_page(status: int, kind: Kind, said: dict[str, str]) -> Response:
    try:
        page = render_template("error.html", title=kind.title, meaning=kind.meaning, status=status, **said)
    except Exception:
        # Whatever broke may have broken the page's frame too, such as the store that knows the reader's language.
        log.exception("The error page failed")
        return Response(f"Error {status} {said['number']}".strip(), status, content_type="text/plain; charset=utf-8")
    return Response(page, status)
