"""A delivery that came as a whole: posted by a peer, or carried by hand. The same bytes, the same taking."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from banding.errors import Refused
from exchange.log import wire
from exchange.log.book import Visit
from exchange.log.entries import Inauthentic, Offer
from exchange.node import ExchangeNode
from exchange.talk import brake, hindrance, news
from exchange.talk.proving import Proven, is_ready, prove
from exchange.talk.take import COUNTS, Taken, Visiting, take


def deliver(node: ExchangeNode, peer: str, raw: bytes, way: str = "posted") -> dict[str, Any]:
    """Take a whole delivery and answer what became of it; the same bytes again get the same answer.

    What was whole is kept even where the rest was cut. `way` is written down with the visit. Raises Refused when it
    is no delivery at all.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if answered := node.book.answered(digest, peer):
        return answered
    taken, found = Taken(), _Read()
    visiting = Visiting(node, peer)
    for run in found.runs(node, raw):
        taken += take(visiting, run)
        news.tell_returns(node, [read for one in run if one.examined for read in one.examined.reads])
    _keep_apart(node, peer, raw, found.trouble, is_all=not taken.batches)
    if found.is_last:
        brake.caught_up(node, visiting.logs)
    answer: dict[str, Any] = {name: getattr(taken, name) for name in COUNTS}
    answer |= {"gaps": list(taken.gaps), "waiting": list(taken.waiting), "end": found.cursor}
    answer["trouble"] = hindrance.reason(found.trouble) if found.trouble else None
    with node.store.transaction():
        node.book.visited(_visit(node, peer, way, taken, len(raw), _hindered(found.trouble, taken)))
        # What was refused today, for want of a key or of what comes before it, may be welcome tomorrow.
        if found.trouble is None and not (taken.refused or taken.gaps or taken.waiting):
            node.book.answer(digest, peer, node.at(), answer)
    news.tell(node, peer, taken)
    return answer


class _Read:
    """A delivery while it is read: its cursor in the end, or what was wrong."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.cursor: str | None = None
        self.is_last = False

    def runs(self, node: ExchangeNode, raw: bytes) -> Iterator[list[Proven]]:
        """The batches, proven, in runs for one transaction each, so that a long delivery fits into memory."""
        run: list[Proven] = []
        try:
            for found in wire.read(io.BytesIO(raw)):
                if isinstance(found, wire.End):
                    self.cursor, self.is_last = found.cursor, not found.more
                    break
                if isinstance(found, (wire.Opening, Offer)):
                    continue
                run.append(prove(node, found))
                if is_ready(run):
                    yield run
                    run = []
        except (Inauthentic, wire.Cut) as trouble:
            self.trouble = trouble
        if run:
            yield run


def _keep_apart(node: ExchangeNode, peer: str, raw: bytes, trouble: Exception | None, *, is_all: bool) -> None:
    """Keep bytes that are no delivery of ours; one that was merely cut is not kept when something of it came."""
    if trouble is None or not (is_all or isinstance(trouble, Inauthentic)):
        return
    why = trouble.values if isinstance(trouble, Inauthentic) else {"why": str(trouble)}
    with node.store.transaction():
        node.book.refuse(peer, getattr(trouble, "code", "W-syntax"), why, raw, node.at())
    if is_all:
        raise Refused("This is no delivery of the band exchange", why=hindrance.reason(trouble))


def _hindered(trouble: Exception | None, taken: Taken) -> str | None:
    """What kept some of a delivery from being taken, as it is kept in the store."""
    if trouble is not None:
        return hindrance.of(trouble).kept()
    return hindrance.lacking(taken.gaps).kept() if taken.gaps else None


def _visit(node: ExchangeNode, peer: str, way: str, taken: Taken, size: int, trouble: str | None) -> Visit:
    counts = {name: getattr(taken, name) for name in COUNTS}
    return Visit(peer, node.at(), way, bytes=size, trouble=trouble, **counts)
