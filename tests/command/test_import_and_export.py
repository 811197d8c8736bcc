"""`banding import` and `banding export`: EURING lines in and out of a real node."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from banding.formats.euring import write_line
from banding.station import Station
from banding.store.shapes import Query
from seed.season import load, season
from seed.windows import windows
from tests.command.conftest import Type

TODAY = date.today() - timedelta(days=1)
SIZE = 30


@pytest.fixture
def lines() -> list[str]:
    """A small season as another program would have written it, without storks: EURING has no code."""
    records = [draft.record for draft in season("AM-KHG", SIZE, today=TODAY)]
    return [write_line(record) for record in records if "species_code" in record["core"]]


@pytest.fixture
def file(tmp_path: Path, lines: list[str]) -> Path:
    """The same in a file."""
    path = tmp_path / "rings.psv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def told(typed: Type, *words: str) -> dict[str, object]:
    result = typed("import", *words, "--json")
    return dict(json.loads(result.stdout)["files"][0]) | {"exit": result.exit_code}


def test_a_file_is_kept_and_a_second_time_changes_nothing(
    station: Station, typed: Type, file: Path, lines: list[str]
) -> None:
    first, second = told(typed, str(file)), told(typed, str(file))
    assert (first["kept"], first["refused"], first["exit"]) == (len(lines), 0, 0)
    assert (second["kept"], second["changed"], second["unchanged"]) == (0, 0, len(lines))
    assert station.store.search.count(Query()) == len(lines)


def test_an_edited_line_changes_its_record(typed: Type, node: Path, file: Path, lines: list[str]) -> None:
    _ = node
    told(typed, str(file))
    cells = lines[0].split("|")
    cells[33] = "99.5"  # wing
    file.write_text("\n".join(["|".join(cells), *lines[1:]]), encoding="utf-8")
    again = told(typed, str(file))
    assert (again["changed"], again["unchanged"]) == (1, len(lines) - 1)


def test_lines_that_are_refused_are_told_with_number_and_reason(
    station: Station, typed: Type, tmp_path: Path, file: Path, lines: list[str]
) -> None:
    no_day = lines[2].split("|")
    no_day[20] = "31022026"
    tomorrow = lines[3].split("|")
    tomorrow[20] = "01012099"
    file.write_text("\n".join([*lines[:2], "|".join(no_day), "|".join(tomorrow), *lines[4:]]), encoding="utf-8")
    aside = tmp_path / "aside.psv"
    result = typed("import", str(file), "--refused", str(aside))
    assert result.exit_code == 2
    assert f"{len(lines) - 2} kept" in result.stdout
    assert "2 refused" in result.stdout
    assert "line 3: " in result.stdout
    assert "line 4: " in result.stdout
    assert "2099-01-01" in result.stdout
    assert aside.read_text(encoding="utf-8").splitlines() == ["|".join(no_day), "|".join(tomorrow)]
    assert station.store.search.count(Query()) == len(lines) - 2


def test_missing_columns_are_told_once_for_all_lines(node: Path, typed: Type, file: Path, lines: list[str]) -> None:
    _ = node
    file.write_text("\n".join("|".join(line.split("|")[:57]) for line in lines), encoding="utf-8")
    result = typed("import", str(file))
    assert result.exit_code == 0
    assert f"({len(lines)} rows)" in result.stdout


def test_a_dry_run_says_the_same_and_keeps_nothing(station: Station, typed: Type, file: Path, lines: list[str]) -> None:
    twice = [*lines, lines[0].replace("|0|", "|1|", 1)]
    file.write_text("\n".join(twice), encoding="utf-8")
    rehearsed = told(typed, str(file), "--dry-run")
    assert station.store.search.count(Query()) == 0
    assert told(typed, str(file)) == rehearsed
    assert not list(station.settings.home.glob("dry-run-*"))


def test_a_warning_is_confirmed_with_the_name_of_the_source(
    station: Station, typed: Type, file: Path, lines: list[str]
) -> None:
    cells = next(line for line in lines if "|ZS" in line).split("|")
    cells[24] = "+000000+0000000"
    file.write_text("|".join(cells), encoding="utf-8")
    result = typed("import", str(file), "--source", "old sheets", "--by", "anna")
    assert result.exit_code == 0, result.output
    kept = station.store.search.records(Query())[0]
    assert kept.core["confirmed"] == ["R-point-zero"]
    assert kept.groups["remarks"]["confirmations"][0]["reason"] == "as written in old sheets"
    assert kept.kept_by == "anna"
    assert "0, 0" in result.stdout


def test_the_file_for_refused_lines_is_never_overwritten(node: Path, typed: Type, file: Path) -> None:
    _ = node
    result = typed("import", str(file), "--refused", str(file))
    assert (result.exit_code, "already there" in result.stderr) == (1, True)


@pytest.mark.parametrize("name", ["euring-2000+", "euring-2020"])
def test_what_is_exported_can_be_taken_in_again_unchanged(
    station: Station, typed: Type, tmp_path: Path, file: Path, name: str
) -> None:
    told(typed, str(file))
    path = tmp_path / "out.psv"
    assert typed("export", str(path), "--format", name).exit_code == 0
    assert len(path.read_text(encoding="utf-8").splitlines()) == station.store.search.count(Query())
    assert told(typed, str(path))["refused"] == 0


def test_a_recovery_is_exported_with_its_distance_and_days(station: Station, typed: Type) -> None:
    load(station, size=SIZE, today=TODAY)
    banding, recovery = next((pair.banding, pair.recovery) for pair in station.store.search.returns(Query()))
    line = typed("export", "-", "--kind", "recovery", "--ring", recovery.core["ring"]).stdout.strip()
    days = (date.fromisoformat(recovery.core["day"]) - date.fromisoformat(banding.core["day"])).days
    assert line.split("|")[32] == f"{days:05}"


def test_the_format_says_what_it_has_no_room_for(station: Station, typed: Type) -> None:
    load(station, size=SIZE, today=TODAY)
    result = typed("export", "-")
    assert "people.ringer" in result.stderr
    assert "people.ringer" not in result.stdout


def test_filters_narrow_an_export(station: Station, typed: Type) -> None:
    load(station, size=SIZE, today=TODAY)
    every = typed("export", "-").stdout.splitlines()
    first, last = windows(TODAY)["autumn"].first, windows(TODAY)["autumn"].last - timedelta(days=3)
    for words, query in (
        (("--kind", "recovery"), Query(kind="recovery")),
        (("--scheme", "JHY"), Query(scheme="JHY")),
        (("--since", f"{first:%d.%m.%Y}", "--until", str(last)), Query(since=str(first), until=str(last))),
        (("--species", "Овсянка-ремез"), Query(species=["Emberiza rustica"])),
        (("--origin", "hl-shp"), Query(origin="HL-SHP")),
    ):
        found = typed("export", "-", *words).stdout.splitlines()
        assert len(found) == station.store.search.count(query), words
        assert set(found) <= set(every)


@pytest.mark.parametrize(
    ("words", "told_to_them"),
    [
        (("--species", "Draco volans"), "not in this node's list"),
        (("--since", "08/07/26"), "not understood"),
        (("--since", "2026-05-01", "--until", "2026-04-01"), "after the last day"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    node: Path, typed: Type, words: tuple[str, ...], told_to_them: str
) -> None:
    _ = node
    result = typed("export", "-", *words)
    assert (result.exit_code, told_to_them in result.stderr) == (1, True)


def test_an_export_overwrites_only_when_told_to(node: Path, typed: Type, file: Path) -> None:
    _ = node
    before = file.read_text(encoding="utf-8")
    assert typed("export", str(file)).exit_code == 1
    assert file.read_text(encoding="utf-8") == before
    assert typed("export", str(file), "--force").exit_code == 0
    assert file.read_text(encoding="utf-8") == ""
    assert [one.name for one in file.parent.iterdir() if one.name.endswith(".part")] == []
