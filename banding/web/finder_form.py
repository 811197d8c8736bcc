"""What a finder typed, on its way to a report: everything understood or told at its field, nothing left out."""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage

from banding import datums, photos
from banding.domain import dates, places, rings
from banding.domain.coordinates import PlaceNotUnderstood
from banding.errors import Refused
from banding.finder import engravings
from banding.finder.reports import ENGRAVED, HOW, STATES, is_mail
from banding.store.finds import MOST_PHOTOS
from banding.store.photos import Picture
from banding.web.typed import narrow
from banding.web.words import code_table, translated

LEGS = ("left", "right")
COLOURS = (
    "white",
    "yellow",
    "orange",
    "red",
    "pink",
    "violet",
    "blue",
    "light-blue",
    "green",
    "brown",
    "grey",
    "black",
)
MARKS = {"leg-ring": lazy_gettext("ring"), "leg-flag": lazy_gettext("flag")}
ACCURACY = {
    "0": lazy_gettext("exactly that day"), "3": lazy_gettext("about a week sooner or later"),
    "5": lazy_gettext("about a month sooner or later"), "7": lazy_gettext("only the year is sure"),
}  # fmt: skip
WORDS = {
    "free": lazy_gettext("alive and free; I read the ring from a distance or on a photo"),
    "released": lazy_gettext("alive; I had it in my hands and let it go"),
    "kept": lazy_gettext("alive, and kept by somebody"),
    "hurt": lazy_gettext("hurt or ill"),
    "fresh": lazy_gettext("dead for some days at most"),
    "old": lazy_gettext("dead for more than a week"),
    "dead": lazy_gettext("dead, I cannot say for how long"),
    "ring": lazy_gettext("only the ring was found"),
    "unknown": lazy_gettext("I do not know"),
}
LONGEST = {"ring": 20, "engraved_words": 120, "words": 200, "typed": 120, "species": 120, "remarks": 2000,
           "name": 200, "address": 500, "mail": 200}  # fmt: skip
DATUMS = ("WGS84", "GCJ-02")
NEAR = ("China", "Russia", "Mongolia", "Japan", "South Korea", "North Korea")


@dataclass
class Reading:
    """What was understood: of the bird, of the person, photos; and what was not, by control."""

    told: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    photos: list[Picture] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)


def read(form: Mapping[str, str], today: datetime.date) -> Reading:
    """Read the whole form but its photos; nothing stops at the first trouble."""
    found = Reading()
    form = _without_words(form)
    typed = {name: _typed(form, name, found) for name in LONGEST}
    _ring(typed, form, found)
    _day(form, today, found)
    _place(typed, form, found)
    _bird(typed, form, found)
    _person(typed, form, found)
    found.told = {name: value for name, value in found.told.items() if value not in ("", [], None)}
    return found


def _without_words(form: Mapping[str, str]) -> dict[str, str]:
    """The form with the number alone for a ring, where somebody copied the words around it too."""
    whole, same = engravings.parted(narrow(form.get("ring", ""))), dict(form.items())
    if not whole.words:
        return same
    same["ring"] = whole.number
    beside = f"{form.get('engraved_words', '').strip()} {whole.words}".strip()
    if len(beside) <= LONGEST["engraved_words"]:
        same["engraved_words"] = beside
    if form.get("engraved", "").strip() in {"", "unread"}:
        same["engraved"] = whole.engraved
    return same


def _typed(form: Mapping[str, str], name: str, found: Reading) -> str:
    """A text without signs that no one can see; one too long is told, and no more of it is looked at."""
    lines = form.get(name, "").replace("\r\n", "\n").strip()
    seen = (one for one in lines if one == "\n" or unicodedata.category(one) not in {"Cc", "Cs"})
    # Two that are no signs at all, and break every file of XML.
    text = "".join(one for one in seen if one not in "\ufffe\uffff")
    text = text if name in {"remarks", "address"} else " ".join(text.split())
    if len(text) > LONGEST[name]:
        values = {"most": LONGEST[name], "count": len(text)}
        found.troubles[name] = _("There is room for %(most)s characters, and these are %(count)s.", **values)
    # Coordinates and addresses of millions of signs would be looked at for hours.
    return text[: LONGEST[name]]


def _ring(typed: Mapping[str, str], form: Mapping[str, str], found: Reading) -> None:
    ring = narrow(typed["ring"])
    if not ring:
        found.troubles["ring"] = _("Copy what stands on the ring. Write ? for each sign that cannot be read.")
    elif not rings.reading(ring):
        found.troubles["ring"] = _("There is no letter or figure here. Type the letters and figures on the ring.")
    elif any(unicodedata.category(one) in {"So", "Cn", "Co"} for one in ring):
        found.troubles["ring"] = _(
            "There is a sign here that no ring carries. Type the letters and figures on the ring."
        )
    found.told |= {"ring": ring, "engraved_words": typed["engraved_words"]}
    found.told["engraved"] = _one_of(form, "engraved", ENGRAVED, found)


