"""How an entry form is laid out, and what stands in it before anybody has typed."""

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import lazy_gettext

from banding.settings import Node
from banding.web import forms
from banding.web.words import code_table
from schemas.fields import Code, Day, Flag, Number, Strict, Text, Whole

LONG = 500
SUGGESTIONS = {
    "core.species": "known-species",
    "core.place_code": "known-places",
    "core.current_place_code": "known-places",
}
SCHEMES = ("core.scheme", "core.replaces.scheme")
NEAR = ("CPB", "RUM", "SUM", "JHY", "TXS")


@dataclass(frozen=True)
class Control:
    """One control: its name, the schema's field behind it, and the kind of widget that suits it."""

    name: str
    leaf: Strict

    @property
    def id(self) -> str:
        """What a label and a link point to."""
        return self.name.replace(".", "-")

    @property
    def code(self) -> str:
        """The row in the table of field names."""
        return forms.label_code(self.name)

    @property
    def widget(self) -> str:
        """`select`, `scheme`, `flag`, `area`, `number`, or `text`."""
        if self.name in SCHEMES:
            return "scheme"
        if isinstance(self.leaf, Text) and self.leaf.longest >= LONG:
            return "area"
        return next(kind for of, kind in _WIDGETS.items() if isinstance(self.leaf, of))

    @property
    def row(self) -> int | None:
        """Which row of a repeated part this belongs to, from 0."""
        found = re.search(r"\.([0-9]+)\.", self.name)
        return int(found[1]) if found else None

    @property
    def is_needed(self) -> bool:
        """Whether no record is taken without it."""
        return bool(self.leaf.required) and self.name.count(".") == 1

    @property
    def suggestions(self) -> str:
        """The list of suggestions that goes with it, if any."""
        return SUGGESTIONS.get(self.name, "")


