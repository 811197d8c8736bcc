"""What is held in one hash for each thousand entries: the same for equal stores, another for any byte that rots."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.log import blocks
from exchange.log.blocks import CLOSED, KEPT, Blocks, Stand, read_line
from exchange.log.seals import ORDER
from exchange.talk.proving import prove
from exchange.talk.take import Visiting, take
from tests.exchange import made
from tests.together.kit import Town, make_node
from tests.together.rot import run

LOG = "PR-KHN.0123456789abcdef"
CORE = frozenset({"core"})
AREA = {"latitude": 49.0, "longitude": 130.4}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A node that knows the key of another."""
    found = make_node(tmp_path, "AM-KHG")
    with found.station.store.transaction():
        found.node.ledger.trust("PR-KHN", made.public("PR-KHN"))
    yield found
    found.close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four entries."""
    monkeypatch.setattr(blocks, "BLOCK", 4)


def batch(first: int, count: int, shown: set[int] | None = None, before: bytes = made.seals.NO_PREVIOUS) -> made.Batch:
    entries = [made.entry(n, {"core": made.core(n, origin="PR-KHN")}) for n in range(first, first + count)]
    whole = made.batch(entries, LOG, before, signer="PR-KHN")
    return whole if shown is None else made.closed(whole, shown)


def given(town: Town, *batches: made.Batch) -> Blocks:
    taken = take(Visiting(town.node, "PR-KHN"), [prove(town.node, one) for one in batches])
    assert (taken.refused, taken.gaps) == (0, ())
    return Blocks(town.station.store)


@pytest.mark.usefixtures("small")
def test_a_block_says_of_each_number_how_it_is_held(town: Town) -> None:
    found = given(town, batch(1, 6, {1, 2, 6}))
    assert {n: stand.state for n, stand in found.block(LOG, 0, 6).items()} == {1: KEPT, 2: KEPT, 3: CLOSED, 4: CLOSED}
    assert {n: stand.groups for n, stand in found.block(LOG, 1, 6).items()} == {5: frozenset(), 6: CORE}
    assert found.faults(next(town.node.shelf.log_from(LOG, 1))) == set()


def test_the_digest_is_worked_out_as_the_protocol_says(town: Town) -> None:
    entries = [made.entry(n, {"core": made.core(n, origin="PR-KHN"), "area": AREA}) for n in (1, 2, 3)]
    whole = made.batch(entries, LOG, signer="PR-KHN")
    found = given(town, made.closed(whole, {1, 2}))
    leaves = [entry.leaf().hex()[:16] for entry in entries]
    said = f'[[1,"{leaves[0]}",3,"kept"],[2,"{leaves[1]}",3,"kept"],[3,"0000000000000000",0,"closed"]]'
    assert found.digest(LOG, 0, 3) == hashlib.sha256(said.encode()).hexdigest()
    shown = f'[[1,"{leaves[0]}",1,"kept"],[2,"0000000000000000",0,"closed"],[3,"0000000000000000",0,"closed"]]'
    assert found.digest(LOG, 0, 3, lambda _: {1: CORE}) == hashlib.sha256(shown.encode()).hexdigest()


@pytest.mark.usefixtures("small")
def test_a_digest_does_not_depend_on_how_entries_are_batched_and_ends_at_the_number_asked_for(
    tmp_path: Path, town: Town
) -> None:
    other = make_node(tmp_path, "HL-SHP")
    with other.station.store.transaction():
        other.node.ledger.trust("PR-KHN", made.public("PR-KHN"))
    first = batch(1, 3)
    here = given(town, first, batch(4, 3, before=made.seals.header_hash(first.header.encode())))
    there = given(other, batch(1, 6))
    for index, until in ((0, 6), (1, 6), (0, 3), (1, 5)):
        assert here.digest(LOG, index, until) == there.digest(LOG, index, until)
    assert here.digest(LOG, 0, 3) != here.digest(LOG, 0, 4)
    other.close()


@pytest.mark.parametrize(
    ("sql", "faults"),
    [
        ("update versions set core = core || ' ' where id = 2", {2}),
        ("update exchange_entries set head = head || ' ' where number = 4", {4}),
        ("update exchange_entries set keys = '' where number = 1", {1}),
        ("update exchange_entries set keys = '{' where number = 1", {1}),
        ("update exchange_entries set leaf = zeroblob(32) where number = 1", {1}),
        ("delete from exchange_entries where number = 2", {2}),
        ("delete from exchange_closed", {3, 5, 6}),
        ("update exchange_closed set digest = zeroblob(32) where first = 3", {1, 2, 3, 4, 5, 6}),
        ("update exchange_batches set header = header || ' '", {1, 2, 3, 4, 5, 6}),
    ],
)
def test_whatever_rots_is_a_fault_of_its_number(town: Town, sql: str, faults: set[int]) -> None:
    found = given(town, batch(1, 6, {1, 2, 4}))
    assert run(town, sql).rowcount > 0
    (held,) = town.node.shelf.log_from(LOG, 1)
    assert found.faults(held) == faults
    assert found.damaged(LOG, 0) == {1: faults}


@pytest.mark.parametrize("said", [None, [], ["zz", 1, "kept"], ["00", "x", "kept"], ["00", 1]])
def test_a_line_that_is_none_is_nothing(said: object) -> None:
    assert read_line(said) is None


def test_a_stand_comes_back_from_its_line() -> None:
    stand = Stand(bytes(range(32)), frozenset(ORDER[::2]), KEPT)
    found = read_line(stand.line())
    assert found is not None
    assert (found.leaf, found.groups, found.state) == (stand.leaf[:8], stand.groups, stand.state)
