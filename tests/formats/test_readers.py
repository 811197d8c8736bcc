"""Each kind of file as the programs of its users open it."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import pyogrio
import pytest
from dwca.read import DwCAReader

from banding.formats import xlsx
from banding.formats.euring import read_line
from banding.reports.returns import COLUMNS, rows
from banding.station import Station
from banding.store.shapes import ReturnQuery
from tests.formats.conftest import File
from tests.formats.test_oracle import strange

DWC = "http://rs.tdwg.org/dwc/terms/"


@pytest.fixture
def told(flock: Station) -> list[dict[str, Any]]:
    """The rows as the store tells them."""
    return list(rows(flock.store, ReturnQuery()))


def test_openpyxl_reads_codes_words_and_what_is_said_of_them(file: File, told: list[dict[str, Any]]) -> None:
    book = openpyxl.load_workbook(file("xlsx"))
    labels, names, *lines = book["Returns"].iter_rows(values_only=True)
    found = [dict(zip(names, line, strict=True)) for line in lines]
    assert [{name: one[name] for name in COLUMNS} for one in found] == [
        {name: None if value == "" else value for name, value in row.items()} for row in told
    ]
    assert {one["species_words"] for one in found} == {
        "Black-faced Bunting (Emberiza spodocephala)", "Rustic Bunting (Emberiza rustica)",
    }  # fmt: skip
    assert labels[names.index("distance_km")] == "distance, km"
    assert len(set(labels)) > len(COLUMNS) - 1
    about = dict(book["About"].iter_rows(values_only=True, max_col=2))
    assert about["Returns"] == "5"
    assert "Licence" in about
    assert "RUM" in about["Question"]


def test_rows_that_no_sheet_holds_go_on_in_the_next_and_are_the_same_rows(
    file: File, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_one = xlsx.read(file("xlsx")).seals
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    path = file("xlsx")
    assert openpyxl.load_workbook(path).sheetnames == ["Returns", "Returns 2", "Returns 3", "About"]
    assert [one["recovery_id"] for one in xlsx.rows(path)] == [row["recovery_id"] for row in told]
    assert xlsx.read(path).seals == in_one


def test_no_cell_of_the_excel_file_is_a_formula(file: File) -> None:
    book = openpyxl.load_workbook(file("xlsx"))
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n", "b"}


def layer(path: Path, name: str | None = None) -> tuple[list[dict[str, Any]], list[Any], str]:
    """The attributes, the geometries as well-known binary, and the kind of geometry, as GDAL reads them."""
    meta, _, drawn, columns = pyogrio.raw.read(path, layer=name)
    fields = list(meta["fields"])
    return (
        [dict(zip(fields, values, strict=True)) for values in zip(*columns, strict=True)],
        list(drawn),
        meta["geometry_type"],
    )


def test_gdal_reads_the_geopackage_with_both_layers(file: File, told: list[dict[str, Any]]) -> None:
    path = file("gpkg")
    assert {tuple(one) for one in pyogrio.list_layers(path)} == {("journeys", "LineString"), ("points", "Point")}
    found, drawn, _ = layer(path, "journeys")
    assert [one["recovery_id"] for one in found] == [row["recovery_id"] for row in told]
    km = [None if one["distance_km"] != one["distance_km"] else one["distance_km"] for one in found]
    assert km == [row["distance_km"] for row in told]
    assert sum(one is None for one in drawn) == 1
    points, _, _ = layer(path, "points")
    assert len(points) == 9
    assert pyogrio.read_info(path, layer="journeys")["crs"] == "EPSG:4326"


def test_gdal_reads_the_geojson_as_journeys_and_points(file: File, told: list[dict[str, Any]]) -> None:
    found, drawn, _ = layer(file("geojson"))
    assert [one["recovery_id"] for one in found] == [row["recovery_id"] for row in told]
    assert {one[1] for one in drawn} == {1, 2}


def test_gdal_reads_the_kml_by_species(file: File) -> None:
    names = [name for name, _ in pyogrio.list_layers(file("kml"))]
    assert sorted(names) == ["Black-faced Bunting (Emberiza spodocephala)", "Rustic Bunting (Emberiza rustica)"]
    text = file("kml").read_text(encoding="utf-8")
    assert "A point is known to 0.1 degree only." in text


@pytest.mark.parametrize(("kind", "layout"), [("euring2020", "2020"), ("euring2000plus", "2000+")])
def test_euring_reads_every_encounter_of_each_bird_in_order(file: File, kind: str, layout: str) -> None:
    with zipfile.ZipFile(file(kind, ring="XC345612")) as whole:
        lines = whole.read("histories.psv").decode().splitlines()
        assert b"How to cite it" in whole.read("ABOUT.txt")
    assert len(lines) == 3
    assert [read_line(line).record["core"]["day"] for line in lines] == ["2024-05-01", "2024-09-20", "2025-05-03"]
    assert [strange(line, layout) for line in lines] == [[], [], []]


def test_the_dwca_reader_finds_each_encounter_once(file: File) -> None:
    with DwCAReader(file("dwca")) as archive:
        assert archive.descriptor.core.type == DWC + "Event"
        events = list(archive.rows)
        assert len(events) == 8
        birds = [one for event in events for one in event.extensions if one.rowtype == DWC + "Occurrence"]
        assert len(birds) == 8
        assert {one.data[DWC + "organismID"] for one in birds} == {"RUM:XC345612", "RUM:XC345613", "RUM:XC345614"}
        rounded = [one for one in events if one.data[DWC + "dataGeneralizations"]]
        assert {one.data[DWC + "coordinatePrecision"] for one in rounded} == {"0.1"}
        withheld = [one for one in events if "withheld" in one.data[DWC + "informationWithheld"]]
        assert [one.data[DWC + "decimalLatitude"] for one in withheld] == [""]
        assert all(one.data[DWC + "informationWithheld"] for one in events)
        facts = [one for event in events for one in event.extensions if one.rowtype == DWC + "MeasurementOrFact"]
        assert "km" in {one.data[DWC + "measurementUnit"] for one in facts}
        assert archive.metadata is not None
        assert archive.metadata.find("dataset/intellectualRights/para") is not None


def test_frictionless_finds_the_data_package_valid(file: File, told: list[dict[str, Any]]) -> None:
    path = file("datapackage")
    report = frictionless.validate(str(path))
    assert report.valid, report.flatten(["type", "note"])
    with zipfile.ZipFile(path) as whole:
        assert {row["recovery_id"] for row in csv.DictReader(io.TextIOWrapper(whole.open("returns.csv"), "utf-8"))} == {
            row["recovery_id"] for row in told
        }


def test_frictionless_refuses_a_package_whose_table_was_changed(file: File, tmp_path: Path) -> None:
    with zipfile.ZipFile(file("datapackage")) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as whole:
        for name, data in members.items():
            whole.writestr(name, data.replace(b"Emberiza rustica", b"Emberiza pusilla"))
    assert not frictionless.validate(str(tmp_path / "changed.zip")).valid
