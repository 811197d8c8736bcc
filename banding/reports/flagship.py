"""All that this node knows of one flagship species: its marked birds, where and when they were met, and by whom."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banding.domain.encounters import Encounter, story_order
from banding.reports import longevity
from banding.store import Store
from banding.store.shapes import Kept, Query, ReturnQuery

Number = tuple[str, str]
FLAGGED = "flagship"


class Met(NamedTuple):
    """An encounter, the name of its place where it is open here, its marks, and whether a point was kept back."""

    encounter: Encounter
    place: str
    marks: Sequence[Mapping[str, Any]]
    hidden: bool

    @classmethod
    def of(cls, kept: Kept) -> "Met":
        """What the page needs of a record."""
        encounter, groups = Encounter.of(kept.groups), kept.groups
        hidden = kept.door == "peer" and "place" not in groups
        return cls(encounter, groups.get("place", {}).get("name") or "", kept.core.get("marks", ()), hidden)


class Bird(NamedTuple):
    """A marked bird: how often it was met, its first and last encounter here, and the marks that it wears by now."""

    first: Met
    last: Met
    encounters: int
    marks: Sequence[Mapping[str, Any]]


class Source(NamedTuple):
    """What one node tells: bandings, later encounters, first and last year, and how many points it holds back."""

    node: str
    marked: int
    met: int
    first: int
    last: int
    coarse: int
    hidden: int


@dataclass
class Report:
    """Everything on the page of a species; years and months are those of the encounters, countries two letters."""

    marked: Counter[int] = field(default_factory=Counter)
    met: Counter[int] = field(default_factory=Counter)
    countries: dict[str, Counter[str]] = field(default_factory=dict)
    months: dict[str, Counter[int]] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    birds: list[Bird] = field(default_factory=list)
    unread: int = 0
    places: list[tuple[str | None, str | None, int]] = field(default_factory=list)
    nodes: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def encounters(self) -> int:
        """Bandings and later ones."""
        return self.marked.total() + self.met.total()

    @property
    def again(self) -> int:
        """How many birds were met again after they were marked, or at all where that is not known here."""
        return sum(bird.encounters > 1 or not bird.first.encounter.is_banding for bird in self.birds)


def species(rows: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The scientific names of the flagship species, in the order of the species table."""
    return [name for name, row in rows.items() if row.get(FLAGGED) == "1"]


def told(store: Store, names: Sequence[str]) -> Report:
    """Read everything that is held here of a species under these names."""
    every = [Met.of(kept) for kept in store.search.every(Query(species=names)) if not kept.withdrawn]
    found = Report()
    for met in every:
        _count(found, met.encounter)
    found.sources = list(_sources(every))
    found.birds = sorted(_birds(every), key=lambda bird: story_order(bird.last.encounter), reverse=True)
    found.unread = sum(met.encounter.ring_key is None for met in every)
    query = ReturnQuery(species=names)
    found.places = store.returns.tally(query, "banding_place", "place_code")
    found.nodes = store.returns.tally(query, "banding_origin", "origin")
    return found


def _count(found: Report, met: Encounter) -> None:
    (found.marked if met.is_banding else found.met)[met.day.year] += 1
    place = met.place_code or ""
    kind = "marked" if met.is_banding else "met"
    found.countries.setdefault(place[:2], Counter())[kind] += 1
    found.months.setdefault(place, Counter())[met.day.month] += 1


def _sources(every: Sequence[Met]) -> Iterator[Source]:
    by_node: dict[str, list[Met]] = {}
    for met in every:
        by_node.setdefault(met.encounter.origin, []).append(met)
    for node, mine in sorted(by_node.items(), key=lambda one: (-len(one[1]), one[0])):
        years = [met.encounter.day.year for met in mine]
        marked = sum(met.encounter.is_banding for met in mine)
        coarse = sum(met.encounter.coarse for met in mine)
        hidden = sum(met.hidden and met.encounter.point is None for met in mine)
        yield Source(node, marked, len(mine) - marked, min(years), max(years), coarse, hidden)


def _birds(every: Iterable[Met]) -> Iterator[Bird]:
    """The marked birds, each once under all of its numbers."""
    lives: dict[Number, list[Met]] = {}
    same: dict[Number, Number] = {}
    for met in every:
        one = met.encounter
        if one.ring_key is None:
            continue
        number = (one.scheme, one.ring_key)
        lives.setdefault(number, []).append(met)
        if one.replaces is not None:
            same[_first(same, one.replaces)] = _first(same, number)
    whole: dict[Number, list[Met]] = {}
    for number, life in lives.items():
        whole.setdefault(_first(same, number), []).extend(life)
    for life in whole.values():
        life.sort(key=lambda met: story_order(met.encounter))
        yield Bird(life[0], life[-1], len(life), longevity.worn(met.marks for met in life))


def _first(same: Mapping[Number, Number], number: Number) -> Number:
    """The number that stands for all numbers of a bird."""
    while (other := same.get(number, number)) != number:
        number = other
    return number
