"""A letter that cannot be read waits with its reason, and none that could not be read is ever written."""

from typing import Any

import pytest

from exchange.log.letters import Letter
from exchange.node import ExchangeNode
from exchange.talk import post_office
from tests.exchange import made
from tests.together.kit import Network, Town
from tests.together.pen import befriended, lines, pen

ABOUT = made.ID.format(7)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which letters were handed over."""
    told: list[str] = []

    def handler(_node: ExchangeNode, letter: Letter) -> None:
        told.append(letter.uuid)

    monkeypatch.setitem(post_office.HANDLERS, "verdict", handler)
    return told


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "perhaps"},
        {"about": 7},
        {"to": ["HL-SHP"]},
        {"reason": "x" * 5000},
        {"kind": "x" * 41, "about": "y"},
    ],
)
def test_a_letter_of_another_shape_waits_with_its_reason_and_is_handed_to_nobody(
    town: Town, heard: list[str], change: dict[str, Any]
) -> None:
    writer = pen("AM-KHG", 3)
    befriended(town, writer)
    core = {
        "id": made.ID.format(99), "origin": writer.code, "generation": 1, "kind": "verdict", "to": town.code,
        "about": ABOUT, "verdict": "accepted", "reason": "",
    }  # fmt: skip
    client = writer.client(town, Network().add(town))
    client.hello()
    answer = client.post(lines(writer.batch(writer.entry(core | change), writer.entry())))
    assert (answer["aside"], answer["kept"]) == (1, 1)
    assert {reason.code for reason in town.node.book.waiting()[0].reasons} <= {"W-shape", "W-head"}
    assert heard == []


@pytest.mark.parametrize("said", [{}, {"verdict": "perhaps", "reason": ""}, {"verdict": "accepted"}])
def test_what_no_letter_of_its_kind_can_say_is_never_written(town: Town, said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot say"), town.station.store.transaction():
        town.node.letters.write("verdict", "AM-KHG", ABOUT, said, at="")
    assert town.node.publisher.publish() == 0
