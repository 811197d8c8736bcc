"""Finds out from a peer that our store was set back, before a number of our log is given twice for good.

A backup that was put back whole fits the file beside it, so the node itself cannot see it. But a peer still
holds what we issued since, under our own signature: that is proof, and it cannot be forged.
"""

from exchange.log import epoch
from exchange.log.entries import Batch
from exchange.log.ledger import LogState
from exchange.node import ExchangeNode
from exchange.talk.peer import PeerClient
from exchange.talk.plan import Examined
from exchange.talk.take import prove

PAGE = 32 * 1024


def heed(node: ExchangeNode, client: PeerClient) -> bool:
    """Begin a new epoch when the peer proves that we issued other entries than we hold; whether it did.

    What was written here since the store was set back is taken out of the old log and goes out again under the
    new one; the entries we lost then come back from the peer like those of any log.
    """
    name = node.publisher.log
    if not _is_doubtful(node, client, name) or not _is_proven(node, client, name):
        return False
    common = _common(node, client, name)
    with node.store.transaction():
        state = node.ledger.log(name)
        node.store.records.tell_again(node.ledger.cut(state, common) if state else [])
        epoch.begin(node.store, node.station.settings.keys)
    node.say(f"trouble {node.code}: the store was set back; a new epoch begins and what was lost is fetched again")
    return True


def _is_doubtful(node: ExchangeNode, client: PeerClient, name: str) -> bool:
    """Whether the peer says that its copy of our log is longer than ours, or other at its end."""
    number = client.have().get(name, 0)
    if number <= 0:
        return False
    ours = node.ledger.ending(name, number)
    return ours is None or ours[1].hex() != client.heads.get(name)


def _is_proven(node: ExchangeNode, client: PeerClient, name: str) -> bool:
    """Whether the peer shows a batch that we signed and do not hold."""
    number = client.logs[name]
    theirs, ours = _proof(node, client, name, number), node.ledger.ending(name, number)
    return theirs is not None and (ours is None or ours[1] != theirs.digest)


def _head(node: ExchangeNode, name: str) -> int:
    state: LogState | None = node.ledger.log(name)
    return state.head_number if state else 0


def _proof(node: ExchangeNode, client: PeerClient, name: str, first: int) -> Examined | None:
    """The peer's batch with this number of our log, if we have signed it."""
    found = next(iter(client.log(name, first, PAGE)), None)
    if not isinstance(found, Batch):
        return None
    examined = prove(node, found).examined
    fits = examined and examined.header.log == name and examined.header.first <= first
    return examined if fits and _last(examined) >= first else None


def _last(examined: Examined | None) -> int:
    return examined.header.first + examined.header.count - 1 if examined else 0


def _common(node: ExchangeNode, client: PeerClient, name: str) -> int:
    """The last number up to which the peer's copy of our log and ours are the same."""
    number = _head(node, name)
    while number > 0:
        ours = node.ledger.ending(name, number)
        theirs = _proof(node, client, name, number)
        if theirs is not None and ours is not None and theirs.digest == ours[1]:
            return number
        number = (ours[0] if ours else number) - 1
    return 0
