"""What befalls a node: the power fails at a step of its work, its store is set back, its whole folder is copied."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banding.store.records import Records
from exchange.log import epoch
from exchange.log.book import Book
from exchange.log.ledger import Ledger
from exchange.log.letters import Letters
from exchange.log.parts import Parts
from tests.together.kit import Town, make_node

POINTS: dict[str, tuple[Any, str]] = {
    "append": (Ledger, "append"), "show": (Ledger, "show"), "fill": (Ledger, "fill"), "offer": (Ledger, "offer"),
    "note": (Book, "note"), "remember": (epoch, "remember"), "letter": (Letters, "came"), "part": (Parts, "add"),
    "keep": (Records, "keep"), "seal": (Records, "seal"),
}  # fmt: skip
"""Steps at which the power may fail, before they are done and after."""
WAYS = ("whole", "store", "no-side-file")


class PowerCut(BaseException):
    """What a process never gets to handle."""


@contextlib.contextmanager
def power_cut(point: str, calls: int, *, after: bool) -> Iterator[None]:
    """Let the power fail at one of the next calls of a step, just before it or just after."""
    owner, name = POINTS[point]
    real: Callable[..., Any] = getattr(owner, name)
    left = [calls]

    def failing(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == -1 and not after:
            raise PowerCut
        done = real(*args, **kwargs)
        if left[0] == -1:
            raise PowerCut
        return done

    with pytest.MonkeyPatch.context() as planted, contextlib.suppress(PowerCut):
        planted.setattr(owner, name, failing)
        yield


def save(town: Town, to: Path) -> Path:
    """The whole folder of a node as it is now, key and side file included."""
    town.station.store.database.execute("pragma wal_checkpoint(truncate)")
    shutil.copytree(town.station.settings.home, to / town.code)
    return to


def put_back(town: Town, saved: Path, way: str) -> Town:
    """A node whose file was replaced by an older one: with all beside it, alone, or with nothing beside the key."""
    town.close()
    home = town.station.settings.home
    if way == "whole":
        shutil.rmtree(home)
        shutil.copytree(saved / town.code, home)
    else:
        for path in home.glob("node.sqlite*"):
            path.unlink()
        shutil.copy(saved / town.code / "node.sqlite", home / "node.sqlite")
    if way == "no-side-file":
        (home / "keys" / epoch.FILE).unlink(missing_ok=True)
    return make_node(town.folder, town.code, clock=town.clock)


def copied(town: Town, to: Path) -> Town:
    """A second node with the same key and the same past."""
    return make_node(save(town, to), town.code, clock=town.clock)
