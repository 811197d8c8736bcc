"""Posting to a peer that cannot reach us: our feed as it would have read it, and what it still lacks."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from exchange.agreements import opening
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.shelf import Held
from exchange.node import ExchangeNode
from exchange.talk import feed
from exchange.talk.line import PeerRefuses, PeerTrouble
from exchange.talk.peer import PeerClient

PAGE_LEAST = 32 * 1024


class Posting:
    """One round of posting; `sent` counts the entries that the peer has taken."""

    def __init__(self, node: ExchangeNode, code: str, client: PeerClient, page_bytes: int) -> None:
        self.node, self.code, self.client, self.page_bytes = node, code, client, page_bytes
        self.sent = 0

    @property
    def peer(self) -> Peer:
        """The peer as it is written down now."""
        found = self.node.book.peer(self.code)
        assert found is not None
        return found

    def post(self, most: int) -> None:
        """Post everything the peer has not taken yet; it takes at most `most` bytes at once. Raises PeerTrouble."""
        opening.release(self.node, self.peer)
        self._post_feed(min(self.page_bytes, most // 4))
        self._post_lacking()

    def _post_feed(self, limit: int) -> None:
        """Post our feed behind the place that the peer has taken, page by page."""
        while (delivery := self._pending() or self._delivery(limit)) is not None:
            try:
                answer = self.client.post(delivery.raw)
            except PeerRefuses as refuses:
                self._kept.unlink(missing_ok=True)
                if refuses.problem != "too-large" or limit <= PAGE_LEAST:
                    raise
                limit //= 2
                continue
            self._kept.unlink(missing_ok=True)
            if answer.get("trouble"):
                raise PeerTrouble("The peer could not take what we posted", why=str(answer["trouble"])[:300])
            self.node.book.note(self.code, posted=delivery.place)
            self.sent += delivery.entries

    @property
    def _kept(self) -> Path:
        """Where a long delivery is kept until it has gone through: only the same bytes can go on after a cut."""
        return self.node.station.settings.home / "parts" / f"to-{self.code}.delivery"

    def _pending(self) -> "Delivery | None":
        """A delivery of an earlier visit that has not gone through, if it still begins where the peer stands."""
        try:
            told, _, raw = self._kept.read_bytes().partition(b"\n")
            found = Delivery(raw, **json.loads(told))
        except (OSError, ValueError, TypeError):
            return None
        peer = self.peer
        fits = found.after == peer.posted and found.terms == opening.standing(self.node)
        return found if fits and found.epoch == self.node.epoch.name else None

    def _post_lacking(self) -> None:
        """Post by number what the peer still lacks of what it was once posted: it may have refused it then.

        A key that it did not know yet is the usual reason. One small page a log tells whether that has changed.
        A log of its own that its store has lost goes back to it too: it cannot fetch it from us.
        """
        theirs = self.client.have()
        for name, number in self.node.ledger.have().items():
            self._post_log(name, theirs.get(name, 0), number)

    def _post_log(self, name: str, held: int, number: int) -> None:
        limit = PAGE_LEAST
        while held < number:
            blocks = opening.view(self.node, self.peer, "posted").blocks(
                self.node.shelf.log_from(name, held + 1), segments=False
            )
            raw = b"".join(wire.page(blocks, limit, lambda _last, _more: f"{self.node.epoch.name}.0"))
            self.sent += int(self.client.post(raw).get("kept", 0))
            before, held = held, self.client.have().get(name, 0)
            if held <= before:
                return
            limit = self.page_bytes

    def _delivery(self, limit: int) -> "Delivery | None":
        """The next page for the peer; None at the end."""
        terms, peer, top = opening.standing(self.node), self.peer, self.node.shelf.top()
        view = opening.view(self.node, peer, "posted")
        counts: dict[int, int] = {}
        ends: list[tuple[int, bool]] = []

        def counted() -> Iterator[Held]:
            for held in self.node.shelf.feed(peer.posted, self.code):
                counts[held.at or 0] = held.count
                yield held

        def end(last: int, more: bool) -> str:
            ends.append((last, more))
            return f"{self.node.epoch.name}.{last}"

        raw = b"".join(wire.page(view.blocks(counted(), segments=False), limit, end))
        last, place = ends[0][0], feed.ending(peer.posted, *ends[0], top)
        # A batch may have been read and not fitted in any more: only those up to `last` are on this page.
        entries = sum(count for at, count in counts.items() if at <= last)
        if not entries:
            return None
        found = Delivery(raw, place, entries, peer.posted, terms, self.node.epoch.name)
        self._keep(found)
        return found

    def _keep(self, delivery: "Delivery") -> None:
        self._kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = {name: value for name, value in asdict(delivery).items() if name != "raw"}
        self._kept.write_bytes(json.dumps(told).encode() + b"\n" + delivery.raw)


@dataclass(frozen=True)
class Delivery:
    """A page to be posted: its bytes, the place behind it, how many entries, and what it was made from."""

    raw: bytes
    place: int
    entries: int
    after: int
    terms: str
    epoch: str
