"""A bundle's parts: what they say of themselves, how they are cut, and where they are written."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.errors import NotFound, Refused
from exchange.log import publish
from exchange.log.parcels import Parcel, digest_behind_opening, pack
from exchange.talk import bundle, packing, unpacking
from exchange.talk.packing import Packed, Packing
from exchange.talk.unpacking import ReadPart, Source
from schemas.changes import PUBLISHED
from tests.together.kit import Town, banding, befriend, make_node, write

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


# -- what a part says of itself ---------------------------------------------------------------------------


def test_a_part_begins_with_its_label_and_goes_on_like_a_page(pair: Pair) -> None:
    write(pair[0], banding())
    (path,) = packed(*pair).files
    first, second, *_, last = lines_of(path)
    said = json.loads(json.loads(first)["bundle"])
    assert PUBLISHED["bundle"].validate(said) == {}
    assert (said["from"], said["to"], said["part"], said["parts"]) == ("AM-KHG", "HL-SHP", 1, 1)
    assert said["holds"] == {pair[0].node.publisher.log: [1, 1]}
    assert (said["needs"], said["after"], said["place"]) == ({}, 0, 1)
    assert "batch" in json.loads(second)
    assert json.loads(last) == {"end": f"{pair[0].node.epoch.name}.1", "more": False}


def test_the_label_covers_every_byte_behind_it(pair: Pair) -> None:
    write(pair[0], banding())
    (path,) = packed(*pair).files
    assert digest_behind_opening(io.BytesIO(path.read_bytes())) == label_of(path).lines


@SMALL
def test_a_part_that_is_not_the_first_says_what_must_be_held_before_it(pair: Pair) -> None:
    write(pair[0], *(banding(f"XC {n:06}") for n in range(20)))
    files = packed(*pair, size=5_000).files
    log = pair[0].node.publisher.log
    labels = [label_of(path) for path in files]
    assert [label.needs.get(log, 0) for label in labels] == [label.holds[log][0] - 1 for label in labels]
    assert [label.after for label in labels] == [0, *(label.place for label in labels[:-1])]


@given(st.lists(st.binary(max_size=3000), max_size=9), st.binary(max_size=40))
@settings(max_examples=40, deadline=None)
def test_a_parcel_gives_back_what_was_put_in_under_its_digest(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], opening: bytes
) -> None:
    parcel = Parcel(tmp_path_factory.mktemp("parcel") / "one")
    opening = opening.replace(b"\n", b"") + b"\n"
    for piece in pieces:
        parcel.add(piece, pack(piece))
    told: list[str] = []

    def line(digest: str) -> bytes:
        told.append(digest)
        return opening

    raw = parcel.finish(line, b"end\n")
    assert zstandard.ZstdDecompressor().stream_reader(raw).read() == opening + b"".join(pieces) + b"end\n"
    assert told == [digest_behind_opening(io.BytesIO(raw))]


# -- how it is cut ----------------------------------------------------------------------------------------


@SMALL
def test_parts_keep_to_the_size_and_only_one_batch_alone_may_be_longer(pair: Pair) -> None:
    write(pair[0], *(banding(f"XC {n:06}") for n in range(40)))
    found = packed(*pair, size=6_500)
    assert len(found.files) > 2
    assert found.longer == ()
    assert all(path.stat().st_size <= 6_500 for path in found.files)
    wide = packed(*pair, name="wide", size=900).longer
    assert len(wide) == 8
    assert sum(len(label_of(path).holds) for path in wide) == 8


@SMALL
def test_files_are_named_by_their_parts_and_nothing_is_written_over(pair: Pair) -> None:
    write(pair[0], *(banding(f"XC {n:06}") for n in range(20)))
    names = [path.name for path in packed(*pair, size=5_000).files]
    assert names == [f"bundle.{n:03}" for n in range(1, len(names) + 1)]
    with pytest.raises(Refused, match="already there"):
        packed(*pair)
    assert not list(pair[0].folder.glob(".bundle-*"))


def test_a_fault_on_the_way_leaves_no_half_bundle(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    write(pair[0], banding())

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Parcel, "finish", full)
    with pytest.raises(OSError, match="No space"):
        packed(*pair)
    assert [path for path in pair[0].folder.iterdir() if not path.is_dir()] == []


def test_for_a_node_that_is_no_peer_there_is_no_bundle(pair: Pair) -> None:
    with pytest.raises(NotFound):
        Packing(pair[0].node, "HL-QFG")


def test_what_leaves_is_in_the_book_before_it_goes(pair: Pair) -> None:
    write(pair[0], banding(people={"ringer": "N. N."}))
    packed(*pair)
    sql = "select peer, way, shown from exchange_left"
    ((peer, way, shown),) = pair[0].station.store.database.execute(sql).fetchall()
    assert (peer, way) == ("HL-SHP", "bundle")
    assert "people" not in json.loads(shown)
