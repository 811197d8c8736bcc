"""Bundles that were closed, damaged, changed or are none: what is taken of them, and what is not believed."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from banding.errors import Refused
from exchange.log import publish, wire
from exchange.log.entries import Inauthentic
from exchange.talk import bundle, envelope, packing, unpacking
from exchange.talk.packing import Packed, Packing
from exchange.talk.unpacking import ReadPart, Source
from tests.together.kit import Town, banding, befriend, make_node, recovery, snapshot, write

Pair = tuple[Town, Town]
SMALL = pytest.mark.usefixtures("small")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two nodes that are peers and have no line."""
    towns = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(*towns)
    yield towns
    for town in towns:
        town.close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches and parts of a few entries, so that a bundle has many parts."""
    monkeypatch.setattr(publish, "BATCH", 5)
    monkeypatch.setattr(packing, "PART_LEAST", 1)


def packed(town: Town, other: Town, name: str = "bundle", size: int = packing.PART_BYTES, **how: bool) -> Packed:
    return Packing(town.node, other.code, **how).write(town.folder / name, size)


def brought(town: Town, *files: Path | Source, by: str = "") -> list[ReadPart]:
    found = [one if isinstance(one, Source) else Source(one.name, one.read_bytes) for one in files]
    return unpacking.read(town.node, found, by)


def lines_of(path: Path) -> list[bytes]:
    return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines(keepends=True)


def again(lines: list[bytes]) -> Source:
    raw = zstandard.ZstdCompressor().compress(b"".join(lines))
    return Source("changed", lambda: raw)


def label_of(path: Path) -> bundle.Label:
    opening = bundle.peek(path.read_bytes())
    assert opening is not None
    return bundle.label_of(opening)


# -- closed -----------------------------------------------------------------------------------------------


def test_a_closed_bundle_shows_nothing_and_opens_for_its_peer_alone(pair: Pair, tmp_path: Path) -> None:
    amur, shuangpo = pair
    write(amur, banding())
    (path,) = packed(amur, shuangpo, is_closed=True).files
    raw = path.read_bytes()
    assert envelope.is_closed(raw)
    assert b"XC 345612" not in raw
    stranger = make_node(tmp_path, "HL-QFG")
    (part,) = brought(stranger, path)
    assert "cannot be opened" in str(part.trouble)
    stranger.close()
    (part,) = brought(shuangpo, path)
    assert (part.is_proven, part.is_closed, part.kept) == (True, True, 1)


def test_a_closed_bundle_with_a_bit_turned_is_not_opened(pair: Pair) -> None:
    write(pair[0], banding())
    (path,) = packed(*pair, is_closed=True).files
    raw = bytearray(path.read_bytes())
    raw[-20] ^= 1
    (part,) = brought(pair[1], Source("turned", lambda: bytes(raw)))
    assert "cannot be opened" in str(part.trouble)
    assert snapshot(pair[1]) == {}


# -- what is not believed ---------------------------------------------------------------------------------


def changed_label(lines: list[bytes], **said: object) -> list[bytes]:
    first = json.loads(lines[0])
    return [json.dumps(first | {"bundle": json.dumps(json.loads(first["bundle"]) | said)}).encode() + b"\n", *lines[1:]]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: changed_label(lines, place=9),
        lambda lines: changed_label(lines, have={}),
        lambda lines: changed_label(lines, sender="AM-KHG"),
        lambda lines: [b'{"bundle":"{}","signature":"AAAA"}\n', *lines[1:]],
        lambda lines: [*lines[:-1], lines[-1].replace(b"}", b" }")],
        lambda lines: lines[1:],
    ],
)
def test_with_a_label_that_is_not_believed_batches_are_taken_and_nothing_else_follows(
    pair: Pair, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    amur, shuangpo = pair
    write(amur, banding())
    (path,) = packed(amur, shuangpo).files
    (part,) = brought(shuangpo, again(spoil(lines_of(path))))
    assert (part.kept, part.is_proven, part.peer) == (1, False, "by hand")
    peer = shuangpo.node.book.peer(amur.code)
    assert peer is not None
    assert (peer.cursor, peer.epoch) == (0, None)
    (batch,) = shuangpo.station.store.database.execute("select batch_id from exchange_routes").fetchall()
    assert shuangpo.node.ledger.routes.of(batch[0])[0][0] == "by hand"


def test_what_came_without_a_believable_label_is_passed_on_to_nobody_until_a_peer_brings_it(
    pair: Pair, tmp_path: Path
) -> None:
    amur, shuangpo = pair
    other = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, other)
    write(amur, banding())
    (path,) = packed(amur, shuangpo).files
    brought(shuangpo, again(lines_of(path)[1:]))
    assert lines_of(packed(shuangpo, other, "first").files[0])[2].startswith(b'{"n":1,"span":1,"closed"')
    brought(shuangpo, path)
    assert b'"groups"' in lines_of(packed(shuangpo, other, "second").files[0])[2]
    other.close()


def test_a_bundle_for_another_node_is_left_alone(pair: Pair, tmp_path: Path) -> None:
    amur, shuangpo = pair
    other = make_node(tmp_path, "HL-QFG")
    befriend(amur, other)
    write(amur, banding())
    (part,) = brought(other, packed(amur, shuangpo).files[0])
    assert "another node" in str(part.trouble)
    assert snapshot(other) == {}
    other.close()


@pytest.mark.parametrize("raw", [b"", b"no bundle at all", zstandard.ZstdCompressor().compress(b"{}\n")])
def test_what_is_no_bundle_is_said_to_be_none(pair: Pair, raw: bytes) -> None:
    (part,) = brought(pair[1], Source("holiday.jpg", lambda: raw))
    assert part.trouble is not None
    assert part.kept == 0


@SMALL
def test_an_archive_is_taken_apart_and_a_broken_one_refused(pair: Pair) -> None:
    write(pair[0], *(banding(f"XC {n:06}") for n in range(20)))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in packed(*pair, size=5_000).files:
            archive.write(path, path.name)
    found = unpacking.sources("all.zip", file.getvalue)
    assert sum(part.kept for part in brought(pair[1], *found)) == 20
    with pytest.raises(Refused, match="cannot be read"):
        unpacking.sources("half.zip", lambda: file.getvalue()[:300])


def test_a_text_that_is_no_label_is_refused_in_words() -> None:
    with pytest.raises(Inauthentic):
        bundle.label_of(wire.Opening('{"bundle":1}', b""))


def test_a_return_is_complete_when_both_halves_were_carried(pair: Pair) -> None:
    write(pair[0], banding())
    write(pair[1], recovery())
    brought(pair[1], *packed(pair[0], pair[1]).files)
    assert {one[0] for one in snapshot(pair[1]).values()} == {1}
    assert len(snapshot(pair[1])) == 2


def test_a_person_may_say_who_brought_what_has_no_believable_label(pair: Pair) -> None:
    amur, shuangpo = pair
    write(amur, banding())
    source = again(lines_of(packed(amur, shuangpo).files[0])[1:])
    (part,) = brought(shuangpo, source, by=amur.code)
    assert (part.kept, part.peer, part.is_proven) == (1, amur.code, False)
    assert shuangpo.node.ledger.routes.of(1)[0][0] == amur.code
    with pytest.raises(Refused, match="no such peer"):
        brought(shuangpo, source, by="HL-QFG")


def test_a_whole_bundle_read_after_a_broken_one_takes_the_rest(pair: Pair) -> None:
    amur, shuangpo = pair
    write(amur, banding("XC 000001"))
    amur.node.publisher.publish()
    write(amur, banding("XC 000002"))
    (path,) = packed(amur, shuangpo).files
    raw = path.read_bytes()
    (cut,) = brought(shuangpo, again(lines_of(path)[:3]))
    assert (cut.kept, cut.is_proven) == (1, False)
    assert "Only the beginning" in str(cut.trouble)
    (part,) = brought(shuangpo, Source("whole", lambda: raw))
    assert (part.kept, part.known, part.is_proven) == (1, 1, True)
