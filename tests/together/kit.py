"""Whole nodes in folders of their own, records to write at them, and what they know: for tests of the exchange."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import requests

from banding.intake import Draft
from banding.reports.returns import rows
from banding.store.shapes import Kept, ReturnQuery
from exchange import peering
from exchange.agreements import policy
from exchange.log.book import Peer
from exchange.talk.peer import PeerClient
from exchange.talk.report import Report
from exchange.talk.sync import sync
from tests.together.drafts import banding, recovery
from tests.together.line import Network, WsgiAdapter
from tests.together.town import NOW, Town, address_of, make_node, reopen

__all__ = [
    "EVERYTHING", "NOW", "Network", "Town", "WsgiAdapter", "address_of", "banding", "befriend", "client_of", "correct",
    "count", "every", "known", "make_node", "on_disk", "peer_of", "pull", "reach", "record_of", "recovery", "reopen",
    "returns_of", "seals_of", "settle", "snapshot", "trust", "visits_of", "withdraw", "write",
]  # fmt: skip

MOST_ROUNDS = 12
EVERYTHING = {
    "groups": {level: ["core", "area", "measurements", "place", "remarks", "people"] for level in "0123"},
    "people": True,
}
"""Terms under which nothing is withheld."""

# -- peers ------------------------------------------------------------------------------------------------


def befriend(*towns: Town, terms: Mapping[str, Any] = policy.STANDARD, posts: Iterable[str] = ()) -> None:
    """Make every two of these nodes peers of each other; those named in `posts` also post to the others."""
    posting = set(posts)
    for one in towns:
        for other in towns:
            if one is not other:
                peering.add_peer(
                    one.node, other.code, other.address, other.node.key.public, terms=terms, posts=one.code in posting
                )


def trust(*towns: Town) -> None:
    """Make these nodes know each other's keys without being peers: enough for what a relay brings."""
    for one in towns:
        with one.station.store.transaction():
            for other in towns:
                one.node.ledger.trust(other.code, other.node.key.public)


# -- talking ---------------------------------------------------------------------------------------------


def reach(town: Town, network: Network) -> Callable[[Peer], PeerClient]:
    """How this node reaches its peers over the line: what `sync` wants."""

    def connect(peer: Peer) -> PeerClient:
        return client_of(town, peer.address, network)

    return connect


def client_of(town: Town, address: str, network: Network) -> PeerClient:
    """The client with which a node talks to whoever is at an address."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", WsgiAdapter(network))
    return PeerClient(address, town.node.key, session)


def pull(town: Town, other: Town, network: Network, **options: Any) -> Report:
    """One sync of a node with a peer; where it posts, it posts too."""
    return sync(town.node, other.code, reach(town, network), **options)


def settle(network: Network) -> None:
    """Sync every node with each of its peers until a whole round brings nothing new to anybody."""
    for _ in range(MOST_ROUNDS):
        before = [known(town) for town in network.towns.values()]
        for town in network.towns.values():
            for peer in town.node.book.peers():
                if peer.code in network.towns and peer.code not in network.hidden:
                    report = sync(town.node, peer.code, reach(town, network))
                    assert not report.trouble, (town.code, report)
        if before == [known(town) for town in network.towns.values()]:
            return
    raise AssertionError(f"the nodes were still moving after {MOST_ROUNDS} rounds")


# -- records ----------------------------------------------------------------------------------------------


def write(town: Town, *drafts: Draft) -> list[str]:
    """Write records at a node past every warning; their ids."""
    verdicts = town.station.intake.admit(drafts, door="form", by="a test", confirm_all="For the test")
    assert all(v.is_kept for v in verdicts), [v.findings for v in verdicts if not v.is_kept]
    return [str(v.id) for v in verdicts]


def correct(town: Town, uuid: str, **core: Any) -> None:
    """Correct fields of the core of a record of this node."""
    held = record_of(town, uuid)
    groups = {name: dict(group) for name, group in held.groups.items()}
    remarks = {name: value for name, value in groups.pop("remarks", {}).items() if name != "confirmations"}
    groups |= {"core": groups["core"] | core} | ({"remarks": remarks} if remarks else {})
    groups["core"].pop("confirmed", None)
    intake = town.station.intake
    verdict = intake.correct(uuid, groups, by="a test")
    if verdict.outcome == "to-confirm":
        reasons = {finding.code: "For the test" for finding in verdict.findings}
        verdict = intake.correct(uuid, groups, by="a test", confirmed=reasons)
    assert verdict.is_kept, verdict.findings


def withdraw(town: Town, uuid: str) -> None:
    """Withdraw a record of this node."""
    assert town.station.intake.withdraw(uuid, reason="Typed twice", by="a test").is_kept


# -- what a node knows ------------------------------------------------------------------------------------

Known = tuple[int, str, tuple[str, ...], bool]
"""Of a record: generation, seal in hex, groups held, and whether it is withdrawn."""


def snapshot(town: Town) -> dict[str, Known]:
    """What a node knows of each record by its id, as values that two nodes can be compared by.

    The seal is empty while the newest version of a record of its own has not been published.
    """
    return {one.uuid: _known(town, one) for one in every(town)}


def known(town: Town) -> tuple[dict[str, int], dict[str, Known]]:
    """Which logs a node holds and what it knows of each record."""
    return town.node.ledger.have(), snapshot(town)


def record_of(town: Town, uuid: str) -> Kept:
    """What a node holds of a record that it has."""
    found = town.station.store.records.record(uuid)
    assert found is not None
    return found


def peer_of(town: Town, code: str) -> Peer:
    """A peer as it stands in a node's book."""
    found = town.node.book.peer(code)
    assert found is not None
    return found


def every(town: Town) -> list[Kept]:
    """The current version of every record, withdrawn ones too, in the order in which they came."""
    ids = town.station.store.database.execute("select uuid from records order by id").fetchall()
    found = town.station.store.records
    held = [found.record(raw.hex()) for (raw,) in ids]
    return [one for one in held if one is not None]


def _known(town: Town, one: Kept) -> Known:
    sql = "select seal from versions where id = ?"
    (seal,) = town.station.store.database.execute(sql, [one.version_id]).fetchone()
    return one.generation, seal.hex() if seal else "", tuple(one.groups), one.withdrawn


def seals_of(known: Mapping[str, Known]) -> dict[str, tuple[int, str]]:
    """Generation and seal of each record: what all nodes must agree on, whatever was withheld from whom."""
    return {uuid: (one[0], one[1]) for uuid, one in known.items()}


def returns_of(town: Town) -> list[dict[str, Any]]:
    """The returns as this node reports them, by recovery."""
    return sorted(rows(town.station.store, ReturnQuery()), key=lambda row: str(row["recovery_id"]))


def visits_of(town: Town) -> int:
    """How many visits the node has written down."""
    return len(town.node.book.visits(limit=10_000))


def on_disk(town: Town) -> bytes:
    """Every byte of the node's file and of the log beside it."""
    names = ["node.sqlite", "node.sqlite-wal"]
    paths = [town.station.settings.home / name for name in names]
    return b"".join(path.read_bytes() for path in paths if path.exists())


def count(town: Town, table: str) -> int:
    """How many rows a table of the node's file has."""
    with sqlite3.connect(town.station.settings.store) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])
