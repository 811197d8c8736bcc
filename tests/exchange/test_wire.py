"""Bytes in and out: what goes out comes back, a cut line loses only the batch it cuts, and nothing is unbounded."""

import io
import tracemalloc
from collections.abc import Iterable, Sequence

import orjson
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.log import lines, wire
from exchange.log.entries import Batch, Inauthentic
from tests.exchange import made

EPOCH = "00000000000000aa"


def cursor(place: int, _more: bool = False) -> str:
    return f"{EPOCH}.{place}"


def delivery(batches: Iterable[Batch], limit: int = 1 << 30) -> bytes:
    return b"".join(wire.page(blocks(batches), limit, cursor))


def blocks(batches: Iterable[Batch]) -> Iterable[tuple[int | None, bytes, int]]:
    """Batches as the blocks of a page, with nothing fetched elsewhere."""
    return ((one.at, wire.batch_lines(one), 0) for one in batches)


def read(raw: bytes) -> tuple[list[Batch], wire.End | None]:
    """The batches that came whole, and the end if it came."""
    batches: list[Batch] = []
    try:
        for found in wire.read(io.BytesIO(raw)):
            if isinstance(found, wire.End):
                return batches, found
            assert isinstance(found, Batch)
            batches.append(found)
    except wire.Cut:
        return batches, None
    raise AssertionError("neither an end nor a cut")


