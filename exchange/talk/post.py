"""Posting to a peer that cannot reach us: our feed as it would have read it, and what it still lacks."""

from collections.abc import Iterator

from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Batch
from exchange.node import ExchangeNode
from exchange.talk import feed
from exchange.talk.peer import PeerClient, PeerRefuses, PeerTrouble

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
        self._post_feed(min(self.page_bytes, most // 4))
        self._post_lacking()

    def _post_feed(self, limit: int) -> None:
        """Post our feed behind the place that the peer has taken, page by page."""
        while (delivery := self._delivery(limit)) is not None:
            raw, place, entries = delivery
            try:
                answer = self.client.post(raw)
            except PeerRefuses as refuses:
                if refuses.problem != "too-large" or limit <= PAGE_LEAST:
                    raise
                limit //= 2
                continue
            if answer.get("trouble"):
                raise PeerTrouble("The peer could not take what we posted", why=str(answer["trouble"])[:300])
            self.node.book.note(self.code, posted=place)
            self.sent += entries

    def _post_lacking(self) -> None:
        """Post by number what the peer still lacks of what it was once posted: it may have refused it then.

        A key that it did not know yet is the usual reason. One small page a log tells whether that has changed.
        """
        theirs = self.client.have()
        for name, number in self.node.ledger.have().items():
            if name.rpartition(".")[0] != self.code:
                self._post_log(name, theirs.get(name, 0), number)

    def _post_log(self, name: str, held: int, number: int) -> None:
        limit = PAGE_LEAST
        while held < number:
            peer = self.peer
            batches = (feed.redacted(self.node, b, peer) for b in self.node.ledger.log_from(name, held + 1))
            raw = b"".join(wire.page(batches, limit, lambda _last, _more: f"{self.node.epoch.name}.0"))
            self.sent += int(self.client.post(raw).get("kept", 0))
            before, held = held, self.client.have().get(name, 0)
            if held <= before:
                return
            limit = self.page_bytes

    def _delivery(self, limit: int) -> tuple[bytes, int, int] | None:
        """The next page for the peer: its bytes, the place behind it and the number of entries; None at the end."""
        peer, top = self.peer, self.node.ledger.top()
        counts: dict[int, int] = {}
        ends: list[tuple[int, bool]] = []

        def shown() -> Iterator[Batch]:
            for batch in self.node.ledger.feed(peer.posted, but_node=self.code):
                counts[batch.at or 0] = len(batch.entries)
                yield feed.redacted(self.node, batch, peer)

        def end(last: int, more: bool) -> str:
            ends.append((last, more))
            return f"{self.node.epoch.name}.{last}"

        raw = b"".join(wire.page(shown(), limit, end))
        last, place = ends[0][0], feed.ending(peer.posted, *ends[0], top)
        # A batch may have been read and not fitted in any more: only those up to `last` are on this page.
        entries = sum(count for at, count in counts.items() if at <= last)
        return (raw, place, entries) if entries else None
