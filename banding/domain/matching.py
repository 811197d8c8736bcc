"""Encounters of one bird brought together: its life history, the legs of it, and each band return."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from banding.domain.encounters import (
    Encounter,
    alive_after_dead,
    before_banding,
    second_banding,
    story_order,
)
from banding.domain.journeys import Elapsed, Journey, elapsed, journey


@dataclass(frozen=True)
class Leg:
    """The way between two encounters; no journey where a point is unknown, coarse where one is an area."""

    first: Encounter
    second: Encounter
    journey: Journey | None
    elapsed: Elapsed
    coarse: bool


@dataclass(frozen=True)
class Return:
    """A band return: a banding and a recovery of the same bird, with the way and the time between them."""

    banding: Encounter
    recovery: Encounter
    journey: Journey | None
    elapsed: Elapsed
    coarse: bool


@dataclass(frozen=True)
class Conflict:
    """Two encounters that cannot both be right, by the code of the rule that says so; `earlier` by day."""

    code: str
    earlier: Encounter
    later: Encounter


@dataclass(frozen=True)
class Story:
    """A life history: first banding if known, encounters in order, legs, returns, and what conflicts."""

    banding: Encounter | None
    encounters: tuple[Encounter, ...]
    legs: tuple[Leg, ...]
    returns: tuple[Return, ...]
    conflicts: tuple[Conflict, ...]


def story(encounters: Iterable[Encounter]) -> Story:
    """The life history of one bird from all its encounters in any order; withdrawn ones are left out."""
    told = tuple(sorted((e for e in encounters if not e.withdrawn), key=story_order))
    banding = next((e for e in told if e.is_banding), None)
    recoveries = [e for e in told if not e.is_banding]
    return Story(
        banding=banding,
        encounters=told,
        legs=tuple(leg(first, second) for first, second in pairwise(told)),
        returns=tuple(pair(banding, recovery) for recovery in recoveries) if banding else (),
        conflicts=tuple(_conflicts(told)),
    )


def leg(first: Encounter, second: Encounter) -> Leg:
    """The way and the time from one encounter to another."""
    return Leg(first, second, _journey(first, second), _elapsed(first, second), first.coarse or second.coarse)


def pair(banding: Encounter, recovery: Encounter) -> Return:
    """The band return of a banding and a recovery of the same bird."""
    way, time = _journey(banding, recovery), _elapsed(banding, recovery)
    return Return(banding, recovery, way, time, banding.coarse or recovery.coarse)


def _journey(first: Encounter, second: Encounter) -> Journey | None:
    if first.point is None or second.point is None:
        return None
    return journey(first.point, second.point)


def _elapsed(first: Encounter, second: Encounter) -> Elapsed:
    return elapsed(first.day.isoformat(), second.day.isoformat(), first.day_accuracy, second.day_accuracy)


def _conflicts(told: Sequence[Encounter]) -> list[Conflict]:
    """Every two encounters, in order of the story, that cannot both be right."""
    return [
        Conflict(code, first, second)
        for first, second in combinations(told, 2)
        for code, clash in (
            ("R-second-banding", second_banding(first, second)),
            ("R-before-banding", before_banding(first, second)),
            ("R-alive-after-dead", alive_after_dead(second, first)),
        )
        if clash
    ]
