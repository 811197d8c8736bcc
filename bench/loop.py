"""The validated loop: the plainest pull one could write over the same pages, without proving who wrote what.

It unpacks each page, parses every line and group, judges each record by the published schema, and writes records and
versions into one table of a second file, made as safe against a loss of power. No signature, no leaf, no rules, no
history of the bird, no log to pass on, and four indexes where the node has a dozen: the exchange adds all that.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema_rs
import orjson

from exchange.log.lines import Lines
from schemas.json_schema import describe
from schemas.records import KINDS

ROWS = 10_000
COLUMNS = ("core", "area", "measurements", "place", "remarks", "people")
TABLES = """
create table records (id integer primary key, uuid blob, log text, number integer, kind text, origin text, scheme text,
  ring text, species text, day text, core text, area text, measurements text, place text, remarks text, people text);
create unique index by_uuid on records(uuid);
create unique index by_number on records(log, number);
create index by_ring on records(ring, scheme);
create index by_day on records(day);
"""


def run(pages: Path, target: Path) -> int:
    """Pull every page of a folder into a new file; gives the number of records."""
    connection = sqlite3.connect(target, isolation_level=None)
    connection.executescript("pragma journal_mode = wal; pragma synchronous = full;" + TABLES)
    marks, count, rows = ", ".join("?" * 15), 0, []
    insert = f"insert into records(uuid, log, number, kind, origin, scheme, ring, species, day, {', '.join(COLUMNS)})"
    for page in sorted(pages.glob("*.page"), key=lambda path: int(path.stem.rpartition(".")[2])):
        for row in _rows(page):
            rows.append(row)
            if len(rows) == ROWS:
                count += _write(connection, f"{insert} values ({marks})", rows)
    count += _write(connection, f"{insert} values ({marks})", rows)
    connection.close()
    return count


def _write(connection: sqlite3.Connection, sql: str, rows: list[Any]) -> int:
    connection.execute("begin immediate")
    connection.executemany(sql, rows)
    connection.execute("commit")
    written = len(rows)
    rows.clear()
    return written


def _rows(page: Path) -> Iterator[tuple[Any, ...]]:
    log = ""
    with page.open("rb") as file:
        lines = Lines(file)
        while (line := lines.next()) is not None:
            found = orjson.loads(line)
            if "batch" in found:
                log = orjson.loads(found["batch"])["log"]
            elif "n" in found:
                groups = found["groups"]
                record = {name: orjson.loads(text) for name, text in groups.items()}
                core = record["core"]
                if not VALIDATORS[core["kind"]].is_valid(record):
                    raise SystemExit(f"not valid: {record}")
                yield (
                    UUID(core["id"]).bytes, log, found["n"], core["kind"], core["origin"], core["scheme"],
                    core["ring"], core["species"], core["day"], *map(groups.get, COLUMNS),
                )  # fmt: skip


def _validator(kind: str) -> Any:
    text = json.dumps(describe(KINDS[kind]())).replace("$(?!\\\\n)", "$")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


VALIDATORS = {kind: _validator(kind) for kind in KINDS}
