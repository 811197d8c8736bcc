"""The hours in which a peer's line is up: written "22:00-06:00", also over midnight. Pure."""

import datetime
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo

from banding.errors import Refused

DAY = 24 * 60
HOUR = r"(\d{1,2})(?:[:.：](\d{2}))?"
WRITTEN = re.compile(rf"\s*{HOUR}\s*[-–—−－~～]\s*{HOUR}\s*")


class Window(NamedTuple):
    """From the minute `first` of a day up to, and not with, the minute `end`, which may be the next day's."""

    first: int
    end: int

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in self)

    @property
    def minutes(self) -> int:
        """How long it is open each day, 1 to 1440 minutes."""
        return (self.end - self.first) % DAY or DAY

    def holds(self, minute: int) -> bool:
        """Whether it is open at this minute of the day, 0 to 1439."""
        return (minute - self.first) % DAY < self.minutes


def parse(text: str) -> Window | None:
    """The window that somebody wrote, None when it is empty: the line is always up. Raises Refused."""
    if not text.strip():
        return None
    written = WRITTEN.fullmatch(text)
    if written is None:
        raise Refused(
            "These are no hours of a line", where="window", why=f"“{text.strip()}” is not understood",
            mend="Write it like 22:00-06:00, or leave it empty for a line that is always up",
        )  # fmt: skip
    first, end = (_minute(*written.group(at, at + 1)) for at in (1, 3))
    if first in (end, DAY):
        raise Refused(
            "These are no hours of a line", where="window", why="It would end when it begins",
            mend="Write it like 22:00-06:00, or leave it empty for a line that is always up",
        )  # fmt: skip
    return Window(first, end)


def is_open(text: str, minute: int) -> bool:
    """Whether the window kept for a peer is open at this minute of the station's day.

    What cannot be read keeps nobody from calling: a late return is worse than a call in vain.
    """
    try:
        window = parse(text)
    except Refused:
        return True
    return window is None or window.holds(minute)


def minute_at(now: float, zone: str) -> int:
    """The minute of the day, 0 to 1439, that a clock in this zone shows at a second of the computer's clock."""
    shown = datetime.datetime.fromtimestamp(now, ZoneInfo(zone))
    return shown.hour * 60 + shown.minute


def patience(text: str, seconds: float) -> float:
    """How long to wait after a call, so that a short window is not slept through: a quarter of it at most."""
    try:
        window = parse(text)
    except Refused:
        window = None
    return seconds if window is None else min(seconds, window.minutes * 60 / 4)


def _minute(hour: str, minute: str | None) -> int:
    found = int(hour) * 60 + int(minute or 0)
    if found > DAY or int(minute or 0) > 59:
        raise Refused(
            "These are no hours of a line", where="window", why="A day has 24 hours and an hour 60 minutes",
            mend="Write it like 22:00-06:00, or leave it empty for a line that is always up",
        )  # fmt: skip
    return found
