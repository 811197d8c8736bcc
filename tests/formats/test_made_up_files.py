"""Files that somebody made up to keep a node busy: a reader of files answers soon, whatever they hold."""

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from banding.errors import Refused
from banding.formats import gpkg
from banding.formats.registry import formats
from banding.reports import verify
from banding.settings import Settings, station_node
from banding.station import Station
from tests.formats.sources import Made, written

ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select x as fid, null as geom, {0} from n"


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    opened = Station.open(Settings(home=tmp_path, node=station_node("AM-KHG")))
    yield opened
    opened.store.close()


def geopackage(folder: Path) -> Path:
    return written(folder / "file.gpkg", formats()["gpkg"].write(Made()))


def test_a_layer_that_is_a_view_without_an_end_is_not_read(station: Station, tmp_path: Path) -> None:
    path = geopackage(tmp_path)
    columns = ", ".join(f"1 as {name}" for name in gpkg.POINT_COLUMNS)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(f"drop table {gpkg.POINTS}")
        file.execute(f"create view {gpkg.POINTS} as {ENDLESS.format(columns)}")
    with pytest.raises(ValueError, match="plain tables"):
        gpkg.read(path)
    assert verify.verify(station, path).state != verify.SAME


def test_a_column_that_is_computed_is_not_read(tmp_path: Path) -> None:
    path = geopackage(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(f"alter table {gpkg.POINTS} add column more text generated always as (zeroblob(9e8)) virtual")
    with pytest.raises(ValueError, match="plain tables"):
        gpkg.read(path)


def test_a_file_that_takes_too_many_steps_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpkg, "STEP", 1)
    monkeypatch.setattr(gpkg, "MOST_STEPS", 3)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        gpkg.read(geopackage(tmp_path))


def test_a_sheet_whose_texts_would_fill_the_memory_is_not_opened(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "file.xlsx", formats()["xlsx"].write(Made()))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr(verify.TEXTS, "<si><t>a</t></si>" * 10_000)
    monkeypatch.setattr(verify, "LARGEST_TEXTS", 100_000)
    with pytest.raises(Refused, match="more than can be looked at"):
        verify.verify(station, path)


@pytest.mark.parametrize(
    "held",
    [
        b"PK\x05\x06" + b"\x00" * 4 + b"\x01\x00\x01\x00\x10" + b"\x00" * 9,
        b'{"type":"FeatureCollection","features":[\n\n],"about":{"id":"x","sha256":["abc"],"node":"q"}}\n',
        b'{"type":"FeatureCollection","features":[\n\n],"about":{"id":5,"sha256":"abc","counts":3,"columns":5}}\n',
        b'{"type":"FeatureCollection","features":[\n\n],"about":[1]}\n',
    ],
    ids=["the end of an archive", "a list for an object", "numbers for objects", "no object at all"],
)
def test_what_no_node_writes_is_unknown_and_no_fault(station: Station, tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(held)
    found = verify.verify(station, path)
    assert (found.state, found.node) == (verify.UNKNOWN, "")
