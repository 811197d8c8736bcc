"""Days as people write them and as EURING does; a doubtful one is asked about, never guessed."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1600, 2199
"""The years a record can hold."""

_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12, "sept": 9,
    "январь": 1, "февраль": 2, "март": 3, "апрель": 4, "май": 5, "июнь": 6, "июль": 7, "август": 8,
    "сентябрь": 9, "октябрь": 10, "ноябрь": 11, "декабрь": 12, "сент": 9, "нояб": 11,
    "января": 1, "февраля": 2, "марта": 3, "апреля": 4, "мая": 5, "июня": 6, "июля": 7, "августа": 8,
    "сентября": 9, "октября": 10, "ноября": 11, "декабря": 12,
}  # fmt: skip
_SHORT = {name[:3]: month for name, month in _MONTHS.items()}
_NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
_ROMAN = {numeral: month for month, numeral in enumerate(_NUMERALS, start=1)}
_FIGURES = re.compile(r"(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-./, ]*([^\W\d_]+)[-./, ]*(\d{4})")
_AMERICAN = re.compile(r"([^\W\d_]+)\.? ?(\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_TAIL = re.compile(r"(?: ?г\.?| ?года|[t ]0?0:00(?::00(?:\.0+)?)?)$")
_DASHES = re.compile("[‐‑‒–—−]")


class DateNotUnderstood(ValueError):
    """No day could be read; `.text` holds what was typed."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not understood as a day. Write year, month, day, like 1999-08-07.")
        self.text = text


class DoubtfulDate(ValueError):
    """More than one day could be meant; `.text` holds what was typed, `.candidates` the days."""

    def __init__(self, text: str, candidates: tuple[date, ...]) -> None:
        days = ", ".join(day.isoformat() for day in candidates)
        super().__init__(f"{text!r} can mean more than one day: {days}. Choose one and write it like that.")
        self.text = text
        self.candidates = candidates


def understand(text: str) -> date:
    """The day meant by `1999-08-07`, `7.8.1999`, `07.VIII.1999`, `7 августа 1999`, `1999年8月7日`.

    Raises DoubtfulDate where more than one day can be meant (`7.8.99`, `08/07/1999`), DateNotUnderstood
    where none can.
    """
    found = tuple(dict.fromkeys(_readings(_tidy(text))))
    if not found:
        raise DateNotUnderstood(text)
    if len(found) > 1 or _is_short(_tidy(text)):
        raise DoubtfulDate(text, found)
    return found[0]


def _tidy(text: str) -> str:
    """Narrow figures, one kind of dash, single spaces, small letters, no trailing midnight or `г.`."""
    line = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).lower()
    line = re.sub(r"\s*([-./年月])\s*", r"\1", " ".join(line.split()))
    return _TAIL.sub("", line)


def _is_short(line: str) -> bool:
    """Whether a year is left to be guessed: two figures of it, or figures with nothing between them."""
    found = _FIGURES.fullmatch(line)
    return line.isdecimal() or (found is not None and max(len(found[1]), len(found[4])) < 4)


def _readings(line: str) -> Iterator[date]:
    """Every day the tidied text can mean, the likeliest first."""
    if found := _FIGURES.fullmatch(line):
        yield from _from_figures(found[1], found[3], found[4], found[2])
    elif found := _CHINESE.fullmatch(line):
        yield from _days(found[1], found[2], found[3])
    elif found := _WORDS.fullmatch(line):
        yield from _days(found[3], _month(found[2]), found[1])
    elif found := _AMERICAN.fullmatch(line):
        yield from _days(found[3], _month(found[1]), found[2])
    elif line.isdecimal() and len(line) == 8:
        yield from _days(line[:4], line[4:6], line[6:])
        yield from _days(line[4:], line[2:4], line[:2])


def _from_figures(first: str, second: str, third: str, between: str) -> Iterator[date]:
    if len(first) == 4 and len(third) <= 2:
        yield from _days(first, second, third)
    elif len(first) <= 2 and len(third) in (2, 4):
        years = [third] if len(third) == 4 else ["19" + third, "20" + third]
        for year in years:
            yield from _days(year, second, first)
            # Only dots are sure to put the day first; strokes and hyphens are used both ways.
            if between in "/-":
                yield from _days(year, first, second)
        if len(first) == len(third) == 2:
            yield from _days("19" + first, second, third)
            yield from _days("20" + first, second, third)


def _days(year: str, month: str | int, day: str) -> Iterator[date]:
    """The day, where the calendar and a record have it."""
    if FIRST_YEAR <= int(year) <= LAST_YEAR:
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            return


def _month(word: str) -> int:
    """The month's number from its name or Roman numeral, 0 where it is none."""
    roman = word.upper().translate(str.maketrans("ІХ", "IX"))
    return _ROMAN.get(roman) or _MONTHS.get(word) or (_SHORT.get(word, 0) if len(word) == 3 else 0)


def to_euring(day: date) -> str:
    """EURING's eight figures, day, month, year: `07081999`."""
    return f"{day.day:02}{day.month:02}{day.year:04}"


def from_euring(text: str) -> date:
    """The day in EURING's eight figures. Raises DateNotUnderstood where they are no day of the calendar."""
    if re.fullmatch(r"[0-9]{8}", text):
        for day in _days(text[4:], text[2:4], text[:2]):
            return day
    raise DateNotUnderstood(text)


def today_at(now_utc: datetime, zone: str) -> date:
    """The calendar day by the clock of a zone (`Asia/Harbin`) at an instant; without an offset it is UTC."""
    instant = now_utc if now_utc.tzinfo else now_utc.replace(tzinfo=UTC)
    return instant.astimezone(ZoneInfo(zone)).date()


def offset_at(day: date, time: str | None, zone: str) -> str:
    """Offset from UTC like `+09:00`, on that day at that local time (`1715`, `17--`; noon where none)."""
    hour, minute = _clock(time) or (12, None)
    local = datetime(day.year, day.month, day.day, hour, minute or 0, tzinfo=ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    # Before zones were agreed, offsets had seconds; a record holds whole minutes.
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def times_compatible(a: str | None, b: str | None) -> bool:
    """Whether two local times can be the same: `1715`, `17--` and none agree, `1759` and `1800` do not."""
    first, second = _clock(a), _clock(b)
    if first is None or second is None:
        return True
    same_minute = first[1] is None or second[1] is None or first[1] == second[1]
    return first[0] == second[0] and same_minute


def _clock(time: str | None) -> tuple[int, int | None] | None:
    """Hour and minute of `1715` or `17--`; None where no hour is told."""
    found = re.fullmatch(r"([0-9]{2})([0-9]{2}|--)", time or "")
    if not found:
        return None
    return int(found[1]), None if found[2] == "--" else int(found[2])
