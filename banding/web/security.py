"""What keeps the pages from being misused: headers, tokens against forged posts, and a throttle."""

import datetime
from typing import Any

from argon2 import PasswordHasher
from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from banding.settings import Settings
from banding.web import access, here
from banding.web.cookies import Cookies
from banding.web.keys import session_key

POLICY = "; ".join(
    (
        "default-src 'none'", "img-src 'self' data:", "style-src 'self'", "script-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
LARGEST_REQUEST = 32 * 1024 * 1024
LARGEST_FILE = 512 * 1024 * 1024
"""Bytes of a file that is looked at whether it was changed: it goes to the disk as it comes."""
LARGEST_FORM = 4 * 1024 * 1024
# A day in the field; every request counts it anew.
LOGGED_IN = datetime.timedelta(hours=12)
# Pages that show a secret or ask for one.
SECRET = {"accounts.login", "accounts.first", "accounts.me", "accounts.invite", "finder.one", "finder.forget"}
SAFE = {"GET", "HEAD", "OPTIONS"}


class Number(IntegerConverter):
    """A number in an address; one that the store cannot hold is the address of nothing."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int = here.LARGEST) -> None:
        super().__init__(map, fixed_digits, min, max)


def configure(app: Flask, settings: Settings, *, testing: bool) -> None:
    """Cookies, sizes and the cost of a password."""
    app.config.update(
        TESTING=testing,
        SECRET_KEY=session_key(settings.keys),
        # Cookies do not know ports: two nodes on one computer would log each other's people out.
        SESSION_COOKIE_NAME=f"banding-{settings.node.code}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=LOGGED_IN,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        PASSWORD_HASHER=PasswordHasher(1, 8, 1) if testing else PasswordHasher(),
        WTF_CSRF_CHECK_DEFAULT=False,
        # A token lives as long as its session: a form filled in over a long morning must still be taken.
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.session_interface = Cookies()
    app.url_map.converters["int"] = Number
    app.before_request(_keep_forms_small)


def _keep_forms_small() -> None:
    # The limit above holds for forms with files only; a plain form would be read up to the size of an upload.
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = LARGEST_FORM
    elif request.endpoint == "verifying.page":
        request.max_content_length = LARGEST_FILE


def init(app: Flask) -> None:
    """Put the checks in place; access is checked before the token, so call this after it."""
    csrf = CSRFProtect(app)
    app.extensions["throttle"] = Limiter(get_remote_address, app=app, storage_uri="memory://")

    @app.before_request
    def demand_a_token() -> None:
        if request.method not in SAFE and request.endpoint and not _is_signed_otherwise():
            csrf.protect()

    app.after_request(_with_headers)


def _is_signed_otherwise() -> bool:
    """A key or a peer's signature is sent by a program on purpose; a browser never adds one by itself."""
    role = access.role_of(request.endpoint or "", request.method)
    return role == access.PEER or bool(here.sent_key())


def _with_headers(response: Response) -> Any:
    tiles = here.station().settings.tiles
    if tiles:
        # The maps' tiles are the one thing that may come from elsewhere, and only from the server that was set.
        server = "/".join(tiles.split("/")[:3])
        policy = POLICY.replace("img-src 'self'", f"img-src 'self' {server}")
        response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint in SECRET:
        response.headers["Cache-Control"] = "no-store"
    elif request.endpoint != "static":
        # Not no-store: under it some browsers empty a half-filled form when one comes back to it.
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
