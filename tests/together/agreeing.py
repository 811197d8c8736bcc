"""What tests of agreements share: terms, a document, two nodes that sign it, and days that go by."""

import datetime
from typing import Any

from exchange.agreements import documents, life, policy
from exchange.log.agreementbook import Signed
from exchange.log.letters import Letter
from exchange.talk import chores
from tests.together.kit import NOW, Network, Town, peer_of, settle

LEVELS = ("0", "1", "2", "3")
CORE_ONLY = {"groups": {key: ["core"] for key in LEVELS}}
EXACT = b"130.44694"


def terms(**said: Any) -> dict[str, Any]:
    return policy.STANDARD | said


def document(us: str, them: str, ours: dict[str, Any], theirs: dict[str, Any] | None = None, **said: Any) -> Any:
    gives = {us: ours, them: theirs or terms()}
    names = {us: "One", them: "Other"}
    return documents.new((us, them), **{"names": names, "legal_basis": "Treaty", "valid_from": "2025-06-01",
                                        "gives": gives} | said)  # fmt: skip


def agree(one: Town, other: Town, line: Network, ours: dict[str, Any], **said: Any) -> str:
    """Both sign, and both have heard of it; it replaces the one in force."""
    peer = one.node.book.peer(other.code)
    said |= {"replaces": peer.agreement} if peer and peer.agreement else {}
    digest = life.draft(one.node, other.code, document(one.code, other.code, ours, **said), "anna")
    assert life.sign(one.node, digest, "anna") == "offered"
    settle(line)
    life.sign(other.node, digest, "bao")
    settle(line)
    return digest


def of(town: Town, digest: str) -> Signed:
    return life.one(town.node, digest)


def terms_of(town: Town, code: str) -> Any:
    return dict(peer_of(town, code).terms)


def requests(town: Town) -> list[Letter]:
    return town.node.letters.received("forget", "new")


def later(town: Town, days: int) -> None:
    """So many days go by at one node; its chores are done."""
    town.station.intake.clock = lambda: NOW + datetime.timedelta(days=days)
    chores.agreements(town.node)


def open_alarms(town: Town) -> list[tuple[str, str]]:
    return [(one.kind, one.details.get("state", "")) for one in town.node.alarms.open() if one.kind == "agreement"]
