"""A file of EURING lines taken in at one node comes out of another as it was."""

import os
from pathlib import Path
from typing import Any

import pytest

from banding.command.out import Account, exported
from banding.imports.euring import read
from banding.intake import Draft, Verdict
from banding.store.shapes import Query
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    befriend,
    count,
    every,
    pull,
    seals_of,
    settle,
    snapshot,
)

ROOT = Path(__file__).parents[2]
MADE_UP = ROOT / "tests/formats/data/made_up_57_columns.psv"
REAL = Path(os.environ.get("BANDING_REAL_FILES", ROOT.parent / "shared/data/real")) / "REEWAExport_50.psv"


# -- EURING files -----------------------------------------------------------------------------------------


def bring(town: Town, path: Path) -> list[Verdict]:
    """Take a file of EURING lines in, as `banding import` does."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in read(file, path.name) if row.record is not None]
    drafts = [Draft(row.record, submission=row.key) for row in rows if row.record is not None]
    return town.station.intake.admit(drafts, door="file", by=None, confirm_all=f"as written in {path.name}")


def lines_of(town: Town) -> list[str]:
    """All records as EURING lines, as `banding export` writes them."""
    return sorted(exported(town.station, Query(), "2000+", Account()))


@pytest.mark.parametrize("path", [MADE_UP, REAL], ids=["made-up", "real"])
def test_a_euring_file_taken_in_at_one_node_comes_out_the_same_at_the_other(
    amur: Town, shuangpo: Town, between: Network, path: Path
) -> None:
    if not path.exists():
        pytest.skip(f"{path.name} is not shipped with the code")
    befriend(amur, shuangpo, terms=EVERYTHING)
    kept = [verdict for verdict in bring(amur, path) if verdict.is_kept]
    assert kept
    assert pull(shuangpo, amur, between).taken.kept == len(kept)
    assert lines_of(shuangpo) == lines_of(amur)
    assert len(lines_of(amur)) == len(kept)

    again = [verdict for verdict in bring(amur, path) if verdict.is_kept]
    assert {verdict.outcome for verdict in again} == {"unchanged"}
    changes = count(amur, "changes")
    report = pull(shuangpo, amur, between)
    assert (changes, report.taken.kept, report.taken.batches) == (len(kept), 0, 0)


def test_a_file_taken_in_at_both_nodes_is_told_as_duplicates_and_loses_nothing(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    kept: dict[str, int] = {}
    for town in (amur, shuangpo):
        kept[town.code] = sum(verdict.is_kept for verdict in bring(town, MADE_UP))
    settle(between)
    origins: dict[Any, int] = {}
    for one in every(amur):
        origins[one.origin] = origins.get(one.origin, 0) + 1
    assert origins == kept
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
