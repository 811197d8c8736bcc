"""What a peer has said it holds, in a bundle or over the line: where to go on when nobody answers at its address."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from exchange.node import ExchangeNode

NOTE, COMPARE = "exchange.has.{}", "exchange.audit.ask.{}"


class Has(NamedTuple):
    """The numbers that a peer says it holds, by log; `bundle` is the moment on its bundle, '' over the line.

    `epoch` is that of its store, `at` our own time when we heard it.
    """

    logs: Mapping[str, int]
    epoch: str = ""
    at: str = ""
    bundle: str = ""


def told(node: ExchangeNode, code: str) -> Has:
    """What a peer has said last; nothing where it has not said anything."""
    text = node.store.notes.get(NOTE.format(code))
    return Has(**json.loads(text)) if text else Has({})


def heard(node: ExchangeNode, code: str, logs: Mapping[str, int], epoch: str, bundle: str = "") -> None:
    """Write down what a peer says. The last word counts, even where it says less: then it has lost something."""
    before, now = told(node, code), Has(dict(logs), epoch, node.at(), bundle)
    if (before.logs, before.epoch, before.bundle) != (now.logs, now.epoch, now.bundle):
        node.store.notes.set(NOTE.format(code), json.dumps(now._asdict()))


def compare(node: ExchangeNode, codes: Iterable[str]) -> None:
    """Let the next sync with each of these peers end with an audit, which finds what numbers do not tell."""
    for code in codes:
        node.store.notes.set(COMPARE.format(code), "1")
