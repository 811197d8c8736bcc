"""A node of the tree stands in for entries that are not shown: the root holds, whichever are shown."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.log import seals, trees
from exchange.log.entries import Batch, Closed, Inauthentic
from exchange.talk import plan
from exchange.talk.proving import prove
from exchange.talk.take import Visiting, take
from tests.exchange import made
from tests.together.kit import Town, make_node


def leaves(count: int) -> dict[trees.Node, bytes]:
    return {(0, at): seals.leaf(str(at).encode(), []) for at in range(count)}


@st.composite
def shown(draw: st.DrawFn, most: int = 1000) -> tuple[int, set[int]]:
    """A number of entries, and which of them are shown: few, many, or all behind one of them."""
    count = draw(st.one_of(st.integers(1, 40), st.integers(1, most), st.sampled_from([255, 256, 257, most])))
    few = draw(st.sets(st.integers(0, count - 1), max_size=20))
    start = draw(st.integers(0, count))
    return count, draw(st.sampled_from([few, set(range(count)) - few, set(range(start, count))]))


def view(count: int, numbers: set[int]) -> dict[trees.Node, bytes]:
    """What somebody holds to whom these leaves alone were shown: the leaves, and nodes for the rest."""
    known = trees.grow(leaves(count), count)
    return {(0, at): known[0, at] for at in numbers} | {node: known[node] for node in trees.cover(numbers, count)}


@given(shown())
def test_what_is_shown_and_what_stands_in_for_the_rest_make_the_root_that_was_signed(
    given_: tuple[int, set[int]],
) -> None:
    count, numbers = given_
    assert trees.root(view(count, numbers), count) == seals.root(list(leaves(count).values()))


@given(shown())
def test_every_entry_is_covered_once_in_order_and_no_two_nodes_could_be_one(given_: tuple[int, set[int]]) -> None:
    count, numbers = given_
    nodes = trees.cover(numbers, count)
    covered = [at for node in nodes for at in trees.covered(node, count)]
    assert covered == [at for at in range(count) if at not in numbers]
    told = set(nodes)
    assert not any((level, index ^ 1) in told for level, index in nodes if index ^ 1 < trees.width(count, level))


@given(shown(), st.data())
def test_without_one_of_its_nodes_there_is_no_root(given_: tuple[int, set[int]], data: st.DataObject) -> None:
    count, numbers = given_
    known = view(count, numbers)
    del known[data.draw(st.sampled_from(sorted(known)))]
    assert trees.root(known, count) is None


@given(shown(), st.data())
def test_two_views_together_are_the_view_of_what_both_show(given_: tuple[int, set[int]], data: st.DataObject) -> None:
    count, one = given_
    other = data.draw(st.sets(st.integers(0, count - 1), max_size=30))
    known = trees.grow(view(count, one) | view(count, other), count)
    both = {(0, at): known[0, at] for at in one | other}
    assert both | {node: known[node] for node in trees.cover(one | other, count)} == view(count, one | other)


# -- in the ledger ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A node that takes a log of its own for each example."""
    found = make_node(tmp_path_factory.mktemp("trees"), "HL-SHP")
    with found.station.store.transaction():
        found.node.ledger.trust("AM-KHG", made.public())
    yield found
    found.close()


_logs = (f"AM-KHG.{number:016x}" for number in range(1, 10**9))


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 40),
    views=st.lists(st.sets(st.integers(1, 40), max_size=12), min_size=1, max_size=4),
    start=st.integers(0, 10**6),
)
def test_what_was_closed_and_comes_later_shrinks_what_stands_in_for_it(
    town: Town, count: int, views: list[set[int]], start: int
) -> None:
    log = next(_logs)
    core = [made.core(start * 100 + n) | {"id": made.ID.format(start * 100 + n)} for n in range(count)]
    whole = made.batch([made.entry(n, {"core": said}, id=said["id"]) for n, said in enumerate(core, 1)], log)
    together: set[int] = set()
    for numbers in views:
        numbers = {number for number in numbers if number <= count}
        together |= numbers
        found = take(Visiting(town.node, "HL-QFG"), [prove(town.node, made.closed(whole, numbers))])
        assert found.refused == found.aside == 0
        (held,) = made.whole(town.node.shelf, town.node.shelf.log_from(log, 1))
        expected = made.closed(whole, together)
        assert [entry.number for entry in held.entries] == [entry.number for entry in expected.entries]
        assert list(held.closed) == list(expected.closed)
        assert plan.examine(held, made.public(), "1").header.count == count


# -- what is refused --------------------------------------------------------------------------------------

WHOLE = made.batch([made.entry(number) for number in range(1, 8)])


def code_of(entries: set[int], *runs: Closed) -> str:
    kept = [entry for entry in WHOLE.entries if entry.number in entries]
    with pytest.raises(Inauthentic) as refused:
        plan.examine(Batch(WHOLE.header, WHOLE.signature, kept, None, list(runs)), made.public(), "1")
    return refused.value.code


def node(level: int, index: int) -> bytes:
    return trees.grow({(0, at): entry.leaf() for at, entry in enumerate(WHOLE.entries)}, 7)[level, index]


def test_the_runs_as_they_should_be_are_taken() -> None:
    batch = made.closed(WHOLE, {3})
    assert [(run.number, run.span) for run in batch.closed] == [(1, 2), (4, 1), (5, 4)]
    assert [read.entry.number for read in plan.examine(batch, made.public(), "1").reads] == [3]


@pytest.mark.parametrize(
    ("why", "entries", "runs"),
    [
        ("it begins where no node of that size does", {1, 4, 5, 6, 7}, [Closed(2, 2, node(1, 0))]),
        ("no power of two", {1, 5, 6, 7}, [Closed(2, 3, node(1, 0))]),
        ("it covers a shown entry as well", {1, 2, 3, 5, 6, 7}, [Closed(3, 2, node(1, 1))]),
        ("the same twice", {3, 4, 5, 6, 7}, [Closed(1, 2, node(1, 0)), Closed(1, 2, node(1, 0))]),
        ("one inside another", {5, 6, 7}, [Closed(1, 4, node(2, 0)), Closed(3, 2, node(1, 1))]),
        ("an entry is neither shown nor covered", {3, 4, 5, 6}, [Closed(1, 2, node(1, 0))]),
        ("higher than the root", set(), [Closed(1, 16, node(3, 0))]),
        ("behind the batch", {1, 2, 3, 4, 5, 6, 7}, [Closed(9, 1, bytes(32))]),
        ("before the batch", {1, 2, 3, 4, 5, 6, 7}, [Closed(0, 1, bytes(32))]),
    ],
)
def test_a_run_that_is_no_node_of_the_tree_or_covers_what_it_should_not_is_refused(
    why: str, entries: set[int], runs: list[Closed]
) -> None:
    assert code_of(entries, *runs) == "W-syntax", why


def test_a_run_with_another_digest_is_refused() -> None:
    assert code_of({3, 4, 5, 6, 7}, Closed(1, 2, bytes(32))) == "W-root"
    assert code_of({1, 2, 3, 4}, Closed(5, 4, node(1, 2))) == "W-root"
