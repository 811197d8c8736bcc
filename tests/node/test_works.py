"""Long works of a node: begun once, made one after the other, stopped, gone on with, deleted when their day is over."""

import dataclasses
import datetime
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from banding import works
from banding.errors import Refused
from banding.settings import Settings, station_node
from banding.station import Station
from banding.store.shapes import Account
from banding.store.works import DONE, FAILED, STOPPED, UNDER_WAY, WAITING
from banding.works import Made, Making, Workshop, file_of, tidy

ANNA = Account(1, "anna", "operator", "", None, False, "")
BORIS = dataclasses.replace(ANNA, id=2, name="boris")
TEXT = Made("birds.txt", "text/plain")


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """An open node with nothing in it."""
    opened = Station.open(Settings(home=tmp_path, node=station_node("AM-KHG")))
    yield opened
    opened.store.close()


def shop(station: Station, make: Callable[[Making], Made]) -> Workshop:
    found = Workshop(station)
    found.makers["letters"] = make
    return found


def birds(making: Making) -> Made:
    """Three birds, one line each."""
    with making.path.open("w") as out:
        for number in range(1, 4):
            out.write(f"bird {number}\n")
            making.step(number)
    return TEXT


def slowly(go: threading.Event, begun: threading.Event | None = None) -> Callable[[Making], Made]:
    """The same, once the test lets it go."""

    def make(making: Making) -> Made:
        if begun is not None:
            begun.set()
        go.wait(30)
        return birds(making)

    return make


def files(station: Station) -> list[str]:
    return sorted(path.name for path in (station.settings.home / "works").iterdir())


def test_a_work_is_made_and_its_file_lies_closed_to_others(station: Station):
    made = shop(station, birds)
    id = made.begin("letters", ANNA, {"typed": {}}, 3)
    made.rest()
    one = station.store.works.one(id)
    assert one is not None
    assert (one.state, one.done, one.total, one.name, one.media) == (DONE, 3, 3, *TEXT)
    path = file_of(station, one)
    assert path.read_text() == "bird 1\nbird 2\nbird 3\n"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert files(station) == [id]


def test_the_same_asked_twice_is_begun_once_and_again_when_it_is_done(station: Station):
    go = threading.Event()
    made = shop(station, slowly(go))
    first = made.begin("letters", ANNA, {"typed": {"ring": "XC"}}, 3)
    assert made.begin("letters", ANNA, {"typed": {"ring": "XC"}}, 3) == first
    other = made.begin("letters", BORIS, {"typed": {"ring": "XC"}}, 3)
    go.set()
    made.rest()
    assert {one.id for one in station.store.works.every()} == {first, other}
    assert made.begin("letters", ANNA, {"typed": {"ring": "XC"}}, 3) != first
    made.rest()


def test_one_person_cannot_fill_the_node_with_works(station: Station):
    go = threading.Event()
    made = shop(station, slowly(go))
    for number in range(works.MOST_OPEN):
        made.begin("letters", ANNA, {"number": number}, 3)
    with pytest.raises(Refused, match="being made for you already"):
        made.begin("letters", ANNA, {"number": 99}, 3)
    made.begin("letters", BORIS, {"number": 99}, 3)
    go.set()
    made.rest()
    assert {one.state for one in station.store.works.every()} == {DONE}


def test_what_is_stopped_leaves_no_file_and_the_next_one_is_made(station: Station):
    begun, go = threading.Event(), threading.Event()
    made = shop(station, slowly(go, begun))
    first = made.begin("letters", ANNA, {"number": 1}, 3)
    begun.wait(30)
    waits, last = (made.begin("letters", ANNA, {"number": number}, 3) for number in (2, 3))
    for one in (first, waits):
        station.store.works.stop(one, "2026-01-01T00:00:00+00:00")
    go.set()
    made.rest()
    states = {one.id: one.state for one in station.store.works.every()}
    assert states == {first: STOPPED, waits: STOPPED, last: DONE}
    assert files(station) == [last]


def test_a_part_that_fails_is_told_and_the_others_are_made(station: Station):
    def with_a_gap(making: Making) -> Made:
        making.path.write_text("bird 1\n")
        making.fail("RUM XC 1", "There is no return of this record here")
        making.step(2)
        return TEXT

    made = shop(station, with_a_gap)
    id = made.begin("letters", ANNA, {}, 2)
    made.rest()
    one = station.store.works.one(id)
    assert one is not None
    assert (one.state, one.done, one.failed) == (DONE, 1, 1)
    assert one.troubles == (("RUM XC 1", "There is no return of this record here"),)


