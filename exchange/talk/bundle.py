"""The label of a bundle's part: what its first line says of it, who signed that, and what follows when it is proven."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from banding.errors import Refused
from exchange.log import epoch, seals, wire
from exchange.log.entries import Inauthentic
from exchange.log.keys import NodeKey
from exchange.log.lines import check
from exchange.log.parcels import digest_behind_opening
from exchange.node import ExchangeNode
from exchange.talk import alarms, has

CONTEXT = b"band-exchange bundle v1\n"


@dataclass(frozen=True, slots=True)
class Label:
    """What a part says of itself; the names are those of the published `bundle`, `sender` is its `from`."""

    id: str
    part: int
    parts: int
    sender: str
    to: str
    epoch: str
    place: int
    needs: Mapping[str, int]
    holds: Mapping[str, tuple[int, int]]
    have: Mapping[str, int]
    lines: str
    made_at: str
    after: int | None = None
    read: str = ""


def opening_line(label: Label, key: NodeKey) -> bytes:
    """The first line of a part, signed."""
    said: dict[str, Any] = {
        "bundle": 1, "id": label.id, "part": label.part, "parts": label.parts, "from": label.sender, "to": label.to,
        "epoch": label.epoch, "after": label.after, "place": label.place, "needs": dict(label.needs),
        "holds": dict(label.holds), "have": dict(label.have), "read": label.read or None, "lines": label.lines,
        "made_at": label.made_at,
    }  # fmt: skip
    text = orjson.dumps({name: value for name, value in said.items() if value is not None})
    signature = wire.encode(seals.sign(key.private, text, CONTEXT))
    return orjson.dumps({"bundle": text.decode(), "signature": signature}) + b"\n"


def peek(raw: bytes) -> wire.Opening | None:
    """The opening of a part; None where there is none, as in a page that was saved to a file."""
    try:
        found = next(wire.read(io.BytesIO(raw)), None)
    except (Inauthentic, wire.Cut):
        return None
    return found if isinstance(found, wire.Opening) else None


def label_of(opening: wire.Opening) -> Label:
    """What an opening says, believed or not. Raises Inauthentic."""
    said = wire.parsed(opening.text.encode())
    check("bundle", said)
    spans = {log: (int(span[0]), int(span[1])) for log, span in said["holds"].items()}
    rest = {name: said[name] for name in ("id", "to", "epoch", "needs", "have", "lines", "made_at")}
    after = int(said["after"]) if "after" in said else None
    return Label(
        part=int(said["part"]), parts=int(said["parts"]), sender=said["from"], place=int(said["place"]), holds=spans,
        after=after, read=said.get("read", ""), **rest,
    )  # fmt: skip


def doubt(node: ExchangeNode, opening: wire.Opening, label: Label, raw: bytes) -> Refused | None:
    """Why it is not proven that the node that the label names has packed just this; None where it is."""
    trusted = node.ledger.node(label.sender)
    if trusted is None or node.book.peer(label.sender) is None:
        return Refused("Its sender is no peer of this node", where=label.sender)
    if not seals.is_signed(trusted.public_key, opening.signature, opening.text.encode(), CONTEXT):
        return Refused("Its label is not signed with the sender's key that is known here", where=label.sender)
    if digest_behind_opening(io.BytesIO(raw)) != label.lines:
        return Refused("It was cut or changed on its way", where=label.sender, mend="Ask for it again")
    return None


def heed(node: ExchangeNode, label: Label, *, is_whole: bool) -> None:
    """What follows from a proven label: what the peer holds, how far it has read our feed, and we its own.

    `is_whole` says that nothing of this part is missing here. Belongs inside a transaction.
    """
    peer, before = node.book.peer(label.sender), has.told(node, label.sender)
    assert peer is not None
    _check_own_log(node, label, before)
    has.heard(node, label.sender, label.have, label.epoch, label.made_at)
    of, _, place = label.read.partition(".")
    if of == node.epoch.name and int(place) <= node.shelf.top():
        node.book.note(label.sender, posted=int(place))
    elif of or before.epoch not in ("", label.epoch):
        # One of the two stores was restored: places mean something else now, and only numbers can be compared.
        node.book.note(label.sender, posted=0)
    if is_whole and label.after is not None:
        if label.epoch == peer.epoch and label.after <= peer.cursor:
            node.book.note(label.sender, cursor=max(peer.cursor, label.place))
        elif label.epoch != peer.epoch and label.after == 0:
            node.book.note(label.sender, epoch=label.epoch, cursor=label.place)


def _check_own_log(node: ExchangeNode, label: Label, before: has.Has) -> None:
    """Begin a new epoch when a peer holds more of our log than we do: our store was set back, and did not know it.

    No proof comes with it, as it does over the line; but a new epoch costs little, and a number given twice a bird.
    What the peer had not said it held is said again, for it may stand in the old log otherwise.
    """
    name = node.publisher.log
    state = node.ledger.log(name)
    if label.have.get(name, 0) <= (state.head_number if state else 0):
        return
    common = before.logs.get(name, 0)
    if state is not None and common < state.head_number:
        node.amends.again(state, common + 1)
    node.store.notes.set(f"exchange.clash.{name}", str(common))
    epoch.begin(node.store, node.station.settings.keys)
    alarms.ring(node, "set-back", name, peer=label.sender)
