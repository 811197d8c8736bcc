"""What the timetable looks at once a minute: peers that fail or keep silent, agreements that end, what waits here.

What is found is held against what was found before, so that a state rings once, and a person who has said that
it is in order is not asked again before it has changed.
"""

import datetime
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from exchange.agreements.opening import BY_HAND
from exchange.log.book import Peer
from exchange.log.steady import DAY, age
from exchange.node import ExchangeNode
from exchange.talk import alarms

NOTE = "exchange.watch"
SOON = datetime.timedelta(days=30)
"""So long before its end an agreement is spoken of."""
Mark = tuple[str, float]
"""A value, and the steady second since which it has been so."""


class State(NamedTuple):
    """Something that needs a person; `sign` changes when it has become another one."""

    kind: str
    about: str
    sign: str
    details: dict[str, Any]

    @property
    def key(self) -> str:
        """The state whatever its sign."""
        return f"{self.kind} {self.about}"


class Plan(NamedTuple):
    """What is to be done about the states found: those to ring, those that go on, and keys that are over."""

    ring: list[State]
    amend: list[State]
    settle: list[tuple[str, str]]


def plan(found: Iterable[State], before: Mapping[str, str]) -> Plan:
    """Compare what is found with the signs found before, by key. Pure."""
    now = {state.key: state for state in found}
    new = [state for key, state in now.items() if before.get(key) != state.sign]
    on = [state for key, state in now.items() if before.get(key) == state.sign]
    over = [key.partition(" ") for key in before if key not in now]
    return Plan(new, on, [(kind, about) for kind, _, about in over])


def look(node: ExchangeNode, now: float | None = None) -> None:
    """Look at everything once; `now` is the second of the node's own clock, which may be wrong."""
    wall = node.station.intake.clock().timestamp() if now is None else now
    with node.store.transaction():
        steady = node.steady.tick(wall)
        text = node.store.notes.get(NOTE)
        noted = json.loads(text) if text else {"marks": {}, "signs": {}}
        marks = _Marks(noted["marks"], steady, wall)
        of_node = (_waiting(node), _refused(node), _agreements(node), _finds(node), _reports(node))
        found = [*_peers(node, marks), *chain.from_iterable(of_node)]
        _act(node, plan(found, noted["signs"]))
        after = json.dumps({"marks": marks.now, "signs": {state.key: state.sign for state in found}})
        if after != text:
            node.store.notes.set(NOTE, after)


def _act(node: ExchangeNode, planned: Plan) -> None:
    # Not `alarms.ring`, which never raises: what could not be kept must be found again at the next look.
    for state in planned.ring:
        alarms.keep(node, state.kind, state.about, state.details)
    for kind, about in planned.settle:
        node.alarms.settle(kind, about, node.at())
    held = {(one.kind, one.about): one.details for one in node.alarms.open()} if planned.amend else {}
    for state in planned.amend:
        if held.get((state.kind, state.about), state.details) != state.details:
            node.alarms.amend(state.kind, state.about, state.details)


class _Marks:
    """Since when each value has been what it is, in steady seconds: a text that was written is never reckoned with,
    it is only seen to change."""

    def __init__(self, before: Mapping[str, Mark], steady: float, wall: float) -> None:
        self.before, self.steady, self.wall = before, steady, wall
        self.now: dict[str, Mark] = {}

    def since(self, name: str, value: str, at: str | None, first: str | None = None) -> float:
        """Since when; a new value since `at`, or since `first` when nothing was known of it, as far as credible."""
        known = self.before.get(name)
        if known is None or known[0] != value:
            written = (first or at) if known is None else at
            known = (value, self.steady - (age(_seconds(written), self.wall) if written else 0.0))
        self.now[name] = (known[0], known[1])
        return known[1]


def _peers(node: ExchangeNode, marks: _Marks) -> Iterator[State]:
    hours = node.station.settings.alarms.hours
    for peer in node.book.peers():
        tried = marks.since(f"tried {peer.code}", peer.last_at or "", None)
        works = f"{'fails' if peer.failures else 'works'} {peer.last_ok or ''}"
        failing = marks.since(f"failing {peer.code}", works, peer.last_at, peer.last_ok)
        heard = marks.since(f"heard {peer.code}", peer.heard_at or "", peer.heard_at)
        if peer.paused:
            continue
        if peer.failures and _is_over(failing, hours * 3600, tried, marks, peer):
            details = {"since": peer.last_ok} if peer.last_ok else {"state": "always"}
            yield State("failure", peer.code, peer.last_ok or "", details)
        if peer.expect_days > 0 and _is_over(heard, peer.expect_days * DAY, tried, marks, peer):
            days = {"days": max(2, math.floor((marks.steady - heard) / DAY)), "expected": f"{peer.expect_days:g}"}
            yield State("silence", peer.code, peer.heard_at or "", days)


def _is_over(since: float, seconds: float, tried: float, marks: _Marks, peer: Peer) -> bool:
    """Whether it has been so for longer, and we have called in vain since: a node that was off asks first."""
    return marks.steady - since > seconds and (not peer.address or (bool(peer.last_at) and tried > since + seconds))


def _waiting(node: ExchangeNode) -> Iterator[State]:
    for name, count, latest in node.alarms.waiting():
        yield State("aside", name, str(latest), {"count": count})


def _refused(node: ExchangeNode) -> Iterator[State]:
    for peer, count, latest in node.alarms.refused():
        by_hand = {"state": "hand"} if peer in ("", BY_HAND) else {}
        yield State("refused", peer, str(latest), {"peer": peer, "count": count} | by_hand)


def _finds(node: ExchangeNode) -> Iterator[State]:
    """Reports of the public: a bird that was found is one in thousands, and must not wait for somebody to look."""
    newest = node.store.finds.newest_waiting()
    if newest:
        yield State("find", "", str(newest), {"count": node.store.finds.count_waiting()})


def _reports(node: ExchangeNode) -> Iterator[State]:
    for one in node.store.scheduled.every():
        last = next(iter(node.store.scheduled.runs(one.id, 1)), None)
        if last is not None and last.trouble and not one.paused:
            yield State("report", str(one.id), last.period, {})


def _agreements(node: ExchangeNode) -> Iterator[State]:
    today = node.station.intake.today()
    for one in node.alarms.agreements():
        until = _until(one.text)
        if until is None and one.is_in_force:
            continue
        ended = not one.is_in_force or (until is not None and until < today)
        if ended or (until is not None and until - today <= SOON):
            state = ("ended" if until and until <= today else "over") if ended else "ends"
            details = {"peer": one.peer, "state": state, "until": until.isoformat() if until else ""}
            yield State("agreement", one.peer, f"{state} {one.digest}", details)


def _until(text: str) -> datetime.date | None:
    """The last day of an agreement, None when it has none that can be read."""
    try:
        return datetime.date.fromisoformat(json.loads(text)["valid_until"])
    except (ValueError, KeyError, TypeError):
        return None


def _seconds(text: str) -> float:
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
