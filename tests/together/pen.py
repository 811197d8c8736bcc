"""A node that writes whatever it likes: batches made and signed by hand, for tests of what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import requests
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exchange import peering
from exchange.log import seals, wire
from exchange.log.entries import Batch, Entry, Header
from exchange.log.keys import NodeKey
from exchange.talk.peer import PeerClient
from tests.exchange.made import whole
from tests.together.kit import Town, address_of
from tests.together.line import Network, WsgiAdapter

END = b'{"end":"0123456789abcdef.1","more":false}\n'


@dataclass
class Pen:
    """Writes in the name of a node; knows where its log stands."""

    code: str
    key: NodeKey
    epoch: str = "0123456789abcdef"
    number: int = 0
    previous: bytes = seals.NO_PREVIOUS
    uuids: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """The name of its log."""
        return f"{self.code}.{self.epoch}"

    def core(self, **said: Any) -> dict[str, Any]:
        """The core of a banding that nothing is wrong with, but for what is said otherwise."""
        self.uuids.append(f"00000000-0000-4000-8000-{len(self.uuids):06}{seals.fingerprint(self.key.public)[:6]}")
        return {
            "id": self.uuids[-1], "origin": self.code, "generation": 1, "kind": "banding", "scheme": "RUM",
            "ring": f"XC {len(self.uuids):06}", "species": "Emberiza spodocephala", "day": "2024-05-01",
        } | said  # fmt: skip

    def entry(self, core: Any = None, *, head: dict[str, Any] | None = None, text: str = "", **groups: Any) -> Entry:
        """The next entry; `text` is written for the core as it is, `head` changes what its head says."""
        core = self.core() if core is None else core
        texts = {"core": text or orjson.dumps(core).decode()}
        texts |= {name: orjson.dumps(group).decode() for name, group in groups.items()}
        said = core if isinstance(core, dict) else {}
        named = [group for group in seals.ORDER if group in texts]
        told: dict[str, Any] = {
            "id": said.get("id"), "generation": said.get("generation"), "parents": [], "groups": named,
        }  # fmt: skip
        self.number += 1
        return Entry(self.number, orjson.dumps(told | (head or {})).decode(), texts, {"": b"\x07" * seals.SALT_BYTES})

    def batch(self, *entries: Entry, **said: Any) -> Batch:
        """Entries under a signed header, behind what was written before; `said` changes what the header says."""
        header = Header(
            log=self.log, first=entries[0].number, count=len(entries), previous=self.previous,
            root=seals.root([entry.leaf() for entry in entries]), key=self.key.fingerprint, schema="1.0",
        )  # fmt: skip
        text = wire.header_text(replace(header, **said))
        self.previous = seals.header_hash(text.encode())
        return Batch(text, seals.sign(self.key.private, text.encode()), entries, at=1)

    def client(self, town: Town, network: Network) -> PeerClient:
        """Its way to a node."""
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", WsgiAdapter(network))
        return PeerClient(town.address, self.key, session)


def pen(code: str, seed: int) -> Pen:
    """A pen whose key is always the same."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public = private.public_key().public_bytes_raw()
    return Pen(code, NodeKey(private, public, seals.fingerprint(public)))


def befriended(town: Town, *pens: Pen) -> None:
    """Make the node take these pens for peers."""
    for one in pens:
        peering.add_peer(town.node, one.code, address_of(one.code), one.key.public)


def lines(*parts: Batch | bytes, end: bytes = END) -> bytes:
    """A delivery of batches, or of lines as they are, packed."""
    return packed([part if isinstance(part, bytes) else wire.batch_lines(part) for part in parts] + [end])


def packed(parts: Sequence[bytes]) -> bytes:
    """Bytes packed piece by piece, so that a very long piece may come again and again."""
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join([compressor.compress(part) for part in parts] + [compressor.flush()])


def relayed(town: Town) -> dict[str, list[Entry]]:
    """What the node passes on of each log, proven anew: all of it must be what its origin wrote."""
    found: dict[str, list[Entry]] = {}
    for batch in whole(town.node.shelf, town.node.shelf.feed(0)):
        header = wire.header(batch.header)
        assert seals.root([entry.leaf() for entry in batch.entries]) == header.root
        found.setdefault(header.log, []).extend(batch.entries)
    return found
