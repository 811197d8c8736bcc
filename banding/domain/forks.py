"""How two versions of one record differ: not at all, in fields that do not meet, or in one field told twice."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

SAME, SOFT, HARD = "same", "soft", "hard"
OF_THE_VERSION = {"core.generation", "core.confirmed", "remarks.confirmations"}
_ABSENT = object()


class Difference(NamedTuple):
    """What two versions make of the one before: the kind, the fields (`core.day`) each changed, and those at odds."""

    kind: str
    first: list[str]
    second: list[str]
    at_odds: list[str]


def kind(a: Mapping[str, Any], b: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> Difference:
    """Compare two versions, each an object of groups, by what they changed in `base`, the version both continue.

    `same`: they say the same; `soft`: no field is told differently by both; `hard`: at least one is. Without a
    base everything that is told counts as changed. A group that one lacks counts as taken away: whether it was
    withheld cannot be seen here, and `hard` where in doubt only asks a person to look.
    """
    before, one, other = _fields(base or {}), _fields(a), _fields(b)
    first, second = _changed(before, one), _changed(before, other)
    differ = {field for field in one.keys() | other.keys() if one.get(field, _ABSENT) != other.get(field, _ABSENT)}
    at_odds = differ & first & second
    found = HARD if at_odds else SOFT if differ else SAME
    return Difference(found, sorted(first), sorted(second), sorted(at_odds))


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    every = before.keys() | now.keys()
    return {field for field in every if before.get(field, _ABSENT) != now.get(field, _ABSENT)}


def _fields(groups: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _flat(groups) if name not in OF_THE_VERSION}


def _flat(groups: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for group, fields in groups.items():
        for field, value in fields.items():
            yield f"{group}.{field}", value
