"""The ledger gives back exactly what it was given, in the order in which it came, and keeps the fuller copy."""

import dataclasses
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.log import seals
from exchange.log.entries import Batch
from exchange.talk.proving import prove
from exchange.talk.take import Taken, Visiting, take
from tests.exchange import made
from tests.together.kit import Town, count, record_of

AREA, PLACE = '{"latitude":49.0,"longitude":130.4}', '{"latitude":49.01694,"longitude":130.44694}'
PEOPLE = '{"ringer":"Somebody"}'
WHOLE = {"core": made.core(), "area": AREA, "place": PLACE, "people": PEOPLE}


def brought(town: Town, *batches: Batch) -> Taken:
    """Take batches in, as if a peer had brought them."""
    with town.station.store.transaction():
        town.node.ledger.trust("AM-KHG", made.public())
    return take(Visiting(town.node, "HL-QFG"), [prove(town.node, one) for one in batches])


def feed(town: Town, after: int = 0) -> list[Batch]:
    return made.whole(town.node.shelf, town.node.shelf.feed(after))


def log_from(town: Town, first: int) -> list[Batch]:
    return made.whole(town.node.shelf, town.node.shelf.log_from(made.LOG, first))


def bare(batches: Iterable[Batch]) -> list[Batch]:
    """Batches without their place in a feed."""
    return [dataclasses.replace(one, at=None) for one in batches]


def same(found: Sequence[Batch], expected: Sequence[Batch]) -> bool:
    """Whether these are the same groups, salts and signed texts; the keys may be put down in another way."""
    for one, other in zip(bare(found), bare(expected), strict=True):
        if (one.header, one.signature) != (other.header, other.signature):
            return False
        for mine, theirs in zip(one.entries, other.entries, strict=True):
            if mine.groups != theirs.groups or mine.withheld != theirs.withheld or mine.leaf() != theirs.leaf():
                return False
            mine.check_keys()
    return True


def test_what_was_taken_is_offered_as_it_came(town: Town) -> None:
    batches = made.chain([1, 3, 2])
    assert brought(town, *batches).kept == 6
    assert bare(feed(town)) == bare(batches)
    assert [one.at for one in feed(town)] == [1, 2, 3]
    assert bare(log_from(town, 3)) == bare(batches[1:])
    assert bare(log_from(town, 7)) == []
    assert feed(town, after=2)[0].at == 3
    assert town.node.shelf.top() == 3


def test_a_feed_longer_than_what_is_read_at_once_has_no_holes(town: Town) -> None:
    batches = made.chain([1] * 45)
    brought(town, *batches)
    assert bare(feed(town)) == bare(batches)
    assert bare(log_from(town, 1)) == bare(batches)


def test_the_feed_leaves_out_what_the_asker_wrote(town: Town) -> None:
    brought(town, *made.chain([1, 1]))
    assert list(town.node.shelf.feed(0, "AM-KHG")) == []
    assert len(list(town.node.shelf.feed(0, "HL-QFG"))) == 2


def test_the_same_batch_twice_changes_nothing(town: Town) -> None:
    batches = made.chain([2, 1])
    brought(town, *batches)
    again = brought(town, *batches)
    assert (again.kept, again.known, again.refused, again.gaps) == (0, 3, 0, ())
    assert bare(feed(town)) == bare(batches)


def test_a_gap_is_told_and_nothing_behind_it_is_taken(town: Town) -> None:
    one, two, three = made.chain([1, 1, 1])
    assert brought(town, one, three).gaps == (made.LOG,)
    assert town.node.ledger.have() == {made.LOG: 1}
    assert brought(town, two, three).kept == 2
    assert town.node.ledger.have() == {made.LOG: 3}


def test_a_fork_is_refused_and_shown(town: Town) -> None:
    brought(town, *made.chain([1, 1]))
    other = made.batch([made.entry(2, {"core": made.core(9)}, id=made.ID.format(9))], previous=bytes(32))
    assert brought(town, other).refused == 1
    assert [one.code for one in town.node.book.refusals()] == ["W-fork"]
    assert town.node.ledger.have() == {made.LOG: 2}


