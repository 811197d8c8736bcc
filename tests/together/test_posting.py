"""A node that cannot be reached does both halves: it pulls from its hub and posts to it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.log import publish
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    count,
    every,
    make_node,
    pull,
    recovery,
    returns_of,
    seals_of,
    snapshot,
    trust,
    visits_of,
    write,
)

# -- posting ----------------------------------------------------------------------------------------------


@pytest.fixture
def one_way(amur: Town, shuangpo: Town) -> Network:
    """A line on which the second can call the first and cannot be called, and so posts."""
    befriend(amur, shuangpo, posts=[shuangpo.code])
    return Network(hidden={shuangpo.code}).add(amur, shuangpo)


def test_a_node_that_cannot_be_reached_does_both_halves(amur: Town, shuangpo: Town, one_way: Network) -> None:
    write(amur, banding())
    write(shuangpo, recovery())
    report = pull(shuangpo, amur, one_way)
    assert (report.trouble, report.taken.kept, report.sent) == ("", 1, 1)
    assert returns_of(amur) == returns_of(shuangpo)
    assert len(returns_of(amur)) == 1


@settings(max_examples=6, deadline=None)
@given(batch=st.integers(1, 9), number=st.integers(1, 25), limit=st.integers(1, 3000), page=st.integers(400, 6000))
def test_nothing_is_lost_at_the_borders_of_posted_pages(
    tmp_path_factory: pytest.TempPathFactory, batch: int, number: int, limit: int, page: int
) -> None:
    folder = tmp_path_factory.mktemp("borders")
    one, other = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(one, other, posts=[other.code])
    network = Network(hidden={other.code}).add(one, other)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(publish, "BATCH", batch)
        changed.setattr("exchange.talk.pull.PAGE_LEAST", 64)
        other.node.book.note(one.code, page_bytes=limit)
        write(other, *(recovery(f"XC {at:06}") for at in range(number)))
        write(one, *(banding(f"XC {at:06}") for at in range(number)))
        changed.setattr("exchange.talk.feed.PAGE_LEAST", page)
        first = pull(other, one, network)
        write(other, *(recovery(f"XC {at:06}", day="2024-10-01") for at in range(number)))
        second = pull(other, one, network)
    assert (first.trouble, second.trouble) == ("", "")
    assert (first.sent, second.sent) == (number, number)
    assert seals_of(snapshot(one)) == seals_of(snapshot(other))
    assert len(returns_of(one)) == 2 * number
    one.close()
    other.close()


def test_the_same_post_twice_changes_nothing(amur: Town, shuangpo: Town, one_way: Network) -> None:
    write(shuangpo, recovery(), recovery("XC 345699"))
    pull(shuangpo, amur, one_way)
    before = snapshot(amur), visits_of(amur), count(amur, "versions"), amur.node.shelf.top()
    shuangpo.node.book.note(amur.code, posted=0)
    report = pull(shuangpo, amur, one_way)
    assert (report.trouble, report.sent) == ("", 2)
    assert (snapshot(amur), visits_of(amur), count(amur, "versions"), amur.node.shelf.top()) == before


def test_a_hub_that_was_set_back_gets_again_what_was_posted_to_it(
    tmp_path: Path, amur: Town, shuangpo: Town, one_way: Network
) -> None:
    pull(shuangpo, amur, one_way)
    amur.close()
    backup = {path.name: path.read_bytes() for path in (tmp_path / "AM-KHG").glob("node.sqlite*")}
    again = make_node(tmp_path, "AM-KHG")
    one_way.add(again)
    write(shuangpo, recovery())
    write(again, banding())
    assert pull(shuangpo, again, one_way).sent == 1
    again.close()
    for path in (tmp_path / "AM-KHG").glob("node.sqlite*"):
        path.unlink()
    for name, raw in backup.items():
        (tmp_path / "AM-KHG" / name).write_bytes(raw)
    restored = make_node(tmp_path, "AM-KHG")
    one_way.add(restored)
    assert restored.node.epoch.renewed
    assert pull(shuangpo, restored, one_way).trouble == ""
    assert len(returns_of(shuangpo)) == 1
    assert "HL-SHP" in {one.origin for one in every(restored)}
    restored.close()


def test_what_a_hub_refused_for_want_of_a_key_is_posted_again_once_it_knows_the_key(
    tmp_path: Path, amur: Town, shuangpo: Town, one_way: Network
) -> None:
    stranger = make_node(tmp_path, "HL-QFG")
    befriend(stranger, shuangpo)
    write(stranger, banding())
    pull(shuangpo, stranger, one_way.add(stranger))
    pull(shuangpo, amur, one_way)
    assert [one.code for one in amur.node.book.refusals()] == ["W-key-unknown"]
    trust(amur, stranger)
    assert pull(shuangpo, amur, one_way).trouble == ""
    assert seals_of(snapshot(amur)) == seals_of(snapshot(stranger))
    stranger.close()
