"""What goes into the store and what comes out: plain values, no rows and no cursors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from banding.domain.encounters import Encounter
from banding.domain.regions import Region
from banding.domain.rules import Finding

GROUPS = ("core", "area", "measurements", "place", "remarks", "people")


class NewVersion(NamedTuple):
    """One version of a record on its way in.

    `groups` holds the exact JSON text of each group that is here; `met` what the groups say, read once.
    `seal` is the digest by which the exchange knows the version, None for one made here and not yet published.
    `reasons` are the words with which a person confirmed a warning, by the rule's code.
    """

    met: Encounter
    generation: int
    groups: Mapping[str, str]
    door: str
    by: str | None = None
    seal: bytes | None = None
    submission: str | None = None
    findings: Sequence[Finding] = ()
    reasons: Mapping[str, str] = MappingProxyType({})
    own: bool = True


class Placed(NamedTuple):
    """Where a version went: its number, and whether it is new, fuller than before or already known."""

    version_id: int
    outcome: str


class KnownAs(NamedTuple):
    """What is known of a record by its UUID or its submission key."""

    record_id: int
    uuid: str
    version_id: int
    generation: int
    seal: bytes | None
    origin: str


class Change(NamedTuple):
    """A version made at this node, in the order of making; `parents` are the seals of all versions just before it."""

    seq: int
    version_id: int
    uuid: str
    generation: int
    parents: list[bytes]
    groups: dict[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a record as it is held; `groups` are parsed, absent ones are not there."""

    uuid: str
    kind: str
    origin: str
    generation: int
    current: bool
    withdrawn: bool
    groups: dict[str, Any]
    kept_at: str
    kept_by: str | None
    door: str
    version_id: int

    @property
    def core(self) -> dict[str, Any]:
        """The group that is always here."""
        found: dict[str, Any] = self.groups["core"]
        return found


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; an empty value asks nothing.

    `ring` is in normal form and matches from the start; `ring_like` holds patterns for the whole of it, any of
    which will do: `*` for any characters, `?` for one. `since` and `until` are days, both included.
    """

    ring: str = ""
    scheme: str = ""
    species: Sequence[str] = ()
    kind: str = ""
    origin: str = ""
    place_code: str = ""
    since: str = ""
    until: str = ""
    ring_like: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReturnQuery:
    """Which returns to look for; an empty value asks nothing, several values of one field mean any of them.

    What names no side is asked of the recovery, with the ring and scheme told there. `species` and `group` hold
    scientific names, of which both are asked; a species stands for its subspecies too. `ring` is in normal form and
    matches from the start; `ring_like` holds patterns as in Query. Places are beginnings of place codes (`CP` is the
    whole country); `banding_name` and `place_name` are words within a place's name in any case. A region is asked of
    `banding`, `recovery`, `either` or `both`, by the point that is held here. Days include both ends; so do
    kilometres, days between, and months from 1 to 12, which may run over the turn of the year. `seen` is the part of a
    map that is looked at: of a return that begins or ends in it.
    """

    species: Sequence[str] = ()
    group: Sequence[str] = ()
    scheme: Sequence[str] = ()
    ring: str = ""
    ring_like: Sequence[str] = ()
    banding_place: Sequence[str] = ()
    place_code: Sequence[str] = ()
    banding_name: str = ""
    place_name: str = ""
    region: Region | None = None
    region_of: str = "either"
    seen: Region | None = None
    banded_since: str = ""
    banded_until: str = ""
    since: str = ""
    until: str = ""
    month_from: int | None = None
    month_to: int | None = None
    condition: Sequence[str] = ()
    circumstances: Sequence[str] = ()
    manner: Sequence[str] = ()
    km_from: float | None = None
    km_to: float | None = None
    days_from: int | None = None
    days_to: int | None = None
    origin: Sequence[str] = ()
    banding_origin: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class KeptReturn:
    """A banding and a later encounter of the same bird, both as held here."""

    banding: Kept
    recovery: Kept


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may log in; `session` changes when every open log-in of theirs must end."""

    id: int
    name: str
    role: str
    password: str
    language: str | None
    closed: bool
    session: str