@settings(max_examples=25, deadline=None)
@given(
    copies=st.lists(st.sets(st.sampled_from(["area", "place", "people"])), min_size=1, max_size=5),
    more=st.sets(st.sampled_from(["area", "place", "people"])),
)
def test_whatever_copies_come_in_whatever_order_the_fullest_is_kept(
    tmp_path_factory: pytest.TempPathFactory, copies: list[set[str]], more: set[str]
) -> None:
    from tests.together.kit import make_node, record_of

    town = make_node(tmp_path_factory.mktemp("node"), "HL-SHP")
    try:
        whole = made.batch([made.entry(1, WHOLE)])
        for withheld in copies:
            assert brought(town, made.hidden(whole, sorted(withheld))).refused == 0
        lacking = set.intersection(*copies)
        (held,) = log_from(town, 1)
        assert same([held], [made.hidden(whole, sorted(lacking))])
        kept = record_of(town, made.ID.format(1))
        assert set(kept.groups) == set(WHOLE) - lacking
        # And what is passed on, poorer still, is proven where it arrives.
        passed_on = made.hidden(held, sorted(more))
        assert passed_on.entries[0].leaf() == whole.entries[0].leaf()
        assert prove(town.node, passed_on).refused is None
        assert count(town, "records") == count(town, "versions") == 1
    finally:
        town.close()


def test_a_fuller_copy_is_offered_again_and_a_poorer_one_is_not(town: Town) -> None:
    whole = made.batch([made.entry(1, WHOLE)])
    brought(town, made.hidden(whole, ["place", "people"]))
    assert brought(town, made.hidden(whole, ["people"])).fuller == 1
    assert brought(town, made.hidden(whole, ["area", "people"])).fuller == 0
    assert [(one.at, set(one.entries[0].groups)) for one in feed(town)] == [
        (1, {"core", "area", "place"}),
        (2, {"core", "area", "place"}),
    ]


REFUSED = {"core": made.core(ring=1), "area": AREA, "place": PLACE}


def test_an_entry_set_aside_that_comes_again_fuller_is_still_passed_on_whole(town: Town) -> None:
    whole = made.batch([made.entry(1, REFUSED)])
    assert brought(town, made.hidden(whole, ["place"])).aside == 1
    assert same(feed(town), [made.hidden(whole, ["place"])])
    brought(town, made.hidden(whole, ["area"]))
    assert same(log_from(town, 1), [whole])
    (waiting,) = town.node.book.waiting()
    assert set(waiting.groups) == {"core", "area", "place"}
    assert count(town, "records") == 0


def test_a_group_that_is_refused_later_does_not_spoil_what_is_kept(town: Town) -> None:
    whole = made.batch([made.entry(1, {"core": made.core(), "area": AREA, "place": '{"latitude":"north"}'})])
    poorer = made.hidden(whole, ["place"])
    assert brought(town, poorer).kept == 1
    assert brought(town, whole).aside == 1
    assert same(log_from(town, 1), [poorer])
    assert len(town.node.book.waiting()) == 1
    assert brought(town, whole).aside == 1, "the same again is the same again"
    assert len(town.node.book.waiting()) == 1


def test_an_entry_set_aside_is_passed_on_as_it_came(town: Town) -> None:
    strange = made.batch([made.entry(1, {"core": made.core(), "remarks": "[1"}), made.entry(2)])
    assert brought(town, strange).aside == 1
    assert bare(feed(town)) == bare([strange])
    assert count(town, "records") == 1


def test_trust_is_given_once(town: Town) -> None:
    with town.station.store.transaction():
        town.node.ledger.trust("AM-KHG", made.public())
        town.node.ledger.trust("AM-KHG", made.public("somebody else"))
    trusted = town.node.ledger.node("AM-KHG")
    assert trusted is not None
    assert trusted.public_key == made.public()
    assert town.node.ledger.node_by_key(trusted.fingerprint) == trusted
    assert town.node.ledger.node_by_key(seals.fingerprint(made.public("somebody else"))) is None


def test_a_place_in_the_feed_is_never_given_twice(town: Town) -> None:
    """Somebody may hold it as a cursor, even where the newest row was removed by hand."""
    brought(town, *made.chain([1, 1]))
    database = town.station.store.database
    database.execute("delete from exchange_feed where seq = 2")
    with town.station.store.transaction():
        town.node.ledger.offer(1)
    assert town.node.shelf.top() == 3


def test_a_record_can_be_traced_to_the_entry_that_brought_it(town: Town) -> None:
    whole = made.batch([made.entry(1, WHOLE)])
    brought(town, made.hidden(whole, ["people"]))
    kept = record_of(town, made.ID.format(1))
    assert town.node.shelf.origin_of(kept.version_id) == (made.LOG, 1, ("people",))
