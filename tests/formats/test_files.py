"""Every kind of file comes back as it was written, and whatever is changed in it shows."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.formats import canonical
from banding.formats.registry import formats, readers
from banding.formats.source import Format
from tests.formats.sources import PLAIN, Made, written

TABLES = [one for one in formats().values() if one.name in ("xlsx", "csv", "geojson", "gpkg", "kml", "datapackage")]
# What a record may hold: its shape refuses marks that control a printer.
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"], exclude_characters="\ufffe\uffff"), max_size=30
)
DEGREES = st.none() | st.floats(-90, 90) | st.integers(-90, 90)
ROWS = st.fixed_dictionaries(
    {}, optional={
        "banding_place": WORDS, "recovery_place": WORDS, "ring": WORDS, "banding_latitude": DEGREES,
        "banding_longitude": DEGREES, "latitude": DEGREES, "longitude": DEGREES,
        "uncertainty_m": st.none() | st.integers(0, 10**6) | st.floats(0, 1e6),
        "distance_km": st.none() | st.floats(0, 20_000), "days": st.integers(-5, 40_000), "days_exact": st.booleans(),
    },
)  # fmt: skip


@pytest.mark.parametrize("kind", TABLES, ids=lambda one: one.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(ROWS, max_size=4))
def test_a_table_comes_back_value_for_value_with_its_seals(kind: Format, tmp_path: Path, told: list[Any]) -> None:
    source = Made([PLAIN | one for one in told])
    path = written(tmp_path / f"file{kind.ending}", kind.write(source))
    assert kind.read is not None
    found = kind.read(path)
    assert found.rows is not None
    assert list(found.rows()) == list(source.rows())
    assert {name: found.seals[name] for name in source.seals} == source.seals
    assert next(readers(path)).name == kind.name


@pytest.mark.parametrize("kind", [one for one in formats().values() if one.name != "pdf"], ids=lambda one: one.name)
def test_every_kind_of_file_is_sealed_and_says_what_it_is(kind: Format, tmp_path: Path) -> None:
    source = Made()
    path = written(tmp_path / f"file{kind.ending}", kind.write(source))
    found = next(readers(path))
    assert found.read is not None
    if not kind.name.startswith(("csv", "euring")):
        assert found.name == kind.name
        assert found.read(path).about["id"] == "0123456789ab"
    assert source.seals
    assert source.seals.items() <= found.read(path).seals.items()


def in_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book["Returns"][2]]
    book["Returns"].cell(3, names.index("species_words") + 1).value = "a crow"
    book.save(path)


def in_text(old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = path.read_bytes()
        assert data.count(old) == 1
        path.write_bytes(data.replace(old, new))

    return change


def in_layer(sql: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        file = sqlite3.connect(path)
        assert file.execute(sql).rowcount == 1
        file.commit()
        file.close()

    return change


def in_member(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with zipfile.ZipFile(path) as whole:
            members = {one: whole.read(one) for one in whole.namelist()}
        assert old in members[name]
        members[name] = members[name].replace(old, new, 1)
        with zipfile.ZipFile(path, "w") as whole:
            for one, data in members.items():
                whole.writestr(one, data)

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("xlsx", in_sheet),
        ("csv", in_text(b",1377,", b",1378,")),
        ("csv", in_text(b",true\r\n", b",true,more\r\n")),
        ("csv-words", in_text(b"[1377]", b"[1378]")),
        ("geojson", in_text(b"[124.31,47.19812]", b"[124.31,47.2]")),
        ("geojson", in_text(b'"days":1377', b'"days":1378')),
        ("geojson", in_text(b'"days":1377', b'"days":1377,"new":1')),
        ("kml", in_text(b"124.31,47.19812 ", b"124.31,47.2 ")),
        ("kml", in_text(b"<value>1377<", b"<value>1378<")),
        ("gpkg", in_layer("update journeys set days = 1")),
        ("gpkg", in_layer("update journeys set geom = null")),
        ("gpkg", in_layer("update points set geom = (select geom from points where fid = 2) where fid = 1")),
        ("datapackage", in_member("returns.csv", b"1377", b"1378")),
        ("dwca", in_member("occurrence.txt", b"alive", b"dead")),
        ("euring2020", in_member("histories.psv", b"", b"|")),
    ],
)
def test_what_is_changed_in_a_file_shows(tmp_path: Path, name: str, change: Callable[[Path], None]) -> None:
    kind, source = formats()[name], Made()
    path = written(tmp_path / f"file{kind.ending}", kind.write(source))
    change(path)
    reader = next(readers(path))
    assert reader.read is not None
    found = reader.read(path)
    assert any(found.seals.get(part) != seal for part, seal in source.seals.items())


def test_a_geojson_that_another_program_wrote_anew_is_still_the_same(tmp_path: Path) -> None:
    source, kind = Made(), formats()["geojson"]
    path = written(tmp_path / "file.geojson", kind.write(source))
    told = json.loads(path.read_text(encoding="utf-8"))
    told["features"][0]["properties"] = dict(reversed(told["features"][0]["properties"].items()))
    path.write_text(json.dumps(told, indent=2), encoding="utf-8")
    assert kind.read is not None
    assert kind.read(path).seals == source.seals


def test_an_excel_file_that_was_saved_again_is_still_the_same(tmp_path: Path) -> None:
    source, kind = Made(), formats()["xlsx"]
    path = written(tmp_path / "file.xlsx", kind.write(source))
    openpyxl.load_workbook(path).save(path)
    assert kind.read is not None
    assert kind.read(path).seals == source.seals


@given(st.floats(-180, 180))
def test_a_number_has_one_text_that_reads_back(value: float) -> None:
    told = canonical.normal("latitude", value)
    assert canonical.normal("latitude", canonical.cell(told)) == told
    with closing(sqlite3.connect(":memory:")) as file:
        (line,) = file.execute("select printf('%s', ?)", [told]).fetchone()
    assert float(line) == pytest.approx(told, rel=1e-14)


def test_archives_end_where_their_pieces_end() -> None:
    data = b"".join(formats()["datapackage"].write(Made()))
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        assert whole.testzip() is None
