"""Bytes that come in parts gather in a file: a part counts once, in its place, and only the whole is believed."""

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.errors import Refused
from exchange.log import parts as module
from exchange.log.parts import Parts

BODY = bytes(range(256)) * 20
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """A folder that is not there yet."""
    return Parts(tmp_path / "parts" / "segments")


@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=12), again=st.booleans())
def test_whatever_pieces_come_in_order_the_whole_is_the_whole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], again: bool
) -> None:
    parts = Parts(tmp_path_factory.mktemp("parts"))
    places = sorted({0, *cuts, len(BODY)})
    for start, end in pairwise(places):
        assert parts.size(DIGEST) == start
        assert parts.add(DIGEST, start, BODY[start:end]) == end
        if again:
            assert parts.add(DIGEST, start, BODY[start:end]) == end, "what has come is not added twice"
            parts = Parts(parts.folder)
    assert parts.is_whole(DIGEST)
    assert parts.path(DIGEST).read_bytes() == BODY


@pytest.mark.parametrize("offset", [0, 99, 101, 5000])
def test_a_piece_that_belongs_elsewhere_changes_nothing(parts: Parts, offset: int) -> None:
    parts.add(DIGEST, 0, BODY[:100])
    assert parts.add(DIGEST, offset, b"elsewhere") == 100
    assert parts.path(DIGEST).read_bytes() == BODY[:100]


def test_other_bytes_than_the_digest_says_are_thrown_away(parts: Parts) -> None:
    parts.add(DIGEST, 0, BODY[:-1] + b"!")
    assert not parts.is_whole(DIGEST)
    assert parts.size(DIGEST) == 0


def test_what_was_let_go_is_gone_and_may_be_let_go_twice(parts: Parts) -> None:
    parts.add(DIGEST, 0, BODY)
    parts.drop(DIGEST)
    parts.drop(DIGEST)
    assert parts.size(DIGEST) == 0


@pytest.mark.parametrize(
    "name",
    ["", "../../node.sqlite", "/etc/passwd", DIGEST.upper(), DIGEST[:-1], DIGEST + "0", DIGEST + "\n",
     DIGEST[:-1] + "/", "..", "\0" * 64, "é" * 64, f"{DIGEST}/../x"],
)  # fmt: skip
def test_what_is_no_digest_names_no_file(parts: Parts, name: str) -> None:
    for deed in (parts.path, parts.size, parts.drop, lambda digest: parts.add(digest, 0, b"x")):
        with pytest.raises(Refused):
            deed(name)
    assert not parts.folder.exists()


def test_unfinished_files_do_not_fill_the_disk(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PARTS", 3)
    digests = [hashlib.sha256(bytes([number])).hexdigest() for number in range(6)]
    for digest in digests:
        parts.add(digest, 0, b"begun")
    assert len(list(parts.folder.iterdir())) == 3
    assert parts.size(digests[-1]) == 5


def test_two_who_fetch_the_same_do_not_spoil_it_for_each_other(parts: Parts) -> None:
    other = Parts(parts.folder)
    for start in range(0, len(BODY), 512):
        parts.add(DIGEST, start, BODY[start : start + 512])
        other.add(DIGEST, start, BODY[start : start + 512])
    assert parts.is_whole(DIGEST)
