"""The measurements still measure: each is run once with a handful of records, and no time is looked at."""

import json
from pathlib import Path

from bench import __main__ as whole
from bench import entry, incremental, lines, reports

FEW = 200


def test_the_pull_is_measured_beside_the_floor_and_the_loop(tmp_path: Path) -> None:
    assert whole.main(["--records", str(FEW), "--out", str(tmp_path)]) == 0
    (run,) = json.loads((tmp_path / "exchange.json").read_text(encoding="utf-8"))["runs"]
    assert run["records"] == FEW
    assert {"pull", "floor", "loop", "ready"} <= run["records_per_second"].keys()
    assert 0 < run["segment_bytes_per_record"] < 1000


def test_everything_crosses_a_line_that_is_cut_both_ways_round(tmp_path: Path) -> None:
    found = lines.measure(tmp_path, FEW, mean=20_000)
    assert found.keys() == {"pull", "post"}
    assert all(one["bad_bytes"] > 0 and one["good_bytes"] > 0 for one in found.values())


def test_a_sync_of_nothing_and_one_of_a_little_are_measured_by_what_crosses(tmp_path: Path) -> None:
    found = incremental.measure(tmp_path, FEW, 20)
    assert found["held"] == FEW
    assert found["new"]["records"] == 20
    assert 0 < found["nothing"]["bytes"] < found["new"]["bytes"]


def test_saving_a_bird_is_measured_within_the_app_and_over_a_port(tmp_path: Path) -> None:
    file = tmp_path / "entry.json"
    entry.main(["--records", str(FEW), "--birds", "5", "--out", str(file)])
    took = json.loads(file.read_text(encoding="utf-8"))["milliseconds"]
    assert {"saved within the app", "saved over a port", "checked while typing", "floor", "peer"} == took.keys()
    assert all(0 < one["median"] <= one["p95"] <= one["p99"] for one in took.values())


def test_the_table_of_returns_its_file_and_its_pages_are_measured(tmp_path: Path) -> None:
    found = reports.measure(tmp_path, FEW, datasette=False)
    assert found["csv"]["rows_per_second"]["ours"] > 0
    assert found["pages"]["questions"] == len(reports.QUESTIONS) == 30
    assert all(mib > 0 for mib in found["memory_mib"].values())
