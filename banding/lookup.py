"""What a ring is that somebody has just typed: on a bird already, foreign, misread, in the stock or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from banding.domain import rings
from banding.domain.encounters import BANDING, Encounter, story_order
from banding.domain.journeys import Journey, journey
from banding.domain.places import Point
from banding.station import Station
from banding.store.shapes import Kept
from banding.store.stock import HeldString, Loss

MOST_ALIKE = 8


class Asked(NamedTuple):
    """A ring as typed, for a `banding` or a `recovery`; `species` is a scientific name, empty where none is typed."""

    kind: str
    scheme: str
    ring: str
    species: str = ""
    is_partial: bool = False


@dataclass(frozen=True)
class Looked:
    """What is known of a ring.

    `state` is `ours` (a bird known here wears it), `used` (a bird of another species does), `foreign`, `unknown` (of
    our scheme, banded nobody knows where), `look-alike`, `not-in-stock`, `spent` (damaged or lost), `partial`,
    `wrong` (no ring of its scheme) or `fresh` (to be put on). `met` are the bird's encounters in order, `alike`
    rings in normal form that may be meant, `schemes` other schemes of which this number is known.
    """

    state: str
    met: tuple[Kept, ...] = ()
    alike: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    loss: Loss | None = None
    held: HeldString | None = None
    keeps_stock: bool = False

    @property
    def banding(self) -> Kept | None:
        """The first banding of the bird."""
        return next((one for one in self.met if one.kind == BANDING), None)

    @property
    def recapture(self) -> bool:
        """Whether a bird in the hand with this ring wears it already, or most likely does."""
        return bool(self.met) or self.state in {"foreign", "not-in-stock"}


def look(station: Station, asked: Asked) -> Looked:
    """What this node knows of a ring."""
    if asked.is_partial:
        reading = rings.reading(asked.ring)
        like = station.store.records.rings_like(asked.scheme, reading) if reading else []
        return Looked("partial", alike=tuple(like[:MOST_ALIKE]))
    key = rings.normal(asked.ring)
    met = _story(station.store.records.bird(asked.scheme, key))
    return _of_bird(station, asked, met) if met else _of_none(station, asked, key)


def _story(kept: Iterable[Kept]) -> tuple[Kept, ...]:
    told = [one for one in kept if not one.withdrawn]
    return tuple(sorted(told, key=lambda one: story_order(Encounter.of(one.groups))))


def _of_bird(station: Station, asked: Asked, met: tuple[Kept, ...]) -> Looked:
    """A ring that was met on a bird; as long as nobody knows its banding, that is still asked for."""
    species = {one.core["species"] for one in met}
    if not any(one.kind == BANDING for one in met):
        return Looked("unknown" if _is_own(station, asked) else "foreign", met)
    return Looked("used" if asked.species and asked.species not in species else "ours", met)


def _of_none(station: Station, asked: Asked, key: str) -> Looked:
    """A ring that nobody here has ever met."""
    known, store, facts = (
        station.store.records.schemes_of(key), station.store.stock, station.tables.schemes.get(asked.scheme)
    )  # fmt: skip
    schemes = tuple(one for one in known if one != asked.scheme)
    if facts is not None and not rings.fits(key, facts.pattern):
        return Looked("wrong", alike=_fitting(key, facts.pattern), schemes=schemes)
    held, loss = store.of_ring(asked.scheme, key), store.loss(asked.scheme, key)
    if loss is not None:
        return Looked("spent", loss=loss, held=held, schemes=schemes)
    if asked.kind == BANDING:
        return _to_put_on(station, asked, key, held, schemes)
    near = station.store.records.rings_known(rings.look_alikes(key))
    if near:
        return Looked("look-alike", alike=_in_order(key, near), schemes=schemes, held=held)
    return Looked("unknown" if _is_own(station, asked) else "foreign", schemes=schemes, held=held)


def _to_put_on(
    station: Station, asked: Asked, key: str, held: HeldString | None, schemes: tuple[str, ...]
) -> Looked:  # fmt: skip
    """A ring on its way to a bird: out of the stock, where the station keeps one."""
    stock = station.store.stock.stocks().get(asked.scheme)
    if held is not None:
        return Looked("fresh", held=held, schemes=schemes, keeps_stock=True)
    if stock is not None:
        alike = [one for one in rings.look_alikes(key) if stock.holds(one)]
        return Looked("not-in-stock", alike=tuple(alike[:MOST_ALIKE]), schemes=schemes, keeps_stock=True)
    return Looked("fresh" if _is_own(station, asked) else "foreign", schemes=schemes)


def _is_own(station: Station, asked: Asked) -> bool:
    return asked.scheme == station.settings.node.scheme


def _fitting(key: str, pattern: str) -> tuple[str, ...]:
    """The look-alikes that are rings of the scheme, such as `XC345610` for `XC34561O`."""
    return tuple(one for one in rings.look_alikes(key) if rings.fits(one, pattern))[:MOST_ALIKE]


def _in_order(key: str, near: Iterable[str]) -> tuple[str, ...]:
    found = set(near)
    return tuple(one for one in rings.look_alikes(key) if one in found)[:MOST_ALIKE]


def ways(met: Sequence[Kept], here: Point | None) -> list[tuple[Journey | None, bool]]:
    """From each encounter the way to `here`, and whether it starts from an area and not from a point."""
    points = [(one.point, one.coarse) for one in (Encounter.of(kept.groups) for kept in met)]
    return [(journey(point, here) if point and here else None, coarse) for point, coarse in points]
