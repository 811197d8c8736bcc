"""Which fields differ between two versions of a record, and in which version a field was told anew."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from banding.domain.forks import OF_THE_VERSION

Groups = Mapping[str, Mapping[str, Any]]
SILENT = OF_THE_VERSION | {"core.id", "core.origin", "core.kind", "core.withdrawn"}
"""Fields that say which record and which version this is, and nothing of the bird."""
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "place.typed": ("place.latitude", "place.longitude", "place.typed", "place.datum"),
    "core.species": ("core.species", "core.species_code"),
    "core.ring": ("core.ring", "core.ring_partial"),
    "core.time": ("core.time", "core.utc_offset"),
    "area.latitude": ("area.latitude", "area.longitude"),
}
"""Fields that only make sense together, under the one that stands for them all."""
_UNIT = {name: unit for unit, names in TOGETHER.items() for name in names}
One = TypeVar("One")


class Step(NamedTuple):
    """What lies between a version and the one before it.

    `changed` and `withheld` name fields (`core.day`) and groups; a withheld group says nothing of what changed.
    """

    changed: Sequence[str]
    withheld: Sequence[str]


def unit_of(name: str) -> str:
    """The field that stands for this one: its own name for most."""
    return _UNIT.get(name, name)


def names_in(unit: str) -> tuple[str, ...]:
    """The fields for which a field stands."""
    return TOGETHER.get(unit, (unit,))


def value_of(groups: Groups, name: str) -> Any:
    """The value of a field given as `core.day`; None where there is none."""
    group, _dot, part = name.partition(".")
    return groups.get(group, {}).get(part)


def told(groups: Groups) -> list[str]:
    """The fields of a version, in the order in which they stand, those that belong together once."""
    names = (f"{group}.{name}" for group, inner in groups.items() for name in inner)
    found = dict.fromkeys(unit_of(name) for name in names if name not in SILENT)
    # The rounded point follows from the exact one.
    has_point = value_of(groups, "place.latitude") is not None
    return [unit for unit in found if not (has_point and unit == "area.latitude")]


def step(before: Groups, after: Groups, withheld: Collection[str] = ()) -> Step:
    """Compare a version with the one before it; `withheld` are groups that either has and that are not here."""
    units = dict.fromkeys([*told(after), *told(before)])
    changed = [unit for unit in units if _said(before, unit) != _said(after, unit)]
    return Step([unit for unit in changed if unit.partition(".")[0] not in withheld], sorted(withheld))


def turns(versions: Sequence[One], said: Sequence[Any]) -> Iterator[tuple[One, Any]]:
    """Of versions from the first to the last, each in which something else is said than before, and what."""
    if versions:
        yield versions[0], said[0]
    for (_one, before), (other, now) in pairwise(zip(versions, said, strict=True)):
        if before != now:
            yield other, now


def _said(groups: Groups, unit: str) -> list[Any]:
    return [value_of(groups, name) for name in names_in(unit)]
