"""Packs for a peer what it has not taken yet: a bundle in parts, each of them a delivery that proves itself."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from banding.errors import NotFound, Refused
from banding.spoken import filled
from exchange.agreements import opening
from exchange.agreements.showing import View, view_of
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.parcels import Parcel, pack
from exchange.log.shelf import Held
from exchange.node import ExchangeNode
from exchange.talk import envelope, has, returns
from exchange.talk.bundle import Label, opening_line

PART_BYTES, PART_LEAST, PART_MOST = 1_000_000, 20_000, 64 * 1024 * 1024
LABEL_BYTES = 4_000
"""Room that is left in each part for its label."""
WAY = "bundle"

Told = Callable[[int, int], None]
"""Hears how far the packing has come: of how many places of the feed."""


@dataclass(frozen=True)
class Packed:
    """A bundle as it was written: its files in order, how much is in it, and the files that are longer than asked."""

    id: str
    files: tuple[Path, ...]
    batches: int
    entries: int
    bytes: int
    longer: tuple[Path, ...]


@dataclass
class _Part:
    parcel: Parcel
    place: int
    batches: int = 0
    entries: int = 0
    needs: dict[str, int] = field(default_factory=dict)
    holds: dict[str, tuple[int, int]] = field(default_factory=dict)

    def put(self, held: Held, lines: bytes, packed: bytes) -> None:
        """Put a batch behind those that are there."""
        self.parcel.add(lines, packed)
        self.batches, self.entries = self.batches + 1, self.entries + held.count
        self.place = max(self.place, held.at or 0)
        log, last = wire.header(held.header).log, held.first + held.count - 1
        before = self.holds.get(log)
        if held.first > 1 and (before is None or held.first > before[1] + 1):
            # Where a run within the part ends, what lies between must be held already.
            self.needs[log] = max(held.first - 1, self.needs.get(log, 0))
        self.holds[log] = (min(before[0], held.first), max(before[1], last)) if before else (held.first, last)


class Packing:
    """One bundle for one peer. `from_beginning` leaves nothing out that the peer may have."""

    def __init__(self, node: ExchangeNode, code: str, *, from_beginning: bool = False, is_closed: bool = False) -> None:
        found, trusted = node.book.peer(code), node.ledger.node(code)
        if found is None or trusted is None:
            raise NotFound("There is no such peer", where=code, mend="Look for it in the list of peers")
        self.node, self.key = node, trusted.public_key if is_closed else None
        with node.store.transaction():
            opening.release(node, found)
        returns.look(node)
        node.publisher.publish()
        self.top, self.epoch = node.shelf.top(), node.epoch.name
        self.peer: Peer = found
        self.after = 0 if from_beginning else found.posted
        self.theirs = {} if from_beginning else dict(has.told(node, code).logs)
        self.left_out = False

    def write(self, target: Path, part_bytes: int = PART_BYTES, told: Told = lambda _done, _of: None) -> Packed:
        """Write the bundle to `target`, or in parts to `target.001` and so on; never half a file.

        Nothing is overwritten, and the place that the peer has taken stays where it is: nobody has taken this yet.
        Raises Refused.
        """
        if not PART_LEAST <= part_bytes <= PART_MOST:
            mend = filled("Give %(least)s to %(most)s bytes", least=f"{PART_LEAST:,}", most=f"{PART_MOST:,}")
            raise Refused("This is no size for a part", where=f"{part_bytes:,}", mend=mend)
        _check_free(target)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".bundle-"))
        try:
            parts = self._gathered(folder, part_bytes - LABEL_BYTES, told)
            name, files = str(uuid.uuid4()), _names(target, len(parts))
            sizes = [self._finish(name, number, parts, folder) for number in range(1, len(parts) + 1)]
            for number, file in enumerate(files, 1):
                (folder / f"{number}").rename(file)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        longer = tuple(file for file, size in zip(files, sizes, strict=True) if size > part_bytes)
        batches, entries = sum(part.batches for part in parts), sum(part.entries for part in parts)
        return Packed(name, files, batches, entries, sum(sizes), longer)

    # -- what goes in -------------------------------------------------------------------------------------

    def _gathered(self, folder: Path, room: int, told: Told) -> list[_Part]:
        """The batches in parts of at most so many bytes; what is longer goes into a part of its own."""
        parts = [_Part(Parcel(folder / "gathered-1"), self.after)]
        for held, lines in self._blocks():
            packed, part = pack(lines), parts[-1]
            too_long = part.parcel.size + len(packed) > room
            if part.batches and (too_long or part.parcel.unpacked + len(lines) > wire.UNPACKED_LIMIT):
                part = _Part(Parcel(folder / f"gathered-{len(parts) + 1}"), part.place)
                parts.append(part)
            part.put(held, lines, packed)
            told(part.place - self.after, self.top - self.after)
        parts[-1].place = max(parts[-1].place, self.top)
        return parts

    def _blocks(self) -> Iterator[tuple[Held, bytes]]:
        view, passing = opening.view(self.node, self.peer, WAY), list[Held]()

        def each() -> Iterator[Held]:
            for held in self._chosen(view):
                passing[:] = [held]
                yield held

        for _at, lines, _elsewhere in view.blocks(each(), segments=False):
            yield passing[0], lines

    def _chosen(self, view: View) -> Iterator[Held]:
        """What lies behind the place that the peer has taken, and before it what the peer says it lacks."""
        shelf, code = self.node.shelf, self.peer.code
        if self.after:
            coming = shelf.whole_behind(self.after, code)
            for log, number in self.node.ledger.have().items():
                if 0 < self.theirs.get(log, 0) < number:
                    yield from (held for held in shelf.log_from(log, self.theirs[log] + 1) if held.id not in coming)
        for held in shelf.feed(self.after, code):
            if (held.at or 0) > self.top:
                # It came while this was written, and belongs into the next bundle.
                return
            if not self.after and self._is_taken(view, held):
                self.left_out = True
            else:
                yield held

    def _is_taken(self, view: View, held: Held) -> bool:
        """Whether the peer says that it holds this batch, and was shown just as much of it before."""
        last = held.first + held.count - 1
        if held.only is not None or last > self.theirs.get(wire.header(held.header).log, 0):
            return False
        return view.left.was_offered(self.peer.code, held.id, view_of(held, view.decide(held)), view.digest)

    # -- what it says of itself ---------------------------------------------------------------------------

    def _finish(self, name: str, number: int, parts: list[_Part], folder: Path) -> int:
        """Write one part with its label; gives its size."""
        part, before = parts[number - 1], parts[number - 2].place if number > 1 else self.after
        end = {"end": f"{self.epoch}.{part.place}", "more": number < len(parts)}

        def line(digest: str) -> bytes:
            return opening_line(self._label(name, number, len(parts), part, before, digest), self.node.key)

        raw = part.parcel.finish(line, orjson.dumps(end) + b"\n")
        raw = envelope.close(raw, self.key) if self.key else raw
        with (folder / f"{number}").open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        return len(raw)

    def _label(self, name: str, number: int, of: int, part: _Part, before: int, digest: str) -> Label:
        peer = self.node.book.peer(self.peer.code) or self.peer
        return Label(
            id=name, part=number, parts=of, sender=self.node.code, to=peer.code, epoch=self.epoch,
            after=None if self.left_out else before, place=part.place, needs=part.needs, holds=part.holds,
            have=self.node.ledger.have(), read=f"{peer.epoch}.{peer.cursor}" if peer.epoch else "", lines=digest,
            made_at=self.node.at(),
        )  # fmt: skip


def _names(target: Path, count: int) -> tuple[Path, ...]:
    if count == 1:
        return (target,)
    return tuple(target.with_name(f"{target.name}.{number:03}") for number in range(1, count + 1))


def _check_free(target: Path) -> None:
    """Raise Refused where a bundle of that name is there already: perhaps nobody has read it yet."""
    if not target.parent.is_dir():
        raise Refused("There is no such folder", where=str(target.parent))
    taken = sorted(path for path in target.parent.glob(f"{_escaped(target.name)}*") if _is_part(target, path))
    if taken:
        raise Refused("The file is already there", where=str(taken[0]), mend="Name a new one")


def _is_part(target: Path, path: Path) -> bool:
    return path == target or path.name.removeprefix(f"{target.name}.").isdecimal()


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
