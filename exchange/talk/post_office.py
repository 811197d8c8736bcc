"""Hands letters that came for us to whoever deals with their kind, inside the transaction that keeps them."""

import logging
from collections.abc import Callable

from exchange.agreements import forgetting, life
from exchange.log.letters import Letter
from exchange.node import ExchangeNode
from exchange.talk import proposals, receipts, returns, succession

log = logging.getLogger(__name__)

HANDLERS: dict[str, Callable[[ExchangeNode, Letter], None]] = {
    "key": succession.by_letter,
    "agreement": life.came,
    "forget": forgetting.came,
    "answer": returns.came,
    "receipt": receipts.came,
    "proposal": proposals.came,
    "verdict": proposals.decided,
}
"""By kind of letter; a handler changes the store and nothing else. A kind without one waits on the page."""


def hand_over(node: ExchangeNode, letter: Letter) -> None:
    """Let the letter's kind be dealt with. A handler that fails must not keep the letter, or the next entry, out."""
    handler = HANDLERS.get(letter.kind)
    if handler is None:
        return
    try:
        with node.store.attempt():
            handler(node, letter)
    except Exception:
        log.exception("a letter of the kind %s could not be dealt with", letter.kind)
        node.letters.mark(letter, "failed")