_WIDGETS: dict[type[Strict], str] = {
    Day: "text", Text: "text", Code: "select", Flag: "flag", Whole: "number", Number: "number",
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """Controls that belong together in the order of the hand; a folded one opens on demand."""

    key: str
    title: Any
    controls: tuple[Control, ...] = field(default=())
    folded: bool = False


RING = ("core.scheme", "core.ring", "core.ring_information", "core.identification_method")
# What a hand does with a bird, one after the other; each person may choose otherwise.
HAND = {
    "banding": (
        "core.ring", "core.species", "core.age", "core.sex", "measurements.wing", "measurements.mass",
        "measurements.fat",
    ),
    "recovery": (
        "core.scheme", "core.ring", "core.manner", "core.species", "core.age", "core.sex", "core.condition",
        "core.circumstances",
    ),
}  # fmt: skip
# A measurement that says little without the way, or the scale, by which it was taken.
METHODS = {f"measurements.{name}": f"measurements.{name}_method" for name in ("bill", "tarsus", "fat")}
# When and where others found a bird: only they can tell.
FOUND = ("core.day", "place.typed", "place.name")
BIRD = ("core.species", "core.age", "core.sex", "core.status")
WHERE = ("place.typed", "place.datum", "place.name", "core.place_code")
LAYOUT: dict[str, tuple[tuple[str, Any, tuple[str, ...], bool], ...]] = {
    "banding": (
        ("ring", lazy_gettext("Ring"), RING, False),
        ("bird", lazy_gettext("Bird"), BIRD, False),
        ("when", lazy_gettext("When"), ("core.day", "core.time"), False),
        ("where", lazy_gettext("Where"), WHERE, False),
        ("how", lazy_gettext("How"), ("core.catching_method", "core.condition", "core.circumstances"), False),
        ("marks", lazy_gettext("Other marks"), ("core.marks",), True),
        ("measurements", lazy_gettext("Measurements"), ("measurements",), True),
        ("people", lazy_gettext("People"), ("people.ringer",), False),
        ("others", lazy_gettext("Other people"), ("people.others",), True),
        ("remarks", lazy_gettext("Remarks"), ("remarks.text",), False),
    ),
    "recovery": (
        ("ring", lazy_gettext("Ring"), ("core.scheme", "core.ring", "core.ring_partial"), False),
        ("how", lazy_gettext("How it was met"), ("core.manner", "core.condition", "core.circumstances",
                                       "core.circumstances_presumed", "core.catching_method"), False),
        ("bird", lazy_gettext("Bird"), BIRD, False),
        ("when", lazy_gettext("When"), ("core.day", "core.day_accuracy", "core.time"), False),
        ("where", lazy_gettext("Where"), (*WHERE, "place.accuracy"), False),
        ("people", lazy_gettext("Finder and bander"), ("people.finder_name", "people.finder_address",
                                             "people.ringer"), False),
        ("others", lazy_gettext("Other people"), ("people.others",), True),
        ("marks", lazy_gettext("Ring and marks seen"), ("core.ring_information", "core.identification_method",
                                              "core.ring_verified", "core.marks"), False),
        ("measurements", lazy_gettext("Measurements"), ("measurements",), True),
        ("remarks", lazy_gettext("Remarks"), ("remarks.text",), False),
    ),
}  # fmt: skip


def sections(kind: str, rows: int, order: Sequence[str] = ()) -> list[Section]:
    """The whole form, first what the hand does in its `order`; what no section names stands folded at the end."""
    names = list(forms.controls(kind, rows))
    in_hand = [name for name in dict.fromkeys(order) if name in names]
    found = [Section("hand", lazy_gettext("In the hand"), _controls(kind, rows, in_hand))] if in_hand else []
    names = [name for name in names if name not in in_hand]
    for key, title, wanted, folded in LAYOUT[kind]:
        mine = [name for want in wanted for name in list(names) if name == want or name.startswith(f"{want}.")]
        names = [name for name in names if name not in mine]
        found.append(Section(key, title, _controls(kind, rows, mine), folded))
    return [*found, Section("more", lazy_gettext("More"), _controls(kind, rows, names), True)]


def with_methods(order: Sequence[str], begun: Mapping[str, str]) -> tuple[str, ...]:
    """An order of fields in which a measurement brings its method along, unless every bird begins with one."""
    found: list[str] = []
    for name in order:
        method = METHODS.get(name, "")
        found += [name] if not method or method in order or begun.get(method) else [name, method]
    return tuple(found)


def in_hand(kind: str, order: Sequence[str], begun: Mapping[str, str]) -> tuple[str, ...]:
    """What is asked of each bird in turn: an order, and what a record says little without and does not begin with."""
    is_placed = kind == "banding" or any(begun.get(name) for name in FOUND[1:])
    return tuple(dict.fromkeys([*with_methods(order, begun), *(() if is_placed else FOUND)]))


def headings(rows: int) -> list[Section]:
    """The same controls for the head of a field session: the round first, then what every bird may begin with."""
    whole = sections("banding", rows)
    first = [part for key in ("when", "where", "how", "people") for part in whole if part.key == key]
    rest = [replace(part, folded=True) for part in whole if part not in first and part.key != "marks"]
    methods = tuple(c for part in rest for c in part.controls if c.name in METHODS.values())
    first = [replace(part, controls=part.controls + methods) if part.key == "how" else part for part in first]
    kept = [replace(part, controls=tuple(c for c in part.controls if c.name not in BIRDS_OWN)) for part in rest]
    return [*first, *(replace(part, controls=tuple(c for c in part.controls if c not in methods)) for part in kept)]


def _controls(kind: str, rows: int, names: list[str]) -> tuple[Control, ...]:
    leaves = forms.controls(kind, rows)
    return tuple(Control(name, leaves[name]) for name in names)


# -- what stands there already ----------------------------------------------------------------------------

IN_HAND = {
    "core.identification_method": "A0", "core.day_accuracy": "0", "core.catching_method": "M",
    "core.condition": "8", "core.circumstances": "20", "core.circumstances_presumed": "0",
    "core.manipulated": "N", "core.moved": "0",
}  # fmt: skip
# Values that a new form brings along: they alone are no reason to open a folded part.
QUIET = {*IN_HAND, "place.station"}
RINGED = {"core.ring_information": "2"}
RECAPTURED = {"core.ring_information": "4", "core.manner": "recapture"}
# What stays the same from one bird to the next in a row of birds from one net round.
BIRDS_OWN = ("core.ring", "core.replaces.ring", "core.replaces.scheme", "remarks.text")
STAYS = (
    "core.scheme", "core.day", "core.day_accuracy", "core.place_code", "core.current_place_code",
    "core.manner", "core.catching_method", "core.catching_lures", "core.condition", "core.circumstances",
    "core.circumstances_presumed", "core.identification_method", "core.ring_information", "core.manipulated",
    "core.moved", "place.typed", "place.datum", "place.name", "place.station", "place.accuracy", "place.uncertainty_m",
    "people.ringer", "measurements.bill_method", "measurements.tarsus_method", "measurements.fat_method",
)  # fmt: skip


def presets(kind: str, node: Node, today: datetime.date, language: str, *, recapture: bool = False) -> dict[str, str]:
    """A new form: the station's scheme, day and ways; a bird found by others was not found at the station."""
    common = {"core.scheme": node.scheme, "core.day": today.isoformat()}
    if kind == "recovery" and not recapture:
        return {name: text for name, text in common.items() if text}
    here = {
        "core.place_code": node.place_code,
        "place.typed": "" if node.latitude is None else f"{node.latitude}, {node.longitude}",
        "place.name": node.name(language),
        "place.station": node.code,
    }
    hand = IN_HAND | (RECAPTURED if recapture else RINGED)
    return {name: text for name, text in (common | here | hand).items() if text}


def after(last: Mapping[str, str], fresh: Mapping[str, str], keep: Collection[str]) -> dict[str, str]:
    """The form for the next bird: what is kept of the `last` one, and everything else as in a `fresh` form."""
    begun = {name: text for name, text in fresh.items() if name not in keep}
    return begun | {name: text for name, text in last.items() if name in keep}


def next_ring(ring: str) -> str:
    """`XC 345612` is followed by `XC 345613`; after a row of nines nobody knows, so nothing is said."""
    found = re.fullmatch(r"(.*?)([0-9]+)", ring)
    if not found or set(found[2]) == {"9"}:
        return ""
    return found[1] + str(int(found[2]) + 1).zfill(len(found[2]))


def as_recapture(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed as a banding, turned into a recapture of the bird that wears the ring already."""
    return dict(typed) | RECAPTURED


def scheme_choices(own: str, chosen: str) -> Iterator[tuple[bool, str]]:
    """Every scheme, those at hand first: whether it is at hand, and its code."""
    rows = code_table("scheme").rows
    near = [code for code in dict.fromkeys((own, *NEAR, chosen)) if code in rows]
    yield from ((True, code) for code in near)
    yield from ((False, code) for code in rows if code not in near)
