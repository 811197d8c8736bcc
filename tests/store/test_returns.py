"""The table of returns says what the records say, whatever was written, corrected, linked or forgotten since."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.encounters import Encounter
from banding.domain.regions import understand
from banding.store import Store, links, returns, returns_table
from banding.store.returns_rows import Side, flat, row
from banding.store.shapes import Kept, NewVersion, Query, ReturnQuery

RINGS = (("CPB", "H00-0773"), ("RUM", "XC 345612"), ("RUM", "XC 345699"))
GROUPS = ("area", "place", "remarks")
AT = "2026-01-01T00:00:00+00:00"


def version(number: int, generation: int, twist: int, shown: frozenset[str] = frozenset(GROUPS), *, own: bool = False,
            **more: Any) -> NewVersion:  # fmt: skip
    """A version of a record as a store gets it: alike for the same three numbers, whatever is shown of it."""
    luck = number * 31 + generation * 7 + twist * 13
    scheme, ring = RINGS[luck % 3]
    core = {
        "id": f"7d9f1c1e-0000-4000-8000-{number:012}", "origin": ("HL-SHP", "AM-KHG")[number % 2],
        "generation": generation, "kind": ("banding", "recovery", "recovery")[number % 3], "scheme": scheme,
        "ring": ring, "species": "Grus japonensis", "day": f"202{luck % 5}-0{1 + luck % 9}-1{luck % 10}",
    }  # fmt: skip
    core |= {"replaces": dict(zip(("scheme", "ring"), RINGS[(luck + 1) % 3], strict=True))} if luck % 4 == 1 else {}
    core |= {"withdrawn": True} if luck % 11 == 3 else {}
    core |= {"ring_partial": True} if luck % 13 == 5 else {}
    whole = {
        "core": core | more, "area": {"latitude": 47.0 + twist / 10, "longitude": 124.3},
        "place": {"latitude": 47.01 + twist / 10, "longitude": 124.31, "name": f"Marsh {twist}"},
        "remarks": {"text": "seen"},
    }  # fmt: skip
    told = {name: group for name, group in whole.items() if name == "core" or name in shown}
    text = {name: json.dumps(group) for name, group in told.items()}
    seal = None if own else bytes([number, generation, twist])
    return NewVersion(Encounter.of(told), generation, text, "form" if own else "peer", seal=seal, own=own)


def keep(store: Store, *versions: NewVersion) -> list[int]:
    return [placed.version_id for placed in store.records.keep(versions, AT)]


def side(kept: Kept) -> Side:
    return Side(0, kept.uuid, kept.origin, kept.door, kept.groups)


def joined(store: Store) -> list[dict[str, Any]]:
    """The returns as the records themselves say them."""
    return [flat(side(one.banding), side(one.recovery)) for one in store.search.returns(Query())]


def whole_table(store: Store) -> list[Any]:
    return store.database.execute("select * from returns order by key").fetchall()


def agrees(store: Store) -> None:
    """What the table says is what the records say, and what it would say if it were made anew."""
    expected = joined(store)
    assert list(map(row, store.returns.rows())) == expected
    kept = whole_table(store)
    store.returns.make_anew()
    assert whole_table(store) == kept


def opened(folder: Path) -> Store:
    store = Store.open(folder / "node.db")
    store.database.execute("pragma synchronous = off")
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = opened(tmp_path)
    yield found
    found.close()


TINY = st.integers(0, 8), st.integers(1, 3), st.integers(0, 2)
SHOWN = st.frozensets(st.sampled_from(GROUPS))
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.lists(st.tuples(*TINY, SHOWN), min_size=1, max_size=4)),
        st.tuples(st.just("write"), *TINY),
        st.tuples(st.just("seal"), st.integers(0, 20)),
        st.tuples(st.just("forget"), st.integers(0, 20), SHOWN),
        st.tuples(st.just("remove"), st.integers(0, 20)),
        st.tuples(st.just("look"), st.integers(0, 2)),
    ),
    max_size=24,
)


@settings(max_examples=60, deadline=None)
@given(deeds=DEEDS)
def test_whatever_is_done_to_the_records_the_table_follows(deeds: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        store = opened(Path(folder))
        ours: list[int] = []
        theirs: list[int] = []
        for name, *said in deeds:
            do(store, ours, theirs, name, said)
        agrees(store)
        store.close()


def do(store: Store, ours: list[int], theirs: list[int], name: str, said: list[Any]) -> None:
    """One deed; the lists hold the numbers of versions that were kept, of which only those of others are forgotten."""
    if name == "keep":
        theirs += keep(store, *(version(*numbers, shown) for *numbers, shown in said[0]))
    elif name == "write":
        ours += keep(store, version(*said, own=True))
    elif name == "look":
        store.returns.catch_up(said[0])
    elif ours and name == "seal":
        number = ours[said[0] % len(ours)]
        store.records.seal({number: bytes([200 + said[0], number % 256])})
    elif theirs and name == "forget":
        store.forgetting.groups([theirs[said[0] % len(theirs)]], said[1])
    elif theirs and name == "remove":
        store.forgetting.whole([theirs[said[0] % len(theirs)]])


def pair(store: Store, number: int = 0, **more: Any) -> None:
    """A banding and a recovery of one bird."""
    scheme, ring = RINGS[1]
    bird = {"scheme": scheme, "ring": ring, "withdrawn": False, "ring_partial": False}
    bird |= {"species": "Emberiza spodocephala"}
    found = bird | {"day": "2024-09-20", "kind": "recovery", "manner": "found"} | more
    keep(store, version(number, 1, 0, **bird, day="2024-05-01", kind="banding"), version(number + 1, 1, 1, **found))


def test_a_hub_of_numbers_that_grows_too_large_lets_its_birds_go_and_takes_them_back(store: Store) -> None:
    keep(store, version(0, 1, 0, kind="banding", scheme="CPB", ring="00000", day="2019-01-01"))
    hub = {"replaces": {"scheme": "CPB", "ring": "00000"}, "kind": "recovery", "scheme": "RUM", "day": "2024-05-01"}
    numbers = []
    for number in range(1, links.MOST_NUMBERS + 3):
        numbers += keep(
            store, version(number, 1, 0, **hub, ring=f"XC 1000{number:02}", withdrawn=False, ring_partial=False)
        )
        assert store.returns.count() == len(joined(store)) == (number if number <= links.MOST_NUMBERS else 0)
    store.forgetting.whole(numbers[:2])
    assert store.returns.count() == len(joined(store)) == links.MOST_NUMBERS
    agrees(store)


def test_what_is_forgotten_is_gone_from_the_table_before_anybody_asks(store: Store) -> None:
    pair(store)
    assert [one["recovery_place"] for one in map(row, store.returns.rows())] == ["Marsh 1"]
    store.forgetting.groups([2], ["place"])
    assert "Marsh 1" not in str(whole_table(store))
    assert [one["precision"] for one in map(row, store.returns.rows())] == ["0.1 degree"]
    store.forgetting.whole([1, 2])
    left = whole_table(store) + store.database.execute("select * from returns_noted").fetchall()
    assert left == []


def test_a_row_goes_as_soon_as_one_of_its_records_changes(store: Store) -> None:
    pair(store)
    assert store.returns.count() == 1
    keep(store, version(1, 2, 1))
    assert whole_table(store) == []


def test_a_number_of_a_record_that_is_given_again_is_looked_at_again(store: Store) -> None:
    pair(store)
    assert store.returns.count() == 1
    store.forgetting.whole([2])
    assert store.returns.count() == 0
    scheme, ring = RINGS[1]
    keep(store, version(7, 1, 0, kind="recovery", scheme=scheme, ring=ring, day="2025-09-20", withdrawn=False))
    assert store.database.execute("select max(id) from records").fetchone() == (2,)
    assert store.returns.count() == len(joined(store)) == 1


def test_nothing_is_done_when_nothing_has_changed(store: Store) -> None:
    pair(store)
    assert store.returns.catch_up() > 0
    assert store.returns.catch_up() == 0
    before = store.database.conn.total_changes
    assert store.returns.count() == 1
    assert store.database.conn.total_changes == before


def test_a_station_may_write_while_the_table_is_made(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns_table, "CHUNK", 1)
    pair(store)
    assert store.returns.catch_up(1) == 1
    assert not store.database.conn.in_transaction
    assert store.returns.count() == 1


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
