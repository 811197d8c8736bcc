"""What a view may ask of the moment: the node it serves, who is asking, and what time it is."""

import datetime

import flask_login
from flask import current_app, g, request
from flask_babel import gettext as _

from banding.errors import NotFound
from banding.station import Station
from banding.store.shapes import Account, Kept
from banding.web.keys import digest

LARGEST = 2**63 - 1
"""The largest number that the store can hold."""


def number(text: str) -> int:
    """The number of a row as a form or an address says it. Raises ValueError, also where the store holds none such."""
    found = int(text)
    if abs(found) > LARGEST:
        raise ValueError("No row has such a number")
    return found


def station() -> Station:
    """The node that these pages serve."""
    found: Station = current_app.extensions["station"]
    return found


def now() -> datetime.datetime:
    """The moment by the node's clock, in UTC."""
    return station().intake.clock()


def account() -> Account | None:
    """Who is asking: by a machine's key when one was sent, else by the log-in; None for nobody."""
    if "asking" not in g:
        g.asking = None
        g.asking = _by_key() if sent_key() else getattr(flask_login.current_user, "account", None)
    found: Account | None = g.asking
    return found


def who() -> str:
    """The name of the account that asks, empty for nobody."""
    found = account()
    return found.name if found else ""


def record(uuid: str) -> Kept:
    """A record that this node holds. Raises NotFound."""
    held = station().store.records.record(uuid)
    if held is None:
        raise NotFound(_("There is no such record here"), where=uuid, mend=_("Look for it by its ring"))
    return held


def sent_key() -> str:
    """The key in the `Authorization: Bearer` header, empty when there is none."""
    sent = request.authorization
    return (sent.token or "") if sent is not None and sent.type == "bearer" else ""


def _by_key() -> Account | None:
    store, key = station().store, digest(sent_key())
    found = store.accounts.by_key(key)
    if found is None or found.closed:
        return None
    store.keys.serves(key, now().astimezone(datetime.UTC).isoformat(timespec="seconds"))
    return found
