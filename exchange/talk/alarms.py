"""Tells that a person is needed: an alarm rings once, however often what is wrong happens, until it is settled."""

import logging
from collections.abc import Mapping
from typing import Any

from exchange.log.alarmbook import Alarm
from exchange.node import ExchangeNode
from exchange.talk import words

log = logging.getLogger(__name__)
ACT, LOOK, NEWS = "act", "look", "news"
LEVELS = (ACT, LOOK, NEWS)
"""Somebody must decide or mend something; somebody should look; good news."""

KINDS = {
    "failure": ACT,
    "silence": LOOK,
    "equivocation": ACT,
    "set-back": ACT,
    "brake": ACT,
    "refused": LOOK,
    "aside": LOOK,
    "audit": ACT,
    "key": LOOK,
    "key other": ACT,
    "agreement": ACT,
    "request": ACT,
    "proposal": LOOK,
    "find": LOOK,
    "report": LOOK,
    "fork": ACT,
    "fork theirs": LOOK,
    "return": NEWS,
}


def level(kind: str, state: str = "") -> str:
    """How much a kind of alarm asks of a person, in the state it is in; one that is not known asks for a look."""
    return KINDS.get(f"{kind} {state}") or KINDS.get(kind, LOOK)


def level_of(alarm: Alarm) -> str:
    """How much an alarm asks of a person."""
    return level(alarm.kind, str(alarm.details.get("state", "")))


def ring(node: ExchangeNode, kind: str, about: str, **details: Any) -> None:
    """Open an alarm, or count an open one of the same kind and about once more. Never raises.

    Inside a transaction the alarm is kept or lost with it. `details` fill the sentences of exchange/talk/words.py.
    """
    try:
        keep(node, kind, about, details)
    except Exception as fault:
        # What is wrong is often a full disk; the sync that noticed it must not fail for the alarm as well.
        log.error("The alarm %s could not be kept: %s", kind, type(fault).__name__)


def keep(node: ExchangeNode, kind: str, about: str, details: Mapping[str, Any]) -> None:
    """The same, but raises what the store raises."""
    is_new = node.alarms.ring(kind, about, details, node.at())
    if is_new and level(kind) != NEWS:
        node.say(f"alarm {node.code}  {words.outward(node, kind, about, details, 'en').title}")


def settle(node: ExchangeNode, kind: str, about: str, by: str = "") -> None:
    """Settle what is open of this kind and about; `by` says who and why, '' that it mended itself. Never raises."""
    try:
        node.alarms.settle(kind, about, node.at(), by)
    except Exception as fault:
        log.error("The alarm %s could not be settled: %s", kind, type(fault).__name__)


def by_level(found: list[Alarm]) -> list[Alarm]:
    """Those first that ask most of a person, and of each level the newest first."""
    return sorted(found, key=lambda alarm: (LEVELS.index(level_of(alarm)), -alarm.id))
