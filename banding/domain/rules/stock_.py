"""Rules about the rings of a station: one that it holds, of a series that is made for the species."""

from collections.abc import Iterator

from banding.domain.rules.case import Case, Finding, warning
from banding.domain.stock import usual


def in_stock(case: Case) -> Iterator[Finding]:
    """R-ring-stock: a ring put on is one the station received, where it keeps a stock of that scheme."""
    stock = case.tables.stock.get(case.me.scheme)
    if stock is None or not _puts_on(case) or case.me.day < stock.since or case.me.ring_key is None:
        return
    if not stock.holds(case.me.ring_key):
        yield warning("R-ring-stock", "core.ring", ring=case.me.ring, scheme=case.me.scheme)


def series(case: Case) -> Iterator[Finding]:
    """R-ring-series: a ring put on is of a series made for the species, where the table of series says which."""
    key = case.me.ring_key
    if key is None or not _puts_on(case):
        return
    known = case.tables.species.by_name(case.me.species)
    species = known.scientific_name if known else case.me.species
    made_for = usual(case.tables.series, case.me.scheme, species)
    if made_for and not any(one.has(key) for one in made_for):
        names = ", ".join(dict.fromkeys(one.prefix for one in made_for))
        yield warning("R-ring-series", "core.ring", ring=case.me.ring, species=case.me.species, series=names)


def _puts_on(case: Case) -> bool:
    """Whether this encounter put the ring on: a banding, or a meeting at which the bird got another number."""
    return case.me.is_banding or case.me.replaces is not None


RULES = (in_stock, series)
