"""Mails to finders against a real mail server: one address that nobody has keeps no other finder waiting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.talk import finders
from tests.exchange.postbox import Box, mail_server, with_mail
from tests.ports import free_port
from tests.together.kit import NOW, Town, make_node

WRONG, RIGHT = "nobody@example.org", "finder@example.org"
TOLD = {"ring": "XC 345612", "day": "2024-09-20", "day_accuracy": "0"}


@pytest.fixture
def box() -> Box:
    return Box(free_port())


@pytest.fixture
def town(tmp_path: Path, box: Box) -> Iterator[Town]:
    """A node with a mail server, and two reports that were refused, the first with an address that nobody has."""
    found = with_mail(make_node(tmp_path, "AM-KHG"), box)
    finds, at = found.station.store.finds, NOW.isoformat(timespec="seconds")
    for number, mail in enumerate((WRONG, RIGHT), 1):
        finds.take(f"d{number}", TOLD, {"mail": mail}, language="en", suspect=False, at=at)
        finds.close(number, "refused", by="a reviewer", at=at, reason="A toy")
    yield found
    found.close()


def mailed(town: Town) -> list[str]:
    return [one.mailed for number in (1, 2) if (one := town.station.store.finds.one(number))]


def test_an_address_that_nobody_has_is_given_up_and_the_next_finder_hears(town: Town, box: Box) -> None:
    box.refuses.add(WRONG)
    with mail_server(box):
        assert finders.tell(town.node) == 1
        assert finders.tell(town.node) == 0
    assert box.to == [[RIGHT]]
    assert mailed(town) == ["failed", "refused"]


def test_an_address_that_is_to_be_tried_later_is_tried_later_and_holds_up_nobody(town: Town, box: Box) -> None:
    box.refuses.add(WRONG)
    box.word = "450 come again in ten minutes"
    with mail_server(box):
        assert finders.tell(town.node) == 1
        assert finders.tell(town.node) == 0, "not at once"
        assert mailed(town) == ["", "refused"]
        box.refuses.clear()
        town.station.store.notes.set(finders.NOTE, "")
        assert finders.tell(town.node) == 1
    assert (box.to, mailed(town)) == ([[RIGHT], [WRONG]], ["refused", "refused"])
