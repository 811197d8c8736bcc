"""Who may do what: every route in one table, and whatever is not in it is refused."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, request, url_for

from banding.errors import BandingError, NotAllowed
from banding.web import again, here

ROLES = ("reader", "operator", "reviewer", "administrator")
ANYONE = "anyone"
PEER = "peer"
Guard = Callable[[], None]


class Access(NamedTuple):
    """Which role may use which methods of an endpoint; every higher role may too."""

    endpoint: str
    methods: tuple[str, ...]
    role: str


TABLE: tuple[Access, ...] = (
    Access("static", ("GET",), ANYONE),
    Access("accounts.login", ("GET", "POST"), ANYONE),
    Access("accounts.first", ("GET", "POST"), ANYONE),
    Access("language.choose", ("POST",), ANYONE),
    Access("problems.explained", ("GET",), ANYONE),
    Access("finder.report", ("GET", "POST"), ANYONE),
    Access("finder.one", ("GET",), ANYONE),
    Access("finder.forget", ("POST",), ANYONE),
    Access("home", ("GET",), "reader"),
    Access("accounts.logout", ("POST",), "reader"),
    Access("accounts.me", ("GET", "POST"), "reader"),
    Access("keys.mine", ("GET",), "reader"),
    Access("keys.revoke_mine", ("POST",), "reader"),
    Access("records.listing", ("GET",), "reader"),
    Access("records.one", ("GET",), "reader"),
    Access("records.bird", ("GET",), "reader"),
    Access("records.withdraw", ("POST",), "operator"),
    Access("history.every", ("GET",), "reader"),
    Access("history.of_field", ("GET",), "reader"),
    Access("history.back", ("GET", "POST"), "operator"),
    Access("day.page", ("GET",), "operator"),
    Access("photos.one", ("GET",), "reader"),
    Access("photos.add", ("POST",), "operator"),
    Access("photos.remove", ("POST",), "operator"),
    Access("entry.banding", ("GET", "POST"), "operator"),
    Access("entry.recovery", ("GET", "POST"), "operator"),
    Access("entry.correct", ("GET", "POST"), "operator"),
    Access("grid.rows", ("GET",), "operator"),
    Access("grid.save", ("POST",), "operator"),
    Access("grid.lay_out", ("POST",), "operator"),
    Access("checking.check", ("POST",), "operator"),
    Access("offline.worker", ("GET",), ANYONE),
    Access("offline.manifest", ("GET",), ANYONE),
    Access("offline.nothing", ("GET",), ANYONE),
    Access("trust.page", ("GET",), ANYONE),
    Access("trust.certificate", ("GET",), ANYONE),
    Access("offline.token", ("GET",), "operator"),
    Access("offline.packed", ("GET",), "operator"),
    Access("looking.ring", ("GET",), "operator"),
    Access("looking.following", ("GET",), "operator"),
    Access("session.listing", ("GET", "POST"), "operator"),
    Access("session.one", ("GET", "POST"), "operator"),
    Access("session.fields", ("GET", "POST"), "operator"),
    Access("reports.returns", ("GET",), "reader"),
    Access("downloads.returns", ("GET",), "reader"),
    Access("downloads.about", ("GET",), "reader"),
    Access("verifying.page", ("GET", "POST"), "reader"),
    Access("verifying.answer", ("GET",), "reader"),
    Access("totals.page", ("GET",), "reader"),
    Access("totals.table", ("GET",), "reader"),
    Access("scheduled.listing", ("GET",), "operator"),
    Access("scheduled.add", ("POST",), "operator"),
    Access("scheduled.change", ("POST",), "operator"),
    Access("scheduled.file", ("GET",), "operator"),
    Access("reporting.page", ("GET",), "reader"),
    Access("reporting.begin", ("POST",), "reader"),
    Access("works.listing", ("GET",), "reader"),
    Access("works.one", ("GET",), "reader"),
    Access("works.stop", ("POST",), "reader"),
    Access("works.forget", ("POST",), "reader"),
    Access("works.file", ("GET",), "reader"),
    Access("letters.page", ("GET",), "operator"),
    Access("letters.make", ("POST",), "operator"),
    Access("letters.head", ("GET", "POST"), "reviewer"),
    Access("letters.check", ("GET",), ANYONE),
    Access("map.page", ("GET",), "reader"),
    Access("plots.page", ("GET",), "reader"),
    Access("plots.one", ("GET",), "reader"),
    Access("stories.page", ("GET",), "reader"),
    Access("flagship.listing", ("GET",), "reader"),
    Access("flagship.one", ("GET",), "reader"),
    Access("map.journeys", ("GET",), "reader"),
    Access("map.ground", ("GET",), ANYONE),
    Access("map.leaflet", ("GET",), ANYONE),
    Access("stock.listing", ("GET",), "operator"),
    Access("stock.receive", ("POST",), "reviewer"),
    Access("stock.allocate", ("POST",), "reviewer"),
    Access("stock.losses", ("POST",), "reviewer"),
    Access("tables.listing", ("GET",), "administrator"),
    Access("tables.add", ("POST",), "administrator"),
    Access("tables.withdraw", ("POST",), "administrator"),
    Access("api.openapi", ("GET",), "reader"),
    Access("api.records", ("GET",), "reader"),
    Access("api.record", ("GET",), "reader"),
    Access("api.bird", ("GET",), "reader"),
    Access("api.returns", ("GET",), "reader"),
    Access("api.rings", ("GET",), "operator"),
    Access("api.extensions", ("GET",), "reader"),
    Access("api.extend", ("POST",), "administrator"),
    Access("api.submit", ("POST",), "operator"),
    Access("finds.listing", ("GET",), "reviewer"),
    Access("finds.one", ("GET",), "reviewer"),
    Access("finds.decide", ("POST",), "reviewer"),
    Access("finds.photo", ("GET",), "reviewer"),
    Access("accounts.people", ("GET",), "administrator"),
    Access("accounts.invite", ("POST",), "administrator"),
    Access("accounts.change", ("POST",), "administrator"),
    Access("keys.everybodys", ("GET",), "administrator"),
    Access("keys.revoke", ("POST",), "administrator"),
)


# Whoever has found a key must not be able to make another one, or an account, that outlives it.
PERSONS = ("accounts", "keys")


class NotLoggedIn(BandingError):
    """Nobody asks for what somebody may have."""

    slug, status = "log-in", 401


def init(app: Flask) -> None:
    """Check every request against the table before anything else is done with it."""
    app.extensions["access"] = {}
    app.extensions["guards"] = {}
    allow(app, TABLE)
    app.before_request(check)
    app.jinja_env.globals.update(current_role=current_role, may=may)


def allow(app: Flask, more: Iterable[Access], guard: Guard | None = None) -> None:
    """Add rows to the table; `guard` answers for their rows of role "peer" and raises NotAllowed."""
    for row in more:
        for method in row.methods:
            app.extensions["access"][row.endpoint, method] = row.role
            if row.role == PEER and guard is not None:
                app.extensions["guards"][row.endpoint, method] = guard


def current_role() -> str:
    """The role of who is asking; "anyone" for nobody."""
    asking = here.account()
    return asking.role if asking else ANYONE


def may(role: str) -> bool:
    """Whether who is asking has this role or a higher one."""
    return role == ANYONE or (role in ROLES and _rank(current_role()) >= _rank(role))


def role_of(endpoint: str, method: str) -> str | None:
    """The least role for a route, None when the table does not know it."""
    role: str | None = current_app.extensions["access"].get((endpoint, _asked(method)))
    return role


def check() -> Any:
    """Refuse, send to the log-in page, or let pass (None)."""
    if request.routing_exception is not None or request.endpoint is None:
        return None
    role = role_of(request.endpoint, request.method)
    if role is None:
        raise NotAllowed("This address is open to nobody", where=request.path)
    if role == PEER:
        return _peer(request.endpoint, _asked(request.method))
    if here.sent_key() and here.account() is None:
        raise NotLoggedIn("This key is not known here", mend="Make a new one on your account's page")
    if here.sent_key() and request.blueprint in PERSONS:
        raise NotAllowed("No key opens the pages of accounts and keys", where=request.path, mend="Log in for this")
    if may(role):
        return None
    if here.account() is not None:
        raise NotAllowed("Your role does not allow this", why="It needs a higher role", mend="Ask an administrator")
    return _to_login()


def is_machine() -> bool:
    """Whether the request is for the JSON API or the exchange, where nobody reads pages."""
    return request.path.startswith(("/api/", "/exchange/"))


def wants_json() -> bool:
    """Whether a program or a script of ours asks rather than a browser's page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return is_machine() or best in {"application/json", "application/problem+json"}


def is_local(path: str) -> bool:
    """Whether this is a path on this node and nothing that a browser would take for another place."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return False
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _to_login() -> Any:
    if is_machine():
        raise NotLoggedIn("Nobody is logged in", mend="Send a key of your account: Authorization: Bearer ...")
    if wants_json():
        raise NotLoggedIn("Nobody is logged in", mend="Log in; what was typed stays on this device")
    if again.is_worth_keeping():
        return again.ask()
    asked = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else ""
    return redirect(url_for("accounts.login", next=None if asked in {"", "/"} else asked), 303)


def _peer(endpoint: str, method: str) -> None:
    guard: Guard | None = current_app.extensions["guards"].get((endpoint, method))
    if guard is None:
        raise NotAllowed("This address is open to nobody", where=request.path)
    guard()


def _asked(method: str) -> str:
    return "GET" if method in {"HEAD", "OPTIONS"} else method


def _rank(role: str) -> int:
    return ROLES.index(role) if role in ROLES else -1
