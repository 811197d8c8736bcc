"""Rules about what was measured and told in the hand: far from its species, or two fields that cannot both be."""

from collections.abc import Iterator, Mapping
from typing import Any

from banding.domain.rules.birds_ import PULLUS
from banding.domain.rules.case import Case, Finding, warning
from banding.domain.species import Species

Range = tuple[float, float]

LENGTHS = (0.5, 1.6)
MASS = (0.4, 2.2)
"""How far from the mean of its species, as a share of it, a bird is still a bird: the means come from few skins."""

# The extremes of the birds on the list, as handbooks are recalled, with room: the wing of a cinereous vulture (890 mm),
# the mass of a great bustard (18 kg), the tail of a pheasant (590), the tarsus of a crane (320), the bill of a pelican
# (430), an eagle's claw (55); and a goldcrest (wing 48, mass 4 g), a stubtail's tail (24), a swift's tarsus (9).
ANY: Mapping[str, Range] = {
    "wing": (35, 950), "third_primary": (25, 800), "tarsus": (6, 350), "tail": (15, 650), "bill": (3, 450),
    "total_head": (15, 500), "hind_claw": (1.5, 65), "mass": (3, 20_000),
}  # fmt: skip
# No songbird is larger than a raven (wing 500, mass 2 kg); a paradise flycatcher's tail and a pipit's claw are longer.
SONGBIRD: Mapping[str, Range] = {
    "wing": (35, 540), "third_primary": (25, 440), "tarsus": (10, 90), "tail": (15, 450), "bill": (4, 100),
    "total_head": (15, 160), "hind_claw": (1.5, 40), "mass": (3, 2_200),
}  # fmt: skip

# Mass in g by the cube of the wing in mm, in millionths, with room at both ends: terns and swallows are all wing,
# grebes and wrens all body. A point that was lost or moved falls outside: 184 g for 18.4.
BUILD: Range = (2.5, 400)
SONGBIRD_BUILD: Range = (6, 160)

# Only these ways run over the same points as the skins of the table were measured by.
_COMPARABLE = {"bill": ("bill_method", "CFS"), "tarsus": ("tarsus_method", "MS")}
_CHICK = "1"
_FIGURES = "012345"


def far(case: Case) -> Iterator[Finding]:
    """R-measure-far: much more or less than its species has; R-measure-bird: than any bird like it has here.

    A chick may be as small as it likes.
    """
    told = case.group("measurements")
    if not told:
        return
    species = case.tables.species.by_name(case.me.species)
    near = usual(case.tables.means.get(species.scientific_name, {}) if species else {})
    for field, widest in bounds(species).items():
        if field not in told:
            continue
        ranges = {"R-measure-bird": widest}
        if field in near and _is_comparable(field, told):
            ranges = {"R-measure-far": near[field], **ranges}
        for code, (low, high) in ranges.items():
            if told[field] > high or (told[field] < low and not _is_chick(case)):
                values = {"value": f"{told[field]:g}", "low": _rounded(low), "high": _rounded(high)}
                yield warning(code, f"measurements.{field}", field=field, **values)
                break


def build(case: Case) -> Iterator[Finding]:
    """R-mass-wing: no bird with this wing has this mass; asked where nobody knows the mass of its own species."""
    told = case.group("measurements")
    if "mass" not in told or "wing" not in told or _is_chick(case):
        return
    species = case.tables.species.by_name(case.me.species)
    if species is not None and "mass" in case.tables.means.get(species.scientific_name, {}):
        return
    low, high = masses(species, told["wing"])
    if not low <= told["mass"] <= high and _fits(bounds(species)["mass"], told["mass"]):
        values = {
            "value": f"{told['mass']:g}",
            "wing": f"{told['wing']:g}",
            "low": _rounded(low),
            "high": _rounded(high),
        }
        yield warning("R-mass-wing", "measurements.mass", **values)


def masses(species: Species | None, wing: float) -> Range:
    """Between what a bird like this one weighs that has a wing of so many mm, in g."""
    low, high = SONGBIRD_BUILD if _is_songbird(species) else BUILD
    return low * wing**3 / 1e6, high * wing**3 / 1e6


def _is_songbird(species: Species | None) -> bool:
    return species is not None and species.order == "Passeriformes"


def _fits(widest: Range, value: float) -> bool:
    return widest[0] <= value <= widest[1]


def bounds(species: Species | None) -> Mapping[str, Range]:
    """By field, between what any bird like this one measures here, in mm and g; None is a bird of no known name."""
    return SONGBIRD if _is_songbird(species) else ANY


def usual(means: Mapping[str, float]) -> dict[str, Range]:
    """By field, how far from these means of a species a measurement is no surprise, in mm and g."""
    shares = {field: MASS if field == "mass" else LENGTHS for field in means}
    return {field: (shares[field][0] * mean, shares[field][1] * mean) for field, mean in means.items()}


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


RULES = (far, build, moult, sexing)
