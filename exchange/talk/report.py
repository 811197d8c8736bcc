"""What one sync brought, and how it is written down for the peer's page."""

from collections.abc import Callable
from dataclasses import dataclass, field

from exchange.log.book import Peer, Visit
from exchange.node import ExchangeNode
from exchange.talk.hindrance import Hindrance
from exchange.talk.take import COUNTS, Taken


@dataclass
class Report:
    """What one sync brought."""

    peer: str
    taken: Taken = field(default_factory=Taken)
    sent: int = 0
    bytes: int = 0
    seconds: float = 0.0
    hindered: Hindrance | None = None
    told: Callable[["Report"], None] = lambda _report: None

    @property
    def trouble(self) -> str:
        """What hindered it, in English; '' where it went well."""
        return str(self.hindered) if self.hindered else ""


def write_down(node: ExchangeNode, peer: Peer, report: Report) -> None:
    """Note a sync with a peer, and when it was last well."""
    at, trouble = node.at(), report.hindered.kept() if report.hindered else None
    values: dict[str, str | int | None] = {"last_at": at, "trouble": trouble}
    # A line that breaks again and again and still brings something is a bad line, not a failure to wait upon.
    moved = report.taken.kept or report.sent
    values |= {"failures": 0 if moved else peer.failures + 1} if trouble else {"failures": 0, "last_ok": at}
    counts = {name: getattr(report.taken, name) for name in COUNTS}
    with node.store.transaction():
        node.book.note(peer.code, **values)
        if any(counts.values()) or report.sent or trouble:
            node.book.visited(
                Visit(
                    peer.code, at, "pulled", sent=report.sent, bytes=report.bytes, seconds=round(report.seconds, 3),
                    trouble=trouble, **counts,
                )
            )  # fmt: skip
