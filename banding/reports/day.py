"""The end of a day: birds against the count at the net, by species and age, the rings used, and what still waits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from banding.domain import ages
from banding.domain.rules import Finding
from banding.reports.day_rings import Used, rings_used
from banding.station import Station
from banding.store.sessions import FieldSession
from banding.store.shapes import Kept, Query

MOST = 20_000
PULLUS, FIRST_YEAR, ADULT, UNKNOWN = "pullus", "first-year", "adult", "unknown"
AGES = (PULLUS, FIRST_YEAR, ADULT, UNKNOWN)


@dataclass(frozen=True)
class Round:
    """One session beside what was entered in it; no session stands for the birds outside of any."""

    session: FieldSession | None
    rounds: Sequence[str]
    entered: int

    @property
    def counted(self) -> int | None:
        """The birds counted at the net, None where nobody wrote a count down."""
        return self.session.counted if self.session else None

    @property
    def missing(self) -> int | None:
        """How many birds were counted and not entered; below 0 where more were entered. None without a count."""
        return None if self.counted is None else self.counted - self.entered


@dataclass(frozen=True)
class Birds:
    """The birds in the hand of one species, or of all: those banded by age, and those that were recaptured."""

    species: str
    banded: Mapping[str, int]
    recaptured: int

    @property
    def new(self) -> int:
        """All that were banded."""
        return sum(self.banded.values())

    @property
    def total(self) -> int:
        """All that were in the hand."""
        return self.new + self.recaptured


@dataclass(frozen=True)
class Day:
    """Everything that the page of a day shows."""

    rounds: Sequence[Round]
    species: Sequence[Birds]
    total: Birds
    others: Mapping[str, int]
    rings: Sequence[Used]
    doubts: Sequence[tuple[Kept, Sequence[tuple[Finding, str | None]]]]
    ringers: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of the day."""
        return not (self.rounds or self.species or self.others)

    @property
    def open_sessions(self) -> int:
        """Sessions that nobody has ended."""
        return sum(one.session is not None and one.session.is_open for one in self.rounds)


def of(station: Station, day: str) -> Day:
    """The report of a day such as 2024-05-01: what this node wrote, without what was withdrawn."""
    query = Query(origin=station.settings.node.code, since=day, until=day)
    kept = sorted(station.store.search.records(query, limit=MOST), key=lambda one: one.core.get("time", ""))
    in_hand = [one for one in kept if _is_in_hand(one)]
    findings = station.store.records.findings([one.version_id for one in kept])
    species = _by_species(in_hand)
    return Day(
        rounds=_rounds(station, day, in_hand),
        species=species,
        total=_birds("", in_hand),
        others=Counter(one.core["manner"] for one in kept if not _is_in_hand(one)),
        rings=rings_used(station, in_hand),
        doubts=[(one, findings[one.version_id]) for one in kept if one.version_id in findings],
        ringers=dict(Counter(_ringer(one) for one in in_hand).most_common()),
    )


def _is_in_hand(one: Kept) -> bool:
    return one.kind == "banding" or one.core.get("manner") == "recapture"


def _ringer(one: Kept) -> str:
    return str(one.groups.get("people", {}).get("ringer", ""))


# -- the count at the net ---------------------------------------------------------------------------------


def _rounds(station: Station, day: str, in_hand: Sequence[Kept]) -> list[Round]:
    sessions, found, placed = station.store.sessions, [], set[str]()
    of_day = {one.uuid for one in in_hand}
    for session in sessions.list(day):
        birds = sessions.birds(session.id)
        entered = [record for record, _round in birds if record in of_day or _stands(station, record)]
        placed |= {record for record, _round in birds}
        rounds = dict.fromkeys(round for _record, round in birds if round)
        found.append(Round(session, [*rounds] or [session.round], len(entered)))
    outside = len(of_day - placed)
    return [*found, Round(None, [], outside)] if outside else found


def _stands(station: Station, record: str) -> bool:
    """Whether a bird of a session counts: one of another day, or met without being caught, does; a withdrawn not."""
    held = station.store.records.record(record)
    return held is not None and not held.withdrawn


# -- birds ------------------------------------------------------------------------------------------------


def _by_species(in_hand: Iterable[Kept]) -> list[Birds]:
    """Each species with its birds, the commonest first."""
    ordered = sorted(in_hand, key=lambda one: str(one.core["species"]))
    found = [_birds(name, list(birds)) for name, birds in groupby(ordered, key=lambda one: str(one.core["species"]))]
    return sorted(found, key=lambda one: -one.total)


def _birds(species: str, kept: Sequence[Kept]) -> Birds:
    banded = Counter(age_of(one) for one in kept if one.kind == "banding")
    return Birds(species, {age: banded[age] for age in AGES}, sum(one.kind != "banding" for one in kept))


def age_of(one: Kept) -> str:
    """In which column of the table a bird stands: a chick, in its first calendar year, older, or of unknown age."""
    code = one.core.get("age")
    if code == "1" or (code is None and one.core.get("status") == "-"):
        return PULLUS
    if ages.years_at_most(code) == 1:
        return FIRST_YEAR
    return ADULT if (ages.years_at_least(code) or 0) > 1 else UNKNOWN
