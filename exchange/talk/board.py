"""The state of the exchange: of each log what is here and what each peer has, and of one entry where it is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from exchange.agreements import opening, policy
from exchange.log.boardbook import BoardBook
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.talk import has
from exchange.talk.has import Has

THERE, NOT_YET, CLOSED, UNKNOWN, WAITS, ITS_OWN = "there", "not yet", "closed", "unknown", "waits", "its own"
HELD = "held"


class Place(NamedTuple):
    """A log at a peer: the highest number it has said, None where it has not said anything; `at` is when it did.

    `closed` entries its terms do not show to it, `waits` says how many it has set aside, `held` that it lets the log
    wait for a person. `down_since` is when it was last reached, where it cannot be now; '' where it was never reached,
    None where all is well.
    """

    peer: str
    number: int | None
    behind: int
    at: str
    closed: int
    waits: int
    down_since: str | None
    held: bool


class Line(NamedTuple):
    """A log: how far it is held here, what of it waits here, and how far each peer has it."""

    log: str
    node: str
    number: int
    is_ours: bool
    aside: int
    frozen: bool
    held: bool
    places: Sequence[Place]


class Where(NamedTuple):
    """An entry at a peer, in one of the states of this module; `at` is when the peer said how far it is."""

    peer: str
    state: str
    at: str


def board(node: ExchangeNode) -> list[Line]:
    """Every log that is known, ours first, the newest of them first of all."""
    peers = [(peer, has.told(node, peer.code)) for peer in node.book.peers()]
    book = BoardBook(node.store)
    classes, aside, waits = book.classes(), book.aside(), book.waits()
    lines = [
        Line(
            state.name, state.node, state.head_number, state.node == node.code, aside.get(state.name, 0),
            bool(state.frozen), state.held is not None,
            [
                _place(peer, said, state.name, state.head_number, classes.get(state.name, {}), waits)
                for peer, said in peers
                if peer.code != state.node
            ],
        )
        for state in node.ledger.logs()
    ]  # fmt: skip
    now = node.publisher.log
    return sorted(lines, key=lambda line: (not line.is_ours, line.log != now, line.log))


def _place(
    peer: Peer, said: Has, log: str, number: int, classes: Mapping[int, int], waits: Mapping[tuple[str, str], int]
) -> Place:
    there = said.logs.get(log, 0) if said.at else None
    closed = sum(count for one, count in classes.items() if policy.returned(peer.terms, one) is None)
    down = (peer.last_ok or "") if peer.failures else None
    behind = max(0, number - (there or 0))
    return Place(peer.code, there, behind, said.at, closed, waits.get((peer.code, log), 0), down,
                 log in said.held)  # fmt: skip


def where(node: ExchangeNode, log: str, number: int) -> list[Where]:
    """Where an entry is, by peer, as far as each has said."""
    batch_id = node.shelf.batch_of(log, number)
    held = node.shelf.batch(batch_id) if batch_id is not None else None
    if held is None:
        return []
    waits = {one.peer for one in node.waits.of_entry(log, number)}
    found = []
    for peer in node.book.peers():
        said = has.told(node, peer.code)
        if peer.code == held.node:
            state = ITS_OWN
        elif peer.code in waits:
            state = WAITS
        elif number not in opening.view(node, peer, "board").decide(held):
            state = CLOSED
        elif not said.at:
            state = UNKNOWN
        elif said.logs.get(log, 0) >= number:
            state = THERE
        else:
            state = HELD if log in said.held else NOT_YET
        found.append(Where(peer.code, state, said.at))
    return found
