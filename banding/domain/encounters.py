"""An encounter: what rules, matching and journeys need of a record, and how encounters stand in order."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from banding.domain import rings
from banding.domain.journeys import is_exact
from banding.domain.places import Point

BANDING, RECOVERY = "banding", "recovery"


class Encounter(NamedTuple):
    """One encounter of one bird; codes are EURING codes, `point` is the 0.1 degree area where `coarse`.

    `replaces` is the scheme and the normal form of the number that this encounter's ring replaced or joined.
    """

    id: str
    origin: str
    kind: str
    manner: str | None
    scheme: str
    ring: str
    ring_key: str | None
    species: str
    sex: str | None
    age: str | None
    status: str | None
    day: date
    day_accuracy: str | None
    time: str | None
    point: Point | None
    coarse: bool
    place_code: str | None
    condition: str | None
    circumstances: str | None
    withdrawn: bool
    replaces: tuple[str, str] | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Encounter":
        """The encounter of a whole record, an object of groups whose shape has been checked."""
        core = record["core"]
        told = core.get
        # In the order of the fields: a pull makes one of every record, and names cost as much as all the rest.
        return cls(
            told("id", ""), told("origin", ""), core["kind"], told("manner"), core["scheme"], core["ring"],
            rings.key(core["ring"], told("ring_partial", False)), core["species"], told("sex"), told("age"),
            told("status"), date.fromisoformat(core["day"]), told("day_accuracy"), told("time"), *_point(record),
            told("place_code"), told("condition"), told("circumstances"), told("withdrawn", False),
            _replaced(core) if "replaces" in core else None,
        )  # fmt: skip

    @property
    def is_banding(self) -> bool:
        """Whether a ring was put on."""
        return self.kind == BANDING

    @property
    def day_is_exact(self) -> bool:
        """Whether the very day is known."""
        return is_exact(self.day_accuracy)


def _replaced(core: Mapping[str, Any]) -> tuple[str, str] | None:
    """The other number of the bird, where both are read in full and are not one and the same."""
    told = core["replaces"]
    other, mine = (told["scheme"], rings.normal(told["ring"])), (core["scheme"], rings.normal(core["ring"]))
    return other if other[1] and other != mine and not core.get("ring_partial", False) else None


def _point(record: Mapping[str, Any]) -> tuple[Point | None, bool]:
    """The exact point where the record opens it, else the area's, which is coarse."""
    for group, coarse in (("place", False), ("area", True)):
        told = record.get(group) or {}
        if "latitude" in told and "longitude" in told:
            return Point(float(told["latitude"]), float(told["longitude"])), coarse
    return None, False


def is_dead(condition: str | None) -> bool:
    """Whether EURING's condition says the bird was dead: 1, 2, 3."""
    return condition is not None and condition in ("1", "2", "3")


def is_alive(condition: str | None) -> bool:
    """Whether EURING's condition says the bird was alive, well or not: 4 to 9."""
    return condition is not None and condition in ("4", "5", "6", "7", "8", "9")


def story_order(e: Encounter) -> tuple[date, bool, str, str]:
    """The order of a life history: by day, banding first on one day, then time (none first), then id."""
    return e.day, not e.is_banding, e.time or "", e.id


def same_ring(a: Encounter, b: Encounter) -> bool:
    """Whether both carry the same fully read ring of the same scheme."""
    return a.ring_key is not None and (a.scheme, a.ring_key) == (b.scheme, b.ring_key)


def second_banding(a: Encounter, b: Encounter) -> bool:
    """Whether one ring was put on twice, which cannot be."""
    return a.is_banding and b.is_banding and same_ring(a, b)


def before_banding(recovery: Encounter, banding: Encounter) -> bool:
    """Whether a recovery is dated before its banding; only two exact days can say so.

    A ring that replaced or joined another came later than the bird's first: only its own number is bound by it.
    """
    if not banding.is_banding or recovery.is_banding or recovery.day >= banding.day:
        return False
    is_first = banding.replaces is None or same_ring(recovery, banding)
    return is_first and recovery.day_is_exact and banding.day_is_exact


def alive_after_dead(alive: Encounter, dead: Encounter) -> bool:
    """Whether a bird was alive on a day after one on which it was dead; only two exact days can say so."""
    exact = alive.day_is_exact and dead.day_is_exact
    return exact and is_alive(alive.condition) and is_dead(dead.condition) and alive.day > dead.day
