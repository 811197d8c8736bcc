"""Log-in, log-out, the one-time link, one's own account, and the accounts of everybody."""

from typing import Any

import flask_login
from flask import Blueprint, Flask, abort, current_app, flash, render_template, request, session, url_for
from flask import redirect as to
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from banding.errors import BandingError, NotFound, Refused
from banding.store.shapes import Account
from banding.web import again, here
from banding.web.access import ROLES, is_local
from banding.web.invitations import accept, as_kept, checked_password, give_key, invite, invited
from banding.web.keys import LONGEST_PASSWORD, digest, is_right, new_secret
from banding.web.language import preferred, remember

blueprint = Blueprint("accounts", __name__)
BY_ADDRESS, BY_NAME = "10 per minute", "5 per minute"


class Person(flask_login.UserMixin):
    """An account as the log-in library wants it; the cookie ends when `session` changes."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """What the cookie says."""
        return f"{self.account.id}.{self.account.session}"


def init(app: Flask) -> None:
    """Let cookies name accounts, and prepare a hash that no password fits."""
    manager = flask_login.LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_of_cookie)
    app.extensions["nobodys_hash"] = app.config["PASSWORD_HASHER"].hash(new_secret())
    app.register_blueprint(blueprint)


def _of_cookie(said: str) -> Person | None:
    number, _dot, mark = said.partition(".")
    account = here.station().store.accounts.by_id(int(number)) if number.isdecimal() else None
    if account is None or account.closed or account.session != mark:
        return None
    return Person(account)


# -- coming and going --------------------------------------------------------------------------------------


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Any:
    """The log-in page."""
    if request.method == "POST":
        return _log_in()
    return to(_after_login(), 303) if here.account() is not None else _login_page("")


def _log_in() -> Any:
    """Check name and password; an unknown name costs the same time and gets the same answer."""
    name, password = as_kept(request.form.get("name", "")), request.form.get("password", "")
    throttle = current_app.extensions["throttle"]
    with (
        throttle.limit(BY_ADDRESS, scope="login"),
        throttle.limit(BY_NAME, scope="name", key_func=lambda: _who(name)),
    ):
        account = _proven(name, password)
    if account is None:
        return _login_page(name), 422
    _enter(account)
    return again.resume(request.form.get("kept", "")) or to(_after_login(), 303)


def _login_page(name: str) -> str:
    wrong = _("Name or password is not right.") if request.method == "POST" else ""
    following, kept = request.values.get("next", ""), request.form.get("kept", "")
    following = following if is_local(following) else ""
    return render_template("login.html", name=name, wrong=wrong, next=following, kept=kept)


def _who(name: str) -> str:
    return digest(name.casefold())[:16]


def _proven(name: str, password: str) -> Account | None:
    account = here.station().store.accounts.by_name(name)
    hasher = current_app.config["PASSWORD_HASHER"]
    kept = account.password if account else current_app.extensions["nobodys_hash"]
    right = len(password) <= LONGEST_PASSWORD and is_right(hasher, kept, password)
    if account is None or account.closed or not right:
        return None
    if hasher.check_needs_rehash(account.password):
        here.station().store.accounts.change(account.id, password=hasher.hash(password))
    return account


def _enter(account: Account) -> None:
    # A new session: nothing that was put into the cookie before the log-in stays in it.
    session.clear()
    session.permanent = True
    flask_login.login_user(Person(account))


def _after_login() -> str:
    following = request.values.get("next", "")
    return following if is_local(following) else url_for("home")


@blueprint.post("/logout")
def logout() -> Response:
    """End this log-in."""
    flask_login.logout_user()
    session.clear()
    response = to(url_for("accounts.login"), 303)
    # The next person at this computer must not come back to the pages of the last one.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.route("/first/<token>", methods=["GET", "POST"])
def first(token: str) -> Any:
    """Make an account with a one-time link."""
    station = here.station()
    role = invited(station, token)
    if role is None:
        raise NotFound("This link has been used or is too old", mend="Ask an administrator for a new one")
    if request.method == "GET":
        return render_template("first.html", role=role, refused=None)
    form, language = request.form, preferred(request.form)
    try:
        password = _twice(form.get("password", ""), form.get("again", ""))
        hasher = current_app.config["PASSWORD_HASHER"]
        number = accept(station, token, form.get("name", ""), password, language, hasher)
    except Refused as refused:
        return render_template("first.html", role=role, refused=refused), 422
    account = station.store.accounts.by_id(number)
    assert account is not None
    _enter(account)
    return remember(to(url_for("home"), 303), language or "")


def _twice(password: str, again: str) -> str:
    if password != again:
        raise Refused("The two passwords differ", where="password", mend="Write the same one twice")
    return checked_password(password)


# -- one's own account -------------------------------------------------------------------------------------


@blueprint.route("/me", methods=["GET", "POST"])
def me() -> Any:
    """One's own account: change the password or the language, or make a key for a program."""
    account = here.account()
    assert account is not None
    if request.method == "GET":
        return render_template("me.html", key=None, refused=None)
    try:
        if request.form.get("do") == "password":
            return _new_password(account)
        if request.form.get("do") == "key":
            key = give_key(here.station(), account.id, request.form.get("label", "").strip() or account.name)
            return render_template("me.html", key=key, refused=None)
    except Refused as refused:
        return render_template("me.html", key=None, refused=refused), 422
    return remember(to(url_for("accounts.me"), 303), preferred(request.form) or "")


