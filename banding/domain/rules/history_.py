"""Rules that hold a record against the bird's other encounters; whichever was entered first."""

import math
from collections.abc import Iterator

from banding.domain.ages import years_at_least, years_at_most
from banding.domain.dates import times_compatible
from banding.domain.encounters import (
    Encounter,
    alive_after_dead,
    before_banding,
    second_banding,
    story_order,
)
from banding.domain.journeys import days_between, journey, speed_km_per_day
from banding.domain.places import Point, area
from banding.domain.rules.case import Case, Finding, error, warning
from banding.domain.rules.places_ import point_field

FASTEST_KM_PER_DAY = 600
TWIN_DEGREES = 2 / 60
_SLACK = 1e-9  # two minutes written in six decimals are still two minutes


def recovery_before_banding(case: Case) -> Iterator[Finding]:
    """R-before-banding: a bird cannot be met with its ring before it got it."""
    for other in case.others:
        recovery, banding = (other, case.me) if case.me.is_banding else (case.me, other)
        if before_banding(recovery, banding):
            yield _against(
                case,
                other,
                "R-before-banding",
                "core.day",
                day=recovery.day.isoformat(),
                banding_day=banding.day.isoformat(),
            )


def alive_again(case: Case) -> Iterator[Finding]:
    """R-alive-after-dead: a bird found dead is not met alive later."""
    for other in case.others:
        for alive, dead in ((case.me, other), (other, case.me)):
            if alive_after_dead(alive, dead):
                yield _against(
                    case,
                    other,
                    "R-alive-after-dead",
                    "core.day",
                    day=alive.day.isoformat(),
                    dead_day=dead.day.isoformat(),
                )


def banded_twice(case: Case) -> Iterator[Finding]:
    """R-second-banding: a ring is put on a bird for the first time only once."""
    for other in case.others:
        if second_banding(case.me, other):
            yield _against(
                case,
                other,
                "R-second-banding",
                "core.ring",
                ring=case.me.ring,
                scheme=case.me.scheme,
                banding_day=other.day.isoformat(),
            )


def species_differs(case: Case) -> Iterator[Finding]:
    """R-species-differs: a bird keeps its species; two names of one species agree."""
    mine = _accepted(case, case.me.species)
    if mine == "Aves":
        return  # told as R-species-concluded or R-species-open
    names = (_accepted(case, other.species) for other in case.others)
    for name in dict.fromkeys(name for name in names if name not in (mine, "Aves")):
        yield warning("R-species-differs", "core.species", species=case.me.species, earlier=name)


def sex_differs(case: Case) -> Iterator[Finding]:
    """R-sex-differs: a bird told as male is not told as female elsewhere."""
    if case.me.sex not in ("M", "F"):
        return
    sexes = {other.sex for other in case.others if other.sex in ("M", "F")}
    for sex in sorted(sex for sex in sexes if sex and sex != case.me.sex):
        yield warning("R-sex-differs", "core.sex", sex=case.me.sex, earlier=sex)


def age_falls(case: Case) -> Iterator[Finding]:
    """R-age-falls: by its age code a bird is younger than an earlier encounter and the years since allow."""
    for other in case.others:
        first, second = sorted((other, case.me), key=lambda e: e.day)
        least, most = years_at_least(first.age), years_at_most(second.age)
        if least is not None and most is not None and most < least + second.day.year - first.day.year:
            yield warning("R-age-falls", "core.age", age=second.age or "", earlier=first.age or "")


def speed(case: Case) -> Iterator[Finding]:
    """R-speed: from its neighbours in time the bird would have kept up more than 600 km a day."""
    for other in _neighbours(case):
        if other.point is None or case.me.point is None:
            continue
        km = journey(other.point, case.me.point).km
        days = abs(days_between(other.day, case.me.day))
        if speed_km_per_day(km, days) > FASTEST_KM_PER_DAY:
            yield warning("R-speed", point_field(case), km=f"{km:.0f}", days=str(days))


def twin(case: Case) -> Iterator[Finding]:
    """R-twin: same bird, day and kind, within two minutes of arc and at a time that agrees."""
    for other in case.others:
        if (
            (other.kind, other.day) == (case.me.kind, case.me.day)
            and times_compatible(other.time, case.me.time)
            and _same_place(other, case.me)
        ):
            yield warning("R-twin", "core.day", id=other.id)


def _against(case: Case, other: Encounter, code: str, where: str, **values: str) -> Finding:
    """An error against this node's own records, which it can mend; a warning against another node's.

    A slip in a record that only another node can correct must never keep a true encounter out: it is kept,
    with the reason, and both sides see the conflict.
    """
    mendable = other.origin == case.me.origin
    return (error if mendable else warning)(code, where, **values)


def _accepted(case: Case, name: str) -> str:
    species = case.tables.species.by_name(name)
    return species.scientific_name if species else name


def _neighbours(case: Case) -> Iterator[Encounter]:
    """The last encounter before this one and the first after it, of those with an exact day and a point."""
    if not case.me.day_is_exact:
        return
    placed = [e for e in case.others if e.day_is_exact and e.point is not None]
    before = [e for e in placed if story_order(e) < story_order(case.me)]
    after = [e for e in placed if story_order(e) > story_order(case.me)]
    yield from before[-1:]
    yield from after[:1]


def _same_place(a: Encounter, b: Encounter) -> bool:
    """Within two minutes of arc on both axes; by area where one is coarse, by place code without points."""
    if a.point is None or b.point is None:
        return a.place_code is not None and a.place_code == b.place_code
    if a.coarse or b.coarse:
        return area(a.point) == area(b.point)
    return _near(a.point, b.point)


def _near(a: Point, b: Point) -> bool:
    east = abs(math.remainder(a.longitude - b.longitude, 360.0))
    return max(abs(a.latitude - b.latitude), east) <= TWIN_DEGREES + _SLACK


RULES = (
    recovery_before_banding,
    alive_again,
    banded_twice,
    species_differs,
    sex_differs,
    age_falls,
    speed,
    twin,
)
