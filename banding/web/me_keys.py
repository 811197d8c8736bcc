"""Keys for programs: one's own, and for an administrator all of the node; looked at one by one, and revoked."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from banding.errors import NotFound, Refused
from banding.store.keys import Key
from banding.web import here
from banding.web.history import clock

blueprint = Blueprint("keys", __name__)


@blueprint.get("/me/keys")
def mine() -> str:
    """One's own keys."""
    return _page(here.station().store.keys.every(_asking()), own=True)


@blueprint.post("/me/keys")
def revoke_mine() -> Response:
    """Revoke one of one's own keys, or all."""
    return _revoked(_asking(), "keys.mine")


@blueprint.get("/accounts/keys")
def everybodys() -> str:
    """The keys of everybody."""
    return _page(here.station().store.keys.every(), own=False)


@blueprint.post("/accounts/keys")
def revoke() -> Response:
    """Revoke anybody's key, or all keys of the node."""
    return _revoked(None, "keys.everybodys")


def _page(keys: list[Key], *, own: bool) -> str:
    return render_template("keys.html", keys=keys, own=own, clock=clock)


def _revoked(account: int | None, back: str) -> Response:
    keys, number = here.station().store.keys, request.form.get("key", 0, here.number)
    if number:
        if not keys.revoke(number, account):
            raise NotFound(_("There is no such key"), mend=_("It may have been revoked already; open the list anew"))
        flash(_("The key is revoked. Whatever comes with it is refused from now on."), "done")
    elif request.form.get("sure"):
        count = keys.revoke_all(account)
        flash(ngettext("%(num)s key is revoked.", "%(num)s keys are revoked.", count), "done")
    else:
        raise Refused(_("Nothing was revoked"), where="sure", mend=_("Tick that all keys are meant, or choose one"))
    return to(url_for(back), 303)


def _asking() -> int:
    account: Any = here.account()
    return int(account.id)
