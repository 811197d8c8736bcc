"""How long and how far birds of a species were followed, by what is known here, and what a bird wears by now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from banding.domain.matching import Story
from banding.domain.species import SpeciesList
from banding.store.returns import Returns
from banding.store.shapes import ReturnQuery

OLDEST, FARTHEST = "oldest", "farthest"
GONE = "removed"


class Reach(NamedTuple):
    """Of some returns: how many there are, the most days, the most kilometres to 0.1 (None: no way is known)."""

    returns: int
    days: int | None
    km: float | None


def names_of(species: SpeciesList, scientific: str) -> tuple[str, ...]:
    """The scientific name in use and the older ones, so that records of any time are found."""
    found = species.by_name(scientific)
    return (found.scientific_name, *found.synonyms) if found else (scientific,)


def reach(returns: Returns, names: Sequence[str]) -> Reach:
    """How far the returns of a species reach here."""
    found = returns.reach(ReturnQuery(species=names))
    ways = [km for _, _, _, km in found if km is not None]
    return Reach(
        sum(count for _, count, _, _ in found), max((days for _, _, days, _ in found), default=None),
        max(ways, default=None),
    )  # fmt: skip


def records(story: Story, most: Reach) -> dict[str, list[str]]:
    """By the id of an encounter, whether it is the oldest or the farthest return of its species."""
    found: dict[str, list[str]] = {}
    for one in story.returns:
        if one.elapsed.days == most.days and one.elapsed.days > 0:
            found.setdefault(one.recovery.id, []).append(OLDEST)
        if one.journey is not None and most.km and round(one.journey.km, 1) == most.km:
            found.setdefault(one.recovery.id, []).append(FARTHEST)
    return found


def worn(encounters: Iterable[Sequence[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """The marks that a bird wears by now, from those told at each encounter in order.

    What was told last of a place stands for it; a mark that was taken off is gone.
    """
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for marks in encounters:
        told: dict[Any, list[Mapping[str, Any]]] = {}
        for mark in marks:
            place = (mark.get("side"), mark.get("position")) if mark.get("position") else mark["type"]
            told.setdefault(place, []).append(mark)
        found |= told
    return [
        {name: value for name, value in mark.items() if name != "action"}
        for marks in found.values()
        for mark in marks
        if mark.get("action") != GONE
    ]
