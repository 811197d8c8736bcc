"""A delivery that came as a whole: posted by a peer, or carried by hand. The same bytes, the same taking."""

import hashlib
import io
from typing import Any

from banding.errors import Refused
from exchange.log import wire
from exchange.log.book import Visit
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk import news
from exchange.talk.take import COUNTS, Proven, Taken, prove, take


def deliver(node: ExchangeNode, peer: str, raw: bytes) -> dict[str, Any]:
    """Take a whole delivery and answer what became of it; the same bytes again get the same answer.

    What was whole is kept even where the rest was cut. Raises Refused when it is no delivery at all.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if answered := node.book.answered(digest):
        return answered
    proven, trouble, cursor = _read(node, raw)
    if not proven and trouble:
        _keep_apart(node, peer, raw, trouble)
    with node.store.transaction():
        taken = take(node, proven, peer)
        answer = {name: getattr(taken, name) for name in COUNTS}
        answer |= {"gaps": list(taken.gaps), "trouble": str(trouble) if trouble else None, "end": cursor}
        node.book.visited(_visit(node, peer, taken, len(raw), answer["trouble"]))
        if trouble is None:
            node.book.answer(digest, peer, node.at(), answer)
    news.tell(node, peer, taken)
    news.tell_returns(node, [read for one in proven if one.examined for read in one.examined.reads])
    return answer


def _read(node: ExchangeNode, raw: bytes) -> tuple[list[Proven], Exception | None, str | None]:
    proven: list[Proven] = []
    try:
        for found in wire.read(io.BytesIO(raw)):
            if isinstance(found, wire.End):
                return proven, None, found.cursor
            proven.append(prove(node, found))
    except (Inauthentic, wire.Cut) as trouble:
        return proven, trouble, None
    return proven, None, None


def _keep_apart(node: ExchangeNode, peer: str, raw: bytes, trouble: Exception) -> None:
    why = trouble.values if isinstance(trouble, Inauthentic) else {"why": str(trouble)}
    with node.store.transaction():
        node.book.refuse(peer, getattr(trouble, "code", "W-syntax"), why, raw, node.at())
    raise Refused("This is no delivery of the band exchange", why=str(dict(why).get("why", why)))


def _visit(node: ExchangeNode, peer: str, taken: Taken, size: int, trouble: str | None) -> Visit:
    counts = {name: getattr(taken, name) for name in COUNTS}
    return Visit(peer, node.at(), "posted", bytes=size, trouble=trouble, **counts)
