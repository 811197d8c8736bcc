"""`python -m bench`: measures the exchange, prints ratios of this run, and writes bench/results/exchange.json."""

import argparse
import json
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.exchange import Figures, measure
from bench.pouch import NoPouch, compare

RESULTS = Path(__file__).resolve().parent / "results"
SMALL = 10_000
BOTH = 20_000
WORDS = {
    "floor": "floor: the same rows by executemany",
    "loop": "loop: validated, not verified, into a second file",
    "pull": "pull into an empty node",
    "peer": "peer: the same rows by insert_all",
    "admit": "entered at the giver",
    "publish": "signed into its log",
    "feed": "written to the feed",
    "segments": "offered as segments that are made for it",
    "ready": "offered as segments that are ready",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure once; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--records", type=int, default=200_000, help="how many made records; 200,000 unless said")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--pouchdb", action="store_true", help="our pull beside PouchDB's; needs node and npm")
    asked = parser.parse_args(arguments)
    if asked.pouchdb:
        return beside_pouchdb(min(asked.records, BOTH), asked.out)
    found = [measured(count) for count in sorted({min(SMALL, asked.records), asked.records})]
    show(found)
    write(found, asked.out)
    return 0


def beside_pouchdb(count: int, folder: Path) -> int:
    """Our pull beside PouchDB's replication, in one run; the exit code."""
    try:
        found = compare(count)
    except NoPouch as why:
        print(f"PouchDB cannot be had here: {why}", file=sys.stderr)
        return 1
    print(f"{count:,} documents: pull {found['pull']:,}/s, PouchDB {found['pouchdb']:,}/s")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pouchdb.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def measured(count: int) -> Figures:
    """The figures for so many records, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), count)


def show(found: Sequence[Figures]) -> None:
    """Print a table: the most records last, ratios to the floor of the same run."""
    rates = found[-1].rates()
    table = Table(title=f"{found[-1].records:,} records, one run")
    for heading in ("what", "records/s", "ratio to the floor"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for name, words in WORDS.items():
        table.add_row(words, f"{rates[name]:,.0f}", f"{rates[name] / rates['floor']:.2f}")
    console = Console(soft_wrap=True)
    console.print(table)
    for one in found:
        console.print(
            f"{one.records:>9,} records: {one.line_bytes / one.records:.0f} bytes a record on the line,"
            f" {one.segment_bytes / one.records:.0f} as segments, pull {one.loop / one.pull:.2f} of the validated loop,"
            f" peak memory of the pull {one.peak_mib:.0f} MiB"
        )


def write(found: Sequence[Figures], folder: Path) -> None:
    """Write the figures with what they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "day": time.strftime("%Y-%m-%d"), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "machine": platform.machine(), "runs": [facts(one) for one in found],
    }  # fmt: skip
    (folder / "exchange.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def facts(of: Figures) -> dict[str, object]:
    """One run as numbers: rates in records a second, ratios to the floor."""
    rates = of.rates()
    return {
        "records": of.records,
        "records_per_second": {name: round(rate) for name, rate in rates.items()},
        "ratio_to_floor": {name: round(rate / rates["floor"], 3) for name, rate in rates.items()},
        "ratio_to_loop": round(rates["pull"] / rates["loop"], 3),
        "bytes_per_record": round(of.line_bytes / of.records, 1),
        "segment_bytes_per_record": round(of.segment_bytes / of.records, 1),
        "rows_of_floor": of.floor_rows,
        "peak_mib": round(of.peak_mib, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