def packed(*lines: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(b"".join(line + b"\n" for line in lines))


def first_fault(raw: bytes) -> Inauthentic:
    """What is wrong with a delivery, told on the way or at its end."""
    try:
        for found in wire.read(io.BytesIO(raw)):
            if isinstance(found, wire.Broken):
                return found.why
    except Inauthentic as fault:
        return fault
    raise AssertionError("nothing was wrong")


@settings(max_examples=40)
@given(st.lists(st.lists(made.entries(), min_size=1, max_size=3), max_size=4), made.WITHHELD)
def test_a_delivery_comes_back_as_it_went_out(groups: list[list[object]], withheld: set[str]) -> None:
    batches = []
    for at, entries in enumerate(groups, 1):
        numbered = [made.entry(n, one.groups) for n, one in enumerate(entries, 1)]  # type: ignore[attr-defined]
        batches.append(made.hidden(made.batch(numbered, at=at), sorted(withheld)))
    found, end = read(delivery(batches))
    assert found == batches
    assert end is not None
    assert (end.cursor, end.more) == (cursor(len(batches)), False)


def test_header_and_head_are_read_as_they_were_written() -> None:
    batch = made.chain([3])[0]
    header = wire.header(batch.header)
    assert (header.log, header.node, header.first, header.count) == (made.LOG, "AM-KHG", 1, 3)
    assert wire.header_text(header) == batch.header
    assert wire.head(batch.entries[1].head)["id"] == made.ID.format(2)


def test_cut_at_any_byte_only_the_batch_under_the_cut_is_lost() -> None:
    batches = made.chain([1, 2, 1, 3])
    written = list(wire.page(blocks(batches), 1 << 30, cursor))
    ends = [sum(map(len, written[: n + 1])) for n in range(len(batches))]
    raw = b"".join(written)
    for at in range(len(raw)):
        found, end = read(raw[:at])
        # Whatever was whole before the cut is delivered, and nothing else.
        assert found == batches[: len(found)]
        assert len(found) >= sum(at >= one for one in ends)
        if at < len(raw) - 5:
            assert end is None, at
    assert read(raw)[0] == batches


@pytest.mark.parametrize("limit", [1, 200, 500, 1000, 5000])
def test_a_page_ends_at_its_limit_and_the_next_goes_on_behind_it(limit: int) -> None:
    batches = made.chain([2] * 9)
    after, seen, pages = 0, [], 0
    while True:
        raw = delivery(batches[after:], limit)
        found, end = read(raw)
        assert found, "a page brings at least one batch"
        assert end is not None
        biggest = max(len(delivery([one])) for one in batches)
        assert len(raw) <= limit + biggest
        assert end.cursor == cursor(found[-1].at or 0)
        seen, pages, after = seen + found, pages + 1, found[-1].at or 0
        if not end.more:
            break
    assert seen == batches
    assert pages == 9 if limit == 1 else pages >= 1


def test_a_page_of_nothing_still_has_its_end() -> None:
    found, end = read(delivery([]))
    assert (found, end and end.cursor, end and end.more) == ([], cursor(0), False)


def test_nothing_is_made_before_it_is_asked_for() -> None:
    """A page is written as it goes out; it never stands in memory as a whole."""
    asked = []

    def batches() -> Iterable[Batch]:
        for one in made.chain([1, 1, 1]):
            asked.append(one.at)
            yield one

    page = iter(wire.page(blocks(batches()), 1 << 30, cursor))
    next(page)
    assert asked == [1]


@pytest.mark.parametrize(
    "raw",
    [b"{}", b"\x28\xb5\x2f\xfdrubbish", packed(b"no json"), packed(b"[]"), packed(b'{"end":1,"more":false}'),
     packed(b'{"end":"' + cursor(1).encode() + b'"}'), packed(b'{"batch":"{}","signature":"AA=="}'),
     packed(b"null"), packed(b'{"end":"' + cursor(1).encode() + b'\\n","more":false}'), packed(b"\xff\xfe")],
)  # fmt: skip
def test_what_is_no_delivery_is_refused_in_words(raw: bytes) -> None:
    fault = first_fault(raw)
    assert fault.code == "W-syntax"
    assert fault.values["why"]


@pytest.mark.parametrize("place", range(4))
def test_a_line_that_cannot_be_read_takes_only_its_own_batch_with_it(place: int) -> None:
    one, two, three = made.chain([2, 3, 2])
    lines = lines_of(two)
    lines[place] = b'{"rubbish'
    end = orjson.dumps({"end": cursor(3), "more": False})
    found = list(wire.read(io.BytesIO(packed(*lines_of(one), *lines, *lines_of(three), end))))
    assert [type(each) for each in found] == [Batch, wire.Broken, Batch, wire.End]
    assert found[::2] == [one, three]
    assert found[1].why.code == "W-syntax"  # type: ignore[union-attr]


def test_nothing_at_all_is_a_cut() -> None:
    assert read(b"") == ([], None)
    assert read(packed()) == ([], None)


def test_a_deep_line_is_refused_and_not_a_fault_of_ours() -> None:
    assert first_fault(packed(b'{"end":' + b"[" * 100_000)).code == "W-syntax"


def lines_of(batch: Batch) -> list[bytes]:
    return wire.batch_lines(batch).splitlines()


@pytest.mark.parametrize(
    "change",
    [{"n": 0}, {"n": "1"}, {"n": 1.5}, {"n": 2**60}, {"head": 1}, {"head": "x" * 4001},
     {"keys": {"2": "A" * 22 + "=="}}, {"keys": {"0000": "A" * 22 + "=="}}, {"keys": {"0\n": "A" * 22 + "=="}},
     {"keys": {"0": "A" * 24}}, {"groups": {"secret": "{}"}}, {"groups": {"core": {}}},
     {"withheld": {"core": "A" * 43}}, {"more": 1}],
)  # fmt: skip
def test_a_line_of_another_shape_is_refused(change: dict[str, object]) -> None:
    head, entry = lines_of(made.chain([1])[0])
    assert first_fault(packed(head, orjson.dumps(orjson.loads(entry) | change))).code == "W-syntax"


@pytest.mark.parametrize("text", ["A" * 44, "A" * 42 + "=="])
def test_a_commitment_of_another_length_is_refused(text: str) -> None:
    """33 bytes and 31 beside it would make the same leaf as 32 and 32."""
    head, entry = lines_of(made.chain([1])[0])
    assert (
        first_fault(packed(head, orjson.dumps(orjson.loads(entry) | {"withheld": {"area": text}}))).code == "W-syntax"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("protocol", 2), ("log", "AM-KHG"), ("log", "AM-KHG.0123456789abcdef\n"), ("first", 0), ("count", 0),
     ("count", 1001), ("previous", "00"), ("root", "G" * 64), ("schema", "1"), ("more", 1)],
)  # fmt: skip
def test_a_header_of_another_shape_is_refused(name: str, value: object) -> None:
    said = orjson.loads(made.chain([1])[0].header) | {name: value}
    with pytest.raises(Inauthentic) as fault:
        wire.header(orjson.dumps(said).decode())
    assert fault.value.code == "W-syntax"


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    raw = packed(b"x" * (64 * 1024 * 1024))
    tracemalloc.start()
    try:
        assert first_fault(raw).code == "W-oversize"
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_delivery_of_many_lines_is_bounded_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PAGE_LIMIT", 200_000)
    batches = made.chain([50] * 12)
    fault = first_fault(delivery(batches))
    assert (fault.code, fault.values["limit"]) == ("W-oversize", "200000")


def test_a_window_larger_than_ours_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    raw = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    made_large = raw.compress(b"x" * 1000) + raw.flush()
    assert first_fault(made_large).code == "W-syntax"


def test_several_frames_are_one_delivery() -> None:
    """Blocks that were packed apart, as a cached segment would be, are read as one."""
    batches = made.chain([1, 2])
    frames = [zstandard.ZstdCompressor().compress(wire.batch_lines(one)) for one in batches]
    frames.append(packed(orjson.dumps({"end": cursor(2), "more": False})))
    assert read(b"".join(frames))[0] == batches


def numbers(batches: Sequence[Batch]) -> list[int]:
    return [entry.number for batch in batches for entry in batch.entries]


def test_what_stands_behind_the_end_is_not_read() -> None:
    whole = made.chain([1, 1])
    raw = delivery(whole[:1]) + delivery(whole[1:])
    assert numbers(read(raw)[0]) == [1]
