"""Pages of the flagship species, for the people of several reserves to sit before together and to print."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flask import Blueprint, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from banding.domain.places import Point
from banding.domain.species import Species
from banding.reports import flagship, longevity
from banding.reports.drawing import BANDING, RECOVERY, Spot, svg_map
from banding.reports.flagship import Report
from banding.reports.returns import ROUNDED
from banding.reports.svg import BARS, Figure, Series
from banding.store.shapes import Query, ReturnQuery
from banding.web import here, plots
from banding.web.language import current
from banding.web.words import code_table, species_name

blueprint = Blueprint("flagship", __name__)
MOST_BIRDS, MOST_WAYS = 500, 400
PAPER = (700, 460)
POINTS = (
    "banding_latitude", "banding_longitude", "banding_precision", "latitude", "longitude", "precision",
)  # fmt: skip
Ends = Iterable[tuple[str | None, str | None, int]]


class Ways(NamedTuple):
    """Journeys as a square of counts: where birds were banded, where they were met, and how many of each pair."""

    begins: Sequence[str]
    ends: Sequence[str]
    counts: Mapping[tuple[str, str], int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@blueprint.get("/flagship")
def listing() -> str:
    """Every flagship species with how many were marked and how many met again."""
    shown = [(one, _address(one), *_counts(one)) for one in every()]
    return render_template("flagships.html", shown=shown)


@blueprint.get("/flagship/<name>")
def one(name: str) -> str:
    """One species: marked, met again, last seen, where and when, between whom."""
    found = next((one for one in every() if _address(one) == name.lower()), None)
    if found is None:
        raise NotFound
    names = longevity.names_of(here.station().tables.species, found.scientific_name)
    report, words = flagship.told(here.station().store, names), plots.words()
    return render_template(
        "flagship.html", one=found, report=report, birds=report.birds[:MOST_BIRDS], months=words.months,
        years=_years(report), svg=plots.svg, country=words.country, places=ways(report.places),
        nodes=ways(report.nodes), paper=_map(names, found), today=here.station().intake.today(),
    )  # fmt: skip


def every() -> list[Species]:
    """The flagship species that the list of species knows."""
    known = here.station().tables.species
    names = flagship.species(code_table("species").rows)
    return [found for name in names if (found := known.by_name(name))]


def ways(told: Ends) -> Ways:
    """The square of counts, those with most journeys first; what is not known is empty."""
    counts: Counter[tuple[str, str]] = Counter()
    begins: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for begin, end, count in told:
        counts[begin or "", end or ""] += count
        begins[begin or ""] += count
        ends[end or ""] += count
    return Ways([name for name, _ in begins.most_common()], [name for name, _ in ends.most_common()], counts)


def _counts(species: Species) -> tuple[int, int]:
    """How many records and how many returns there are of a species."""
    station = here.station()
    names = longevity.names_of(station.tables.species, species.scientific_name)
    query = ReturnQuery(species=names)
    return station.store.search.count(Query(species=names)), station.store.returns.count(query)


def _address(species: Species) -> str:
    return species.scientific_name.lower().replace(" ", "-")


def _years(report: Report) -> Figure:
    """Marked and met again, year by year."""
    told = [*report.marked, *report.met]
    years = range(min(told), max(told) + 1) if told else range(0)
    series = (
        Series(_("marked"), tuple(report.marked[year] for year in years)),
        Series(_("met again"), tuple(report.met[year] for year in years)),
    )
    return Figure(
        "years", BARS, _("Marked and met again by year"), _("year"), _("encounters"), tuple(map(str, years)), series,
        report.encounters, report.encounters,
    )  # fmt: skip


def _map(names: Sequence[str], species: Species) -> Markup:
    """The latest journeys as a drawing for paper."""
    found = here.station().store.returns.rows(ReturnQuery(species=names), POINTS, limit=MOST_WAYS)
    spots, legs = dict[Spot, None](), []
    for south, west, begin, north, east, end in found:
        if south is not None:
            spots[Spot(south, west, BANDING, coarse=begin == ROUNDED)] = None
        if north is not None:
            spots[Spot(north, east, RECOVERY, coarse=end == ROUNDED)] = None
        if south is not None and north is not None:
            legs.append((Point(south, west), Point(north, east)))
    title = _("Journeys: %(species)s", species=species_name(species.scientific_name))
    return Markup(svg_map(spots, legs, size=PAPER, title=title, language=current())) if spots else Markup("")
