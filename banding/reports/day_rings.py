"""The rings put on in a day: string by string, those passed over, and what is left of each string."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from banding.domain.encounters import Encounter
from banding.domain.stock import String
from banding.station import Station
from banding.store.shapes import Kept
from banding.store.stock import HeldString

APART = 50
"""Rings that are further apart than this and in no string of the stock come from two strings."""


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


def rings_used(station: Station, in_hand: Sequence[Kept]) -> list[Used]:
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
