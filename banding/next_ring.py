"""Which ring a bird gets: the next of the string of its size, by what the station does and by what is known of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from banding.domain.species import Species
from banding.domain.stock import Series, size_of, usual
from banding.station import Station
from banding.store.stock import HeldString
from schemas.codes import table

SELDOM = 10
"""A size put on one bird in more than so many of a species is a slip, or was a choice for that one bird."""


class Offer(NamedTuple):
    """The next ring of one size, as engraved; size and series as the keeper of the rings wrote them."""

    ring: str
    scheme: str
    size: str
    series: str


class Offers(NamedTuple):
    """One ring a size, the likeliest first; where there is none, `why` is `no-stock`, `no-size` or `used-up`."""

    rings: tuple[Offer, ...] = ()
    why: str = ""


def offers(station: Station, species: Species, scheme: str = "", hand: str = "") -> Offers:
    """The next rings for a species, of the station's scheme unless another is given; `hand` is who is banding.

    A series that the table names for the species counts first, then what the station itself has put on the species
    of late, and last the shipped table of ring sizes, which is a guess.
    """
    scheme = scheme or station.settings.node.scheme
    strings = station.store.stock.strings(scheme)
    if not strings:
        return Offers(why="no-stock")
    wanted = _wanted(station, species, scheme, strings)
    if not wanted:
        return Offers(why="no-size")
    found = (_next(station, [one for one in strings if _size(station, one) == size], hand) for size in wanted)
    rings = tuple(one for one in found if one)
    return Offers(rings, "" if rings else "used-up")


def _wanted(station: Station, species: Species, scheme: str, strings: Sequence[HeldString]) -> list[str]:
    """The sizes that the species wears, as far as there are strings of them, the likeliest first."""
    name = species.scientific_name
    named = usual(station.tables.series, scheme, name)
    made_for = [one for one in strings if any(series.has(one.string.keys[0]) for series in named)]
    if made_for:
        return list(dict.fromkeys(_size(station, one) for one in made_for))
    recent = station.store.stock.put_on(scheme, name, station.settings.node.code)
    if habit := _habit(_size(station, one) for key in recent for one in strings if key in one.string):
        return habit
    there = {_size(station, one) for one in strings}
    cell = table("ring_size").rows.get(name, {}).get("diameters_mm", "")
    return [size for size in map(size_of, filter(None, cell.split(";"))) if size in there]


def _habit(sizes: Iterable[str]) -> list[str]:
    counted = Counter(sizes)
    return [size for size, count in counted.most_common() if count * SELDOM >= counted.total()]


def _size(station: Station, held: HeldString) -> str:
    """The size of a string: as its keeper wrote it, else by the table of series, else each series for itself."""
    key = held.string.keys[0]
    told = held.size or next((one.diameter for one in _series(station, held.scheme) if one.has(key)), "")
    return size_of(told) if told else f"series {held.series}"


def _series(station: Station, scheme: str) -> Iterable[Series]:
    return (one for one in station.tables.series if one.scheme == scheme)


def _next(station: Station, strings: Sequence[HeldString], hand: str) -> Offer | None:
    """The first ring left: of the strings in this hand before those in nobody's, of those begun before new ones."""

    def rank(held: HeldString, ring: str) -> tuple[int, bool]:
        to = held.allocated_to.casefold()
        return 0 if to and to == hand.casefold() else 2 if to else 1, ring == held.first

    left = [(held, ring) for held in strings if (ring := station.store.stock.next_of(held))]
    if not left:
        return None
    held, ring = min(left, key=lambda one: rank(*one))
    return Offer(ring, held.scheme, held.size, held.series)
