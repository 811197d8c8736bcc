"""A letter that a node cannot read waits there and goes on all the same: whom it is for may be able to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exchange.log.letters import addressee
from exchange.talk import audit
from exchange.talk.comparing import EXPLAINED
from tests.exchange import made
from tests.together.kit import Network, Town, befriend, make_node, pull, reach, recovery, write
from tests.together.pen import Pen, lines

ABOUT = made.ID.format(7)
BROKEN = {"verdict": "perhaps"}


@pytest.fixture
def far(town: Town, writer: Pen, line: Network, tmp_path: Path) -> Any:
    """A node behind the one that is written to, which trusts the writer's key and has met it never."""
    found = make_node(tmp_path, "HL-GFN")
    befriend(town, found)
    with found.station.store.transaction():
        found.node.ledger.trust(writer.code, writer.key.public)
    line.add(found)
    yield found
    found.close()


def letter(writer: Pen, number: int, **said: Any) -> dict[str, Any]:
    return {
        "id": made.ID.format(number), "origin": writer.code, "generation": 1, "kind": "verdict", "to": "HL-GFN",
        "about": ABOUT, "verdict": "accepted", "reason": "",
    } | said  # fmt: skip


def held(far: Town, writer: Pen) -> set[int]:
    """The numbers of the writer's log of which the far node holds more than a closed run."""
    return {fact.number for one in far.node.shelf.log_from(writer.log, 1) for fact in one.facts}


Post = Callable[[bytes], dict[str, Any]]


def test_a_letter_of_a_broken_shape_goes_on_to_whom_it_is_for_and_to_nobody_else(
    town: Town, far: Town, writer: Pen, post: Post, line: Network
) -> None:
    entries = [
        writer.entry(letter(writer, 1) | BROKEN),
        writer.entry(letter(writer, 2, to="HL-SHP") | BROKEN),
        writer.entry(letter(writer, 3, to=["HL-GFN"])),
        writer.entry({name: said for name, said in (letter(writer, 4) | BROKEN).items() if name != "to"}),
        writer.entry(letter(writer, 5, to="")),
    ]
    assert post(lines(writer.batch(*entries)))["aside"] == 5
    assert pull(far, town, line).trouble == ""
    assert held(far, writer) == {1, 4}
    waiting = {one.number: one.groups["core"] for one in far.node.book.waiting()}
    assert waiting == {number: entries[number - 1].groups["core"] for number in (1, 4)}


def test_a_letter_of_a_later_form_goes_on_too(town: Town, far: Town, writer: Pen, post: Post, line: Network) -> None:
    assert post(lines(writer.batch(writer.entry(letter(writer, 1)), schema="2.0")))["aside"] == 1
    pull(far, town, line)
    assert held(far, writer) == {1}


def test_one_that_waited_before_its_reader_was_known_is_offered_when_that_comes(
    town: Town, far: Town, writer: Pen, post: Post, line: Network, tmp_path: Path
) -> None:
    post(lines(writer.batch(writer.entry(letter(writer, 1, to="HL-SHP") | BROKEN))))
    pull(far, town, line)
    assert held(far, writer) == set()
    behind = make_node(tmp_path, "HL-SHP")
    befriend(far, behind)
    with town.station.store.transaction():
        town.node.ledger.trust("HL-SHP", behind.node.key.public)
    line.add(behind)
    write(behind, recovery())
    pull(far, behind, line)
    pull(town, far, line)
    pull(far, town, line)
    assert held(far, writer) == {1}
    behind.close()


def test_two_nodes_at_which_it_waits_hold_the_same(
    town: Town, far: Town, writer: Pen, post: Post, line: Network
) -> None:
    post(lines(writer.batch(writer.entry(letter(writer, 1) | BROKEN), writer.entry())))
    pull(far, town, line)
    done = audit.visit(far.node, town.code, reach(far, line))
    assert [one for one in done.differences if one.verdict != EXPLAINED] == []


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ('{"origin":"A","to":"HL-GFN"}', "HL-GFN"), ('{"origin":"A"}', ""), ('{"origin":"A","to":""}', None),
        ('{"origin":"A","to":7}', None), ("[]", None), ("{", None), ("", None), ('{"to":"HL-GFN"}', None),
        ('{"origin":"B","to":"HL-GFN"}', None), ('{"origin":"A","to":"HL-GFN","to":"HL-SHP"}', None),
    ],
)  # fmt: skip
def test_whom_a_letter_is_for_is_told_only_where_every_program_reads_the_same(text: str, to: str | None) -> None:
    assert addressee(text, "A") == to
