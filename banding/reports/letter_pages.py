"""Letters and certificates on paper: the words of each in one language, its map, and the PDF of one or many."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from banding.domain.places import Box, Point
from banding.formats.source import Say, english
from banding.reports.drawing import BANDING, RECOVERY, Spot, svg_map
from banding.reports.letterhead import head
from banding.reports.letters import BANDER, FINDER, Facts, Side, written_down
from banding.reports.typst_ import drawn, pdf
from banding.reports.wording import N_, Wording
from banding.station import Station
from banding.store.letters import Printed

LETTER, CERTIFICATE = "letter", "certificate"
FORMS = (LETTER, CERTIFICATE)
LOCALES = {"en": "en_GB", "zh": "zh_CN", "ru": "ru_RU"}
MAPS = {LETTER: (660, 330), CERTIFICATE: (560, 380)}


TITLES = {LETTER: N_("The story of a ringed bird"), CERTIFICATE: N_("Certificate")}
LEGEND = {
    BANDING: N_("Circle: where the ring was put on."),
    RECOVERY: N_("Diamond: where the bird was met again."),
}
TEXTS = {
    FINDER: {
        "for": N_("with thanks to"),
        "did": N_("who reported the ring of this bird"),
        "dear": N_("Dear finder,"),
        "opening": N_(
            "Thank you for reporting the ring %(ring)s. It belongs to the scheme “%(scheme)s”, and this is what is"
            " known of the bird that wore it: %(species)s."
        ),
        "thanks": N_(
            "Every ring that is reported shows where birds fly, how long they live, and which places they cannot do"
            " without. Thank you for your part in this."
        ),
    },
    BANDER: {
        "for": N_("with thanks to"),
        "did": N_("who ringed this bird"),
        "dear": N_("Dear colleague,"),
        "opening": N_(
            "A bird of yours has been met again: ring %(ring)s of the scheme “%(scheme)s”, %(species)s. This is its"
            " journey so far."
        ),
        "thanks": N_(
            "Thank you for ringing it and for writing it down with care: without your record nobody would know of this"
            " journey."
        ),
    },
}


@dataclass(frozen=True)
class Order:
    """How letters are wanted: to whom, in which form and language, and the name on a single one."""

    audience: str = FINDER
    form: str = LETTER
    language: str = "en"
    name: str | None = None
    site: str = ""


def printed(station: Station, every: Iterable[Facts], order: Order, say: Say = english) -> bytes:
    """One PDF with a letter or a certificate for each; the same facts and name give the same bytes."""
    kept = [(found, written_down(station, found)) for found in every]
    setting = _Setting(station, order, say)
    data = {
        "form": order.form, "language": order.language, "head": setting.head(),
        "letters": [setting.letter(found, one) for found, one in kept],
    }  # fmt: skip
    day = datetime.date.fromisoformat(max(one.day for _, one in kept))
    return pdf("letters.typ", data, datetime.datetime.combine(day, datetime.time(), datetime.UTC))


def person(station: Station, found: Facts) -> str:
    """Who found or ringed the bird, where the record was written at this node; never sent, only printed here."""
    held = station.store.records.record(found.recovery_id if found.audience == FINDER else found.banding_id)
    people: Mapping[str, Any] = held.groups.get("people", {}) if held else {}
    own = held is not None and held.origin == station.settings.node.code
    return str(people.get("finder_name" if found.audience == FINDER else "ringer", "")) if own else ""


class _Setting:
    """All words of the letters of one order."""

    def __init__(self, station: Station, order: Order, say: Say) -> None:
        self.station, self.order, self.say = station, order, say
        self.wording, self.locale = Wording(station, order.language, say), LOCALES[order.language]

    def head(self) -> dict[str, Any]:
        """The letterhead."""
        own, language = head(self.station), self.order.language
        node = self.station.settings.node
        return {
            "words": own.words.get(language) or node.name(language), "signed": own.signed.get(language, ""),
            "picture": list(own.picture), "node": f"{node.name(language)} ({node.code})",
        }  # fmt: skip

    def letter(self, found: Facts, one: Printed) -> dict[str, Any]:
        """The words and the map of one letter."""
        order, species = self.order, self.wording.species(found.species)
        name = person(self.station, found) if order.name is None else order.name
        values = {"ring": found.ring, "species": species, "scheme": self.wording.word("scheme", found.scheme)}
        said = TEXTS[order.audience]
        site = f"{order.site}/check/{one.code}" if order.site else ""
        return {
            "title": self.say(TITLES[order.form]), "for": self.say(said["for"]), "name": name,
            "greeting": self.say(N_("Dear %(name)s,"), name=name) if name else self.say(said["dear"]),
            "opening": self.say(said["opening"], **values), "did": self.say(said["did"]),
            "species": species, "latin": found.species, "rows": self._rows(found), "thanks": self.say(said["thanks"]),
            "map": self._map(found), "legend": " ".join(self.say(LEGEND[spot.kind]) for spot in self._spots(found)),
            "notes": self._notes(found),
            "date": self._day(one.day), "signature": self.say(N_("Signature")),
            "code": one.code, "check": self.say(N_("Code of this page: %(code)s"), code=one.code), "site": site,
        }  # fmt: skip

    def _rows(self, found: Facts) -> list[tuple[str, str]]:
        say = self.say
        about = say(N_("about %(number)s"))
        rows = [
            (say(N_("Species")), self.wording.cell("species", found.species)),
            (say(N_("Ring")), f"{found.ring} · {self.wording.word('scheme', found.scheme)}"),
            (say(N_("Ringed")), self._where(found.banding)), (say(N_("Met again")), self._where(found.recovery)),
        ]  # fmt: skip
        if found.days is not None:
            days = self._number(found.days)
            rows.append((say(N_("Days between")), about % {"number": days} if found.days_about else days))
        if found.km is not None:
            km = say(N_("%(number)s km"), number=self._number(found.km))
            rows.append((say(N_("Distance")), about % {"number": km} if found.km_about else km))
        if found.age is not None:
            year = say(N_("at least in calendar year %(number)s of its life"), number=found.age)
            exact = say(N_("in calendar year %(number)s of its life"), number=found.age)
            rows.append((say(N_("Age when met again")), exact if found.age_exact else year))
        return rows

    def _where(self, side: Side) -> str:
        if side.withheld:
            return self.say(N_("The agreement under which we know of it does not let us tell more."))
        region = self.wording.word("place", side.place_code) if side.place_code else ""
        return " · ".join(dict.fromkeys(part for part in (self._day(side.day), side.place, region) if part))

    def _day(self, day: str) -> str:
        return str(format_date(datetime.date.fromisoformat(day), "long", self.locale)) if len(day) > 4 else day

    def _number(self, number: float) -> str:
        return str(format_decimal(number, locale=self.locale))

    def _notes(self, found: Facts) -> list[str]:
        coarse = found.banding.coarse or found.recovery.coarse
        note = N_("A dashed square is the area of 0.1 degree, about 11 by 8 km, within which the place lies.")
        return [self.say(note)] if coarse else []

    def _spots(self, found: Facts) -> list[Spot]:
        words = ((BANDING, found.banding, N_("Ringed")), (RECOVERY, found.recovery, N_("Met again")))
        return [
            Spot(*side.point, kind=kind, label=self.say(label), coarse=side.coarse)
            for kind, side, label in words
            if side.point
        ]

    def _map(self, found: Facts) -> str:
        spots = self._spots(found)
        if not spots:
            return ""
        both = found.banding.point and found.recovery.point
        legs = [(Point(*found.banding.point), Point(*found.recovery.point))] if both else []  # type: ignore[misc]
        box = _around(spots[0]) if len(spots) == 1 else None
        return drawn(svg_map(spots, legs, box, MAPS[self.order.form], language=self.order.language))


def _around(spot: Spot) -> Box:
    """So much around a single place that it is seen where in the world it lies."""
    return Box(spot.latitude - 5, spot.longitude - 9, spot.latitude + 5, spot.longitude + 9)
