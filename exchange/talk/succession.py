"""One key of a node after another: our own is changed, and others' changes are followed or told to a person."""

from collections.abc import Sequence

from banding.errors import Refused
from banding.station import Station
from exchange.log import epoch, keys, links, wire
from exchange.log.keyring import Keyring
from exchange.log.keys import NodeKey, OwnKey
from exchange.log.ledger import Ledger
from exchange.log.letters import DONE, Letter
from exchange.log.links import MOST_ENDS, Link, Statement
from exchange.node import ExchangeNode
from exchange.talk import alarms

# -- others' keys -----------------------------------------------------------------------------------------


def recognised(node: ExchangeNode, code: str, fingerprint: str, told: Sequence[Link]) -> bool:
    """Whether a key that answers is the one pinned, or statements lead from that to it; then it is pinned instead."""
    pinned = node.keyring.newest(code)
    if pinned == fingerprint:
        return True
    try:
        with node.store.transaction():
            found = pinned is not None and node.keyring.follow(code, fingerprint, told)
    except Refused:
        found = False
    if pinned is not None:
        _ring(node, code, fingerprint, state="" if found else "other")
    return found


def by_letter(node: ExchangeNode, letter: Letter) -> None:
    """Follow a node to the key that its letter names; belongs inside a transaction. Raises Refused when forged."""
    before = next((key for key in node.keyring.chain(letter.sender) if _names(letter, key.fingerprint)), None)
    if letter.sender == node.code or before is None:
        return
    core = letter.core
    signatures = wire.decode(core["signature"]), wire.decode(core["proof"])
    link = Link(core["statement"], *signatures, before.public)
    said = links.proven(link, letter.sender)
    if node.keyring.newest(letter.sender) == said.previous:
        node.keyring.extend(letter.sender, link)
        _ring(node, letter.sender, said.fingerprint, state="")
    elif all(key.statement != link.text for key in node.keyring.chain(letter.sender)):
        # Two keys were named by one: the second may be a thief's, or the first that we believed.
        _ring(node, letter.sender, said.fingerprint, state="other")
    node.letters.mark(letter, DONE)


def _names(letter: Letter, fingerprint: str) -> bool:
    return links.read(letter.core["statement"]).previous == fingerprint


def _ring(node: ExchangeNode, code: str, fingerprint: str, *, state: str) -> None:
    alarms.ring(node, "key", code, state=state, fingerprint=fingerprint[:16])


# -- our own ----------------------------------------------------------------------------------------------


def change_key(node: ExchangeNode) -> NodeKey:
    """Put a new key in the place of ours and tell everybody, under the old one's signature. Raises StoreTrouble.

    Everything written so far is published with the old key. The letter is its last word, and stands in the store
    together with the statement; whatever moment the process dies at, the next start finds the one key or the other.
    """
    made: list[Link] = []

    def write(log: str, first: int) -> None:
        old, new = node.key, keys.make_next(node.station.settings.keys)
        ends = {one.name: one.head_number for one in node.ledger.logs(node.code) if one.name != log}
        text = links.text_of(_statement(node.code, new, old.fingerprint, log, first, ends))
        link = Link(text, links.sign(old.private, text), links.sign(new.private, text), old.public)
        said = {"statement": text, "signature": wire.encode(link.by_old), "proof": wire.encode(link.by_new)}
        node.letters.write("key", "", new.fingerprint, said, at=node.at())
        made.append(link)

    node.publisher.last_word(write, lambda: node.keyring.extend(node.code, made[-1]))
    return node.key


def replace_lost_key(station: Station, *, stolen: bool = False) -> NodeKey:
    """Make a new key where the old one is gone, which each peer must compare over the telephone.

    Where it was `stolen`, the old key no longer holds behind what this node knows of its own earlier logs. Raises
    Refused when the key is here, StoreTrouble when the new one cannot be written.
    """
    store, folder, code = station.store, station.settings.keys, station.settings.node.code
    ledger, keyring = Ledger(store), Keyring(store)
    now = epoch.settle(store, ledger, folder, code)
    with store.transaction():
        chain = keyring.chain(code)
        if not chain or keys.is_here(folder, chain[-1].fingerprint):
            raise Refused("The node's key is here", where=str(folder), mend="To change it use `banding key change`")
        log, new = f"{code}.{now.name}", keys.make_next(folder)
        own = ledger.log(log)
        ends = {one.name: one.head_number if stolen else None for one in ledger.logs(code) if one.name != log}
        first = own.head_number + 1 if own else 1
        text = links.text_of(_statement(code, new, chain[-1].fingerprint, log, first, ends))
        keyring.extend(code, Link(text, b"", links.sign(new.private, text), chain[-1].public), vouched=True)
    return OwnKey(folder, keyring, code)()


def _statement(
    node: str, new: NodeKey, previous: str, log: str, first: int, ends: dict[str, int] | dict[str, int | None]
) -> Statement:
    latest = dict(list(ends.items())[-MOST_ENDS:])
    return Statement(node, new.public, new.fingerprint, previous, log, first, latest)
