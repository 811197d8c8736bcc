"""Bundles that were closed, damaged, changed or are none: what is taken of them, and what is not believed."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from banding.errors import Refused
from exchange.log import wire
from exchange.log.entries import Inauthentic
from exchange.talk import bundle, envelope, unpacking
from exchange.talk.unpacking import Source
from tests.exchange.forms import Apart
from tests.together.carrying import again, brought, lines_of, packed
from tests.together.kit import banding, befriend, make_node, peer_of, recovery, snapshot, write

SMALL = pytest.mark.usefixtures("small")


# -- closed -----------------------------------------------------------------------------------------------


def test_a_closed_bundle_shows_nothing_and_opens_for_its_peer_alone(apart: Apart, tmp_path: Path) -> None:
    amur, shuangpo = apart
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


def test_a_closed_bundle_with_a_bit_turned_is_not_opened(apart: Apart) -> None:
    write(apart[0], banding())
    (path,) = packed(*apart, is_closed=True).files
    raw = bytearray(path.read_bytes())
    raw[-20] ^= 1
    (part,) = brought(apart[1], Source("turned", lambda: bytes(raw)))
    assert "cannot be opened" in str(part.trouble)
    assert snapshot(apart[1]) == {}


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
    apart: Apart, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    amur, shuangpo = apart
    write(amur, banding())
    (path,) = packed(amur, shuangpo).files
    (part,) = brought(shuangpo, again(spoil(lines_of(path))))
    assert (part.kept, part.is_proven, part.peer) == (1, False, "by hand")
    peer = peer_of(shuangpo, amur.code)
    assert (peer.cursor, peer.epoch) == (0, None)
    (batch,) = shuangpo.station.store.database.execute("select batch_id from exchange_routes").fetchall()
    assert shuangpo.node.ledger.routes.of(batch[0])[0][0] == "by hand"


def test_what_came_without_a_believable_label_is_passed_on_to_nobody_until_a_peer_brings_it(
    apart: Apart, tmp_path: Path
) -> None:
    amur, shuangpo = apart
    other = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, other)
    write(amur, banding())
    (path,) = packed(amur, shuangpo).files
    brought(shuangpo, again(lines_of(path)[1:]))
    assert lines_of(packed(shuangpo, other).files[0])[2].startswith(b'{"n":1,"span":1,"closed"')
    brought(shuangpo, path)
    assert b'"groups"' in lines_of(packed(shuangpo, other).files[0])[2]
    other.close()


def test_a_bundle_for_another_node_is_left_alone(apart: Apart, tmp_path: Path) -> None:
    amur, shuangpo = apart
    other = make_node(tmp_path, "HL-QFG")
    befriend(amur, other)
    write(amur, banding())
    (part,) = brought(other, packed(amur, shuangpo).files[0])
    assert "another node" in str(part.trouble)
    assert snapshot(other) == {}
    other.close()


@pytest.mark.parametrize("raw", [b"", b"no bundle at all", zstandard.ZstdCompressor().compress(b"{}\n")])
def test_what_is_no_bundle_is_said_to_be_none(apart: Apart, raw: bytes) -> None:
    (part,) = brought(apart[1], Source("holiday.jpg", lambda: raw))
    assert part.trouble is not None
    assert part.kept == 0


@SMALL
def test_an_archive_is_taken_apart_and_a_broken_one_refused(apart: Apart) -> None:
    write(apart[0], *(banding(f"XC {n:06}") for n in range(20)))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in packed(*apart, size=5_000).files:
            archive.write(path, path.name)
    found = unpacking.sources("all.zip", file.getvalue)
    assert sum(part.kept for part in brought(apart[1], *found)) == 20
    with pytest.raises(Refused, match="cannot be read"):
        unpacking.sources("half.zip", lambda: file.getvalue()[:300])


def test_a_text_that_is_no_label_is_refused_in_words() -> None:
    with pytest.raises(Inauthentic):
        bundle.label_of(wire.Opening('{"bundle":1}', b""))


def test_a_return_is_complete_when_both_halves_were_carried(apart: Apart) -> None:
    write(apart[0], banding())
    write(apart[1], recovery())
    brought(apart[1], *packed(apart[0], apart[1]).files)
    assert {one[0] for one in snapshot(apart[1]).values()} == {1}
    assert len(snapshot(apart[1])) == 2


def test_a_person_may_say_who_brought_what_has_no_believable_label(apart: Apart) -> None:
    amur, shuangpo = apart
    write(amur, banding())
    source = again(lines_of(packed(amur, shuangpo).files[0])[1:])
    (part,) = brought(shuangpo, source, by=amur.code)
    assert (part.kept, part.peer, part.is_proven) == (1, amur.code, False)
    assert shuangpo.node.ledger.routes.of(1)[0][0] == amur.code
    with pytest.raises(Refused, match="no such peer"):
        brought(shuangpo, source, by="HL-QFG")


def test_a_whole_bundle_read_after_a_broken_one_takes_the_rest(apart: Apart) -> None:
    amur, shuangpo = apart
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
