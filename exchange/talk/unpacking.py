"""Reads bundles that were carried by hand: parts in any order, any of them, as often as anybody likes."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from banding.errors import BandingError, Refused
from banding.spoken import filled
from exchange.agreements.opening import BY_HAND
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk import bundle, envelope, hindrance, inbox
from exchange.talk.bundle import Label

FILE_MOST = 128 * 1024 * 1024
FILES_MOST, MOST_TIMES = 1000, 20
COUNTS = ("kept", "known", "fuller", "aside", "refused")


@dataclass(frozen=True)
class Source:
    """A file to be read, perhaps out of an archive: its name, and how its bytes are got."""

    name: str
    load: Callable[[], bytes]


@dataclass(frozen=True)
class ReadPart:
    """What became of one file: by whom it was packed, what was in it, and what is missing before it.

    `peer` is the node that counts as the one that brought it; `doubt` says why its label is not believed, where it
    is not. `needs` are logs with the first number that is missing here, `bring` parts of the same bundle that may
    hold it. `again` says that just these bytes were taken before.
    """

    name: str
    peer: str = ""
    label: Label | None = None
    doubt: Refused | None = None
    kept: int = 0
    known: int = 0
    fuller: int = 0
    aside: int = 0
    refused: int = 0
    waiting: tuple[str, ...] = ()
    needs: tuple[tuple[str, int], ...] = ()
    bring: tuple[int, ...] = ()
    again: bool = False
    is_closed: bool = False
    trouble: BandingError | None = None

    @property
    def is_proven(self) -> bool:
        """Whether it is proven who packed it."""
        return self.label is not None and self.doubt is None


@dataclass
class _Open:
    """A file that was looked into: what its label says, and whether it is believed."""

    source: Source
    label: Label | None = None
    doubt: Refused | None = None
    is_closed: bool = False
    trouble: BandingError | None = None
    done: ReadPart | None = field(default=None)

    @property
    def order(self) -> tuple[str, int, int]:
        """Those of one sender as it packed them, and before them what has no label."""
        return (self.label.sender, self.label.place, self.label.part) if self.label else ("", 0, 0)


def sources(name: str, load: Callable[[], bytes]) -> list[Source]:
    """A file as sources: an archive of parts is taken apart. Raises Refused."""
    raw = load()
    if not raw.startswith(b"PK\x03\x04"):
        return [Source(name, load)]
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise Refused("The archive cannot be read", where=name, why=str(error)) from error
    # Parts are packed already and grow little: what grows more was made to keep us busy.
    is_bomb = sum(info.file_size for info in infos) > FILE_MOST + MOST_TIMES * len(raw)
    if is_bomb or len(infos) > FILES_MOST or any(info.file_size > FILE_MOST for info in infos):
        raise Refused("There is too much in the archive", where=name, mend="Bring the parts one by one")
    return [Source(f"{name}: {info.filename}", _member(load, info.filename)) for info in infos]


def _member(load: Callable[[], bytes], name: str) -> Callable[[], bytes]:
    def loaded() -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(load())) as archive:
                return archive.read(name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise Refused("The archive cannot be read", where=name, why=str(error)) from error

    return loaded


def read(
    node: ExchangeNode, files: Sequence[Source], peer: str = "", told: Callable[[ReadPart], None] = lambda _part: None
) -> list[ReadPart]:
    """Take what can be taken of these parts; those behind a gap again, as long as that brings something.

    `peer` is who counts as having brought what no believable label names; nobody, unless a person says so.
    `told` hears of each part when it has been read. Raises Refused when there is no such peer.
    """
    if peer and node.book.peer(peer) is None:
        raise Refused("There is no such peer", where=peer, mend="Look for it in the list of peers")
    opened = sorted((_looked_into(node, source) for source in files), key=lambda one: one.order)
    waiting, before = opened, len(opened) + 1
    while waiting and len(waiting) < before:
        for one in waiting:
            one.done = _joined(one.done, _read(node, one, peer or BY_HAND))
            told(one.done)
        before, waiting = len(waiting), [one for one in waiting if one.done and one.done.needs and not one.trouble]
    return [_advised(one, opened) for one in opened]


def _raw(node: ExchangeNode, source: Source) -> tuple[bytes, bool]:
    raw = source.load()
    if len(raw) > FILE_MOST:
        size = filled("%(count)s bytes", count=f"{len(raw):,}")
        raise Refused("The file is too large for a part of a bundle", where=source.name, why=size)
    is_closed = envelope.is_closed(raw)
    return (envelope.open_with(raw, node.key) if is_closed else raw), is_closed


def _looked_into(node: ExchangeNode, source: Source) -> _Open:
    one = _Open(source)
    try:
        raw, one.is_closed = _raw(node, source)
    except (BandingError, OSError) as trouble:
        one.trouble = _told(trouble)
        return one
    opening = bundle.peek(raw)
    if opening is None:
        one.doubt = Refused("It has no label")
        return one
    try:
        one.label = bundle.label_of(opening)
    except Inauthentic as unfit:
        one.doubt = Refused("Its label cannot be read", why=hindrance.reason(unfit))
        return one
    if one.label.to != node.code:
        # It was packed under the terms of another: what they open to it may be closed to us.
        one.trouble = Refused("This bundle is for another node, and was left alone", where=one.label.to)
    else:
        one.doubt = bundle.doubt(node, opening, one.label, raw)
    return one


def _read(node: ExchangeNode, one: _Open, by_hand: str) -> ReadPart:
    label = one.label
    peer = label.sender if label and one.doubt is None else by_hand
    part = ReadPart(one.source.name, peer, label, one.doubt, is_closed=one.is_closed, trouble=one.trouble)
    if one.trouble:
        return part
    try:
        raw, _ = _raw(node, one.source)
        is_again = node.book.answered(hashlib.sha256(raw).hexdigest(), peer) is not None
        answer = inbox.deliver(node, peer, raw, way="bundle")
    except (BandingError, OSError) as trouble:
        return replace(part, trouble=_told(trouble))
    needs = tuple(_missing(node, label, answer))
    if part.is_proven:
        assert label is not None
        with node.store.transaction():
            bundle.heed(node, label, is_whole=not (answer["gaps"] or answer["trouble"]))
    counts: dict[str, Any] = {name: int(answer[name]) for name in COUNTS}
    if is_again:
        counts |= {"kept": 0, "fuller": 0, "aside": 0, "known": sum(counts.values()) - counts["refused"]}
    cut = Refused("Only the beginning of it could be read", why=answer["trouble"]) if answer["trouble"] else None
    return replace(part, needs=needs, waiting=tuple(answer["waiting"]), again=is_again, trouble=cut, **counts)


def _told(trouble: BandingError | OSError) -> BandingError:
    if isinstance(trouble, BandingError):
        return trouble
    return Refused("The file cannot be read", where=str(trouble.filename or ""), why=trouble.strerror or str(trouble))


def _missing(node: ExchangeNode, label: Label | None, answer: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The logs that this part could not be taken of, with the first number that is missing here."""
    held = node.ledger.have()
    for log in answer["gaps"]:
        if label is None or held.get(log, 0) < label.holds.get(log, (0, 2**53))[1]:
            yield log, held.get(log, 0) + 1


def _joined(before: ReadPart | None, now: ReadPart) -> ReadPart:
    """What two readings of one part brought; what the first one kept is known to the second and counts once."""
    if before is None or now.trouble:
        return now
    sums: dict[str, Any] = {name: getattr(before, name) + getattr(now, name) for name in ("kept", "fuller", "aside")}
    return replace(now, known=before.known, again=False, **sums)


def _advised(one: _Open, opened: Sequence[_Open]) -> ReadPart:
    """With the parts that were not brought and stand before this one, where something is missing."""
    assert one.done is not None
    label = one.label
    if not one.done.needs or label is None:
        return one.done
    brought = {other.label.part for other in opened if other.label and other.label.id == label.id and not other.trouble}
    return replace(one.done, bring=tuple(n for n in range(1, label.part) if n not in brought))
