"""The plots of any question about returns: months, winds, distances, times, years, and how birds were found."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from banding.reports.svg import BARS, ROSE, ROWS, STACKED, Figure, Number, Series
from banding.reports.wording import N_, Wording
from banding.store.returns import Returns
from banding.store.returns_query import DAYS_CLASSES, KM_CLASSES
from banding.store.shapes import ReturnQuery

MOST_ROWS, MOST_COUNTRIES = 20, 5
DAYS_OF_YEAR = 365.25
ROSE_CLASSES = (0, 10, 100, 1000)
WINDS = (
    N_("N"), N_("NNE"), N_("NE"), N_("ENE"), N_("E"), N_("ESE"), N_("SE"), N_("SSE"),
    N_("S"), N_("SSW"), N_("SW"), N_("WSW"), N_("W"), N_("WNW"), N_("NW"), N_("NNW"),
)  # fmt: skip
RETURNS = N_("returns")


class Words(NamedTuple):
    """How one language says it: sentences and codes, numbers, and the twelve months in short."""

    wording: Wording
    number: Number
    months: Sequence[str]

    def say(self, text: str, **values: Any) -> str:
        """A sentence."""
        return self.wording.say(text, **values)

    def country(self, code: str | None) -> str:
        """A country by the two letters with which its place codes begin."""
        if not code:
            return self.say(N_("country not known"))
        labels = {place: self.wording.word("place", place) for place in (f"{code}--", f"{code}00")}
        return next((label for place, label in labels.items() if label != place), code)


def figure(name: str, returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    """One plot of the returns that fit. Raises KeyError where there is no such plot."""
    return PLOTS[name](returns, query, words)


def _months(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    banded, met = (dict(returns.tally(query, by)) for by in ("banding_month", "month"))
    series = (
        _series(words.say(N_("banded")), banded, range(1, 13)),
        _series(words.say(N_("met again")), met, range(1, 13)),
    )
    return _figure(
        "months", BARS, N_("Months of banding and of meeting again"), N_("month"), words, tuple(words.months), series,
        sum(met.values()), sum(met.values()),
    )  # fmt: skip


def _winds(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    """The directions from the banding, each by classes of the distance."""
    found: Counter[tuple[int, int]] = Counter()
    asked = 0
    for wind, km, count in returns.tally(query, "wind16", "km_class"):
        asked += count
        if wind is not None and km is not None:
            found[wind, max(start for start in ROSE_CLASSES if start <= km)] += count
    series = tuple(
        Series(label, tuple(found[wind, start] for wind in range(16)))
        for start, label in zip(ROSE_CLASSES, _classes(ROSE_CLASSES, words, N_("km")), strict=True)
    )
    said = [words.say(N_("A sector's area is its number. Returns at the place of banding have no direction."))]
    return _figure(
        "winds", ROSE, N_("Directions and distances"), N_("from the banding"), words, tuple(map(words.say, WINDS)),
        series, sum(found.values()), asked, *said,
    )  # fmt: skip


def _distances(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    found = dict(returns.tally(query, "km_class"))
    asked = sum(found.values())
    counted = asked - found.pop(None, 0)
    series = (_series(words.say(RETURNS), found, KM_CLASSES),)
    return _figure(
        "distances", BARS, N_("Distances"), N_("kilometres from the banding; the classes are not equally wide"), words,
        tuple(_classes(KM_CLASSES, words)), series, counted, asked,
    )  # fmt: skip


def _times(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    found = dict(returns.tally(query, "days_class"))
    asked = sum(found.values())
    before = found.pop(-1, 0)
    said = (
        [words.say(N_("Dated before the banding and left out: %(count)s."), count=words.number(before))]
        if before
        else []
    )
    return _figure(
        "times", BARS, N_("Time since the banding"), N_("days since the banding; the classes are not equally wide"),
        words, tuple(_classes(DAYS_CLASSES, words, step=1)), (_series(words.say(RETURNS), found, DAYS_CLASSES),),
        asked - before, asked - before, *said,
    )  # fmt: skip


def _longest(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    reached = returns.reach(query)
    shown = [one for one in reached if one[2] > 0][:MOST_ROWS]
    labels = tuple(f"{words.wording.species(name)} (n = {words.number(count)})" for name, count, _, _ in shown)
    # Of a young station all would stand there as nought years.
    in_days = max((days for _, _, days, _ in shown), default=0) < 2 * DAYS_OF_YEAR
    times = tuple(days if in_days else round(days / DAYS_OF_YEAR, 1) for _, _, days, _ in shown)
    unit = N_("days") if in_days else N_("years")
    total, said = sum(count for _, count, _, _ in reached), []
    if len(reached) > len(shown):
        count = words.number(len(shown))
        said = [words.say(N_("Shown are the species with the longest times: %(count)s."), count=count)]
    return _figure(
        "longest", ROWS, N_("Longest time since the banding"), N_("species"), words, labels,
        (Series(words.say(unit), times),), total, total, *said, of=unit,
    )  # fmt: skip


def _years(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    """Returns by year, by the country where the bird was met; the countries with fewest as one."""
    found: Counter[tuple[int, str | None]] = Counter()
    of: Counter[str | None] = Counter()
    for year, country, count in returns.tally(query, "year", "country"):
        found[year, country] += count
        of[country] += count
    named = [country for country, _ in of.most_common(MOST_COUNTRIES)]
    years = range(min(year for year, _ in found), max(year for year, _ in found) + 1) if found else range(0)
    series = [Series(words.country(one), tuple(found[year, one] for year in years)) for one in named]
    if rest := [one for one in of if one not in named]:
        others = tuple(sum(found[year, one] for one in rest) for year in years)
        series.append(Series(words.say(N_("other countries")), others))
    return _figure(
        "years", STACKED, N_("Returns by year and country"), N_("year of meeting again"), words,
        tuple(map(str, years)), tuple(series), sum(of.values()), sum(of.values()),
    )  # fmt: skip


def _conditions(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    return _coded("condition", returns, query, words, N_("Condition"))


def _circumstances(returns: Returns, query: ReturnQuery, words: Words) -> Figure:
    return _coded("circumstances", returns, query, words, N_("Circumstances"))


def _coded(name: str, returns: Returns, query: ReturnQuery, words: Words, title: str) -> Figure:
    """How many of each code, most first; those with fewest as one."""
    found = Counter(dict(returns.tally(query, name)))
    asked = sum(found.values())
    nothing_said = found.pop(None, 0)
    first = found.most_common(MOST_ROWS)
    labels = [f"{code} {words.wording.word(name, code)}" for code, _ in first]
    values = [count for _, count in first]
    if rest := sum(found.values()) - sum(values):
        labels.append(words.say(N_("all others")))
        values.append(rest)
    return _figure(
        name, ROWS, title, "", words, tuple(labels), (Series(words.say(RETURNS), tuple(values)),),
        asked - nothing_said, asked,
    )  # fmt: skip


PLOTS: Mapping[str, Callable[[Returns, ReturnQuery, Words], Figure]] = {
    "months": _months, "winds": _winds, "distances": _distances, "times": _times, "years": _years,
    "condition": _conditions, "longest": _longest, "circumstances": _circumstances,
}  # fmt: skip
"""Every plot by its name in addresses."""


def _figure(
    name: str, kind: str, title: str, unit: str, words: Words, classes: tuple[str, ...], series: tuple[Series, ...],
    counted: int, asked: int, *said: str, of: str = RETURNS,
) -> Figure:  # fmt: skip
    if asked > counted:
        count = words.number(asked - counted)
        said = (*said, words.say(N_("Not in this plot, because it is not known of them: %(count)s."), count=count))
    unit = words.say(unit) if unit else ""
    return Figure(name, kind, words.say(title), unit, words.say(of), classes, series, counted, asked, said)


def _series(label: str, found: Mapping[Any, int], classes: Iterable[Any]) -> Series:
    return Series(label, tuple(found.get(one, 0) for one in classes))


def _classes(starts: Sequence[int], words: Words, unit: str = "", step: int = 0) -> list[str]:
    """Each class by its ends: up to below the next, or up to a `step` before it where they are whole."""
    behind = f" {words.say(unit)}" if unit else ""
    found = []
    for start, end in zip(starts, (*starts[1:], None), strict=True):
        if end is None:
            found.append(f"≥ {words.number(start)}{behind}")
        elif end - step == start:
            found.append(f"{words.number(start)}{behind}")
        else:
            found.append(f"{words.number(start)}–{words.number(end - step)}{behind}")
    return found
