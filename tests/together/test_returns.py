"""Four territories in a row: who met a bird hears of every encounter, who did not learns no more than was agreed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.agreements import policy
from exchange.talk import returns
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    every,
    make_node,
    on_disk,
    pull,
    recovery,
    settle,
    write,
)
from tests.together.land import (
    EDGES,
    FAR_HUB,
    FINDER,
    FORTH,
    FOURTH,
    HUB,
    NONE,
    RESERVE,
    RETURNS,
    RING,
    STATION,
    STRANGER,
    UNMET,
    Land,
    answers_at,
    days_of,
    news_of,
)


@pytest.fixture
def land(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Land]:
    """All six, under terms that the test may choose."""
    found = Land(tmp_path, getattr(request, "param", RETURNS), EDGES)
    yield found
    found.close()


# -- everyone concerned, and nobody else ----------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_between_two_peers_a_return_needs_two_passes_whoever_calls_first(
    amur: Town, shuangpo: Town, between: Network, order: tuple[int, int]
) -> None:
    befriend(amur, shuangpo, terms=RETURNS)
    write(amur, banding(RING), banding(UNMET))
    (met,) = write(shuangpo, recovery(RING))
    towns = amur, shuangpo
    for one in order * 2:
        pull(towns[one], towns[1 - one], between)
    assert days_of(amur) == days_of(shuangpo) == {"2024-05-01", "2024-09-20"}
    assert news_of(amur) == [(met, "", 1)]
    assert news_of(shuangpo) == [(met, "answered", 1)]
    assert days_of(shuangpo, "XC999001") == set()


@pytest.mark.parametrize(("order", "passes"), [(FORTH, 2), (FORTH[::-1], 6)], ids=["forth", "back"])
def test_whoever_met_the_bird_hears_of_every_encounter_within_two_passes_a_line(
    land: Land, order: list[str], passes: int
) -> None:
    """In a row of three lines what comes last to a node goes on with its next pass, at the worst on every line."""
    towns = land.towns
    write(towns[RESERVE], banding(RING, people={"ringer": FINDER}), banding(UNMET))
    land.go_round(order)
    (met,) = write(towns[STATION], recovery(RING, people={"finder_name": FINDER}))
    for _ in range(passes):
        land.go_round(order)
    both = {"2024-05-01", "2024-09-20"}
    assert days_of(towns[STATION]) == days_of(towns[RESERVE]) == both
    assert news_of(towns[STATION]) == [(met, "answered", 1)]
    assert news_of(towns[RESERVE]) == [(met, "", 1)]
    (again,) = write(towns[FOURTH], recovery(RING, day="2025-04-02"))
    for _ in range(passes):
        land.go_round(order)
    for code in (STATION, RESERVE, FOURTH):
        assert days_of(towns[code]) == both | {"2025-04-02"}, code
    assert (again, "also", 1) in news_of(towns[STATION])
    assert (again, "", 1) in news_of(towns[RESERVE])
    assert news_of(towns[FOURTH]) == [(again, "answered", 1)]
    assert towns[STATION].node.requests.open(9) == towns[FOURTH].node.requests.open(9) == []


def test_what_nobody_met_and_whoever_is_not_concerned_learn_nothing(land: Land) -> None:
    towns = land.towns
    write(towns[RESERVE], banding(RING, people={"ringer": FINDER}), banding(UNMET))
    write(towns[STATION], recovery(RING, people={"finder_name": FINDER}))
    for _ in range(4):
        land.go_round(FORTH)
    assert RING.encode() in land.crossed(STATION, HUB), "the search must find what did cross"
    for edge in EDGES:
        seen = land.crossed(*edge)
        assert UNMET.encode() not in seen, edge
        assert FINDER.encode() not in seen, edge
    for trace in (RING.encode(), b"XC345612"):
        assert trace not in land.crossed(HUB, STRANGER)
        assert trace not in on_disk(towns[STRANGER])
    assert UNMET.encode() not in on_disk(towns[FAR_HUB])


def test_a_peer_that_gives_back_what_it_got_is_no_party_to_a_return(tmp_path: Path) -> None:
    land = Land(tmp_path, RETURNS, EDGES, stranger=RETURNS)
    write(land.towns[RESERVE], banding(RING))
    (met,) = write(land.towns[STATION], recovery(RING))
    for _ in range(4):
        land.go_round(FORTH)
    assert [one.uuid for one in every(land.towns[STRANGER])] == [met]
    assert days_of(land.towns[STATION]) == {"2024-05-01", "2024-09-20"}
    assert b'"answer"' not in land.crossed(HUB, STRANGER)
    land.close()


@pytest.mark.parametrize("land", [NONE], indirect=True)
def test_where_nothing_is_opened_the_answer_says_only_that_the_ring_is_known(land: Land) -> None:
    towns = land.towns
    (banded,) = write(towns[RESERVE], banding(RING))
    (met,) = write(towns[STATION], recovery(RING))
    for _ in range(3):
        land.go_round(FORTH)
    assert answers_at(towns[STATION], met)[RESERVE] == "matched"
    (letter,) = [one for one in returns.answers(towns[STATION].node, met) if one.sender == RESERVE]
    assert "banding" not in letter.core
    assert len(towns[STATION].node.requests.open(9)) == 1
    assert banded not in {one.uuid for one in every(towns[STATION])}
    assert days_of(towns[STATION]) == {"2024-09-20"}


# -- two routes -----------------------------------------------------------------------------------------------


def test_what_comes_by_two_routes_is_there_and_told_once(tmp_path: Path) -> None:
    station, hub, reserve = towns = [make_node(tmp_path, code) for code in (STATION, HUB, RESERVE)]
    befriend(*towns)
    line = Network().add(*towns)
    (banded,) = write(reserve, banding(RING))
    (met,) = write(station, recovery(RING))
    for one, other in [(hub, station), (hub, reserve), (station, hub), (station, reserve), (reserve, hub)]:
        pull(one, other, line)
    settle(line)
    for town in towns:
        assert sorted(one.uuid for one in every(town)) == sorted([banded, met])
    assert news_of(reserve) == [(met, "", 1)]
    assert news_of(station) == [(met, "answered", 1)]
    batch = station.node.shelf.batch_of(reserve.node.publisher.log, 1)
    assert batch is not None
    assert {peer for peer, _ in station.node.ledger.routes.of(batch)} == {HUB, RESERVE}
    assert len(reserve.node.letters.sent("answer")) <= 1
    for town in towns:
        town.close()


# -- any order ------------------------------------------------------------------------------------------------

ROW = [(STATION, HUB), (HUB, FAR_HUB), (FAR_HUB, RESERVE)]
MEETINGS = {STATION: "2024-09-20", HUB: "2024-09-25", FAR_HUB: "2024-10-03"}


@settings(max_examples=5)
@given(data=st.data())
def test_in_whatever_order_birds_are_met_and_lines_are_up_all_who_met_it_end_with_its_whole_story(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    who = data.draw(st.lists(st.sampled_from(sorted(MEETINGS)), min_size=1, max_size=3, unique=True))
    land = Land(tmp_path_factory.mktemp("row"), data.draw(st.sampled_from([RETURNS, dict(policy.STANDARD)])), ROW)
    deeds = data.draw(st.permutations([RESERVE, *who]))
    for code in deeds:
        write(land.towns[code], banding(RING) if code == RESERVE else recovery(RING, day=MEETINGS[code]))
        land.go_round(data.draw(st.lists(st.sampled_from(sorted(land.towns)), max_size=4)))
    for _ in range(3):
        land.go_round(data.draw(st.permutations(sorted(land.towns))))
    days = {"2024-05-01"} | {MEETINGS[code] for code in who}
    for code in [RESERVE, *who]:
        assert days_of(land.towns[code]) == days, code
        assert all(times == 1 for _, _, times in news_of(land.towns[code]))
    assert len(news_of(land.towns[RESERVE])) == len(who)
    for code in who:
        assert land.towns[code].node.requests.open(9) == []
    land.close()
