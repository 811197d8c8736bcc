"""What is asked of returns, as it stands in an address: read field by field into a question to the store."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from banding.domain import regions
from banding.errors import Refused
from banding.station import Station
from banding.store.shapes import ReturnQuery
from banding.web import here
from banding.web.asking import Misread, asked, order_of_days, read_day
from schemas.codes import Table, table
from schemas.parts import NODE, PLACE_CODE, SCHEME

ASKED = (
    "species", "group", "scheme", "ring", "banding_place", "place_code", "banding_name", "place_name", "region",
    "region_of", "banded_since", "banded_until", "since", "until", "month_from", "month_to", "condition",
    "circumstances", "manner", "km_from", "km_to", "days_from", "days_to", "origin", "banding_origin",
)  # fmt: skip
"""The parameters of a question about returns, in every address that asks one."""

REGION_OF = ("either", "banding", "recovery", "both")
MOST_KM, MOST_DAYS = 20_100.0, 100_000
SHORTEST_NAME = 2


@dataclass(frozen=True)
class AskedReturns:
    """The question, its parameters as they were typed, the species found, and by the field what was misread."""

    query: ReturnQuery
    typed: Mapping[str, str] = field(default_factory=dict)
    species: tuple[str, ...] = ()
    misread: Mapping[str, Misread] = field(default_factory=dict)

    def understood(self) -> "AskedReturns":
        """The same, where nothing was misread. Raises Refused."""
        for wrong in self.misread.values():
            raise Refused(str(wrong.why), where=wrong.name, mend=str(wrong.mend))
        return self


def asked_returns(args: Mapping[str, Any], station: Station | None = None) -> AskedReturns:
    """Understand a question as people and addresses put it; what is misread is never silently left out.

    Names, rings, days and codes as in `asked`. Several codes stand in one field with commas between them or in
    several of its name. A place may be given by the beginning of its code or by its name.
    """
    station = station or here.station()
    typed = typed_in(args)
    shared = asked(
        {name: typed.get(name, "") for name in ("species", "ring", "scheme", "since", "until")}, station.tables.species
    )
    read = _Reading(typed, dict(shared.misread))
    # Field by field, and of these the ones that are read alike together.
    more: dict[str, Any] = {
        **_days(read, "banded_since", "banded_until"),
        **_span(read, "km_from", "km_to", lambda name: read.number(name, MOST_KM)),
        **_span(read, "days_from", "days_to", lambda name: read.whole(name, -MOST_DAYS, MOST_DAYS)),
    }
    more |= {name: read.whole(name, 1, 12) for name in ("month_from", "month_to")}
    more |= {name: read.codes(name, table(name).__contains__) for name in ("condition", "circumstances", "manner")}
    more |= {name: read.codes(name, lambda code: re.fullmatch(NODE, code)) for name in ("origin", "banding_origin")}
    more |= {name: _places(read, name, station.live.table("place")) for name in ("banding_place", "place_code")}
    schemes = read.codes("scheme", lambda code: re.fullmatch(SCHEME, code))
    if not schemes and "scheme" not in typed and shared.query.scheme:
        schemes = (shared.query.scheme,)
    found = ReturnQuery(
        species=shared.species, ring=shared.query.ring, ring_like=shared.query.ring_like,
        since=shared.query.since, until=shared.query.until, group=_group(read, station),
        scheme=schemes,
        banding_name=typed.get("banding_name", ""), place_name=typed.get("place_name", ""),
        region=_region(read), region_of=read.one_of("region_of", REGION_OF), **more,
    )  # fmt: skip
    return AskedReturns(found, typed, shared.species, read.wrong)


def typed_in(args: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that are not empty, each as one text."""
    return {name: text for name in ASKED if (text := _text(args, name))}


def _text(args: Mapping[str, Any], name: str) -> str:
    every: Sequence[str] = args.getlist(name) if hasattr(args, "getlist") else [args.get(name, "")]
    return ",".join(text for one in every if (text := str(one).strip()))


