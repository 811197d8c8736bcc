"""A bundle's parts: what they say of themselves, how they are cut, and where they are written."""

import io
import json

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.errors import NotFound, Refused
from exchange.log.parcels import Parcel, digest_behind_opening, pack
from exchange.talk.packing import Packing
from schemas.changes import PUBLISHED
from tests.exchange.forms import Apart
from tests.together.carrying import label_of, lines_of, packed
from tests.together.kit import banding, write

SMALL = pytest.mark.usefixtures("small")


# -- what a part says of itself ---------------------------------------------------------------------------


def test_a_part_begins_with_its_label_and_goes_on_like_a_page(apart: Apart) -> None:
    write(apart[0], banding())
    (path,) = packed(*apart).files
    first, second, *_, last = lines_of(path)
    said = json.loads(json.loads(first)["bundle"])
    assert PUBLISHED["bundle"].validate(said) == {}
    assert (said["from"], said["to"], said["part"], said["parts"]) == ("AM-KHG", "HL-SHP", 1, 1)
    assert said["holds"] == {apart[0].node.publisher.log: [1, 1]}
    assert (said["needs"], said["after"], said["place"]) == ({}, 0, 1)
    assert "batch" in json.loads(second)
    assert json.loads(last) == {"end": f"{apart[0].node.epoch.name}.1", "more": False}


def test_the_label_covers_every_byte_behind_it(apart: Apart) -> None:
    write(apart[0], banding())
    (path,) = packed(*apart).files
    assert digest_behind_opening(io.BytesIO(path.read_bytes())) == label_of(path).lines


@SMALL
def test_a_part_that_is_not_the_first_says_what_must_be_held_before_it(apart: Apart) -> None:
    write(apart[0], *(banding(f"XC {n:06}") for n in range(20)))
    files = packed(*apart, size=5_000).files
    log = apart[0].node.publisher.log
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
def test_parts_keep_to_the_size_and_only_one_batch_alone_may_be_longer(apart: Apart) -> None:
    write(apart[0], *(banding(f"XC {n:06}") for n in range(40)))
    found = packed(*apart, size=6_500)
    assert len(found.files) > 2
    assert found.longer == ()
    assert all(path.stat().st_size <= 6_500 for path in found.files)
    wide = packed(*apart, size=900).longer
    assert len(wide) == 8
    assert sum(len(label_of(path).holds) for path in wide) == 8


@SMALL
def test_files_are_named_by_their_parts_and_nothing_is_written_over(apart: Apart) -> None:
    write(apart[0], *(banding(f"XC {n:06}") for n in range(20)))
    names = [path.name for path in packed(*apart, "bundle", size=5_000).files]
    assert names == [f"bundle.{n:03}" for n in range(1, len(names) + 1)]
    with pytest.raises(Refused, match="already there"):
        packed(*apart, "bundle")
    assert not list(apart[0].folder.glob(".bundle-*"))


def test_a_fault_on_the_way_leaves_no_half_bundle(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    write(apart[0], banding())

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Parcel, "finish", full)
    with pytest.raises(OSError, match="No space"):
        packed(*apart)
    assert [path for path in apart[0].folder.iterdir() if not path.is_dir()] == []


def test_for_a_node_that_is_no_peer_there_is_no_bundle(apart: Apart) -> None:
    with pytest.raises(NotFound):
        Packing(apart[0].node, "HL-QFG")


def test_what_leaves_is_in_the_book_before_it_goes(apart: Apart) -> None:
    write(apart[0], banding(people={"ringer": "N. N."}))
    packed(*apart)
    sql = "select peer, way, shown from exchange_left"
    ((peer, way, shown),) = apart[0].station.store.database.execute(sql).fetchall()
    assert (peer, way) == ("HL-SHP", "bundle")
    assert "people" not in json.loads(shown)
