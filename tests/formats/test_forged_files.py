"""Files in which somebody shows one thing to people and another to whoever looks whether they were changed."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from banding.errors import Refused
from banding.formats import geojson, kml, xlsx_sheet
from banding.formats.marks import MOST, Marks, alike
from banding.formats.registry import formats
from tests.formats.sources import PLAIN, Made, written

DAYS = b'<Data name="days"><value>1377</value></Data>'
LATER = b'<Data name="days"><value>1</value></Data>'


def seals(kind: str, path: Path) -> Any:
    read = formats()[kind].read
    assert read is not None
    return read(path).seals


def forged(folder: Path, kind: str, change: Callable[[bytes], bytes]) -> Any:
    """The seals of a file as it was written, and after a change of its bytes."""
    path = written(folder / "file", formats()[kind].write(Made()))
    before = seals(kind, path)
    data = change(path.read_bytes())
    assert data != path.read_bytes()
    path.write_bytes(data)
    return before, path


def test_a_second_list_of_features_behind_the_end_is_what_others_read(tmp_path: Path) -> None:
    def more(data: bytes) -> bytes:
        head, _, about = data.rstrip().rpartition(b"\n],")
        rows = head.partition(b"\n")[2].replace(b'"days":1377', b'"days":1')
        return head + b"\n]," + about[:-1] + b',"features":[\n' + rows + b"\n]," + about + b"\n"

    before, path = forged(tmp_path, "geojson", more)
    assert json.loads(path.read_bytes())["features"][0]["properties"]["days"] == 1
    assert seals("geojson", path) != before


def test_a_way_round_between_the_ends_is_a_change(tmp_path: Path) -> None:
    before, path = forged(tmp_path, "geojson", lambda data: data.replace(b"],[130.4", b"],[99.0,9.0],[130.4"))
    assert seals("geojson", path) != before


def test_what_another_program_wrote_anew_is_not_read_without_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = forged(tmp_path, "geojson", lambda data: json.dumps(json.loads(data), indent=1).encode())
    monkeypatch.setattr(geojson, "LARGEST", 100)
    with pytest.raises(Refused, match="more than can be looked at"):
        seals("geojson", path)


@pytest.mark.parametrize("told", [DAYS + LATER, LATER + DAYS], ids=["after it", "before it"])
def test_a_value_that_is_told_twice_is_a_change(tmp_path: Path, told: bytes) -> None:
    before, path = forged(tmp_path, "kml", lambda data: data.replace(DAYS, told))
    assert seals("kml", path) != before


def test_rows_that_were_put_out_of_sight_are_no_rows(tmp_path: Path) -> None:
    def out_of_sight(data: bytes) -> bytes:
        return data.replace(b"<Folder>", b'<a xmlns="urn:x">\n<Folder>').replace(b"</Folder>\n", b"</Folder>\n</a>\n")

    before, path = forged(tmp_path, "kml", out_of_sight)
    assert seals("kml", path) != before


def test_a_kml_of_another_layout_is_read_all_the_same(tmp_path: Path) -> None:
    before, path = forged(tmp_path, "kml", lambda data: data.replace(b"<Data ", b"\n <Data  ").replace(b"'", b'"'))
    with pytest.raises(kml._NotOurs):
        list(kml.own_rows(path, []))
    assert seals("kml", path) == before


def test_a_kml_with_elements_without_an_end_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = forged(tmp_path, "kml", lambda data: data.replace(b"<Folder>", b"<a/>" * 300 + b"<Folder>", 1))
    monkeypatch.setattr(kml, "MOST_HELD", 200)
    with pytest.raises(ValueError, match="more elements"):
        seals("kml", path)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        (b"<v>1377</v>", b"<v>1378</v>", False),
        (b"<v>1377</v>", b"<v>1377.0</v>", True),
        (
            b"</row></sheetData>",
            b'</row><row r="4"><c r="A4" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
            False,
        ),
        (
            b"</row></sheetData>",
            b'</row><row  r="4"><c r="AX4" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
            False,
        ),
        (b"<sheetData>", b"<sheetData >", True),
        (b">CPB<", b">C<!-- P -->PB<", True),
        (b'<row r="3">', b'<row r="3" hidden="1">', True),
    ],
)
def test_a_sheet_is_read_alike_in_our_layout_and_in_any(tmp_path: Path, old: bytes, new: bytes, is_same: bool) -> None:
    def change(data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w") as file:
            for name in whole.namelist():
                held = whole.read(name)
                assert name != SHEET or old in held
                file.writestr(name, held.replace(old, new, 1) if name == SHEET else held)
        return out.getvalue()

    before, path = forged(tmp_path, "xlsx", change)
    assert (seals("xlsx", path) == before) == is_same
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True)
        sheet = book.worksheets[0]
        ours = list(xlsx_sheet.rows(book, sheet))
        sheet.reset_dimensions()
        theirs = list(sheet.iter_rows(values_only=True))
        bare = [[[cell for cell in row if cell is not None] for row in rows] for rows in (ours, theirs)]
        assert bare[0] == bare[1]
        book.close()


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def test_a_table_is_known_by_the_least_of_its_recoveries_however_it_is_written() -> None:
    by_row, by_line = Marks(), Marks()
    for number in range(5000, 0, -1):
        by_row.add(uuid(number))
    by_row.add("no id")
    by_line.take("banding_id,recovery_id\r\n" + "".join(f"{uuid(9)},{uuid(n)},x\r\n" for n in range(1, 5001)))
    assert by_row.least == by_line.least == tuple(range(1, MOST + 1))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [(range(3), range(2), 2 / 3), (range(100), range(100), 1.0), (range(10), range(10, 20), 0.0), ([], [], 0.0)],
)
def test_how_alike_two_tables_are(one: Any, other: Any, share: float) -> None:
    first, second = Marks(), Marks()
    for number in one:
        first.add(uuid(number))
    for number in other:
        second.add(uuid(number))
    assert alike(first.least, second.least) == pytest.approx(share)
    assert PLAIN["recovery_id"] == uuid(2)
