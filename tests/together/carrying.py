"""Bundles carried by hand between whole nodes, and looked into on the way: for tests of nodes without a line."""

from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest
import zstandard

from exchange.log import publish
from exchange.talk import bundle, packing, unpacking
from exchange.talk.packing import Packed, Packing
from exchange.talk.unpacking import ReadPart, Source
from tests.together.kit import Town

NAMES = map("bundle-{}".format, count())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches and parts of a few entries, so that a bundle has many parts."""
    monkeypatch.setattr(publish, "BATCH", 5)
    monkeypatch.setattr(packing, "PART_LEAST", 1)


def packed(town: Town, other: Town, name: str = "", size: int = packing.PART_BYTES, **how: bool) -> Packed:
    """A bundle for a peer, in parts of at most `size` bytes; under a name of its own unless one is given."""
    return Packing(town.node, other.code, **how).write(town.folder / (name or next(NAMES)), size)


def brought(town: Town, *files: Path | Source, by: str = "") -> list[ReadPart]:
    """What a node reads from files that somebody has brought."""
    return unpacking.read(town.node, [_source(one) for one in files], by)


def carried(town: Town, other: Town, **how: bool) -> list[ReadPart]:
    """A whole bundle from one node to another."""
    return brought(other, *packed(town, other, **how).files)


def lines_of(path: Path) -> list[bytes]:
    """The lines of a part."""
    return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines(keepends=True)


def again(lines: Iterable[bytes]) -> Source:
    """A part made of lines."""
    raw = zstandard.ZstdCompressor().compress(b"".join(lines))
    return Source("changed", lambda: raw)


def label_of(path: Path) -> bundle.Label:
    """The label of a part."""
    opening = bundle.peek(path.read_bytes())
    assert opening is not None
    return bundle.label_of(opening)


def _source(one: Path | Source) -> Source:
    return one if isinstance(one, Source) else Source(one.name, one.read_bytes)
