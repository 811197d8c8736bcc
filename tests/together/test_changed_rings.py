"""A bird banded at one node, given another ring at a second, and found under it: one story at every node."""

from itertools import permutations

import pytest

from banding.domain.matching import story
from tests.together.kit import Network, Town, banding, pull, recovery, returns_of, settle, write

RINGS = ("XC 345612", "XC 345699")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_is_written_and_pulled_first_both_nodes_tell_the_same_story(
    amur: Town, shuangpo: Town, between: Network, order: tuple[int, ...]
) -> None:
    first, second = RINGS
    deeds = [
        lambda: write(amur, banding(first)),
        lambda: write(shuangpo, recovery(second, replaces={"scheme": "RUM", "ring": first})),
        lambda: write(shuangpo, recovery(second, day="2024-10-01")),
    ]
    for number in order:
        deeds[number]()
        pull(amur, shuangpo, between)
        pull(shuangpo, amur, between)
    settle(between)
    for town in (amur, shuangpo):
        assert len(returns_of(town)) == 2
        for ring in ("XC345612", "XC345699"):
            (met,) = town.station.store.records.histories([("RUM", ring)]).values()
            told = story(met)
            assert len(told.encounters) == 3
            assert told.banding is not None
            assert told.banding.ring == first
