"""Questions to the table of returns: every field, every order, counts, extremes and the file."""

import csv
import io
from typing import Any

import pytest

from banding.domain.regions import understand
from banding.store import Store, returns
from banding.store.returns_rows import row
from banding.store.shapes import ReturnQuery
from tests.store.returned import RINGS, joined, keep, pair, version

ANY = {"region": understand("46,124,48,125")}


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"species": ["Emberiza spodocephala"]}, True), ({"species": ["Grus japonensis"]}, False),
        ({"species": ["Emberiza spodocephala"], "group": ["Grus japonensis"]}, False),
        ({"scheme": ["CPB", "RUM"]}, True), ({"scheme": ["CPB"]}, False),
        ({"ring": "XC3456"}, True), ({"ring": "XC35"}, False), ({"ring_like": ["X?3456*"]}, True),
        ({"ring_like": ["*["]}, False), ({"place_code": ["CP", "RU"]}, True), ({"place_code": ["CPHK", "J"]}, False),
        ({"place_code": ["RU83"]}, True), ({"banding_place": ["CP"]}, False),
        ({"place_name": "mARSH"}, True), ({"place_name": "arsh 0"}, False), ({"banding_name": "arsh 0"}, True),
        ({"since": "2024-09-20", "until": "2024-09-20"}, True), ({"since": "2024-09-21"}, False),
        ({"until": "2024-09-19"}, False), ({"banded_since": "2024-05-01", "banded_until": "2024-05-01"}, True),
        ({"banded_since": "2024-05-02"}, False), ({"month_from": 9, "month_to": 9}, True),
        ({"month_from": 11, "month_to": 2}, False), ({"month_from": 8, "month_to": 2}, True),
        ({"condition": ["2", "7"]}, True), ({"condition": ["2"]}, False), ({"circumstances": ["20"]}, False),
        ({"manner": ["found"]}, True), ({"manner": ["resighting"]}, False), ({"km_from": 5, "km_to": 15}, True),
        ({"km_to": 5}, False), ({"days_from": 142, "days_to": 142}, True), ({"days_from": 143}, False),
        ({"origin": ["AM-KHG"]}, True), ({"banding_origin": ["AM-KHG"]}, False),
        (ANY, True), (ANY | {"region_of": "both"}, True), ({"region": understand("47.1,124,48,125")}, True),
        ({"region": understand("47.1,124,48,125"), "region_of": "banding"}, False),
        ({"region": understand("47.1,124,48,125"), "region_of": "both"}, False),
        ({"region": understand("47,124;48,124;47,125")}, True),
        ({"region": understand("47.2,125;48,124;48,125")}, False),
        ({"region": understand("40,170,50,-170")}, False),
    ],
)  # fmt: skip
def test_every_field_of_a_question_is_asked(store: Store, asked: dict[str, Any], fits: bool) -> None:
    pair(store, place_code="RU83", condition="7")
    assert store.returns.count(ReturnQuery(**asked)) == int(fits) == len(list(store.returns.rows(ReturnQuery(**asked))))


def test_a_subspecies_is_found_by_its_species(store: Store) -> None:
    pair(store, species="Emberiza spodocephala sordida")
    assert store.returns.count(ReturnQuery(species=["Emberiza spodocephala"])) == 1
    assert store.returns.count(ReturnQuery(species=["Emberiza spodocephala spodocephala"])) == 0


def season(store: Store, count: int) -> None:
    """Many recoveries of a bird, on days of which each comes twice."""
    pair(store)
    scheme, ring = RINGS[1]
    bird = {"scheme": scheme, "ring": ring, "withdrawn": False, "ring_partial": False, "kind": "recovery"}
    days = (f"2025-0{1 + number // 20}-{10 + number // 2 % 10}" for number in range(count))
    keep(store, *(version(10 + number, 1, number % 3, **bird, day=day) for number, day in enumerate(days)))


@pytest.mark.parametrize("order", returns.ORDERS)
def test_rows_read_in_chunks_or_by_page_are_the_same_in_every_order(
    store: Store, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(returns, "CHUNK", 7)
    season(store, 40)
    streamed = list(store.returns.rows(order=order))
    assert len(set(streamed)) == 41 == store.returns.count()
    paged = [one for start in range(0, 41, 10) for one in store.returns.rows(limit=10, offset=start, order=order)]
    assert paged == streamed
    if order == "latest":
        assert streamed == [tuple(one.values()) for one in joined(store)]
        lines = "".join(store.returns.csv()).splitlines()
        assert [line.split(",")[1] for line in lines[1:]] == [one[1] for one in streamed]


def test_cells_with_commas_quotes_and_line_feeds_come_back_from_the_file(store: Store) -> None:
    pair(store)
    assert store.returns.count() == 1
    store.database.execute("update returns set recovery_place = ?, ring = ?", ['Lake, "half"\n', "XC\r345612"])
    (told,) = csv.DictReader(io.StringIO("".join(store.returns.csv()), newline=""))
    (expected,) = map(row, store.returns.rows())
    said = {name: "" if value is None else str(value) for name, value in expected.items()} | {"days_exact": "true"}
    assert told == said
    assert (told["recovery_place"], told["ring"]) == ('Lake, "half"\n', "XC\r345612")


def test_counts_by_what_returns_are_told_by_add_up(store: Store) -> None:
    season(store, 20)
    for name in returns.COUNTED_BY:
        assert sum(line[-1] for line in store.returns.tally(ReturnQuery(), name)) == 21
    assert store.returns.tally(ReturnQuery(), "year", "month") == [(2024, 9, 1), (2025, 1, 20)]
    assert {wind for wind, _ in store.returns.tally(ReturnQuery(), "wind16")} == {None, 0}


def test_the_extremes_name_the_farthest_and_the_longest(store: Store) -> None:
    empty = store.returns.extremes()
    assert (empty.returns, empty.farthest, empty.met_first) == (0, None, None)
    season(store, 20)
    found = store.returns.extremes()
    assert (found.returns, found.birds, found.species) == (21, 1, 2)
    assert (found.met_first, found.met_last) == ("2024-09-20", "2025-01-19")
    assert found.farthest is not None
    assert found.farthest["distance_km"] == max(km for (km,) in store.returns.rows(columns=["distance_km"]))
    assert found.longest is not None
    assert found.longest["recovery_day"] == "2025-01-19"
