"""`python -m bench.reports`: the table of returns, its CSV beside sqlite3 and Datasette, its pages, and its memory."""

import argparse
import json
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from banding.reports.returns import COLUMNS
from bench import returned
from bench.datasette import NoDatasette, stream
from bench.reader import Reader, peak_of

RESULTS = Path(__file__).resolve().parent / "results" / "reports.json"
MANY, SOME = 1_000_000, 100_000
ROUNDS = 3
MOST_MS = 300
QUESTIONS = (
    "", "page=50", "order=farthest", "species=Oriental+stork", "species=灰头鹀", "species=Emberiza", "group=waterfowl",
    "group=cranes-storks", "group=passerines&since=2020-01-01", "group=waders&place_code=CP", "scheme=CPB",
    "ring=XC+12", "ring=*4567", "ring=XC123456", "place_code=RU83", "place_code=CP", "banding_place=RU&place_code=CP",
    "place_name=marsh", "banding_name=озеро", "region=46,120,54,135",
    "region=46,120;54,122;53,135;47,134&region_of=both", "since=2024-01-01&until=2024-12-31",
    "banded_since=2010-01-01&banded_until=2010-12-31", "month_from=9&month_to=11", "condition=1,2,3",
    "manner=found&circumstances=10", "km_from=1000", "days_from=3653", "origin=HL-ZLG&banding_origin=AM-KHG",
    "group=raptors&region=20,100,40,125&since=2015-01-01&manner=found",
)  # fmt: skip
JOIN = (
    "select b.uuid, r.uuid, r.scheme, rv.core ->> 'ring', r.species, rv.core ->> 'species_code', b.day, b.place_code,"
    " bv.place ->> 'name', b.latitude, b.longitude, b.coarse, bv.place ->> 'uncertainty_m', b.origin,"
    " bv.core ->> 'sex', bv.core ->> 'age', r.day, rv.core ->> 'time', rv.core ->> 'manner', r.place_code,"
    " rv.place ->> 'name', r.latitude, r.longitude, r.coarse, rv.place ->> 'uncertainty_m', r.origin,"
    " rv.core ->> 'condition', rv.core ->> 'circumstances', rv.core ->> 'sex', rv.core ->> 'age'"
    " from records r join records b on b.ring_key = r.ring_key and b.scheme = r.scheme and b.kind = 'banding'"
    " join versions rv on rv.id = r.version_id join versions bv on bv.id = b.version_id"
    " where r.kind = 'recovery' order by r.day desc, r.id desc"
)
"""The same rows read from the records without the table, as far as SQL alone can: no distance, direction and days."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--returns", type=int, default=MANY, help=f"how many returns; {MANY:,} unless said")
    parser.add_argument("--folder", type=Path, help="where the node is kept for the next time")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    parser.add_argument("--no-datasette", action="store_true", help="leave out what has to be fetched first")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked.folder or Path(folder), asked.returns, datasette=not asked.no_datasette)
    told = json.dumps(found, indent=2) + "\n"
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(told, encoding="utf-8")
    sys.stdout.write(told)
    return 0


def measure(home: Path, count: int, *, datasette: bool = True) -> dict[str, Any]:
    """Everything, in one run, over a node with so many returns."""
    found: dict[str, Any] = {
        "day": time.strftime("%Y-%m-%d"), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "returns": count,
    }  # fmt: skip
    node = home / "node.sqlite"
    if not (home / "ready").is_file():
        returned.fill(home, count)
        found["table"] = made(home, count)
        (home / "ready").touch()
    with Reader(home) as reader:
        found["csv"] = _csv(reader, node, count, datasette=datasette)
        found["pages"] = pages(reader)
    found["memory_mib"] = {f"{rows:,}": peak_of(home, rows) for rows in (0, min(SOME, count), count)}
    return found


def made(home: Path, count: int) -> dict[str, float]:
    """The table made from nothing: rows a second, and bytes a row of table and indexes."""
    station = returned.station(home)
    seconds = _seconds(station.store.returns.catch_up)
    assert station.store.returns.count() == count
    (size,) = station.store.database.execute("select sum(pgsize) from dbstat where name like 'returns%'").fetchone()
    station.store.close()
    return {"rows_per_second": round(count / seconds), "bytes_per_row": round(size / count)}


# -- CSV --------------------------------------------------------------------------------------------------


def _csv(reader: Reader, node: Path, count: int, *, datasette: bool) -> dict[str, Any]:
    """Rows a second of the processor of each, and the ratio to sqlite3 reading the same table."""
    target = node.with_name("returns.csv")
    rates = {"ours": _best(count, lambda: reader.write("/returns.csv", target))}
    if shutil.which("sqlite3"):
        same = f"select {', '.join(COLUMNS)} from returns order by key desc"
        rates["sqlite3"] = _best(count, lambda: shell(node, same, target))
        rates["sqlite3_of_the_join"] = _best(count, lambda: shell(node, JOIN, target), rounds=1)
    else:
        print("sqlite3 -csv is left out: the command is not installed", file=sys.stderr)
    if datasette:
        try:
            rates["datasette"] = stream(node, COLUMNS, min(count, SOME))
        except NoDatasette as why:
            print(f"Datasette is left out: {why}", file=sys.stderr)
    target.unlink()
    floor = rates.get("sqlite3", rates["ours"])
    ratios = {name: round(rate / floor, 2) for name, rate in rates.items()}
    return {"rows_per_second": {name: round(rate) for name, rate in rates.items()}, "ratio_to_sqlite3": ratios}


def _best(count: int, do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Rows a second of the best round."""
    return count / min(_seconds(do) for _ in range(rounds))


def _seconds(do: Callable[[], object]) -> float:
    """Seconds of the processor, ours and of programs that have ended meanwhile: other work does not count."""
    began = _processor()
    do()
    return _processor() - began


def _processor() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def shell(node: Path, sql: str, target: Path) -> None:
    """What SQLite's own program writes."""
    with target.open("wb") as file:
        subprocess.run(["sqlite3", "-csv", "-header", str(node), sql], stdout=file, check=True)


# -- pages ------------------------------------------------------------------------------------------------


def pages(reader: Reader) -> dict[str, Any]:
    """Milliseconds of the processor for the page of each question, the middle of several after a first one."""
    found = {question: _middle(lambda question=question: reader.get(f"/returns?{question}")) for question in QUESTIONS}
    slow = sorted(found, key=found.__getitem__)[-5:]
    return {
        "questions": len(found), "median_ms": round(statistics.median(found.values()), 1),
        "slowest_ms": {question: found[question] for question in reversed(slow)},
    }  # fmt: skip


def _middle(do: Callable[[], object]) -> float:
    do()
    return round(statistics.median(_seconds(do) for _ in range(ROUNDS)) * 1000, 1)


if __name__ == "__main__":
    sys.exit(main())