@pytest.mark.parametrize(
    ("fault", "what"), [(Refused("Too hot", why="The sun"), "Too hot"), (ValueError("a secret"), works.BROKEN)]
)
def test_a_work_that_fails_says_why_and_keeps_no_half_file(station: Station, fault: Exception, what: str):
    def fails(making: Making) -> Made:
        making.path.write_text("half")
        raise fault

    made = shop(station, fails)
    id = made.begin("letters", ANNA, {}, 1)
    made.rest()
    one = station.store.works.one(id)
    assert one is not None
    assert (one.state, one.troubles[0][0]) == (FAILED, what)
    assert "secret" not in str(one)
    assert files(station) == []


def test_a_work_is_gone_on_with_after_the_node_has_ended_in_the_middle(station: Station):
    begun, go = threading.Event(), threading.Event()
    first = shop(station, slowly(go, begun))
    id = first.begin("letters", ANNA, {}, 3)
    begun.wait(30)
    ending = threading.Thread(target=first.stop)
    ending.start()
    while not first._ended.is_set():
        pass
    go.set()
    ending.join()
    one = station.store.works.one(id)
    assert one is not None
    assert (one.state, one.tries) == (UNDER_WAY, 0)
    assert files(station) == []
    after = shop(station, birds)
    after.go()
    after.rest()
    one = station.store.works.one(id)
    assert one is not None
    assert (one.state, one.done) == (DONE, 3)


def test_what_breaks_the_node_again_and_again_is_given_up_with_a_word(station: Station):
    made = shop(station, birds)
    id = made.begin("letters", ANNA, {}, 3)
    made.rest()
    # As a power cut leaves it.
    station.store.works.note(id, state=UNDER_WAY, tries=works.MOST_TRIES)
    (station.settings.home / "works" / f"{id}.0123.part").write_text("half")
    made.go()
    made.rest()
    one = station.store.works.one(id)
    assert one is not None
    assert one.state == FAILED
    assert "again and again" in one.troubles[0][0]
    tidy(station)
    assert f"{id}.0123.part" not in files(station)


def test_a_second_process_makes_nothing_that_the_first_makes(station: Station, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(works, "LOOK_SECONDS", 0.01)
    begun, go, made_by = threading.Event(), threading.Event(), []

    def maker(name: str) -> Callable[[Making], Made]:
        def make(making: Making) -> Made:
            made_by.append(name)
            begun.set()
            go.wait(30)
            return birds(making)

        return make

    first, second = shop(station, maker("first")), shop(station, maker("second"))
    first.begin("letters", ANNA, {}, 3)
    begun.wait(30)
    second.go()
    go.set()
    first.rest()
    second.rest()
    assert made_by == ["first"]


def test_a_file_is_deleted_when_its_day_is_over_and_nothing_stays_of_it(
    station: Station, monkeypatch: pytest.MonkeyPatch
):
    made = shop(station, birds)
    made.begin("letters", ANNA, {}, 3)
    made.rest()
    now = station.intake.clock()
    monkeypatch.setattr(works, "_now", lambda _station: now + datetime.timedelta(hours=23, minutes=59))
    tidy(station)
    assert len(files(station)) == 1
    monkeypatch.setattr(works, "_now", lambda _station: now + datetime.timedelta(hours=24, minutes=1))
    tidy(station)
    assert (files(station), station.store.works.every()) == ([], [])


def test_what_ended_under_a_clock_that_was_ahead_is_not_kept_for_longer(station: Station, monkeypatch):
    made = shop(station, birds)
    made.begin("letters", ANNA, {}, 3)
    made.rest()
    now = station.intake.clock()
    monkeypatch.setattr(works, "_now", lambda _station: now - datetime.timedelta(days=300))
    tidy(station)
    assert files(station) == []


def test_a_file_that_belongs_to_no_work_is_deleted(station: Station):
    made = shop(station, birds)
    id = made.begin("letters", ANNA, {}, 3)
    made.rest()
    (station.settings.home / "works" / "stray").write_text("of whom?")
    tidy(station)
    assert files(station) == [id]
    assert WAITING not in {one.state for one in station.store.works.every()}
