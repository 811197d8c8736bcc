"""How somebody comes to have an account, and a program its key; the command line uses these too."""

import datetime
import unicodedata

from argon2 import PasswordHasher

from banding.errors import Refused
from banding.settings import LANGUAGES
from banding.spoken import filled
from banding.station import Station
from banding.web.access import ROLES
from banding.web.keys import LONGEST_PASSWORD, SHORTEST_PASSWORD, digest, new_secret

VALID = datetime.timedelta(hours=24)
LONGEST_NAME = 80


def first_link(station: Station) -> str:
    """The path of a one-time link under which the first administrator makes an account; valid a day."""
    return invite(station, "administrator")


def invite(station: Station, role: str) -> str:
    """The path of a one-time link for a new account of a role. It is said once: only its digest is kept.

    An older unused link for the same role ends with it.
    """
    if role not in ROLES:
        raise Refused(
            "There is no such role", where=role, mend=filled("Choose one of %(names)s", names=", ".join(ROLES))
        )
    token = new_secret()
    station.store.accounts.invite(digest(token), role, _stamp(station.intake.clock() + VALID))
    return f"/first/{token}"


def invited(station: Station, token: str) -> str | None:
    """The role that a link opens, None when it is unknown, used or too old."""
    return station.store.accounts.invitation(digest(token), _stamp(station.intake.clock()))


def accept(station: Station, token: str, name: str, password: str, language: str | None, hasher: PasswordHasher) -> int:
    """Make the account that a link is for and use the link up, both or neither. Raises Refused."""
    with station.store.transaction():
        role = invited(station, token)
        if role is None or not station.store.accounts.spend(digest(token)):
            raise Refused(
                "This link has been used or is too old",
                mend="Ask an administrator for a new one",
            )
        return add_account(station, name, role, password, language, hasher=hasher)


def add_account(
    station: Station, name: str, role: str, password: str, language: str | None = None, *,
    hasher: PasswordHasher | None = None,
) -> int:  # fmt: skip
    """A new account; gives its number. Raises Refused when the name is taken or something does not do."""
    name = checked_name(name)
    checked_password(password)
    if role not in ROLES:
        raise Refused(
            "There is no such role", where=role, mend=filled("Choose one of %(names)s", names=", ".join(ROLES))
        )
    hashed = (hasher or PasswordHasher()).hash(password)
    with station.store.transaction():
        if station.store.accounts.by_name(name) is not None:
            raise Refused("This name is taken", where=name, mend="Choose another one, or log in")
        spoken = language if language in LANGUAGES else None
        made_at = _stamp(station.intake.clock())
        return station.store.accounts.add(name, role, hashed, new_secret(), made_at, spoken)


def give_key(station: Station, account_id: int, label: str) -> str:
    """A key with which a program comes in as this account. It is said once: only its digest is kept."""
    key = new_secret()
    label = " ".join(label.split())[:LONGEST_NAME]
    station.store.keys.give(digest(key), account_id, label, _stamp(station.intake.clock()))
    return key


def as_kept(name: str) -> str:
    """A name in the one spelling in which it is kept, however a keyboard composes its letters."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def checked_name(name: str) -> str:
    """A name as it is kept. Raises Refused."""
    name = as_kept(name)
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refused("A name has 1 to 80 letters", where="name", mend="Write your name or a short one")
    return name


def checked_password(password: str) -> str:
    """A password that will do. Raises Refused."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(
            "The password is too short or far too long", where="password",
            mend="Take at least 10 characters; three or four words are easy to remember",
        )  # fmt: skip
    return password


def _stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="seconds")
