"""A report of a ring as it comes in: kept under a private address, and read as well as can be."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from banding.domain import rings
from banding.errors import NotFound
from banding.station import Station
from banding.store.finds import WAITING, Find
from banding.store.photos import Picture
from banding.store.shapes import Kept, Query
from banding.telling import ADDRESS

ENGRAVED: dict[str, tuple[str, ...]] = {
    "nbbc": ("CPB",), "moskwa": ("RUM", "SUM"), "moscow": ("RUM",), "kankyocho": ("JHY",), "other": (), "unread": (),
}  # fmt: skip
"""What stands on a ring beside its number, and the schemes that may have engraved it, the likeliest first."""
STATES: dict[str, tuple[str, str | None, str | None]] = {
    "free": ("resighting", "7", "28"), "released": ("found", "7", None), "kept": ("found", "6", None),
    "hurt": ("found", "5", None), "fresh": ("found", "2", None), "old": ("found", "3", None),
    "dead": ("found", "1", None), "ring": ("found", "0", "02"), "unknown": ("found", "0", None),
}  # fmt: skip
"""The state of a bird in plain words: manner, condition and circumstances."""
HOW = ("10", "19", "21", "34", "40", "41", "43", "44", "45", "46", "35", "32", "30", "38", "50", "61", "63", "65", "70",
       "77", "78", "01")  # fmt: skip


def secret_of(key: str) -> str:
    """The private address that belongs to the key of a report: 128 bits, the same however often it is sent."""
    return hashlib.sha256(f"private address of a find: {key}".encode()).hexdigest()[:32]


def digest_of(secret: str) -> str:
    """What is kept of a private address; it is long and random, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def take(
    station: Station, key: str, told: Mapping[str, Any], person: Mapping[str, Any], *, language: str,
    suspect: bool = False, photos: tuple[Picture, ...] = (),
) -> Find:  # fmt: skip
    """Keep a report for a person to look at; sent again it is the same one."""
    with station.store.transaction():
        found = station.store.finds.take(
            digest_of(secret_of(key)), told, person, language=language, suspect=suspect, at=at(station)
        )
        for picture in photos if found.state == WAITING else ():
            station.store.finds.add_photo(found.id, picture)
    return found


def is_mail(text: str) -> bool:
    """Whether a text is one plain mail address."""
    return bool(ADDRESS.fullmatch(text)) and text.count("@") == 1 and not set('<>,;:"()\\') & set(text)


def one(station: Station, number: int) -> Find:
    """A find by its number. Raises NotFound."""
    found = station.store.finds.one(number)
    if found is None:
        raise NotFound("There is no such report", where=str(number), mend="Look for it in the list of reports")
    return found


def at(station: Station) -> str:
    """This moment by the node's own clock, as it is kept."""
    return station.intake.clock().isoformat(timespec="seconds")


def ring_of(station: Station, told: Mapping[str, Any], scheme: str = "") -> tuple[str, bool]:
    """The ring as a record writes it, `-` for each sign that was not read, and whether there is any such."""
    facts = station.tables.schemes.get(scheme)
    text = re.sub(r"\.{2,}|…", lambda dots: "-" * max(3, len(dots[0])), told["ring"]).strip()
    partial = rings.is_partial(text, facts.pattern, facts.example) if facts else rings.is_partial(text, "")
    return (re.sub(r"[?*？]", "-", text) if partial else text), partial


def scheme_of(station: Station, told: Mapping[str, Any]) -> str:
    """The scheme of a ring: one of those that engrave it so, best of all one that put it on; '' where none is sure."""
    may_be = ENGRAVED.get(told.get("engraved", ""), ())
    known = [kept.core["scheme"] for kept in _bandings(station, told) if not may_be or kept.core["scheme"] in may_be]
    if len(set(known)) == 1:
        return str(known[0])
    return may_be[0] if may_be and not known else ""


def _bandings(station: Station, told: Mapping[str, Any]) -> list[Kept]:
    """The bandings of any scheme with just this number."""
    ring, partial = ring_of(station, told)
    key = rings.normal(ring)
    # Whether a hyphen is engraved depends on the scheme, and none is chosen yet.
    if not key or (partial and re.search(r"[?*？…]|\.\.", told["ring"])):
        return []
    return station.store.search.records(Query(kind="banding", ring_like=(key,)), limit=20)


def alike(station: Station, told: Mapping[str, Any]) -> list[str]:
    """Rings known here for which this one may have been misread; none where it is known itself, or read in part."""
    scheme = scheme_of(station, told)
    ring, partial = ring_of(station, told, scheme)
    key = rings.normal(ring)
    if partial:
        return station.store.records.rings_like(scheme, rings.reading(ring)) if scheme and rings.reading(ring) else []
    known = station.store.records.rings_known([key, *rings.look_alikes(key)])
    return [] if key in known else sorted(known)