def _day(form: Mapping[str, str], today: datetime.date, found: Reading) -> None:
    text = form.get("day", "").strip()[:80]
    accuracy = _one_of(form, "day_accuracy", ACCURACY, found) or "0"
    try:
        day = dates.understand(f"{text}-07-01" if accuracy == "7" and re.fullmatch("[0-9]{4}", text) else text)
    except dates.DoubtfulDate as doubt:
        days = ", ".join(one.isoformat() for one in doubt.candidates[:4])
        found.troubles["day"] = _("This can mean more than one day: %(days)s. Write one of them.", days=days)
        return
    except dates.DateNotUnderstood:
        found.troubles["day"] = _("Say on which day it was, like 2024-05-31. If you are not sure, write the likeliest.")
        return
    # The year alone is told by its middle, which may be still to come.
    day = min(day, today) if accuracy == "7" and day.year == today.year else day
    if day > today:
        found.troubles["day"] = _("This day has not come yet.")
    found.told |= {"day": day.isoformat(), "day_accuracy": accuracy}


def _place(typed: Mapping[str, str], form: Mapping[str, str], found: Reading) -> None:
    if not (typed["words"] or typed["typed"]):
        found.troubles["words"] = _("Say where it was: the village, lake or road, or the coordinates.")
    found.told |= {"words": typed["words"], "place_code": _one_of(form, "place_code", code_table("place").rows, found)}
    if not typed["typed"]:
        return
    datum = _one_of(form, "datum", DATUMS, found) or datums.WGS84
    try:
        point = datums.to_wgs84(places.understand(typed["typed"]), datum)
    except PlaceNotUnderstood:
        found.troubles["typed"] = _("These are not understood as coordinates. Write them like 49.0169, 130.4469.")
        return
    except datums.NotOnDatum:
        found.troubles["typed"] = _("Chinese online maps use GCJ-02 within China only, and this place lies outside.")
        return
    found.told |= {"latitude": point.latitude, "longitude": point.longitude, "typed": typed["typed"], "datum": datum}
    metres = form.get("uncertainty", "")
    if form.get("uncertain_point") == typed["typed"] and metres.isascii() and metres.isdecimal() and len(metres) < 7:
        found.told["uncertainty_m"] = int(metres)


def _bird(typed: Mapping[str, str], form: Mapping[str, str], found: Reading) -> None:
    found.told |= {"species": typed["species"], "remarks": typed["remarks"]}
    found.told |= {"state": _one_of(form, "state", STATES, found), "how": _one_of(form, "how", HOW, found)}
    found.told["ring_leg"] = _one_of(form, "ring_leg", LEGS, found)
    found.told["marks"] = [mark for leg in LEGS if (mark := _mark(leg, form, found))]


def _mark(leg: str, form: Mapping[str, str], found: Reading) -> dict[str, str]:
    """The coloured mark on one leg, where anything of it was told."""
    colour = _one_of(form, f"{leg}.colour", COLOURS, found)
    text = narrow(form.get(f"{leg}.text", "")).replace("?", "-")
    if len(text) > 20:
        found.troubles[f"{leg}.text"] = _("There is room for %(most)s characters, and these are %(count)s.",
                                          most=20, count=len(text))  # fmt: skip
    kind = _one_of(form, f"{leg}.type", MARKS, found)
    if not (colour or text):
        return {}
    told = {"type": kind or "leg-ring", "action": "present", "side": leg, "colour": colour, "inscription": text}
    return {name: value for name, value in told.items() if value}


def _person(typed: Mapping[str, str], form: Mapping[str, str], found: Reading) -> None:
    if typed["mail"] and not is_mail(typed["mail"]):
        found.troubles["mail"] = _("This is no mail address. Write it like name@example.org.")
    person = {name: typed[name] for name in ("name", "address", "mail") if typed[name]}
    found.person = person | ({"agreed": True} if form.get("agreed") and typed["name"] else {})


def look_at(sent: Sequence[FileStorage], found: Reading) -> None:
    """Read the photos too. It costs a second of work each, so the sender must have worked for it before."""
    if len(sent) > MOST_PHOTOS:
        found.troubles["photos"] = _("No more than %(most)s photos, please.", most=MOST_PHOTOS)
        return
    for file in sent:
        try:
            found.photos.append(photos.prepared(file.read()))
        except Refused as refused:
            found.troubles["photos"] = " ".join(f"{translated(one)}." for one in (refused.what, refused.mend) if one)


def _one_of(form: Mapping[str, str], name: str, choices: Iterable[str], found: Reading) -> str:
    chosen = form.get(name, "").strip()
    if chosen and chosen not in choices:
        found.troubles[name] = _("Choose one of the list.")
        return ""
    return chosen
