"""What a peer has said it holds, in a bundle or over the line: where to go on when nobody answers at its address."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from banding.errors import Refused
from exchange.log import wire
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk.line import SMALL, PeerRefuses
from exchange.talk.peer import PeerClient

NOTE, COMPARE, SAID = "exchange.has.{}", "exchange.audit.ask.{}", "exchange.said.{}"
NOW, ONCE = "1", "once a day"
"""When a comparison that was asked for is made: with the next sync, or with the next on a day that has seen none."""


class Has(NamedTuple):
    """The numbers that a peer says it holds, by log; `bundle` is the moment on its bundle, '' over the line.

    `epoch` is that of its store, `at` our own time when we heard it, `held` the logs that wait for a person there.
    """

    logs: Mapping[str, int]
    epoch: str = ""
    at: str = ""
    bundle: str = ""
    held: Sequence[str] = ()


def told(node: ExchangeNode, code: str) -> Has:
    """What a peer has said last; nothing where it has not said anything."""
    text = node.store.notes.get(NOTE.format(code))
    return Has(**json.loads(text)) if text else Has({})


def heard(
    node: ExchangeNode, code: str, logs: Mapping[str, int], epoch: str, bundle: str = "", held: Iterable[str] = ()
) -> None:
    """Write down what a peer says. The last word counts, even where it says less: then it has lost something."""
    before, now = told(node, code), Has(dict(logs), epoch, node.at(), bundle, sorted(held))
    if before._replace(at="", held=list(before.held)) != now._replace(at=""):
        node.store.notes.set(NOTE.format(code), json.dumps(now._asdict()))


def listen(node: ExchangeNode, code: str, raw: bytes) -> None:
    """Write down what a peer says that nobody here can ask; of logs that are not here nothing. Raises Refused."""
    try:
        said = wire.parsed(raw) if len(raw) <= SMALL else {}
        logs, held, epoch = dict(said["logs"]), list(said.get("held", [])), str(said["epoch"])
    except (Inauthentic, KeyError, TypeError, ValueError) as error:
        raise Refused(
            "This does not say what a node holds", mend="Say it in the shape of the answer to have"
        ) from error
    known = node.ledger.have()
    told = {name: number for name, number in logs.items() if name in known and type(number) is int and number >= 0}
    heard(node, code, told, epoch[:16], held=[name for name in known if name in held])


def say(node: ExchangeNode, code: str, client: PeerClient, epoch: str) -> None:
    """Tell a peer that cannot ask us what is held here, where that has changed since; `epoch` is its store's."""
    waiting = [log.name for log in node.ledger.logs() if log.held is not None]
    text = json.dumps({"epoch": node.epoch.name, "logs": node.ledger.have(), "held": sorted(waiting)})
    if node.store.notes.get(SAID.format(code)) == epoch + text:
        return
    try:
        client.say_have(text.encode())
    except PeerRefuses:
        # It knows no such address yet: nothing but its page depends on it.
        return
    node.store.notes.set(SAID.format(code), epoch + text)


def compare(node: ExchangeNode, codes: Iterable[str]) -> None:
    """Let the next sync with each of these peers end with an audit, which finds what numbers do not tell."""
    for code in codes:
        node.store.notes.set(COMPARE.format(code), NOW)


def compare_today(node: ExchangeNode, code: str) -> None:
    """The same where no audit was made with this peer today: whoever sends nonsense must not keep us busy with it."""
    if node.store.notes.get(COMPARE.format(code)) != NOW:
        node.store.notes.set(COMPARE.format(code), ONCE)
