"""Rules about what was measured and told in the hand: far from its species, or two fields that cannot both be."""

from collections.abc import Iterator, Mapping
from typing import Any

from banding.domain.rules.birds_ import PULLUS
from banding.domain.rules.case import Case, Finding, warning

LENGTHS = (0.5, 1.6)
MASS = (0.4, 2.2)
"""How far from the mean of its species, as a share of it, a bird is still a bird: the means come from few skins."""

# Only these ways run over the same points as the skins of the table were measured by.
_COMPARABLE = {"bill": ("bill_method", "CFS"), "tarsus": ("tarsus_method", "MS")}
_CHICK = "1"
_FIGURES = "012345"


def far(case: Case) -> Iterator[Finding]:
    """R-measure-far: much more or less than its species has; a chick may be as small as it likes."""
    species = case.tables.species.by_name(case.me.species)
    means = case.tables.means.get(species.scientific_name) if species else None
    if not means:
        return
    told = case.group("measurements")
    for field, mean in means.items():
        if field in told and _is_comparable(field, told):
            low, high = (share * mean for share in (MASS if field == "mass" else LENGTHS))
            if told[field] > high or (told[field] < low and not _is_chick(case)):
                values = {"value": f"{told[field]:g}", "low": _rounded(low), "high": _rounded(high)}
                yield warning("R-measure-far", f"measurements.{field}", field=field, **values)


def moult(case: Case) -> Iterator[Finding]:
    """R-moult-score: the sum of the primaries is their moult scores added up, the outermost counted or not."""
    told = case.group("measurements")
    score, primaries = told.get("primary_score"), told.get("primary_moult")
    if score is None or primaries is None:
        return
    # `V` is an old feather and counts nothing; `X` a feather that the species lacks.
    each = [int(mark) if mark in _FIGURES else 0 for mark in primaries]
    # Songbirds' outermost primary is tiny, and many leave it out, at whichever end they begin.
    if score not in (sum(each), sum(each[1:]), sum(each[:-1])):
        yield warning("R-moult-score", "measurements.primary_score", score=str(score), sum=str(sum(each)))


def sexing(case: Case) -> Iterator[Finding]:
    """R-sex-method: a way of telling the sex belongs to a sex that was told."""
    method = case.group("core").get("sexing_method")
    if method not in (None, "U") and case.me.sex in (None, "U"):
        yield warning("R-sex-method", "core.sex", sexing_method=method)


def _is_chick(case: Case) -> bool:
    return case.me.status == PULLUS or case.me.age == _CHICK


def _is_comparable(field: str, told: Mapping[str, Any]) -> bool:
    if field not in _COMPARABLE:
        return True
    method, ways = _COMPARABLE[field]
    return method not in told or told[method] in ways


def _rounded(value: float) -> str:
    return f"{value:.1f}" if value < 20 else f"{value:.0f}"


RULES = (far, moult, sexing)
