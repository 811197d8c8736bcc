"""The table of returns says what the records say, whatever was written, corrected, linked or forgotten since."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.store import Store, links, returns_table
from banding.store.returns_rows import row
from tests.store.returned import GROUPS, RINGS, joined, keep, opened, pair, version, whole_table


def agrees(store: Store) -> None:
    """What the table says is what the records say, and what it would say if it were made anew."""
    expected = joined(store)
    assert list(map(row, store.returns.rows())) == expected
    kept = whole_table(store)
    store.returns.make_anew()
    assert whole_table(store) == kept


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
        gone = theirs[said[0] % len(theirs)]
        store.forgetting.whole([gone])
        # Its number may be given again, to one of ours too.
        theirs[:] = [number for number in theirs if number != gone]


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
