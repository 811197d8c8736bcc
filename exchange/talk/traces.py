"""Finishes what was forgotten: the log beside the file is emptied soon, the file is written anew in a quiet hour."""

import logging
import shutil
from zoneinfo import ZoneInfo

from banding.store import traces
from exchange.log.steady import DAY
from exchange.node import ExchangeNode
from exchange.talk.windows import Window

log = logging.getLogger(__name__)
NOTE = "exchange.traces"
QUIET = Window(60, 5 * 60)
"""By the station's clock: nobody can save a bird while the file is written anew."""
PATIENCE = 3 * DAY
"""A computer that is off at night does it at whatever hour, after so many seconds."""
ROOM = 2
"""Times the size of the file that the disk must have free."""


def settle(node: ExchangeNode) -> None:
    """Empty the log beside the file where somebody was reading it when something was forgotten."""
    if node.store.forgetting.is_owed(traces.LOG):
        node.store.forgetting.settle()


def sweep(node: ExchangeNode) -> bool:
    """Write the file anew where something was forgotten since the last time, if it is the hour; whether it was done."""
    if not node.store.forgetting.is_owed(traces.FILE) or not _is_time(node):
        return False
    size, free = node.store.path.stat().st_size, shutil.disk_usage(node.store.path.parent).free
    if free < ROOM * size:
        log.warning("The file cannot be written anew: %s bytes are free, and %s are needed", free, ROOM * size)
        return False
    is_done = node.store.forgetting.sweep()
    if is_done:
        node.store.notes.set(NOTE, "")
    return is_done


def _is_time(node: ExchangeNode) -> bool:
    shown = node.station.intake.clock().astimezone(ZoneInfo(node.station.settings.node.zone))
    if QUIET.holds(shown.hour * 60 + shown.minute):
        return True
    now, since = node.steady.now, node.store.notes.get(NOTE)
    if not since:
        node.store.notes.set(NOTE, str(now))
    return bool(since) and now - float(since) >= PATIENCE
