"""Returns as a GeoPackage (OGC 12-128): a layer of journeys, a layer of points, metadata; and the same read back."""

import contextlib
import datetime
import json
import re
import sqlite3
import struct
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from banding.formats.canonical import FLAG, NUMBER, REAL, WHOLE, Row, Seal, whole
from banding.formats.geometry import Position, beside, positions
from banding.formats.source import Found, Source, Watch, nobody_watches, read_by_rows
from banding.formats.zipped import in_pieces

JOURNEYS, POINTS = "journeys", "points"
WGS84 = 4326
APPLICATION, VERSION = 0x47504B47, 10300
STANDARD = "http://www.geopackage.org/spec/#extension_metadata"
LONGEST, STEP, MOST_STEPS = 64 << 20, 1_000_000, 2_000
_COMPUTED = re.compile(r"\bas\s*\(", re.IGNORECASE)
POINT_COLUMNS = ("recovery_id", "encounter", "species", "scheme", "ring", "day", "place", "precision")
AT_ONCE = 2_000
DEFINED = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]]'
)
TABLES = (
    "create table gpkg_spatial_ref_sys (srs_name text not null, srs_id integer not null primary key, organization text"
    " not null, organization_coordsys_id integer not null, definition text not null, description text)",
    "create table gpkg_contents (table_name text not null primary key, data_type text not null, identifier text unique,"
    " description text default '', last_change datetime not null, min_x double, min_y double, max_x double,"
    " max_y double, srs_id integer references gpkg_spatial_ref_sys(srs_id))",
    "create table gpkg_geometry_columns (table_name text not null unique references gpkg_contents(table_name),"
    " column_name text not null, geometry_type_name text not null, srs_id integer not null"
    " references gpkg_spatial_ref_sys(srs_id), z tinyint not null, m tinyint not null,"
    " primary key (table_name, column_name))",
    "create table gpkg_extensions (table_name text, column_name text, extension_name text not null,"
    " definition text not null, scope text not null, unique (table_name, column_name, extension_name))",
    "create table gpkg_metadata (id integer primary key not null, md_scope text not null default 'dataset',"
    " md_standard_uri text not null, mime_type text not null default 'text/xml', metadata text not null default '')",
    "create table gpkg_metadata_reference (reference_scope text not null, table_name text, column_name text,"
    " row_id_value integer, timestamp datetime not null, md_file_id integer not null references gpkg_metadata(id),"
    " md_parent_id integer references gpkg_metadata(id))",
)
SYSTEMS = (
    ("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic", 0, "NONE", 0, "undefined", None),
    ("WGS 84 geodetic", WGS84, "EPSG", WGS84, DEFINED, "longitude and latitude in degrees"),
)


