"""Finds out from a peer that our log says two things, before a number of ours is given twice for good.

A backup that was put back whole fits the file beside it, and a copy of a whole node does not know of its twin, so
the node itself cannot see either. But a peer still holds what was issued, under our own signature: that is proof.
"""

from exchange.log import epoch, seals, wire
from exchange.log.entries import Batch, Inauthentic
from exchange.log.ledger import LogState
from exchange.node import ExchangeNode
from exchange.talk import alarms, has
from exchange.talk.peer import PeerClient
from exchange.talk.plan import Examined
from exchange.talk.proving import prove

PAGE = 32 * 1024


def heed(node: ExchangeNode, client: PeerClient) -> bool:
    """Begin a new epoch when the peer proves that our log says something else than we hold; whether it did.

    What was written here since the two parted goes out again under the new log, word for word; the entries that we
    lost then come back from the peer like those of any log.
    """
    name = node.publisher.log
    if _is_doubtful(node, client, name) and _is_proven(node, client, name):
        common = _common(node, client, name)
    elif _is_frozen(node, client, name):
        common = _head(node, name)
    else:
        return False
    with node.store.transaction():
        state = node.ledger.log(name)
        _begin_anew(node, client, name, state, common)
    node.say(f"trouble {node.code}: the store was set back; a new epoch begins and what was lost is fetched again")
    alarms.ring(node, "set-back", name, peer=client.base)
    return True


def _begin_anew(node: ExchangeNode, client: PeerClient, name: str, state: LogState | None, common: int) -> None:
    """A new epoch; whatever of the old log somebody may not be able to take any more is said again in it."""
    if state is not None:
        apart = min([common, *(_parting(client, name))])
        written = node.amends.cut(state, common) if common < state.head_number else 0
        if apart < common:
            node.amends.again(state, apart + 1)
        if written or client.frozen.get(name):
            # Somebody may have frozen the old log at the place where it says two things.
            node.store.notes.set(f"exchange.clash.{name}", str(apart))
    epoch.begin(node.store, node.station.settings.keys)
    # What of ours one of them may not see, and gives back closed, another may hold.
    has.compare(node, [peer.code for peer in node.book.peers()])


def _parting(client: PeerClient, name: str) -> list[int]:
    """The last number that both sides of a peer's proof against our log share; 0 where it does not show that."""
    headers = [wire.header(one["header"]) for one in client.frozen.get(name, ())]
    places = {(header.first, header.previous) for header in headers}
    return [headers[0].first - 1 if len(places) == 1 else 0] if headers else []


def _is_frozen(node: ExchangeNode, client: PeerClient, name: str) -> bool:
    """Whether the peer has frozen our log and shows two headers of ours that one log cannot hold."""
    client.have()
    proof = client.frozen.get(name, ())
    try:
        headers = [wire.header(one["header"]) for one in proof if _is_ours(node, one, name)]
        return len(headers) == len(proof) == 2 and _contradict(proof[0]["header"], proof[1]["header"])
    except Inauthentic:
        return False


def _contradict(one: str, other: str) -> bool:
    """Whether no honest log can hold both of two headers: they share a number, or do not fit where they meet."""
    (first, text), (second, _) = sorted(
        ((wire.header(text), text) for text in (one, other)), key=lambda pair: pair[0].first
    )
    behind = first.first + first.count
    if second.first < behind:
        return one != other
    return second.first == behind and second.previous != seals.header_hash(text.encode())


def _is_ours(node: ExchangeNode, one: dict[str, str], name: str) -> bool:
    header = wire.header(one["header"])
    key = node.keyring.key_for(header.log, header.first, header.key, header.count)
    signed = key is not None and seals.is_signed(key, wire.decode(one["signature"]), one["header"].encode())
    return signed and header.log == name


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
    found = next(iter(client.batches_of(name, first, PAGE, node.parts)), None)
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
