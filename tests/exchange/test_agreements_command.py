"""What `banding agreements` says in a terminal: what is agreed, and what would leave."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.agreements import life
from exchange.command import commands
from tests.together.agreeing import document, terms
from tests.together.kit import Town, banding, befriend, make_node, write


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A node with a peer, a record and a draft, in the folder that the commands open."""
    here, there = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(here, there)
    write(here, banding())
    here.node.publisher.publish()
    monkeypatch.setattr("exchange.agreement_command.opened", lambda: here.station)
    yield here
    for one in (here, there):
        one.close()


def say(*words: str) -> str:
    command = next(one for one in commands if one.name == "agreements")
    answer = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert answer.exit_code == 0
    return answer.output


def test_the_list_says_what_is_agreed_and_where_it_is_drafted(town: Town) -> None:
    assert "/agreements" in say()
    digest = life.draft(town.node, "HL-SHP", document("AM-KHG", "HL-SHP", terms()), "anna")
    assert say().split()[:3] == [digest[:16], "HL-SHP", "draft"]
    (told,) = json.loads(say("--json"))
    assert (told["digest"], told["signed_by_us"], told["document"]["legal_basis"]) == (digest, False, "Treaty")


def test_the_preview_says_what_would_leave(town: Town) -> None:
    assert "banding of sensitivity 0: 1 records of 1 species; goes: core, area, measurements, place" in say(
        "preview", "HL-SHP"
    )
    digest = life.draft(town.node, "HL-SHP", document("AM-KHG", "HL-SHP", terms(bandings="none")), "anna")
    assert "banding of sensitivity 0: 1 records of 1 species; nothing" in say(
        "preview", "HL-SHP", "--agreement", digest
    )
    assert json.loads(say("preview", "HL-SHP", "--json"))["examples"][0]["groups"]["core"]["ring"] == "XC 345612"
