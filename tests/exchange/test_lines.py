"""Texts that are looked at together say the same as each alone, and none of them can hide behind its neighbour."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.log.entries import Inauthentic
from exchange.log.lines import alike, all_alike, decode, encode

SAID = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
WRITTEN = SAID.map(lambda said: orjson.dumps(said).decode()) | SAID.map(json.dumps)
ODD = st.sampled_from(
    ['{"a":1,"a":2}', '{"a":9007199254740993}', '{"a":[{}', "{}]},{}", "{},{}", "", " {}", "{} ", "1.0"]
)


def each(texts: list[str]) -> list[object] | None:
    """What the texts say one by one; None where one of them says nothing that all would read alike."""
    try:
        return [alike(text) for text in texts]
    except Inauthentic:
        return None


@given(st.lists(WRITTEN | ODD, max_size=5))
def test_what_is_said_together_is_what_each_says_alone(texts: list[str]) -> None:
    together = all_alike(texts)
    assert together is None or together == each(texts)


@given(st.lists(SAID, max_size=5))
def test_what_is_written_as_we_write_needs_no_second_look(said: list[object]) -> None:
    assert all_alike([orjson.dumps(one).decode() for one in said]) == said


@pytest.mark.parametrize("texts", [['{"a":[{}', "{}]},{}"], ["{},{}"], ['{"a":1,"a":2}', "{}"], ['{"a":1e400}']])
def test_what_could_be_read_in_two_ways_is_looked_at_alone(texts: list[str]) -> None:
    assert all_alike(texts) is None


@given(st.binary(max_size=64))
def test_bytes_come_back_from_their_text(raw: bytes) -> None:
    assert decode(encode(raw)) == raw


@pytest.mark.parametrize("text", ["A", "AA=A", "AAAA\n", "é===", "AA==AA=="])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(Inauthentic):
        decode(text)
