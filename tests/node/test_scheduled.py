"""Scheduled reports: one file a period, whatever the clock and the current do, and no failure that nobody hears of."""

import csv
import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding import scheduled
from banding.scheduled import EVERY, due, make, period
from banding.settings import Settings, station_node
from banding.station import Station
from banding.store.scheduled import Scheduled
from banding.web.asking_returns import asked_returns
from tests.reports.birds import banding, enter, recovery

DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31))


class Clock:
    """A clock that a test sets."""

    def __init__(self, day: str) -> None:
        self.now = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00")

    def __call__(self) -> datetime.datetime:
        return self.now

    def set(self, day: str) -> None:
        self.now = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00")


@pytest.fixture
def clock() -> Clock:
    return Clock("2026-03-02")


@pytest.fixture
def station(tmp_path: Path, clock: Clock) -> Iterator[Station]:
    opened = Station.open(Settings(home=tmp_path, node=station_node("AM-KHG")))
    opened.intake.clock = clock
    enter(opened, banding(), recovery())
    yield opened
    opened.store.close()


def plan(station: Station, **more: object) -> Scheduled:
    told = {"title": "Buntings", "typed": {"ring": "XC"}, "format": "csv", "every": "week", "made_by": "anna"} | more
    number = station.store.scheduled.add(Scheduled(**told))
    found = station.store.scheduled.one(number)
    assert found is not None
    return found


def look(station: Station) -> list[str]:
    """What the timetable does; gives the periods that were made."""
    return [make(station, one, asked_returns).period for one in due(station)]


@pytest.mark.parametrize(
    ("day", "names"),
    [
        ("2026-03-02", ("2026-W10", "2026-03", "2026-spring")),
        ("2025-12-31", ("2026-W01", "2025-12", "2026-winter")),
        ("2026-02-28", ("2026-W09", "2026-02", "2026-winter")),
        ("2026-11-30", ("2026-W49", "2026-11", "2026-autumn")),
    ],
)
def test_every_day_lies_in_one_week_one_month_and_one_season(day: str, names: tuple[str, str, str]):
    assert tuple(period(every, datetime.date.fromisoformat(day)) for every in EVERY) == names


@given(DAYS, st.sampled_from(EVERY))
def test_a_period_goes_on_or_is_over_for_ever(day: datetime.date, every: str):
    name, later = period(every, day), day + datetime.timedelta(days=100)
    assert period(every, day) == name
    assert period(every, later) != name
    assert period(every, later.replace(year=day.year + 2, day=1)) != name


def test_the_first_file_is_made_at_once_and_holds_the_rows(station: Station):
    one = plan(station)
    assert look(station) == ["2026-W10"]
    (run,) = station.store.scheduled.runs(one.id, 5)
    path = station.settings.home / "reports" / run.file
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [row["ring"] for row in rows] == ["XC 345612"]
    assert (run.rows, run.trouble) == (1, "")


def test_a_period_is_made_once_even_after_a_restart(station: Station):
    plan(station)
    assert look(station) == ["2026-W10"]
    again = Station.open(station.settings)
    again.intake.clock = station.intake.clock
    assert look(again) == []
    again.store.close()


def test_periods_that_were_missed_are_made_up_for_once(station: Station, clock: Clock):
    plan(station)
    look(station)
    clock.set("2026-05-20")
    assert look(station) == ["2026-W21"]
    assert look(station) == []


def test_a_clock_that_jumps_and_comes_back_doubles_nothing(station: Station, clock: Clock):
    plan(station)
    made = []
    for day in ("2026-03-02", "2036-01-05", "2026-03-03", "2026-03-02", "2036-01-05", "2026-03-09"):
        clock.set(day)
        made += look(station)
    assert made == ["2026-W10", "2036-W01", "2026-W11"]


