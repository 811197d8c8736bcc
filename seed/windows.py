"""When birds are caught: the windows of the demonstration, laid so that they end yesterday at the latest."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from seed.birds import design

DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """Days in which birds are caught, both included."""

    first: date
    last: date

    def day(self, random: Random) -> date:
        """A day of the window, most often in its middle."""
        return self.first + timedelta(days=round(random.triangular(0, (self.last - self.first).days)))


def windows(today: date) -> dict[str, Window]:
    """The last spring and autumn that are a week old, cut off yesterday, and the nestlings between them."""
    spring, autumn = (_last(name, today) for name in ("spring", "autumn"))
    first, last = design()["windows"]["nestlings"]
    year = autumn.first.year
    return {"spring": spring, "autumn": autumn, "nestlings": Window(_in(year, first), _in(year, last))}


def _last(name: str, today: date) -> Window:
    first, last = design()["windows"][name]
    year = today.year if _in(today.year, first) + A_WEEK < today else today.year - 1
    return Window(_in(year, first), min(_in(year, last), today - DAY))


def _in(year: int, day: str) -> date:
    return date.fromisoformat(f"{year}-{day}")
