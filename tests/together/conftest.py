"""Nodes for the tests: two peers, and one that is written to by a pen that is wrong beside an honest one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.log.entries import Offer
from tests.together.carrying import small
from tests.together.kit import Network, Town, banding, befriend, make_node, write
from tests.together.pen import Pen, befriended, pen
from tests.together.people import keeper
from tests.together.segments import LONG, greeted, offers

__all__ = ["small"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The node that is written to."""
    made = make_node(tmp_path, "AM-KHG")
    yield made
    made.close()


@pytest.fixture
def writer(town: Town) -> Pen:
    """A trusted node whose program is wrong, or worse."""
    made = pen("PR-KHN", 1)
    befriended(town, made)
    return made


@pytest.fixture
def honest(town: Town) -> Pen:
    """A trusted node with nothing wrong, whose batch comes in the same delivery."""
    made = pen("HL-SHP", 2)
    befriended(town, made)
    return made


@pytest.fixture
def line(town: Town) -> Network:
    """The line to the node."""
    return Network().add(town)


@pytest.fixture
def post(town: Town, writer: Pen, line: Network) -> Callable[[bytes], dict[str, Any]]:
    """Post a delivery as the writer, over a signed request."""
    client = writer.client(town, line)
    client.hello()
    return client.post


@pytest.fixture
def reader(town: Town) -> Any:
    """Somebody who reads the node's pages."""
    return keeper(town)


@pytest.fixture
def amur(tmp_path: Path) -> Iterator[Town]:
    """The reserve that bands."""
    town = make_node(tmp_path, "AM-KHG")
    yield town
    town.close()


@pytest.fixture
def shuangpo(tmp_path: Path) -> Iterator[Town]:
    """The station that recovers."""
    town = make_node(tmp_path, "HL-SHP")
    yield town
    town.close()


@pytest.fixture
def third(tmp_path: Path) -> Iterator[Town]:
    """A node that neither has spoken to yet."""
    town = make_node(tmp_path, "HL-QFG")
    yield town
    town.close()


@pytest.fixture
def pair(amur: Town, shuangpo: Town) -> tuple[Town, Town]:
    """The two as peers who have no line."""
    befriend(amur, shuangpo)
    return amur, shuangpo


@pytest.fixture
def between(pair: tuple[Town, Town]) -> Network:
    """The line between the two, who are peers."""
    return Network().add(*pair)


@pytest.fixture
def long(amur: Town, shuangpo: Town, between: Network) -> Offer:
    """A batch at Khingansky that is long enough to be offered."""
    write(amur, *(banding(f"XC {at:06}", people={"ringer": "N."}) for at in range(LONG)))
    (offer,) = offers(greeted(shuangpo, amur, between))
    return offer
