"""One node's side of the exchange: the station with its ledger, its book of peers and its key."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from banding.errors import NotFound, Refused
from banding.station import Station
from banding.store import Store
from exchange.log import epoch
from exchange.log.agreementbook import AgreementBook
from exchange.log.alarmbook import AlarmBook
from exchange.log.amends import Amends
from exchange.log.book import Book, Peer
from exchange.log.epoch import Epoch
from exchange.log.keyring import Keyring
from exchange.log.keys import NodeKey, OwnKey
from exchange.log.ledger import Ledger
from exchange.log.leftbook import LeftBook
from exchange.log.letters import Letters
from exchange.log.openings import Openings
from exchange.log.parts import Parts
from exchange.log.publish import Publisher
from exchange.log.requests import Requests
from exchange.log.shelf import Shelf
from exchange.log.steady import Steady
from exchange.log.waits import Waits
from schemas import VERSION

Announce = Callable[[str], None]
UNHURRIED = 20_000
"""Objects made before cyclic garbage is looked for: a pull makes them by the million, and none of them in a ring."""


@dataclass(frozen=True)
class ExchangeNode:
    """What every part of the conversation needs; made once a process by `open`."""

    station: Station
    ledger: Ledger
    book: Book
    own_key: OwnKey
    began: Epoch
    publisher: Publisher
    announce: Announce | None = None

    @classmethod
    def open(cls, station: Station, announce: Announce | None = None) -> "ExchangeNode":
        """Make the exchange's tables and the node's key if they are not there. Raises StoreTrouble."""
        gc.set_threshold(UNHURRIED)
        ledger = Ledger(station.store)
        folder = station.settings.keys
        code = station.settings.node.code
        key = OwnKey(folder, Keyring(station.store), code)
        now = epoch.settle(station.store, ledger, folder, code)
        publisher = Publisher(
            station.store,
            ledger,
            key,
            code,
            folder,
            lambda species: station.tables.species.sensitivity(species),
            VERSION,
        )
        node = cls(station, ledger, Book(station.store), key, now, publisher, announce)
        # Opening needs a whole node, and what we publish must open stories in the very transaction that signs it.
        from exchange.agreements.opening import open_birds

        publisher.then = lambda versions: open_birds(node, versions)
        if now.renewed:
            from exchange.talk import has

            has.compare(node, [peer.code for peer in node.book.peers()])
        return node

    @property
    def epoch(self) -> Epoch:
        """The epoch in force; a peer may have shown since the start that the store was set back."""
        name = self.store.notes.get(epoch.NOTE)
        return self.began if self.began.name == name else Epoch(name, "a peer holds more of our log than we did")

    @property
    def key(self) -> NodeKey:
        """The key that this node signs with now; another process may have changed it since the start."""
        return self.own_key()

    @property
    def keyring(self) -> Keyring:
        """Which key of a node may sign what."""
        return self.own_key.keyring

    @property
    def shelf(self) -> Shelf:
        """The ledger read."""
        return Shelf(self.store)

    @property
    def parts(self) -> Parts:
        """Where segments gather that are on their way to us."""
        return Parts(self.station.settings.home / "parts" / "segments")

    @property
    def letters(self) -> Letters:
        """Letters to and from other nodes."""
        return self.publisher.letters

    @property
    def amends(self) -> Amends:
        """What is done about logs that say two things."""
        return self.publisher.amends

    @property
    def openings(self) -> Openings:
        """What was opened to peers beyond their terms."""
        return Openings(self.store)

    @property
    def agreements(self) -> AgreementBook:
        """Agreements with other nodes, and drafts of them."""
        return AgreementBook(self.store)

    @property
    def requests(self) -> Requests:
        """Rings that one node met and another put on."""
        return Requests(self.store, self.code)

    @property
    def waits(self) -> Waits:
        """Entries that wait, here and elsewhere."""
        return Waits(self.store)

    @property
    def left(self) -> LeftBook:
        """What left this node, and to whom."""
        return LeftBook(self.store)

    @property
    def alarms(self) -> AlarmBook:
        """What is wrong or worth telling."""
        return AlarmBook(self.store)

    @cached_property
    def steady(self) -> Steady:
        """Time that has passed, whatever the clock was set to."""
        return Steady(self.store)

    @property
    def code(self) -> str:
        """The node's code, such as AM-KHG."""
        return self.station.settings.node.code

    def peer(self, code: str, mend: str = "Look for it in the list of peers") -> Peer:
        """A peer by its code. Raises NotFound."""
        found = self.book.peer(code)
        if found is None:
            raise NotFound("There is no such peer", where=code, mend=mend)
        return found

    def reachable(self, code: str, mend: str = "Look for it in the list of peers") -> Peer:
        """A peer that can be called. Raises NotFound, and Refused for one that has no address."""
        found = self.peer(code, mend)
        if not found.address:
            raise Refused(
                "This peer cannot be called from here", where=code,
                mend="It calls this node itself; where it has no line, carry a bundle",
            )  # fmt: skip
        return found

    @property
    def store(self) -> Store:
        """The node's store."""
        return self.station.store

    @property
    def announces(self) -> bool:
        """Whether somebody listens to what this process says."""
        return self.announce is not None

    def say(self, line: str) -> None:
        """Tell whoever watches this process, in one line."""
        if self.announce is not None:
            self.announce(line)

    def at(self) -> str:
        """The node's own time as text: shown to people, never compared."""
        return self.station.at()

    def sensitivity(self, species: str) -> int:
        """How carefully places of this species are shown: 0 to 3."""
        return self.station.tables.species.sensitivity(species)
