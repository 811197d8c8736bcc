"""The kinds of file in which returns leave a node: one line each, with its writer and its reader."""

from collections.abc import Iterator
from pathlib import Path

from banding.formats import (
    csv_returns,
    darwin_core,
    euring_histories,
    frictionless_,
    geojson,
    gpkg,
    kml,
    xlsx,
)
from banding.formats.source import N_, Format

ZIP = "application/zip"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_KNOWN = [
    Format("xlsx", "Excel (XLSX)", N_("codes and words side by side, for people"), ".xlsx", SHEET,
           xlsx.write, xlsx.read, xlsx.fits),
    Format("csv-words", N_("CSV in words"), N_("for a spreadsheet, in the language of the page"), ".csv",
           "text/csv; charset=utf-8; header=present", csv_returns.write_for_people, None),
    Format("csv", "CSV", N_("codes and column names, for programs"), ".csv",
           "text/csv; charset=utf-8; header=present", csv_returns.write, csv_returns.read),
    Format("geojson", "GeoJSON", N_("journeys as lines, for maps on the web"), ".geojson", "application/geo+json",
           geojson.write, geojson.read, geojson.fits),
    Format("gpkg", "GeoPackage", N_("layers of journeys and points, for QGIS"), ".gpkg",
           "application/geopackage+sqlite3", gpkg.write, gpkg.read, gpkg.fits),
    Format("kml", "KML", N_("journeys by species, for globes"), ".kml", "application/vnd.google-earth.kml+xml",
           kml.write, kml.read, kml.fits),
    Format("euring2020", "EURING 2020", N_("every encounter of each bird, for data banks"), ".euring2020.zip", ZIP,
           euring_histories.writer("2020"), euring_histories.read, euring_histories.fits),
    Format("euring2000plus", "EURING 2000+", N_("the same in the older layout"), ".euring2000plus.zip", ZIP,
           euring_histories.writer("2000+"), euring_histories.read, euring_histories.fits),
    Format("dwca", N_("Darwin Core archive"), N_("events, occurrences and measurements, for GBIF"), ".dwca.zip", ZIP,
           darwin_core.write, darwin_core.read, darwin_core.fits),
    Format("datapackage", N_("Data package"), N_("CSV with its schema, after Frictionless"), ".datapackage.zip", ZIP,
           frictionless_.write, frictionless_.read, frictionless_.fits),
]  # fmt: skip


def formats() -> dict[str, Format]:
    """Every kind by its name, in the order in which they are offered."""
    return {one.name: one for one in _KNOWN}


def add(one: Format) -> None:
    """Offer one more kind of file; another of its name goes."""
    _KNOWN[:] = [known for known in _KNOWN if known.name != one.name] + [one]


def readers(path: Path) -> Iterator[Format]:
    """The kinds that a file may be, by what it holds; CSV last, since any text may be that."""
    for one in _KNOWN:
        if one.read is not None and one.fits(path):
            yield one
    yield formats()["csv"]