class _Reading:
    """Reads one field after another; `wrong` gathers what cannot be understood."""

    def __init__(self, typed: Mapping[str, str], wrong: dict[str, Misread]) -> None:
        self.typed, self.wrong = typed, wrong

    def refuse(self, name: str, why: str, mend: str) -> None:
        """This field is not understood."""
        self.wrong[name] = Misread(name, why, mend)

    def parts(self, name: str) -> list[str]:
        """The values of a field that may hold several."""
        return [part for one in re.split(r"[,;，；、]", self.typed.get(name, "")) if (part := one.strip())]

    def codes(self, name: str, is_known: Callable[[str], Any]) -> tuple[str, ...]:
        """Codes in either case."""
        found: list[str] = []
        for part in self.parts(name):
            forms = [form for form in (part, part.upper(), part.lower()) if is_known(form)]
            if not forms:
                self.refuse(name, _("%(text)s is no code of this table.", text=part[:80]), _("Choose from the list."))
            found += forms[:1]
        return tuple(dict.fromkeys(found))

    def one_of(self, name: str, choices: Sequence[str]) -> str:
        """One of a few words, the first where nothing is said."""
        said = self.typed.get(name, choices[0])
        if said not in choices:
            self.refuse(name, _("%(text)s is no code of this table.", text=said[:80]), _("Choose from the list."))
        return said

    def number(self, name: str, most: float) -> float | None:
        """A number from nought, with a point or a comma."""
        said = self.typed.get(name, "").replace(",", ".")
        if not said:
            return None
        if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{0,6})?", said, re.ASCII) and float(said) <= most:
            return float(said)
        self.refuse(name, _("%(text)s is no number that fits here.", text=said[:80]), _("Write it like 12.5."))
        return None

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number between two, themselves included."""
        said = self.typed.get(name, "")
        if not said:
            return None
        if re.fullmatch(r"-?[0-9]{1,6}", said, re.ASCII) and least <= int(said) <= most:
            return int(said)
        why = _("%(text)s is no whole number from %(least)s to %(most)s.", text=said[:80], least=least, most=most)
        self.refuse(name, why, _("Write figures only."))
        return None


def _days(read: _Reading, first: str, last: str) -> dict[str, str]:
    found = {name: read_day(name, read.typed.get(name, ""), read.wrong) for name in (first, last)}
    order_of_days(found, first, last, read.wrong)
    return found


def _span(read: _Reading, first: str, last: str, number: Callable[[str], Any]) -> dict[str, Any]:
    found = {name: number(name) for name in (first, last)}
    if None not in found.values() and found[first] > found[last]:
        read.refuse(last, _("The most is less than the least."), _("Change one of the two numbers."))
    return found


def _group(read: _Reading, station: Station) -> tuple[str, ...]:
    """Every scientific name of the groups' species, older names too."""
    groups = table("species_group")
    rows = [groups.rows[code] for code in read.codes("group", groups.__contains__)]
    orders = {order for row in rows for order in row["orders"].split(";") if order}
    families = {family for row in rows for family in row["families"].split(";") if family}
    found = [
        name
        for code, row in station.live.table("species").rows.items()
        if row["order"] in orders or row["family"] in families
        for name in (code, *row["synonyms"].split(";"))
        if name.strip()
    ]
    return tuple(found)


def _region(read: _Reading) -> regions.Region | None:
    said = read.typed.get("region", "")
    if not said:
        return None
    try:
        return regions.understand(said)
    except regions.RegionNotUnderstood:
        mend = _("Draw it on the map, or write south,west,north,east in degrees.")
        read.refuse("region", _("This is not understood as a region."), mend)
        return None


def _places(read: _Reading, name: str, places: Table) -> tuple[str, ...]:
    """Beginnings of place codes; the hyphens behind the code of a whole country are any of its regions."""
    found: list[str] = []
    for part in read.parts(name):
        codes = _place(part, places)
        if not codes:
            why = _("No place is called %(text)s.", text=part[:80])
            read.refuse(name, why, _("Choose from the list, or write the first letters of a code."))
        found += [code.rstrip("-") or code for code in codes]
    return tuple(dict.fromkeys(found))


def _place(text: str, places: Table) -> list[str]:
    line, code = text.casefold(), text.upper()
    labels = {one: [row[language].casefold() for language in ("en", "zh", "ru")] for one, row in places.rows.items()}
    if exact := [one for one, names in labels.items() if line in names]:
        return exact
    if re.fullmatch(r"[A-Z0-9+-]{1,4}", code) and any(one.startswith(code) for one in places):
        return [code]
    begun = [one for one, names in labels.items() if any(label.startswith(line) for label in names)]
    if begun and len(line) >= SHORTEST_NAME:
        return begun
    # A region that the table does not list, of a country that it does.
    is_region = re.fullmatch(PLACE_CODE, code) and any(one.startswith(code[:2]) for one in places)
    return [code] if is_region else []
