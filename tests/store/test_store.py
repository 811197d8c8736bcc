"""The store's questions and deeds over a real SQLite file."""

import sqlite3
import threading
from pathlib import Path

import pytest

from banding.errors import StoreTrouble
from banding.intake import Draft
from banding.station import Station
from banding.store import Store
from banding.store.search import Search
from banding.store.shapes import Query
from tests.node.records import arrival, banding, kept, recovery


def test_a_file_that_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite"
    path.write_bytes(b"this is a letter to the ministry, not a database" * 100)
    with pytest.raises(StoreTrouble, match="cannot be used"):
        Store.open(path)


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    first = Store.open(tmp_path / "node.sqlite")
    first.notes.set("a", "1")
    first.close()
    second = Store.open(tmp_path / "node.sqlite")
    assert second.notes.get("a") == "1"
    second.close()


def test_a_transaction_that_fails_leaves_nothing_behind(node: Station) -> None:
    def write_and_fail() -> None:
        with node.store.transaction():
            kept(node.intake, banding())
            raise RuntimeError("the lamp went out")

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert node.store.search.count(Query()) == 0
    assert node.store.records.changes_after(0, 10) == []


def test_two_writers_that_read_first_do_not_lock_each_other_out(node: Station) -> None:
    failed: list[Exception] = []

    def write(series: int) -> None:
        try:
            for number in range(20):
                node.intake.admit([Draft(banding(f"XC {series}{number:05}"))], door="form", by="anna")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(series,)) for series in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert node.store.search.count(Query()) == 80


def test_a_version_whose_row_was_lost_is_written_once_more_when_it_comes_again(node: Station) -> None:
    bird, other = (arrival(banding(f"XC 34561{n}"), f"{n}0000000-0000-4000-8000-000000000001") for n in (2, 3))
    node.intake.receive([bird])
    conn = node.store.database.conn
    conn.execute("delete from versions")
    # The next newcomer is given the number that has become free.
    node.intake.receive([other])
    again, once_more = node.intake.receive([bird])[0], node.intake.receive([bird])[0]
    assert (again.placed and again.placed.outcome, once_more.placed and once_more.placed.outcome) == ("fuller", "known")
    sql = "select r.ring_key, v.core ->> 'ring' from records r join versions v on v.id = r.version_id order by 1"
    assert conn.execute(sql).fetchall() == [("XC345612", "XC 345612"), ("XC345613", "XC 345613")]


def test_a_return_is_counted_once_even_when_a_ring_was_banded_twice(node: Station) -> None:
    kept(node.intake, banding())
    kept(node.intake, recovery())
    node.store.database.conn.execute("update records set scheme = 'XXX' where kind = 'banding'")
    kept(node.intake, banding(day="2024-05-02"))
    node.store.database.conn.execute("update records set scheme = 'RUM'")
    assert node.store.search.count_returns(Query()) == 1
    (one,) = node.store.search.returns(Query())
    assert one.banding.core["day"] == "2024-05-01"


def test_a_partial_ring_matches_nothing(node: Station) -> None:
    kept(node.intake, banding())
    kept(node.intake, recovery(ring="XC 3456-2", ring_partial=True))
    assert node.store.search.count_returns(Query()) == 0


def test_a_ring_of_another_scheme_is_another_bird(node: Station) -> None:
    kept(node.intake, banding())
    kept(node.intake, recovery(scheme="SUM"))
    assert node.store.search.count_returns(Query()) == 0


def test_returns_come_page_by_page_without_a_gap_or_a_double(node: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("banding.store.search.PAGE", 3)
    for number in range(10):
        ring = f"XC 10000{number}"
        kept(node.intake, banding(ring))
        kept(node.intake, recovery(ring, day=f"2024-06-{10 + number // 3}"))
    streamed = [one.recovery.uuid for one in node.store.search.returns(Query())]
    assert streamed == [one.recovery.uuid for one in node.store.search.returns(Query(), limit=100)]
    assert len(set(streamed)) == 10 == node.store.search.count_returns(Query())


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(), 3),
        (Query(ring="XC11"), 2),
        (Query(ring="XC112"), 1),
        (Query(scheme="CPB"), 0),
        (Query(kind="recovery"), 1),
        (Query(species=("Emberiza spodocephala",)), 3),
        (Query(species=("Grus grus", "Emberiza pallasi")), 0),
        (Query(since="2024-05-02"), 1),
        (Query(until="2024-05-01"), 2),
        (Query(origin="AM-KHG", place_code="RU83"), 3),
        (Query(origin="HL-SHP"), 0),
    ],
)
def test_each_question_of_a_query_narrows_the_list(node: Station, query: Query, count: int) -> None:
    kept(node.intake, banding("XC 111111"))
    kept(node.intake, banding("XC 112222"))
    kept(node.intake, recovery("XC 999999"))
    search: Search = node.store.search
    assert search.count(query) == count == len(search.records(query)) == len(list(search.every(query)))


def test_a_lease_is_held_by_one_until_it_ends(node: Station) -> None:
    leases = node.store.leases
    assert leases.take("timetable", "a", 1000.0, 30)
    assert not leases.take("timetable", "b", 1010.0, 30)
    assert leases.take("timetable", "a", 1020.0, 30)
    assert leases.take("timetable", "b", 1051.0, 30)
    leases.release("timetable", "a")
    assert not leases.take("timetable", "a", 1052.0, 30)
    leases.release("timetable", "b")
    assert leases.take("timetable", "a", 1053.0, 30)


def test_a_lease_written_under_a_clock_years_ahead_does_not_hold_for_years(node: Station) -> None:
    assert node.store.leases.take("timetable", "a", 4e9, 30)
    assert node.store.leases.take("timetable", "b", 1000.0, 30)


def test_a_one_time_link_is_used_once(node: Station) -> None:
    accounts = node.store.accounts
    accounts.invite("digest", "administrator", "2030-01-01")
    assert accounts.invitation("digest", "2029-01-01") == "administrator"
    assert accounts.invitation("digest", "2031-01-01") is None
    assert accounts.spend("digest")
    assert not accounts.spend("digest")


def test_names_of_accounts_are_one_whatever_their_case(node: Station) -> None:
    node.store.accounts.add("Anna", "operator", "hash", "s", "2024-01-01", "ru")
    with pytest.raises(sqlite3.IntegrityError):
        node.store.accounts.add("ANNA", "operator", "hash", "s", "2024-01-01", "ru")
    found = node.store.accounts.by_name("anna")
    assert found is not None
    assert found.role == "operator"
