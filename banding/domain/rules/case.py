"""What a rule is given and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from banding.domain.encounters import Encounter, story_order
from banding.domain.land import Land
from banding.domain.places import Box
from banding.domain.species import SpeciesList
from banding.domain.stock import Series, Stock

ERROR, WARNING, NOTICE = "error", "warning", "notice"
SEVERITIES = (ERROR, WARNING, NOTICE)
"""From the gravest: an error must be mended, a warning can be confirmed, a notice only tells."""


@dataclass(frozen=True)
class Finding:
    """What a rule found: its code, severity, the field like `core.day`, and the values its sentence names."""

    code: str
    severity: str
    field: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class SchemeFacts:
    """A scheme's ring pattern (regular expression over the normal form, empty: unknown) and an example."""

    code: str
    pattern: str
    example: str


@dataclass(frozen=True)
class Tables:
    """What the rules look up: schemes and boxes by code, species, and the keys of rings known to be worn.

    `stock` is this station's own by scheme, empty where it keeps none; `series` the table of ring series.
    `means` are the usual measurements of a species by field, in mm and g. `entered_here` says that the record
    is being written at this node and did not come from another. Without `land` no point
    lies at sea.
    """

    schemes: Mapping[str, SchemeFacts]
    species: SpeciesList
    boxes: Mapping[str, Box]
    near_rings: frozenset[str] = frozenset()
    stock: Mapping[str, Stock] = field(default_factory=dict)
    series: Sequence[Series] = ()
    means: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    entered_here: bool = False
    land: Land | None = None


@dataclass(frozen=True)
class Case:
    """A record under judgement: its encounter, the bird's other encounters, and the station's day."""

    record: Mapping[str, Any]
    me: Encounter
    history: Sequence[Encounter]
    today: date
    tables: Tables
    others: tuple[Encounter, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the other encounters in order; earlier versions of this one and withdrawn ones say nothing."""
        kept = (e for e in self.history if e.id != self.me.id and not e.withdrawn)
        object.__setattr__(self, "others", tuple(sorted(kept, key=story_order)))

    def group(self, name: str) -> Mapping[str, Any]:
        """One group of the record; empty where it is absent or withheld."""
        found: Mapping[str, Any] = self.record.get(name) or {}
        return found


def error(code: str, where: str, **values: str) -> Finding:
    """A finding that must be mended."""
    return Finding(code, ERROR, where, values)


def notice(code: str, where: str, **values: str) -> Finding:
    """A finding that only tells."""
    return Finding(code, NOTICE, where, values)


def warning(code: str, where: str, **values: str) -> Finding:
    """A finding that a person can confirm."""
    return Finding(code, WARNING, where, values)