def _new_password(account: Account) -> Response:
    hasher, form = current_app.config["PASSWORD_HASHER"], request.form
    throttle = current_app.extensions["throttle"]
    with throttle.limit(BY_NAME, scope="password", key_func=lambda: str(account.id)):
        if not is_right(hasher, account.password, form.get("old", "")[:LONGEST_PASSWORD]):
            raise Refused("The old password is not right", where="old", mend="Write the password you logged in with")
    password = _twice(form.get("password", ""), form.get("again", ""))
    here.station().store.accounts.change(account.id, password=hasher.hash(password), session=new_secret())
    changed = here.station().store.accounts.by_id(account.id)
    assert changed is not None
    _enter(changed)
    flash(_("The password is changed. Every other log-in and every key of yours has ended."), "done")
    return to(url_for("accounts.me"), 303)


# -- everybody's accounts ----------------------------------------------------------------------------------


@blueprint.get("/accounts")
def people() -> str:
    """Every account, and what can be done with it."""
    return _people()


def _people(link: str = "", role: str = "") -> str:
    everyone = here.station().store.accounts.everyone()
    return render_template("accounts.html", everyone=everyone, roles=ROLES, link=link, invited=role)


@blueprint.post("/accounts/invite", endpoint="invite")
def invite_somebody() -> str:
    """Make a one-time link and show it once, to be handed over."""
    role = request.form.get("role", "")
    base = here.station().settings.public_url or request.host_url.rstrip("/")
    return _people(base + invite(here.station(), role), role)


@blueprint.post("/accounts/<int:number>")
def change(number: int) -> Response:
    """Change an account's role, close or reopen it, or end its log-ins."""
    accounts, form = here.station().store.accounts, request.form
    with here.station().store.transaction():
        account = accounts.by_id(number)
        if account is None:
            raise NotFound("There is no such account", where=str(number))
        values = _changes(account, form.get("do", ""), form.get("role", ""))
        _keep_one_administrator(account, values)
        accounts.change(number, **values)
    flash(_("The account %(name)s is changed.", name=account.name), "done")
    return to(url_for("accounts.people"), 303)


def _changes(account: Account, what: str, role: str) -> dict[str, Any]:
    if what == "role" and role in ROLES:
        return {"role": role, "session": account.session if role == account.role else new_secret()}
    known: dict[str, dict[str, Any]] = {
        "close": {"closed": 1, "session": new_secret()},
        "reopen": {"closed": 0},
        "end": {"session": new_secret()},
    }
    return known[what] if what in known else abort(400)


def _keep_one_administrator(account: Account, values: dict[str, Any]) -> None:
    role, closed = values.get("role", account.role), values.get("closed", account.closed)
    everyone = here.station().store.accounts.everyone()
    open_ones = {a.id for a in everyone if a.role == "administrator" and not a.closed}
    if open_ones == {account.id} and (role != "administrator" or closed):
        raise LastAdministrator(
            "This is the only administrator", where=account.name, mend="Give somebody else that role first"
        )


class LastAdministrator(BandingError):
    """The last administrator cannot go."""

    slug, status = "conflict", 409
