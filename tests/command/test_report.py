"""`banding report` and `banding verify`: files of returns and totals from a terminal, and known again there."""

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from banding.command import report
from banding.station import Station
from tests.command.conftest import Type
from tests.reports.birds import arrive, banding, enter, recovery


@pytest.fixture(autouse=True)
def birds(station: Station) -> Iterator[None]:
    """Two birds that were met three times."""
    enter(station, banding(age="1"), banding("XC 345613", "2023-04-30"))
    arrive(station, recovery(), recovery(day="2025-05-03"), recovery("XC 345613"))
    station.store.close()
    yield
    report._told_by.clear()


def test_a_question_becomes_a_file_that_is_known_again(typed: Type, tmp_path: Path) -> None:
    path = tmp_path / "storks.xlsx"
    made = typed("report", "returns", "ring=XC345612", "since=1.1.2025", "--format", "xlsx", "--out", str(path))
    assert made.exit_code == 0, made.output
    assert "1 return, file " in made.stderr
    assert openpyxl.load_workbook(path)["Returns"].max_row == 3
    known = typed("verify", str(path))
    assert known.exit_code == 0
    assert "same: nothing in it was changed" in known.stdout
    assert "Ring: XC345612" in known.stdout


def test_the_address_of_a_page_is_a_question_too(typed: Type, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    address = "http://localhost:8080/returns?species=%E7%81%B0%E5%A4%B4%E9%B9%80&page=2"
    assert typed("report", "returns", address, "--out", str(path)).exit_code == 0
    assert path.read_bytes().count(b"\r\n") == 4


def test_a_changed_file_ends_with_one_and_an_unknown_one_with_two(typed: Type, tmp_path: Path) -> None:
    path, other = tmp_path / "a.geojson", tmp_path / "b.geojson"
    typed("report", "returns", "--format", "geojson", "--out", str(path))
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"manner":"resighting"', b'"manner":"found"', 1))
    changed = typed("verify", str(path), "--json")
    assert changed.exit_code == 1
    told = json.loads(changed.stdout)
    assert (told["state"], told["parts"]) == ("changed", ["rows"])
    assert [(one["column"], one["told"], one["here"]) for one in told["changes"]] == [("manner", "found", "resighting")]
    other.write_bytes(b"{}")
    assert typed("verify", str(other)).exit_code == 2


@pytest.mark.parametrize("question", ["dodo", "dodo=1", "since=7.8.99", "manner=flying"])
def test_what_is_not_understood_is_refused_and_writes_nothing(typed: Type, tmp_path: Path, question: str) -> None:
    path = tmp_path / "a.csv"
    refused = typed("report", "returns", question, "--out", str(path))
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert list(tmp_path.glob("*.csv*")) == []


def test_a_file_that_is_there_is_not_overwritten_unasked(typed: Type, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine", encoding="utf-8")
    assert typed("report", "returns", "--out", str(path)).exit_code == 1
    assert path.read_text(encoding="utf-8") == "mine"
    assert typed("report", "returns", "--out", str(path), "--force").exit_code == 0


def test_the_file_says_the_agreements_that_the_exchange_knows(typed: Type, tmp_path: Path) -> None:
    report.learn(lambda _station, origins: [(one, "ab" * 32, "2027-12-31") for one in origins if one != "AM-KHG"])
    path = tmp_path / "a.geojson"
    typed("report", "returns", "--format", "geojson", "--out", str(path))
    about = json.loads(path.read_text(encoding="utf-8"))["about"]
    assert about["agreements"] == [{"origin": "HL-ZLG", "agreement": "ab" * 32, "until": "2027-12-31"}]


def test_the_totals_of_a_year(typed: Type, tmp_path: Path) -> None:
    shown = typed("report", "totals", "--year", "2024")
    assert shown.exit_code == 0, shown.output
    head, line = shown.stdout.splitlines()
    assert head.startswith("scheme,year,")
    assert line.startswith("RUM,2024,18530,Emberiza spodocephala,")
    assert line.endswith(",1,0,2,0")
    assert "From 5 records of 2 nodes." in shown.stderr
    path = tmp_path / "totals.csv"
    assert typed("report", "totals", "--scheme", "all", "--out", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8").count("\n") == 4
