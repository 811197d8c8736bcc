"""The test vectors of docs/protocol.md, made anew by our own code from what the page prints; writes them when run."""

import hashlib
import json
import re
from pathlib import Path

import orjson
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exchange.log import seals, trees, wire
from exchange.log.entries import Batch, Closed, Entry, Header
from exchange.log.keys import NodeKey
from exchange.talk.bundle import Label, opening_line

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "schemas" / "examples" / "exchange"
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.split("## A worked example", 1)[1]
VALUES = dict(re.findall(r"^([a-z0-9 ]+) = (.+)$", EXAMPLE, re.MULTILINE))
LOG, EPOCH = "AM-KHG.0123456789abcdef", "fedcba9876543210"
SHOWN = 5
"""The one entry of the second batch that the peer sees."""


def key() -> NodeKey:
    """The key of the example."""
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VALUES["private key"]))
    public = private.public_key().public_bytes_raw()
    return NodeKey(private, public, seals.fingerprint(public))


def entry(number: int, texts: dict[str, str]) -> Entry:
    """An entry of the example with all its groups."""
    core = json.loads(texts["core"])
    head = {"id": core["id"], "generation": 1, "parents": [], "groups": list(texts)}
    root = bytes(range((number - 1) * 16, number * 16))
    return Entry(number, orjson.dumps(head).decode(), texts, {"": root})


def entries() -> list[Entry]:
    """Number 1 and 2 as the page prints them; of 3 to 7 one is a letter, and four are bandings closed to the peer."""
    found = [
        entry(1, {group: VALUES[f"text 1 {group}"] for group in ("core", "area", "people")}),
        entry(2, {"core": VALUES["text 2 core"]}),
    ]
    for number in (3, 4, 5, 6, 7):
        said = {
            "id": f"{number:08}-0000-4000-8000-000000000000", "origin": "AM-KHG", "generation": 1, "kind": "banding",
            "scheme": "RUM", "ring": f"XC 34561{number}", "species": "Emberiza spodocephala", "day": "2024-05-02",
        }  # fmt: skip
        text = VALUES["text 5 core"] if number == SHOWN else orjson.dumps(said).decode()
        found.append(entry(number, {"core": text}))
    return found


def batch(first: int, count: int, previous: bytes) -> Batch:
    """A batch of the example with everything in it."""
    held = entries()[first - 1 : first - 1 + count]
    root = seals.root([one.leaf() for one in held])
    text = wire.header_text(Header(LOG, first, count, previous, root, key().fingerprint, "1.0"))
    return Batch(text, seals.sign(key().private, text.encode()), held)


def batches() -> list[Batch]:
    """The two batches as the peer gets them: without people, and all but one entry of the second closed."""
    one = batch(1, 2, seals.NO_PREVIOUS)
    two = batch(3, 5, hashlib.sha256(one.header.encode()).digest())
    known = trees.grow({(0, at): each.leaf() for at, each in enumerate(two.entries)}, 5)
    cover = trees.cover([SHOWN - 3], 5)
    closed = [Closed(3 + (index << level), 1 << level, known[level, index]) for level, index in cover]
    shown = [each.without(["people"]) for each in one.entries]
    return [
        Batch(one.header, one.signature, shown, 1),
        Batch(two.header, two.signature, [each for each in two.entries if each.number == SHOWN], 2, closed),
    ]


def without_place(one: Batch) -> Batch:
    """The batch as it stands where the lines do not come from a feed."""
    return Batch(one.header, one.signature, one.entries, None, one.closed)


def vectors() -> dict[str, bytes]:
    """The lines of every vector by its name."""
    one, two = batches()
    lines = wire.batch_lines(one) + wire.batch_lines(two)
    end = f'{{"end":"{EPOCH}.2","more":false}}\n'.encode()
    label = Label(
        "9a5b7c1e-3d2f-4e60-8b71-6c5d4e3f2a1b", 1, 1, "AM-KHG", "HL-SHP", EPOCH, 2, {}, {LOG: (1, 7)}, {LOG: 7},
        hashlib.sha256(lines + end).hexdigest(), "2025-06-01T11:00:00+08:00", 0,
    )  # fmt: skip
    return {
        "batch": wire.batch_lines(without_place(two)),
        "page": lines + end,
        "segment": wire.batch_lines(without_place(one)),
        "bundle": opening_line(label, key()) + lines + end,
    }


def write() -> None:
    """Write every vector, as lines and packed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, lines in vectors().items():
        (FOLDER / f"{name}.ndjson").write_bytes(lines)
        if name != "batch":
            (FOLDER / f"{name}.zst").write_bytes(zstandard.ZstdCompressor(level=9).compress(lines))
    hello = {"node": "AM-KHG", "key": wire.encode(key().public), "fingerprint": key().fingerprint}
    (FOLDER / "keys.json").write_text(json.dumps([hello], indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
