"""The end of a day: birds against the count at the net, by species and age, the rings used, and what still waits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from banding.domain import ages
from banding.domain.encounters import Encounter
from banding.domain.rules import Finding
from banding.domain.stock import String
from banding.station import Station
from banding.store.sessions import FieldSession
from banding.store.shapes import Kept, Query
from banding.store.stock import HeldString

MOST = 20_000
APART = 50
"""Rings that are further apart than this and in no string of the stock come from two strings."""
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
class Gap:
    """Rings of a string that were passed over, as engraved, and how many they are."""

    first: str
    last: str
    count: int


@dataclass(frozen=True)
class Used:
    """The rings put on from one string: the first and the last of the day, those passed over, and what is left.

    `held` is None for rings of no string in the stock; then nobody knows what is left.
    """

    scheme: str
    first: str
    last: str
    count: int
    gaps: Sequence[Gap]
    held: HeldString | None = None
    left: int | None = None
    next: str = ""


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
        rings=_rings(station, in_hand),
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


# -- rings ------------------------------------------------------------------------------------------------


def _rings(station: Station, in_hand: Sequence[Kept]) -> list[Used]:
    """The rings put on, string by string; those of no string of the stock by the look of their numbers."""
    stock, found, loose = station.store.stock, dict[int, set[str]](), dict[tuple[str, str, int], dict[int, str]]()
    strings: dict[int, HeldString] = {}
    for met in (Encounter.of(one.groups) for one in in_hand):
        if met.ring_key is None or not (met.is_banding or met.replaces):
            continue
        held = next((one for one in strings.values() if met.scheme == one.scheme and met.ring_key in one.string), None)
        held = held or stock.of_ring(met.scheme, met.ring_key)
        if held is not None:
            strings[held.id] = held
            found.setdefault(held.id, set()).add(met.ring_key)
        else:
            _sort_in(loose, met)
    mine = [_used(station, strings[number], keys) for number, keys in sorted(found.items())]
    return mine + [
        run for (scheme, lead, width), rings in sorted(loose.items()) for run in _runs(scheme, lead, width, rings)
    ]


def _sort_in(loose: dict[tuple[str, str, int], dict[int, str]], met: Encounter) -> None:
    """Put a ring beside those of its scheme that begin alike and have as many figures, by its number."""
    key = met.ring_key or ""
    lead = key.rstrip("0123456789")
    loose.setdefault((met.scheme, lead, len(key) - len(lead)), {})[int(key[len(lead) :] or 0)] = met.ring


def _used(station: Station, held: HeldString, keys: set[str]) -> Used:
    """What a day took of a string; a ring is passed over when it lies behind what was used before the day began."""
    stock, string = station.store.stock, held.string
    gone = stock.used(held) | {loss.ring_key for loss in stock.losses(held)}
    taken = {number for key in gone if (number := string.number(key)) is not None}
    today = sorted(number for key in keys if (number := string.number(key)) is not None)
    begun = max((number for number in taken if number < today[0]), default=string.low - 1)
    skipped = [number for number in range(begun + 1, today[-1]) if number not in taken]
    return Used(
        held.scheme, string.ring(today[0]), string.ring(today[-1]), len(today), gaps_in(string, skipped), held,
        len(string) - len(taken), string.next_unused(gone),
    )  # fmt: skip


def gaps_in(string: String, numbers: Sequence[int]) -> list[Gap]:
    """Numbers in a row as one gap each, named as engraved."""
    runs = [list(run) for _apart, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    return [Gap(string.ring(run[0][1]), string.ring(run[-1][1]), len(run)) for run in runs]


def _runs(scheme: str, lead: str, width: int, rings: Mapping[int, str]) -> list[Used]:
    """Rings of no string in the stock, by number: one line for those that lie near each other."""
    numbers = sorted(rings)
    starts = [at for at, number in enumerate(numbers) if at == 0 or number - numbers[at - 1] > APART]
    found = []
    for begin, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        run = numbers[begin:end]
        first, last = rings[run[0]], rings[run[-1]]
        skipped = [number for number in range(run[0], run[-1]) if number not in rings]
        gaps = gaps_in(String(lead, run[0], run[-1], width), skipped)
        named = [Gap(_engraved(first, gap.first), _engraved(first, gap.last), gap.count) for gap in gaps]
        found.append(Used(scheme, first, last, len(run), named))
    return found


def _engraved(like: str, key: str) -> str:
    """A ring in normal form with the blanks and hyphens of another one of its kind."""
    if sum(map(str.isalnum, like)) != len(key):
        return key
    signs = iter(key)
    return "".join(next(signs) if one.isalnum() else one for one in like)
