"""What the nodes of the demonstration say, in the language of the terminal; their own logs are for programs."""

import re

from banding.spoken import N_, ngettext
from banding.spoken import gettext as _

VERBS = {"crossed": N_("crossed"), "return": N_("return"), "entered": N_("entered")}
CROSSED = re.compile(
    r"(?P<kept>\d+) kept, (?P<fuller>\d+) completed, (?P<aside>\d+) set aside, (?P<refused>\d+) refused$"
)
KILOMETRES = re.compile(r"(?<=: )(\d+) km(?: ([NESW]+))?(?=,)")
DAYS = re.compile(r"(\d+) days$")


def told(line: str) -> tuple[str, str]:
    """A line of a node as what happened, and the rest of it."""
    verb, _space, rest = line.partition(" ")
    rest = CROSSED.sub(lambda found: _counts(found.groupdict()), rest)
    rest = KILOMETRES.sub(lambda found: _way(int(found[1]), found[2] or ""), rest)
    return _(VERBS.get(verb, verb)), DAYS.sub(lambda found: _days(int(found[1])), rest)


def _counts(counts: dict[str, str]) -> str:
    return _("%(kept)s kept, %(fuller)s completed, %(aside)s set aside, %(refused)s refused", **counts)


def _way(km: int, compass: str) -> str:
    return _("%(km)s km %(compass)s", km=km, compass=compass).rstrip()


def _days(count: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", count)
