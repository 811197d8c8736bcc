"""Delivers the alarms: each once, again after a week while it is open, and tried until it has got through."""

import hashlib
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from exchange.log.alarmbook import Alarm
from exchange.log.steady import DAY
from exchange.node import ExchangeNode
from exchange.talk import alarms, finders, reports, words
from exchange.talk.couriers import Courier, Message, NotDelivered, Send, couriers, partly

log = logging.getLogger(__name__)
LEASE = "couriers"
LEASE_SECONDS = 300
NOTE = "exchange.couriers"
AGAIN_SECONDS = 7 * DAY
FIRST_WAIT, LONGEST_WAIT = 60.0, 3600.0
PATIENCE = 5


def is_due(alarm: Alarm, courier: str, steady: float) -> bool:
    """Whether a courier still has to carry an alarm, or has to again; good news is told once."""
    carried = alarm.told.get("steady", {}).get(courier)
    if carried is None or alarm.told.get(f"{courier} left"):
        return True
    return alarms.level_of(alarm) != alarms.NEWS and steady - float(carried) >= AGAIN_SECONDS


def bundles(due: Sequence[Alarm]) -> list[list[Alarm]]:
    """What goes into one message: every alarm alone, but all returns together; the oldest first."""
    returns = [alarm for alarm in due if alarm.kind == "return"]
    alone = [[alarm] for alarm in due if alarm.kind != "return"]
    return sorted([*alone, returns] if returns else alone, key=lambda bundle: bundle[0].id)


def message(node: ExchangeNode, bundle: Sequence[Alarm], courier: str) -> Message:
    """What a bundle says outside the house, in the node's language."""
    first, language = bundle[0], node.station.settings.language
    said = words.outward(node, first.kind, first.about, first.details, language, named=True)
    if first.kind == "return":
        is_ours = not any(alarm.details.get("state") for alarm in bundle)
        said = words.met(sum(_count(alarm) for alarm in bundle), language, is_ours=is_ours)
    key = [node.code, courier, *((a.id, a.first_at, a.told.get("steady", {}).get(courier)) for a in bundle)]
    return Message(
        id=hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32], node=node.code, kind=first.kind,
        level=alarms.level_of(first), about="" if first.kind == "return" else words.safe(first.about),
        title=said.title, text=said.mend, first_at=first.first_at, times=sum(alarm.times for alarm in bundle),
        to=tuple(first.told.get(f"{courier} left", ())),
    )  # fmt: skip


def _count(alarm: Alarm) -> int:
    """How many returns an alarm tells of."""
    said = alarm.details.get("count", 1)
    return said if isinstance(said, int) else 1


def trial(node: ExchangeNode) -> Message:
    """A message that says only that it has come."""
    title, text = (words.said(part, node.station.settings.language) for part in words.TRIAL)
    return Message(secrets.token_hex(16), node.code, "test", alarms.NEWS, "", title, text, node.at(), 1)


def states(node: ExchangeNode) -> dict[str, dict[str, Any]]:
    """Of each courier that was ever used: when it last worked (`ok`), and its `trouble`, if it does not."""
    return dict(json.loads(node.store.notes.get(NOTE, "{}")))


class Delivery:
    """The couriers of one node, in a thread of their own; a lease keeps a second process from doing the same."""

    def __init__(self, node: ExchangeNode, found: Callable[[], list[Courier]] | None = None) -> None:
        self.node = node
        self.found = found or (lambda: couriers(node.station.settings.alarms))
        self.holder = secrets.token_hex(8)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Carry what is due, beside everything else; nothing while the last round still goes on."""
        is_busy = self._thread is not None and self._thread.is_alive()
        if self._ended.is_set() or is_busy:
            return
        is_idle = not any(self._due(courier) for courier in self.found()) and not finders.due(self.node)
        if is_idle and not reports.is_due(self.node):
            return
        self._thread = threading.Thread(target=self._safely, name="couriers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the message under way, or without it when it waits for its line."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _safely(self) -> None:
        try:
            self.round()
        except Exception as fault:
            if not self._ended.is_set():
                log.error("The alarms could not be delivered: %s", type(fault).__name__)

    def round(self) -> None:
        """Let every courier that may try carry all that is due."""
        if not self._renew():
            return
        try:
            for courier in self.found():
                self._go(courier)
            finders.tell(self.node, goes_on=lambda: not self._ended.is_set() and self._renew())
            reports.look(self.node, goes_on=lambda: not self._ended.is_set() and self._renew())
        finally:
            self.node.store.leases.release(LEASE, self.holder)

    def _renew(self) -> bool:
        return self.node.store.leases.take(LEASE, self.holder, time.time(), LEASE_SECONDS)

    def _due(self, courier: Courier) -> list[Alarm]:
        """What a courier has to carry now, the oldest first; nothing while it waits after a failure."""
        steady = self.node.steady.now
        if steady < states(self.node).get(courier.name, {}).get("next", 0.0) <= steady + LONGEST_WAIT:
            return []
        return [alarm for alarm in reversed(self.node.alarms.open()) if is_due(alarm, courier.name, steady)]

    def _go(self, courier: Courier) -> None:
        due = self._due(courier)
        if not due:
            return
        trouble: NotDelivered | None = None
        try:
            with courier.open() as send:
                for bundle in bundles(due):
                    trouble = self._carry(courier, send, bundle) or trouble
                    if self._ended.is_set() or not self._renew() or (trouble is not None and trouble.stops):
                        break
        except NotDelivered as error:
            trouble = error
        if trouble is not None:
            self._failed(courier, trouble)

    def _carry(self, courier: Courier, send: Send, bundle: Sequence[Alarm]) -> NotDelivered | None:
        try:
            left = send(message(self.node, bundle, courier.name))
        except NotDelivered as trouble:
            return trouble
        # At once and for each message: what was told must not be told again after a power cut.
        with self.node.store.transaction():
            steady = self.node.steady.now
            for alarm in bundle:
                times = alarm.told.get("steady", {}) | {courier.name: steady}
                told = alarm.told | {courier.name: self.node.at(), "steady": times, f"{courier.name} left": list(left)}
                self.node.alarms.told(alarm.id, told)
            self._note(courier, {"ok": self.node.at()})
        return partly(courier.where) if left else None

    def _failed(self, courier: Courier, trouble: NotDelivered) -> None:
        with self.node.store.transaction():
            before = states(self.node).get(courier.name, {})
            failures = int(before.get("failures", 0)) + 1
            wait = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
            said = {"what": trouble.what, "where": trouble.where, "why": trouble.why, "mend": trouble.mend}
            fault = {"failures": failures, "next": self.node.steady.now + wait, "trouble": said}
            self._note(courier, ({"ok": before["ok"]} if before.get("ok") else {}) | fault)
        self.node.say(f"trouble {self.node.code}  {trouble.what}")

    def _note(self, courier: Courier, state: dict[str, Any]) -> None:
        self.node.store.notes.set(NOTE, json.dumps(states(self.node) | {courier.name: state}, ensure_ascii=False))