@given(st.lists(st.integers(0, 60), max_size=25))
def test_whatever_the_days_each_week_has_one_file(jumps: list[int]):
    seen: set[str] = set()
    runs: dict[str, int] = {}
    store = SimpleNamespace(scheduled=SimpleNamespace())
    one = Scheduled("Buntings", {}, "csv", "week", id=1)
    store.scheduled.every = lambda: [one]
    store.scheduled.run = lambda _id, name: SimpleNamespace(file="f", at="") if name in seen else None
    for jump in jumps:
        day = datetime.date(2026, 3, 2) + datetime.timedelta(days=jump)
        here = SimpleNamespace(store=store, intake=SimpleNamespace(today=lambda day=day: day))
        for found in due(here):  # type: ignore[arg-type]
            name = period(found.every, day)
            seen.add(name)
            runs[name] = runs.get(name, 0) + 1
    assert set(runs.values()) <= {1}


def test_a_paused_report_is_not_made_and_goes_on_afterwards(station: Station):
    one = plan(station)
    station.store.scheduled.pause(one.id, True)
    assert look(station) == []
    station.store.scheduled.pause(one.id, False)
    assert look(station) == ["2026-W10"]


def test_a_failure_is_noted_and_tried_again_later(station: Station, clock: Clock):
    one = plan(station)
    folder = station.settings.home / "reports"
    folder.write_text("in the way")
    look(station)
    (run,) = station.store.scheduled.runs(one.id, 5)
    assert "FileExistsError" in run.trouble
    assert run.file == ""
    assert look(station) == []
    folder.unlink()
    clock.now += datetime.timedelta(minutes=31)
    assert look(station) == ["2026-W10"]
    (run,) = station.store.scheduled.runs(one.id, 5)
    assert (run.tries, run.trouble, run.rows) == (2, "", 1)


def test_a_question_that_is_no_longer_understood_sends_no_other_rows(station: Station):
    one = plan(station, typed={"since": "yesterday"})
    look(station)
    (run,) = station.store.scheduled.runs(one.id, 5)
    assert run.file == ""
    assert "no longer understood" in run.trouble
    assert not list((station.settings.home / "reports").glob("*"))


def test_a_file_that_was_cut_off_leaves_no_half_of_it(station: Station, monkeypatch: pytest.MonkeyPatch):
    one = plan(station)

    def cut(_self: object) -> Iterator[bytes]:
        yield b"banding_id"
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(scheduled.Download, "pieces", cut)
        look(station)
    (run,) = station.store.scheduled.runs(one.id, 5)
    assert "no space left" in run.trouble
    assert [path.suffix for path in (station.settings.home / "reports").iterdir()] == [".part"]


def test_the_machine_may_have_a_folder_of_its_own(station: Station, tmp_path: Path):
    elsewhere = tmp_path / "shared"
    settings = Settings(home=station.settings.home, node=station.settings.node, reports=str(elsewhere))
    other = Station(settings, station.store, station.live, station.intake)
    plan(other)
    look(other)
    assert len(list(elsewhere.iterdir())) == 1


def test_a_report_that_was_removed_leaves_no_runs(station: Station):
    one = plan(station)
    look(station)
    station.store.scheduled.remove(one.id)
    assert station.store.scheduled.runs(one.id, 5) == []
    assert due(station) == []


def test_it_speaks_the_language_of_who_asked(station: Station):
    plan(station, format="csv-words", language="ru")
    look(station)
    (path,) = (station.settings.home / "reports").iterdir()
    assert "номер кольца" in path.read_text(encoding="utf-8-sig").splitlines()[0]


def test_two_nodes_with_one_folder_write_over_nothing(station: Station, tmp_path: Path, clock: Clock) -> None:
    shared = tmp_path / "shared"
    other = Station.open(Settings(home=tmp_path / "other", node=station_node("HL-SHP"), reports=str(shared)))
    other.intake.clock = clock
    here = replace(station, settings=replace(station.settings, reports=str(shared)))
    try:
        files = [make(node, plan(node), asked_returns).file for node in (here, other)]
    finally:
        other.store.close()
    assert [len((shared / name).read_text("utf-8").splitlines()) for name in files] == [2, 1]
