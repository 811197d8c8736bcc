"""A terminal in front of an empty folder, and of a node that is already made."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banding import settings
from banding.command import cli
from banding.station import Station

Type = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the environment names as the node's."""
    for name in settings.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANDING_HOME", str(tmp_path / "node"))
    return tmp_path / "node"


@pytest.fixture
def typed(home: Path) -> Type:
    """Type a command: `typed("status", "--json")`; `answers` are the lines that a person types then."""
    _ = home

    def run(*words: str, answers: str | None = None) -> Result:
        return CliRunner().invoke(cli, list(words), input=answers)

    return run


@pytest.fixture
def node(home: Path, typed: Type) -> Path:
    """A node made for the Khingansky Zapovednik, its pages in English."""
    assert typed("init", "--station", "AM-KHG", "--language", "en", "--yes").exit_code == 0
    return home


@pytest.fixture
def station(node: Path) -> Station:
    """The same node, opened."""
    _ = node
    return Station.open(settings.load())
