"""`python -m bench.downloads`: rows a second and peak memory of every kind of file, over few returns and over many."""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from banding.formats.registry import formats
from banding.reports.downloads import Download
from banding.store.shapes import ReturnQuery
from bench import returned

RESULTS = Path(__file__).resolve().parent / "results" / "downloads.json"
FEW, MANY = 100_000, 1_000_000
KIB = 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.downloads", description=__doc__)
    parser.add_argument(
        "--returns", type=int, nargs="+", default=[FEW, MANY], help="how many returns, one run for each"
    )
    parser.add_argument("--kinds", nargs="+", default=list(formats()), help="which kinds of file")
    parser.add_argument("--folder", type=Path, help="a node that `bench.reports --folder` has filled, and no other")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.home:
        print(json.dumps(write(asked.home, asked.kinds[0])))
        return 0
    if asked.folder:
        runs = [over(asked.folder, asked.kinds)]
    else:
        runs = [measure(count, asked.kinds) for count in asked.returns]
    told = {"day": time.strftime("%Y-%m-%d"), "python": platform.python_version(), "runs": runs}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(told, indent=2))
    return 0


def measure(count: int, kinds: Sequence[str]) -> dict[str, Any]:
    """Every kind over one node with so many returns, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "node"
        home.mkdir()
        returned.fill(home, count)
        return over(home, kinds)


def over(home: Path, kinds: Sequence[str]) -> dict[str, Any]:
    """Every kind over the node of a folder."""
    station = returned.station(home)
    station.store.returns.catch_up()
    count = station.store.returns.count()
    station.store.close()
    found: dict[str, Any] = {}
    for kind in kinds:
        found[kind] = _apart(home, kind)
        print(f"{count:,} {kind}: {found[kind]}", file=sys.stderr)
    return {"returns": count, "kinds": found}


def _apart(home: Path, kind: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.downloads", "--home", str(home), "--kinds", kind]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def write(home: Path, kind: str) -> dict[str, Any]:
    """One kind of file, written into nothing: rows a second, bytes, and the peak of this process."""
    station = returned.station(home)
    one, size, begun = Download(station, ReturnQuery(), formats()[kind]), 0, time.perf_counter()
    for piece in one.pieces():
        size += len(piece)
    seconds = time.perf_counter() - begun
    station.store.close()
    return {"rows_per_second": round(one.counts.rows / seconds), "bytes": size, "peak_mib": round(_peak() / KIB)}


def _peak() -> int:
    """The most memory that this process has had, in KiB."""
    try:
        # What getrusage tells begins with the memory of whoever started the process.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
