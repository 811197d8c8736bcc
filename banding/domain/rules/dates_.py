"""Rules about days: none after today, few before rings were known."""

from collections.abc import Iterator
from datetime import date

from banding.domain.rules.case import Case, Finding, error, warning

# Mortensen put the first numbered rings on starlings in Viborg in 1899.
FIRST_RINGS = date(1899, 1, 1)


def in_the_future(case: Case) -> Iterator[Finding]:
    """R-date-future: nobody meets a bird after today by the station's own clock."""
    if case.me.day > case.today:
        yield error("R-date-future", "core.day", day=case.me.day.isoformat(), today=case.today.isoformat())


def long_ago(case: Case) -> Iterator[Finding]:
    """R-date-long-ago: a day before the first numbered rings is likely a slip."""
    if case.me.day < FIRST_RINGS:
        yield warning("R-date-long-ago", "core.day", day=case.me.day.isoformat())


RULES = (in_the_future, long_ago)
