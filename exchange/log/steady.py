"""Time that a clock set wrong cannot move: seconds that have passed, added up look by look."""

import json
import threading
import time
from collections.abc import Callable

from banding.store import Store

NOTE = "exchange.steady"
DAY = 24 * 3600.0
ASLEEP = 30 * DAY
"""So long a computer may have slept between two looks; a clock that moved further was set."""
AWAY = 60 * DAY
"""So long a node may have been off; beyond it nobody can tell time that passed from a clock that was set."""
SLACK = 60.0


def step(wall: float, running: float | None) -> float:
    """Seconds that have passed, when the clock went on by `wall` and the process ran for `running` of them.

    `running` is None when the process has begun since. Never less than nothing.
    """
    if running is None:
        return wall if 0 <= wall <= AWAY else 0.0
    return max(wall if running - SLACK <= wall <= running + ASLEEP else running, 0.0)


def age(then: float, wall: float) -> float:
    """How long ago something was written, as far as it can be believed: in the future or years ago is now."""
    return wall - then if 0 <= wall - then <= AWAY else 0.0


class Steady:
    """The seconds of one node, kept in its store. One process at a time ticks; any may read."""

    def __init__(self, store: Store, running: Callable[[], float] = time.monotonic) -> None:
        self.store, self.running = store, running
        self._lock = threading.Lock()
        self._note, self._ran = "", 0.0

    @property
    def now(self) -> float:
        """Seconds by the last tick."""
        return _kept(self.store.notes.get(NOTE))[1]

    def tick(self, wall: float) -> float:
        """Go on to this second of the node's clock, and give the seconds that have passed in all."""
        with self._lock, self.store.transaction():
            ran, note = self.running(), self.store.notes.get(NOTE)
            then, now = _kept(note)
            if note:
                # Another process may have ticked last, or this one has just begun.
                now += step(wall - then, ran - self._ran if note == self._note else None)
            self._note, self._ran = json.dumps([wall, now]), ran
            self.store.notes.set(NOTE, self._note)
        return now


def _kept(note: str) -> tuple[float, float]:
    wall, now = json.loads(note) if note else (0.0, 0.0)
    return float(wall), float(now)
