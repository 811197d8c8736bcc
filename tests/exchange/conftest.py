"""A whole node in a folder of its own, and two that meet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange.forms import Apart, Pair, staff
from tests.together.carrying import small
from tests.together.kit import Network, Town, befriend, make_node

__all__ = ["small"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Sanhuanpao, which trusts whoever signs as Khingansky."""
    found = make_node(tmp_path, "HL-SHP")
    yield found
    found.close()


@pytest.fixture
def strangers(tmp_path: Path) -> Iterator[Apart]:
    """Khingansky and Sanhuanpao, who do not know each other."""
    towns = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    yield towns
    for town in towns:
        town.close()


@pytest.fixture
def apart(strangers: Apart) -> Apart:
    """The two as peers who have no line."""
    befriend(*strangers)
    return strangers


@pytest.fixture
def pair(apart: Apart) -> Pair:
    """The two as peers, and the line between them."""
    return *apart, Network().add(*apart)


@pytest.fixture
def staffed(strangers: Apart) -> None:
    """An account of each role at both."""
    staff(*strangers)
