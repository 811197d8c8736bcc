"""Deliveries that unpack to far more than they weigh: refused with little memory, whatever they hold."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from exchange.log import wire
from exchange.talk.line import PeerRefuses
from tests.together.kit import (
    Town,
    snapshot,
)
from tests.together.pen import END, Pen, packed, pen

MEGABYTE = 1024 * 1024

# -- bombs ------------------------------------------------------------------------------------------------


def peak(deed: Callable[[], Any]) -> int:
    """The most memory, in bytes, that Python held at once during a deed."""
    tracemalloc.start()
    try:
        deed()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_of_one_endless_line_is_refused_within_bounded_memory(
    town: Town, writer: Pen, post: Callable[[bytes], Any]
) -> None:
    first = wire.batch_lines(writer.batch(writer.entry()))
    bomb = packed([first] + [bytes(8 * MEGABYTE)] * 33)
    assert len(bomb) < MEGABYTE
    assert peak(lambda: post(bomb)) < 24 * MEGABYTE
    assert writer.uuids[0] in snapshot(town)
    assert [one.code for one in town.node.book.refusals()] == ["W-oversize"]


def test_a_bomb_of_batches_that_nobody_signed_is_refused_within_bounded_memory(
    town: Town, post: Callable[[bytes], Any], honest: Pen
) -> None:
    stranger = pen("HL-QFG", 9)
    heavy = stranger.batch(*(stranger.entry(remarks={"text": "x" * 9000}) for _ in range(20)))
    bomb = packed([wire.batch_lines(heavy)] * 200 + [wire.batch_lines(honest.batch(honest.entry())), END])
    assert peak(lambda: post(bomb)) < 24 * MEGABYTE
    assert honest.uuids[0] in snapshot(town)
    assert [one.code for one in town.node.book.refusals()] == ["W-key-unknown"]


def test_a_window_larger_than_we_hold_is_refused(post: Callable[[bytes], Any]) -> None:
    import zstandard

    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    raw = compressor.compress(END) + compressor.flush()
    with pytest.raises(PeerRefuses):
        post(raw)
