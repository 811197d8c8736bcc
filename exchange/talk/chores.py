"""What the timetable does beside the syncs, each at its own pace: each chore is a function of the node alone."""

import datetime
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from banding import works
from exchange.agreements import life, opening
from exchange.log import parts
from exchange.node import ExchangeNode
from exchange.talk import again, finders, odds, returns, scrub, traces, trial

log = logging.getLogger(__name__)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
AT_ONCE = 20_000
ANSWERS_KEPT, PARTS_KEPT = datetime.timedelta(days=90), datetime.timedelta(days=30)


class Chore(NamedTuple):
    """Something to be done every so many seconds; it must be safe to do twice and to leave half done."""

    name: str
    seconds: float
    do: Callable[[ExchangeNode], None]


def embargoes(node: ExchangeNode) -> None:
    """Offer what the embargoes of our terms have let go since the last time."""
    for peer in node.book.peers():
        opening.release(node, peer)


def agreements(node: ExchangeNode) -> None:
    """Put into force what begins today, and end what is over."""
    life.look(node, node.station.intake.today())


def answers(node: ExchangeNode) -> None:
    """Answer who met rings of ours, and tell of returns."""
    returns.look(node)


def table_of_returns(node: ExchangeNode) -> None:
    """Bring the table of returns up to date, so that nobody who opens a page waits for what a sync has brought.

    Piece by piece where it is far behind: the syncs and the other chores have their turn in between.
    """
    node.store.returns.catch_up(AT_ONCE)


def files(node: ExchangeNode) -> None:
    """Delete the files of long works whose day is over: they name people."""
    works.tidy(node.station)


def tidy(node: ExchangeNode) -> None:
    """Forget answers that no peer waits for any more, bytes that never became whole, and copies that a cut left.

    The same delivery brought once more after that is taken once more, and changes nothing but what is counted.
    """
    now = node.station.intake.clock()
    with node.store.transaction():
        node.book.forget_answers((now - ANSWERS_KEPT).isoformat(timespec="seconds"))
    parts.tidy(node.station.settings.home / "parts", (now - PARTS_KEPT).timestamp())
    trial.tidy(node.station.settings.home)


def written_anew(node: ExchangeNode) -> None:
    """In a quiet hour: write the file anew where something was forgotten."""
    traces.sweep(node)


CHORES: list[Chore] = [
    Chore("embargoes", HOUR, embargoes),
    Chore("agreements", MINUTE, agreements),
    Chore("returns", MINUTE, answers),
    Chore("table of returns", 0.0, table_of_returns),
    Chore("finders", MINUTE, finders.look),
    Chore("judge again", MINUTE, again.look),
    Chore("versions at odds", MINUTE, odds.look),
    Chore("scrub", MINUTE, scrub.look),
    Chore("traces", MINUTE, traces.settle),
    Chore("file written anew", HOUR, written_anew),
    Chore("files", MINUTE, files),
    Chore("tidy", DAY, tidy),
]


class Round:
    """Does each chore when its time has come, by a clock that nobody sets; none keeps another from being done."""

    def __init__(self, node: ExchangeNode, chores: list[Chore] | None = None) -> None:
        self.node, self.chores = node, CHORES if chores is None else chores
        self._done: dict[str, float] = {}

    def go(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        for chore in self.chores:
            last = self._done.get(chore.name)
            if last is None or now - last >= chore.seconds:
                self._done[chore.name] = now
                try:
                    chore.do(self.node)
                except Exception:
                    log.exception("the chore %s has failed", chore.name)
