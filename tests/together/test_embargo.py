"""An embargo under a clock that was wrong: what it opened or closed is put right with the next visit after."""

import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exchange.agreements import policy
from exchange.talk import chores
from tests.together.kit import NOW, Network, Town, banding, befriend, client_of, make_node, pull, snapshot, write

DAYS = 30
TERMS = policy.STANDARD | {"embargo_days": DAYS}
TODAY = NOW.date()
RINGS = itertools.count()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Town, Town, Network]]:
    """Amur, which keeps encounters back for a month, and Shuangpo, which reads from it."""
    towns = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(*towns, terms=TERMS)
    yield *towns, Network().add(*towns)
    for town in towns:
        town.close()


def set_clock(town: Town, *, years: int = 0, days: int = 0) -> None:
    now = NOW + datetime.timedelta(days=365 * years + days)
    town.station.intake.clock = lambda: now


def met(town: Town, ago: int) -> str:
    """A banding of so many days before the first day of the test, whatever the clock says otherwise."""
    clock, day = town.station.intake.clock, TODAY - datetime.timedelta(days=ago)
    set_clock(town)
    (uuid,) = write(town, banding(f"XC {next(RINGS):06}", day.isoformat()))
    town.station.intake.clock = clock
    return uuid


def test_what_a_clock_that_was_ahead_let_go_is_offered_when_its_day_has_come(two: tuple[Town, Town, Network]) -> None:
    amur, shuangpo, network = two
    pull(shuangpo, amur, network)
    uuid = met(amur, 10)
    set_clock(amur, years=5)
    chores.embargoes(amur.node)
    set_clock(amur)
    pull(shuangpo, amur, network)
    assert uuid not in snapshot(shuangpo)
    set_clock(amur, days=DAYS - 10)
    pull(shuangpo, amur, network)
    assert uuid in snapshot(shuangpo)


def test_what_a_clock_that_was_behind_kept_back_is_offered_at_the_next_visit(two: tuple[Town, Town, Network]) -> None:
    amur, shuangpo, network = two
    pull(shuangpo, amur, network)
    uuid = met(amur, 90)
    set_clock(amur, years=-26)
    pull(shuangpo, amur, network)
    assert uuid not in snapshot(shuangpo)
    set_clock(amur)
    pull(shuangpo, amur, network)
    assert uuid in snapshot(shuangpo)


def test_the_same_holds_for_what_is_posted(tmp_path: Path) -> None:
    amur, shuangpo = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(amur, shuangpo, terms=TERMS, posts=["AM-KHG"])
    network = Network().add(amur, shuangpo)
    pull(amur, shuangpo, network)
    late, early = met(amur, 10), met(amur, 90)
    set_clock(amur, years=-26)
    pull(amur, shuangpo, network)
    assert snapshot(shuangpo) == {}
    set_clock(amur)
    pull(amur, shuangpo, network)
    assert snapshot(shuangpo).keys() == {early}
    set_clock(amur, days=DAYS)
    pull(amur, shuangpo, network)
    assert snapshot(shuangpo).keys() == {early, late}
    for town in (amur, shuangpo):
        town.close()


STEPS = st.one_of(
    st.tuples(st.just("meet"), st.integers(0, 120)),
    st.tuples(st.just("clock"), st.sampled_from([-26, 0, 0, 5])),
    st.tuples(st.just("chore"), st.just(0)),
    st.tuples(st.just("visit"), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 60)),
)


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(steps=st.lists(STEPS, min_size=4, max_size=12))
def test_whatever_the_clock_did_all_that_is_due_has_come_after_the_next_visit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("embargo")
    amur, shuangpo = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(amur, shuangpo, terms=TERMS)
    network, days, written = Network().add(amur, shuangpo), 0, dict[str, int]()
    for deed, number in [*steps, ("clock", 0), ("visit", 0), ("days", 200), ("visit", 0)]:
        if deed == "meet":
            written[met(amur, number)] = number
        elif deed == "clock":
            set_clock(amur, years=number, days=days)
        elif deed == "days":
            days += number
            set_clock(amur, days=days)
        elif deed == "chore":
            chores.embargoes(amur.node)
        else:
            assert not pull(shuangpo, amur, network).trouble
            if (amur.station.intake.clock() - NOW).days == days:
                assert {uuid for uuid, ago in written.items() if ago + days >= DAYS} <= snapshot(shuangpo).keys()
    assert written.keys() == snapshot(shuangpo).keys()
    for town in (amur, shuangpo):
        town.close()


def test_a_clock_that_goes_back_by_a_moment_at_midnight_loses_nothing(two: tuple[Town, Town, Network]) -> None:
    amur, shuangpo, network = two
    pull(shuangpo, amur, network)
    uuid = met(amur, DAYS - 1)
    set_clock(amur, days=1)
    chores.embargoes(amur.node)
    set_clock(amur)
    pull(shuangpo, amur, network)
    assert uuid not in snapshot(shuangpo)
    set_clock(amur, days=1)
    pull(shuangpo, amur, network)
    assert uuid in snapshot(shuangpo)


def test_a_page_by_number_counts_as_a_visit_too(two: tuple[Town, Town, Network]) -> None:
    amur, shuangpo, network = two
    pull(shuangpo, amur, network)
    uuid = met(amur, 90)
    amur.node.publisher.publish()
    set_clock(amur, years=-26)
    client = client_of(shuangpo, amur.address, network)
    client.hello()
    assert list(client.log(amur.node.publisher.log, 1, 1 << 20))
    pull(shuangpo, amur, network)
    set_clock(amur)
    pull(shuangpo, amur, network)
    assert uuid in snapshot(shuangpo)
