"""A table of returns that is far behind: its pages answer at once, say how far it is, and never tell a part of it."""

import pytest
from flask.testing import FlaskClient

from banding.formats.registry import formats
from banding.station import Station
from banding.store import returns_behind, returns_table
from banding.web import behind
from tests.reports.birds import banding, enter, recovery

RINGS = [f"XC {number}" for number in range(345000, 345006)]
PAGES = (
    "/returns", "/returns?ring=XC", "/returns/map", "/returns/plots", "/returns/birds", "/flagship",
    "/flagship/ciconia-boyciana", "/scheduled?new=1", "/letters", "/returns/plots/months.svg",
)  # fmt: skip
FILES = ("/returns.journeys", *(f"/returns.{name}" for name in formats() if name != "csv-words"))
BEHIND = "The table of returns is being brought up to date"


@pytest.fixture
def late(station: Station, monkeypatch: pytest.MonkeyPatch) -> Station:
    """Six birds that came back, and a table that was emptied as an upgrade does it."""
    enter(station, *(one for ring in RINGS for one in (banding(ring), recovery(ring))))
    with station.store.transaction():
        returns_table.forget(station.store.database.conn)
    monkeypatch.setattr(returns_behind, "MOST", 5)
    # Nobody but the test brings it up to date.
    monkeypatch.setattr(behind, "_a_piece", lambda _returns: None)
    return station


def rows(station: Station) -> int:
    return int(station.store.database.execute("select count(*) from returns").fetchone()[0])


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_returns_says_how_far_it_is_and_makes_nothing(as_role, late: Station, address: str):
    answer = as_role("operator").get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert BEHIND in answer.text
    assert "<strong>0 of 12</strong>" in answer.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in answer.text
    assert rows(late) == 0


@pytest.mark.parametrize("address", FILES)
def test_no_file_is_begun_of_which_only_a_part_would_come(as_role, late: Station, address: str):
    answer = as_role("reader").get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Content-Disposition" not in answer.headers
    assert late.store.downloads.latest() == []


def test_a_program_is_told_in_its_own_way_and_when_to_ask_again(app, key, late: Station):
    answer = app.test_client().get("/api/v1/returns", headers=key("reader"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.content_type == "application/problem+json"
    assert (answer.json["type"], answer.json["done"], answer.json["total"]) == ("/problems/behind", 0, 12)
    assert BEHIND in app.test_client().get("/problems/behind").text
    assert rows(late) == 0


def test_it_says_how_far_it_has_come_and_then_the_whole_is_there(as_role, late: Station, monkeypatch):
    monkeypatch.setattr(returns_table, "CHUNK", 4)
    client = as_role("reader")
    late.store.returns.catch_up(4)
    assert "<strong>4 of 12</strong>" in client.get("/returns").text
    late.store.returns.catch_up(4)
    # What is left is little enough to wait for.
    answer = client.get("/returns")
    assert answer.status_code == 200
    assert "<strong>6 returns</strong>" in answer.text
    assert rows(late) == 6


def test_whoever_looks_brings_it_on_a_piece_after_the_answer(as_role, late: Station, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(returns_behind, "MOST", 5)
    monkeypatch.setattr(returns_table, "CHUNK", 4)
    monkeypatch.setattr(behind, "PIECE", 4)
    client = as_role("reader")
    first, second = (client.get("/returns", buffered=True) for _ in range(2))
    assert "0 of 12" in first.text
    assert "4 of 12" in second.text
    assert client.get("/returns").status_code == 200
    assert rows(late) == 6


def test_birds_are_entered_and_looked_up_meanwhile(as_role, late: Station):
    client = as_role("operator")
    home = client.get("/")
    assert home.status_code == 200
    assert "being counted" in home.text
    assert "No bird banded and met again" not in home.text
    assert client.get("/birds/RUM/XC%20345000").status_code == 200
    assert client.get("/enter/banding").status_code == 200
    assert rows(late) == 0


def test_whoever_is_in_no_hurry_is_given_the_whole(late: Station):
    assert late.store.returns.count() == 6


def test_an_answer_that_has_begun_is_not_broken_off_by_a_sync(late: Station):
    late.store.returns.catch_up()
    returns_behind.somebody_waits(True)
    try:
        assert late.store.returns.count() == 6
        more = [f"XC {number}" for number in range(345010, 345020)]
        enter(late, *(one for ring in more for one in (banding(ring), recovery(ring))))
        assert late.store.returns.count() == 16
    finally:
        returns_behind.somebody_waits(False)


@pytest.mark.parametrize(("language", "words"), [("zh", "正在更新回收配对表"), ("ru", "Таблица возвратов")])
def test_it_is_told_in_the_language_of_the_reader(as_role, csrf, late: Station, language: str, words: str):
    assert late.store
    client: FlaskClient = as_role("reader")
    client.post("/language", data={"language": language, "csrf_token": csrf(client)})
    assert words in client.get("/returns").text