def write(source: Source) -> Iterator[bytes]:
    """The file: every return in the layer of journeys, with no line where a point is not known."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "returns.gpkg"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
            _write(file, source)
        yield from in_pieces(path)


def _write(file: sqlite3.Connection, source: Source) -> None:
    run = file.execute
    run("pragma journal_mode = off")
    run("pragma synchronous = off")
    run(f"pragma application_id = {APPLICATION}")
    run(f"pragma user_version = {VERSION}")
    run("begin")
    for table in (*TABLES, _layer(JOURNEYS, source.columns), _layer(POINTS, POINT_COLUMNS)):
        run(table)
    file.executemany("insert into gpkg_spatial_ref_sys values (?, ?, ?, ?, ?, ?)", SYSTEMS)
    source.seals["points"] = _fill(file, source)
    _describe(file, source.about())
    run("commit")


def _layer(name: str, columns: Sequence[str]) -> str:
    typed = ", ".join(f'"{column}" {_type(column)}' for column in columns)
    return f"create table {name} (fid integer primary key autoincrement not null, geom blob, {typed})"


def _type(column: str) -> str:
    if column in FLAG:
        return "boolean"
    if column in REAL or column in NUMBER:
        return "double"
    return "integer" if column in WHOLE else "text"


def _fill(file: sqlite3.Connection, source: Source) -> str:
    """Write both layers; gives the seal of the points."""
    seal, rows = Seal((*POINT_COLUMNS, "longitude", "latitude")), source.rows()
    into = "insert into {} values (null, {})"
    journeys = into.format(JOURNEYS, ", ".join("?" * (1 + len(source.columns))))
    points = into.format(POINTS, ", ".join("?" * (1 + len(POINT_COLUMNS))))
    while some := list(islice(rows, AT_ONCE)):
        file.executemany(journeys, [(_line(positions(one)), *one.values()) for one in some])
        marks = [mark for one in some for mark in _marks(one)]
        file.executemany(points, [(_blob([at]), *values) for at, values in marks])
        for at, values in marks:
            seal.add((*values, *at))
    return seal.hex


def _marks(one: Row) -> Iterator[tuple[Position, tuple[Any, ...]]]:
    """The points of a return with what is told of them."""
    bird = (one["species"], one["scheme"], one["ring"])
    for side, place, what in (("banding", "banding_", "banding_"), ("recovery", "recovery_", "")):
        north, east = one[f"{what}latitude"], one[f"{what}longitude"]
        if north is not None and east is not None:
            told = (one[f"{side}_day"], one[f"{place}place"], one[f"{what}precision"])
            yield (east, north), (one["recovery_id"], side, *bird, *told)


def _describe(file: sqlite3.Connection, about: dict[str, Any]) -> None:
    moment = datetime.datetime.fromisoformat(about["made"]).astimezone(datetime.UTC)
    made, told = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z", json.dumps(about, ensure_ascii=False)
    for name, kind in ((JOURNEYS, "LINESTRING"), (POINTS, "POINT")):
        file.execute(
            "insert into gpkg_contents values (?, 'features', ?, ?, ?, -180, -90, 180, 90, ?)",
            [name, name, about["title"], made, WGS84],
        )
        file.execute("insert into gpkg_geometry_columns values (?, 'geom', ?, ?, 0, 0)", [name, kind, WGS84])
    for name in ("gpkg_metadata", "gpkg_metadata_reference"):
        row = [name, None, "gpkg_metadata", STANDARD, "read-write"]
        file.execute("insert into gpkg_extensions values (?, ?, ?, ?, ?)", row)
    told_of = [1, "dataset", "https://specs.frictionlessdata.io/", "application/json", told]
    file.execute("insert into gpkg_metadata values (?, ?, ?, ?, ?)", told_of)
    file.execute("insert into gpkg_metadata_reference values ('geopackage', null, null, null, ?, 1, null)", [made])


def _line(ends: Sequence[Position]) -> bytes | None:
    return _blob(ends) if len(ends) == 2 else None


def _blob(ends: Sequence[Position]) -> bytes:
    """A point or a line as the format has it: a head with its bounds, then well-known binary, little end first."""
    flat = [part for at in ends for part in at]
    if len(ends) == 1:
        return struct.pack("<2sBBi", b"GP", 0, 1, WGS84) + struct.pack("<BIdd", 1, 1, *flat)
    (x1, y1), (x2, y2) = ends
    bounds = (min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2))
    return struct.pack("<2sBBi4d", b"GP", 0, 3, WGS84, *bounds) + struct.pack("<BII4d", 1, 2, 2, *flat)


# -- read back --------------------------------------------------------------------------------------------

ENVELOPES = (0, 32, 48, 48, 64)


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the file says, and the seals of both layers; a line that was moved counts as a change."""
    with _opened(path) as file:
        found = file.execute("select metadata from gpkg_metadata where mime_type = 'application/json'").fetchone()
        about = dict(json.loads(found[0])) if found else {}
        points = Seal((*POINT_COLUMNS, "longitude", "latitude"))
        names = ", ".join(f'"{name}"' for name in POINT_COLUMNS)
        for blob, *values in file.execute(f"select geom, {names} from {POINTS} order by fid"):
            points.add((*values, *(part for at in _ends(blob) for part in at)))
    found_rows = read_by_rows(path, about, rows, watch)
    return replace(found_rows, seals={**found_rows.seals, "points": points.hex})


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The returns as columns and lines together say them."""
    with _opened(path) as file:
        found = file.execute(f"select * from {JOURNEYS} order by fid")
        names = [one[0] for one in found.description]
        for values in found:
            told = dict(zip(names, values, strict=True))
            told.pop("fid", None)
            ends = _ends(told.pop("geom", None))
            one = whole(told, columns)
            yield beside(one, ends or positions(one)[:1])


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        file.execute("pragma trusted_schema = off")
        file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        steps = count()
        # The pages of a file that somebody made up may lead round and round.
        file.set_progress_handler(lambda: int(next(steps) > MOST_STEPS), STEP)
        _check(file)
        yield file


def _check(file: sqlite3.Connection) -> None:
    """See that what is read are plain tables: a view or a computed column may be a program without an end."""
    sql = "select name, sql from sqlite_master where type = 'table' and rootpage > 0"
    plain = {name for name, said in file.execute(sql) if not _COMPUTED.search(said)}
    if not {"gpkg_metadata", JOURNEYS, POINTS} <= plain:
        raise ValueError("the layers are not plain tables")


def _ends(blob: bytes | None) -> list[Position]:
    if not blob:
        return []
    start = 8 + ENVELOPES[blob[3] >> 1 & 7]
    order = "<" if blob[start] else ">"
    (kind,) = struct.unpack_from(f"{order}I", blob, start + 1)
    count, at = (1, start + 5) if kind == 1 else (*struct.unpack_from(f"{order}I", blob, start + 5), start + 9)
    flat = struct.unpack_from(f"{order}{2 * count}d", blob, at)
    every = list(zip(flat[::2], flat[1::2], strict=True))
    return every if kind == 1 else [every[0], every[-1]]


def fits(path: Path) -> bool:
    """Whether a file is an SQLite file with such layers."""
    with path.open("rb") as file:
        head = file.read(72)
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION.to_bytes(4, "big")
