"""The annual totals that schemes exchange: birds ringed as pulli and full-grown, and recoveries, by species."""

from collections.abc import Iterator
from dataclasses import dataclass

from banding.formats.canonical import line
from banding.formats.euring_meaning import species_code
from banding.station import Station
from banding.store.totals import Total

COLUMNS = (
    "scheme", "year", "species_code", "species", "name", "pulli", "full_grown", "recoveries", "recaptures",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """The totals of a question, and what they were counted from: so many records of so many nodes."""

    scheme: str
    year: int | None
    totals: list[Total]
    records: int
    nodes: int

    @property
    def sums(self) -> tuple[int, int, int, int]:
        """Pulli, full-grown, recoveries and recaptures of all lines."""
        every = self.totals
        return (
            sum(one.pulli for one in every), sum(one.full_grown for one in every),
            sum(one.recoveries for one in every), sum(one.recaptures for one in every),
        )  # fmt: skip


def table(station: Station, scheme: str = "", year: int | None = None) -> Table:
    """Totals from everything that this node holds, of one scheme or of all, of one year or of all."""
    records, nodes = station.store.totals.span()
    return Table(scheme, year, station.store.totals.by_year(scheme, year), records, nodes)


def csv(station: Station, found: Table, language: str = "en") -> Iterator[str]:
    """The totals as CSV; the code is EURING's, empty for a species that has none."""
    yield line(COLUMNS)
    for one in found.totals:
        known = station.tables.species.by_name(one.species)
        name = known.names.get(language, "") if known else ""
        yield line((one.scheme, one.year, species_code(one.species) or "", one.species, name, *one[3:]))
