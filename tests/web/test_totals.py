"""The page of annual totals and its table."""

import csv
import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from tests.reports.birds import arrive, banding, enter, recovery

AsRole = Callable[[str], FlaskClient]


@pytest.fixture
def reader(as_role: AsRole, station: Station) -> FlaskClient:
    """A node with a chick, two adults, and what was met again of them."""
    chick, adult = banding("XC 345612", age="1"), banding("XC 345613", "2023-04-30", age="4")
    enter(station, chick, adult, banding("XC 345614", age="3"))
    arrive(station, recovery(), recovery("XC 345613", manner="recapture"), recovery("XC 345613", "2025-05-03"))
    arrive(station, recovery("A 1234567", scheme="CPB"))
    return as_role("reader")


def table(client: FlaskClient, address: str) -> list[tuple[str, ...]]:
    """Year, pulli, full-grown, recoveries, recaptures of each line."""
    rows = csv.DictReader(io.StringIO(client.get(address).text))
    return [(r["year"], r["pulli"], r["full_grown"], r["recoveries"], r["recaptures"]) for r in rows]


def test_pulli_full_grown_and_recoveries_are_counted_by_year(reader: FlaskClient) -> None:
    assert table(reader, "/totals.csv") == [
        ("2023", "0", "1", "0", "0"), ("2024", "1", "1", "1", "1"), ("2025", "0", "0", "1", "0"),
    ]  # fmt: skip


def test_one_year_and_all_schemes(reader: FlaskClient) -> None:
    assert table(reader, "/totals.csv?year=2025") == [("2025", "0", "0", "1", "0")]
    rows = list(csv.DictReader(io.StringIO(reader.get("/totals.csv?scheme=all&year=2024").text)))
    assert [(row["scheme"], row["species_code"]) for row in rows] == [("CPB", "18530"), ("RUM", "18530")]


def test_the_page_says_from_what_it_is_counted(reader: FlaskClient) -> None:
    page = reader.get("/totals").text
    assert "7 records of 2 nodes" in page
    assert "Black-faced Bunting" in page
    assert "/totals.csv?scheme=RUM" in page


def test_a_year_without_birds_is_said(reader: FlaskClient) -> None:
    assert "Nothing to count" in reader.get("/totals?year=1999").text


@pytest.mark.parametrize("question", ["year=20", "year=²024", "scheme=every"])
def test_what_is_misread_is_refused(reader: FlaskClient, question: str) -> None:
    assert reader.get(f"/totals?{question}").status_code == 422


def test_what_was_withdrawn_counts_no_more(reader: FlaskClient, station: Station) -> None:
    station.store.database.execute("update records set withdrawn = 1 where kind = 'banding'")
    assert [line[1:3] for line in table(reader, "/totals.csv")] == [("0", "0"), ("0", "0")]
