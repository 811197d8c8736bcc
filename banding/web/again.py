"""What was typed when the log-in had ended is kept in the log-in page and sent on after it, so nothing is lost."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

NEVER = {"password", "again", "old"}


def is_worth_keeping() -> bool:
    """Whether this is a form that somebody filled in on a page of ours.

    Another site could make a browser send a form of its own; that one must not come back after the log-in
    looking like one's own work, so the browser has to say that the form stood on this node.
    """
    if request.method != "POST" or request.files or not request.form or NEVER & request.form.keys():
        return False
    # Only the host: behind a server that speaks TLS for us the scheme seen here is another one.
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host and request.endpoint != "accounts.logout"


def ask() -> Any:
    """The log-in page, carrying the form."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    kept = _signer().dumps([request.full_path.rstrip("?"), typed])
    return render_template("login.html", name="", wrong="", next="", kept=kept), 401


def resume(kept: str) -> str | None:
    """The page from which the form goes on its way; None when nothing was kept."""
    try:
        path, typed = _signer().loads(kept)
    except BadSignature:
        return None
    return render_template("again.html", path=path, typed=typed)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="kept form")
