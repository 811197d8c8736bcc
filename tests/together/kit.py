"""Whole nodes in folders of their own, records to write at them, and what they know: for tests of the exchange."""

import datetime
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from banding.intake import Draft
from banding.reports.returns import rows
from banding.settings import Settings, station_node
from banding.station import Station
from banding.store.shapes import Kept, ReturnQuery
from banding.web import create_app
from exchange import peering
from exchange.agreements import policy
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.talk.peer import PeerClient
from exchange.talk.report import Report
from exchange.talk.sync import sync
from exchange.web import introduce
from tests.together.line import Network, WsgiAdapter

__all__ = [
    "EVERYTHING", "NOW", "Network", "Town", "WsgiAdapter", "address_of", "banding", "befriend", "client_of", "correct",
    "count", "every", "known", "make_node", "on_disk", "pull", "reach", "recovery", "reopen", "returns_of", "seals_of",
    "settle", "snapshot", "trust", "visits_of", "withdraw", "write",
]  # fmt: skip

Clock = Callable[[], datetime.datetime]
NOW = datetime.datetime(2025, 6, 1, 3, 0, tzinfo=datetime.UTC)
MOST_ROUNDS = 12
EVERYTHING = {
    "groups": {level: ["core", "area", "measurements", "place", "remarks", "people"] for level in "0123"},
    "people": True,
}
"""Terms under which nothing is withheld."""

# -- nodes ------------------------------------------------------------------------------------------------


@dataclass
class Town:
    """One node: its open station, its pages, and its side of the exchange."""

    folder: Path
    code: str
    station: Station
    app: Flask
    node: ExchangeNode
    clock: Clock

    def __repr__(self) -> str:
        return f"Town({self.code})"

    @property
    def address(self) -> str:
        """Where its peers reach it."""
        return address_of(self.code)

    def close(self) -> None:
        """Close its file, as at the end of a process."""
        self.station.store.close()


def address_of(code: str) -> str:
    """The address of a node on the line of these tests."""
    return f"http://{code.lower()}.test"


def make_node(folder: Path, code: str, *, clock: Clock | None = None) -> Town:
    """A node of the table of stations in `folder/code`, made there or opened as it was left; its clock stands."""
    settings = Settings(home=folder / code, node=station_node(code), public_url=address_of(code))
    station = Station.open(settings)
    # No test pulls a plug; waiting for the disk would only make them slow.
    station.store.database.execute("pragma synchronous = off")
    station.intake.clock = clock or (lambda: NOW)
    app = create_app(station, testing=True)
    # A fault in the app must come out as the 500 that a peer would see, not as an exception in its lap.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return Town(folder, code, station, app, introduce(app, station), station.intake.clock)


def reopen(town: Town) -> Town:
    """The same node in a new process: everything that was only in memory is gone."""
    town.close()
    return make_node(town.folder, town.code, clock=town.clock)


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


def banding(
    ring: str = "XC 345612", day: str = "2024-05-01", scheme: str = "RUM",
    at: tuple[float, float] | None = (49.01694, 130.44694), **more: Any,
) -> Draft:  # fmt: skip
    """A banding to be written; `more` adds fields of the core, and whole groups by their names."""
    return _draft({"kind": "banding"}, scheme, ring, day, at, more)


def recovery(
    ring: str = "XC 345612", day: str = "2024-09-20", scheme: str = "RUM",
    at: tuple[float, float] | None = (45.06, 131.99), **more: Any,
) -> Draft:  # fmt: skip
    """A recovery to be written, a recapture unless told otherwise."""
    return _draft({"kind": "recovery", "manner": "recapture"}, scheme, ring, day, at, more)


def _draft(
    core: dict[str, Any], scheme: str, ring: str, day: str, at: tuple[float, float] | None, more: dict[str, Any]
) -> Draft:
    groups = {name: more.pop(name) for name in ("area", "measurements", "people", "remarks") if name in more}
    place = more.pop("place", {}) | ({"latitude": at[0], "longitude": at[1]} if at else {})
    submission = more.pop("submission", None)
    said = core | {"scheme": scheme, "ring": ring, "day": day, "species": "Emberiza spodocephala"} | more
    return Draft({"core": said} | ({"place": place} if place else {}) | groups, submission)


def write(town: Town, *drafts: Draft) -> list[str]:
    """Write records at a node past every warning; their ids."""
    verdicts = town.station.intake.admit(drafts, door="form", by="a test", confirm_all="For the test")
    assert all(v.is_kept for v in verdicts), [v.findings for v in verdicts if not v.is_kept]
    return [str(v.id) for v in verdicts]


def correct(town: Town, uuid: str, **core: Any) -> None:
    """Correct fields of the core of a record of this node."""
    held = town.station.store.records.record(uuid)
    assert held is not None
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
