"""Texts that a library or a spreadsheet would take for something else go out as texts and come back as they were."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from banding.formats.csv_ import returns_csv
from banding.formats.registry import formats
from tests.formats.sources import PLAIN, Made, written

MADE_UP = (
    "<r><t>x</t></r>",
    "<r>&</r>",
    '<r></r></is></c><c r="AZ9"><f>1+1</f></c><c r="BA9" t="inlineStr"><is><r></r>',
    "_x0041_ lake",
    " both ends ",
    "]]>",
    "=1+1",
    "a\x85b\u2028c",
    "0012",
)
KINDS = ["xlsx", "csv", "geojson", "gpkg", "kml", "datapackage"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_named_so_comes_back_as_it_was(kind: str, tmp_path: Path) -> None:
    wanted = formats()[kind]
    source = Made([PLAIN | {"banding_place": text, "recovery_place": text} for text in MADE_UP])
    path = written(tmp_path / f"file{wanted.ending}", wanted.write(source))
    assert wanted.read is not None
    found = wanted.read(path)
    assert source.seals["rows"] in {found.seals["rows"], found.seals.get("exact")}
    assert found.rows is not None
    assert sorted(str(one["banding_place"]) for one in found.rows()) == sorted(MADE_UP)


def test_no_text_brings_a_formula_into_an_excel_file_or_breaks_it(tmp_path: Path) -> None:
    source = Made([PLAIN | {"banding_place": text} for text in MADE_UP])
    path = written(tmp_path / "file.xlsx", formats()["xlsx"].write(source))
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            ElementTree.fromstring(book.read(name))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line}.isdisjoint({"f", "e"})


def test_what_a_long_excel_file_says_of_itself_is_whole(tmp_path: Path) -> None:
    class Long(Made):
        licence = "Ask us. " * 9_000

    path = written(tmp_path / "file.xlsx", formats()["xlsx"].write(Long()))
    read = formats()["xlsx"].read
    assert read is not None
    assert read(path).about["licence"] == Long.licence


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a;=1+1;b", "a;'=1+1;b"), ("a\t@sum(1)", "a\t'@sum(1)"), ("＝1+1", "'＝1+1"), ("＠a", "'＠a"),
        ("-5", "-5"), ("a; b - c", "a; b - c"), ("a=b", "a=b"),
    ],
)  # fmt: skip
def test_no_part_of_a_cell_is_run_where_another_sign_parts_the_cells(text: str, told: str) -> None:
    _heads, line = returns_csv([{"place": text}], ["place"], for_people=True)
    assert line.strip('"\r\n').replace('""', '"') == told.strip('"')
