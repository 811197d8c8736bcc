"""Pulling from one peer: its feed page by page, segments fetched, and what of its logs is missing here filled."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Batch, Inauthentic, Offer
from exchange.log.parts import Parts
from exchange.node import ExchangeNode
from exchange.talk import has, news
from exchange.talk.line import Hello, PeerRefuses, PeerTrouble
from exchange.talk.peer import Found, PeerClient
from exchange.talk.post import PAGE_LEAST
from exchange.talk.proving import Proven, is_ready, prove
from exchange.talk.report import Report
from exchange.talk.take import Visiting, take

PAGE_MOST = 8 * 1024 * 1024
LEASE_SECONDS = 90
"""Longer than a peer may keep silent, and no longer: after a crash this is how long its peer has to wait."""
EMPTY_MOST = 50
FRUITLESS = 3
"""How often in a row a line may break without anything having come, before the timetable tries again later."""


class Pull:
    """The steps of a pull; each can be cut off and is taken up again by the next one."""

    def __init__(self, node: ExchangeNode, peer: Peer, client: PeerClient, report: Report, holder: str) -> None:
        self.node, self.peer, self.client, self.report, self.holder = node, peer, client, report, holder
        self.page_bytes = peer.page_bytes
        self.visiting = Visiting(node, peer.code)
        client.moving = self.hold_on
        # Each peer's apart: what one of them spoils is not mixed into what another brings.
        self.parts = Parts(node.parts.folder / peer.code)

    def everything(self, hello: Hello) -> None:
        """Its feed to the end, and then what it holds of logs of which its feed said nothing.

        What we have lost of our own comes first: letters in the feed are about it, and must find it here.
        """
        held = self.node.ledger.have()
        ours = {name for name in self.client.logs if name.rpartition(".")[0] == self.node.code}
        if any(self.client.logs[name] > held.get(name, 0) for name in ours):
            self._fill({name: first for name, first in self._missing().items() if name in ours})
        self._pull_through(hello)
        self._fill(self._missing())

    def _pull_through(self, hello: Hello) -> None:
        """Pull to the end over a line that breaks, as long as each piece of it brings something."""
        fruitless = 0
        while True:
            before = self._come_so_far()
            try:
                return self._pull(hello)
            except wire.Cut:
                fruitless = 0 if self._come_so_far() != before else fruitless + 1
                if fruitless >= FRUITLESS:
                    raise
                self.peer = self.node.book.peer(self.peer.code) or self.peer

    def _come_so_far(self) -> tuple[int, int, int]:
        """What moves whenever something has come to stay: entries, our place, and bytes of segments under way.

        What was refused, or known already, is no reason to ask for the very same once more.
        """
        taken, peer = self.report.taken, self.node.book.peer(self.peer.code) or self.peer
        under_way = sum(path.stat().st_size for path in self.parts.folder.glob("*.part"))
        return taken.kept + taken.fuller + taken.aside, peer.cursor, under_way

    def _pull(self, hello: Hello) -> None:
        epoch, place = self.peer.epoch, self.peer.cursor
        if epoch is not None and epoch != hello.epoch:
            place = self._compare(hello)
        try:
            self._pages(hello, place)
        except PeerRefuses as refuses:
            # Its store was set back under the same epoch: our place lies behind the end of its feed.
            if refuses.problem != "epoch-changed":
                raise
            self._pages(hello, self._compare(hello))

    def _compare(self, hello: Hello) -> int:
        """Where to read on after the peer's store was restored and its places mean something else.

        What it holds is compared log by log; asking from the beginning would move everything once more.
        """
        self.client.etag = ""
        missing = self._missing()
        place = self.client.place
        self._fill(missing)
        # What we had posted may be gone from it as well; what it still has, it will say that it knows.
        self.node.book.note(self.peer.code, epoch=hello.epoch, cursor=place, posted=0)
        # Numbers say nothing of what was opened to us in places of its feed that are passed over now.
        has.compare(self.node, [self.peer.code])
        self.peer = self.node.book.peer(self.peer.code) or self.peer
        return place

    def _pages(self, hello: Hello, place: int) -> None:
        more = True
        while more:
            before = place
            place, more = self._page(hello.epoch, place)
            if more and place <= before:
                raise PeerTrouble("The peer's feed does not move on", where=self.client.base, why=f"place {place}")

    def _page(self, epoch: str, place: int) -> tuple[int, bool]:
        """One page; the cursor moves with the rows it belongs to."""

        def moved(to: int) -> Callable[[], None]:
            return lambda: self.node.book.note(self.peer.code, epoch=epoch, cursor=to)

        for batches, end in self._batches(self.client.feed(f"{epoch}.{place}", self.page_bytes)):
            if end is not None:
                place = int(end.cursor.partition(".")[2])
                self._take(batches, moved(place))
                return place, end.more
            place = max(batch.at for batch in batches) or place
            self._take(batches, moved(place))
        return place, False

    def _batches(self, page: Iterator[Found]) -> Iterator[tuple[list[Proven], wire.End | None]]:
        """What came, proven, in runs for one transaction each; what arrived before a cut is kept."""
        waiting: list[Proven] = []
        try:
            for found in page:
                if isinstance(found, wire.End):
                    self.page_bytes = min(self.page_bytes * 2, PAGE_MOST)
                    yield waiting, found
                    return
                if isinstance(found, Offer):
                    waiting += self._fetched(found)
                elif not isinstance(found, wire.Opening):
                    waiting.append(prove(self.node, found))
                if is_ready(waiting):
                    yield waiting, None
                    waiting = []
        except (wire.Cut, PeerTrouble):
            self.page_bytes = max(self.page_bytes // 2, PAGE_LEAST)
            if waiting:
                yield waiting, None
            raise
        except Inauthentic as why:
            yield [*waiting, prove(self.node, wire.Broken(why, repr(why.values).encode()))], None
            raise

    def _fetched(self, offer: Offer) -> list[Proven]:
        """A batch that was offered as a segment; what is held in full already is not fetched."""
        at = offer.at or 0
        if self.node.ledger.is_full(offer):
            return [Proven(at, offer.count, offer=offer)]
        try:
            found = _unpacked(self.client.segment(offer, self.parts))
        except Inauthentic as why:
            found = [wire.Broken(why, offer.segment.encode())]
        self.parts.drop(offer.segment)
        return [replace(prove(self.node, one), at=at) for one in found]

    def _take(self, batches: list[Proven], also: Callable[[], None]) -> None:
        self.hold_on()
        self.report.taken += take(self.visiting, batches, also)
        self.report.told(self.report)
        for proven in batches:
            news.tell_returns(self.node, proven.examined.reads if proven.examined else ())

    def hold_on(self) -> None:
        """Keep the lease while something moves, however slow the line."""
        self.node.store.leases.take(f"sync {self.peer.code}", self.holder, time.time(), LEASE_SECONDS)

    # -- what is missing ----------------------------------------------------------------------------------

    def _missing(self) -> dict[str, int]:
        """Logs of which the peer holds more than we do, each with our next number; ours come from ourselves.

        What is frozen, or waits for a person, is not asked for again and again.
        """
        held = {state.name: state for state in self.node.ledger.logs()}
        theirs = self.client.have()
        behind = {name: held[name].head_number + 1 if name in held else 1 for name in theirs}
        return {
            name: first
            for name, first in behind.items()
            if theirs[name] >= first
            and name != self.node.publisher.log
            and not (name in held and (held[name].frozen or held[name].held))
            and self.node.ledger.node(name.rpartition(".")[0]) is not None
        }

    def _fill(self, missing: dict[str, int]) -> None:
        """Ask for logs by number, each until nothing more of it can be taken. Raises PeerTrouble.

        A peer that names one log after the other and has nothing of them would keep us for ever.
        """
        empty = 0
        for name, first in missing.items():
            before = self.report.taken.batches
            more = True
            while more:
                more = self._fill_page(name, first)
                state = self.node.ledger.log(name)
                if state is None or state.head_number < first:
                    break
                first = state.head_number + 1
            empty += self.report.taken.batches == before
            if empty > EMPTY_MOST:
                raise PeerTrouble("The peer names many logs of which it gives nothing", where=self.client.base)

    def _fill_page(self, name: str, first: int) -> bool:
        for batches, end in self._batches(self.client.log(name, first, self.page_bytes)):
            self._take(batches, lambda: None)
            if end is not None:
                return end.more
        return False


def _unpacked(path: Path) -> list[Batch | wire.Broken]:
    """What a segment holds. Raises Inauthentic; what its digest proves to be whole will never be any longer."""
    try:
        with path.open("rb") as file:
            return [one for one in wire.read(file, endless=True) if isinstance(one, (Batch, wire.Broken))]
    except wire.Cut as cut:
        raise Inauthentic("W-syntax", why=str(cut)) from cut
