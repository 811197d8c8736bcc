"""What can be wrong with a batch, and by which code it is told: such a batch is refused."""

import dataclasses
from collections.abc import Callable

from exchange.log import seals, wire
from exchange.log.entries import Batch
from tests.together.pen import Pen, pen

MEGABYTE = 1024 * 1024
Bad = Callable[[Pen], list[Batch | bytes]]


def as_lines(batch: Batch) -> list[bytes]:
    return wire.batch_lines(batch).splitlines(keepends=True)


def broken_entry(writer: Pen) -> list[Batch | bytes]:
    first, one, two = as_lines(writer.batch(writer.entry(), writer.entry()))
    return [first, one[: len(one) // 2] + b"\n", two]


def broken_header(writer: Pen) -> list[Batch | bytes]:
    first, one = as_lines(writer.batch(writer.entry()))
    return [first.replace(b'"signature"', b'"signatur'), one]


def too_few_entries(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), writer.entry(), count=3)]


def too_many_entries(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), writer.entry(), count=1)]


def twice_the_same_number(writer: Pen) -> list[Batch | bytes]:
    one, two = writer.entry(), writer.entry()
    return [writer.batch(one, dataclasses.replace(two, number=one.number))]


def not_from_the_first_number(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), first=2)]


def a_line_too_long(writer: Pen) -> list[Batch | bytes]:
    first, one = as_lines(writer.batch(writer.entry()))
    return [first, one[:-3] + b',"more":"' + b"x" * wire.LINE_LIMIT + b'"}\n']


def a_line_of_zeroes(_writer: Pen) -> list[Batch | bytes]:
    return [bytes(9 * MEGABYTE), b"\n"]


def a_deep_line(_writer: Pen) -> list[Batch | bytes]:
    return [b'{"end":' + b"[" * 600 + b"]" * 600 + b"}\n"]


def a_line_deeper_than_json_goes(_writer: Pen) -> list[Batch | bytes]:
    return [b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"]


def a_line_that_is_no_object(_writer: Pen) -> list[Batch | bytes]:
    return [b"[1, 2]\n", b"\n", b"null\n", b'"end"\n']


def another_signature(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    return [dataclasses.replace(batch, signature=batch.signature[:-1] + bytes([batch.signature[-1] ^ 1]))]


def no_signature(writer: Pen) -> list[Batch | bytes]:
    return [dataclasses.replace(writer.batch(writer.entry()), signature=b"x")]


def another_root(writer: Pen) -> list[Batch | bytes]:
    return [writer.batch(writer.entry(), root=bytes(32))]


def an_unknown_key(_writer: Pen) -> list[Batch | bytes]:
    stranger = pen("HL-QFG", 9)
    return [stranger.batch(stranger.entry())]


def a_known_node_with_another_key(writer: Pen) -> list[Batch | bytes]:
    other = pen(writer.code, 9)
    return [other.batch(other.entry())]


def a_changed_group(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    (one,) = batch.entries
    changed = {"core": one.groups["core"].replace("2024-05-01", "2024-05-02")}
    return [dataclasses.replace(batch, entries=[dataclasses.replace(one, groups=changed)])]


def a_changed_head(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    (one,) = batch.entries
    changed = one.head.replace('"generation":1', '"generation":2')
    return [dataclasses.replace(batch, entries=[dataclasses.replace(one, head=changed)])]


def a_group_left_out(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry(measurements={"wing": 71.5}))
    (one,) = batch.entries
    return [dataclasses.replace(batch, entries=[dataclasses.replace(one, groups={"core": one.groups["core"]})])]


def no_keys(writer: Pen) -> list[Batch | bytes]:
    batch = writer.batch(writer.entry())
    return [dataclasses.replace(batch, entries=[dataclasses.replace(batch.entries[0], keys={})])]


def a_false_commitment(writer: Pen) -> list[Batch | bytes]:
    """A relay adds a commitment to a group that is shown: it would be passed on instead of the group."""
    batch = writer.batch(writer.entry())
    poisoned = dataclasses.replace(batch.entries[0], withheld={"core": bytes(32)})
    return [dataclasses.replace(batch, entries=[poisoned])]


def a_false_key(writer: Pen) -> list[Batch | bytes]:
    """A relay adds a key to a withheld group: it would spoil a fuller copy that comes later."""
    batch = writer.batch(writer.entry(people={"ringer": "Somebody"}))
    held = batch.entries[0].without(["people"])
    poisoned = dataclasses.replace(held, keys=dict(held.keys) | {seals.PATHS["people"]: bytes(16)})
    return [dataclasses.replace(batch, entries=[poisoned])]


def commitments_that_share_their_bytes(writer: Pen) -> list[Batch | bytes]:
    """Of 31 and 33 bytes they make the same leaf as of 32 each."""
    batch = writer.batch(writer.entry(remarks={"text": "worn"}, people={"ringer": "Somebody"}))
    held = batch.entries[0].without(["remarks", "people"])
    both = held.withheld["remarks"] + held.withheld["people"]
    shifted = dataclasses.replace(held, withheld={"remarks": both[:33], "people": both[33:]})
    return [dataclasses.replace(batch, entries=[shifted])]


def a_stolen_batch(writer: Pen) -> list[Batch | bytes]:
    """What one node signed is sent as the log of another."""
    victim = pen("HL-SHP", 2)
    batch = victim.batch(victim.entry())
    return [dataclasses.replace(batch, header=batch.header.replace(victim.log, writer.log))]


def a_fork(writer: Pen) -> list[Batch | bytes]:
    first = writer.batch(writer.entry())
    writer.number, writer.previous = 0, seals.NO_PREVIOUS
    return [first, writer.batch(writer.entry())]


def a_fork_in_the_middle(writer: Pen) -> list[Batch | bytes]:
    first = writer.batch(writer.entry(), writer.entry())
    writer.number = 1
    return [first, writer.batch(writer.entry())]


def another_past(writer: Pen) -> list[Batch | bytes]:
    first = writer.batch(writer.entry())
    return [first, writer.batch(writer.entry(), previous=bytes([1]) * 32)]


REFUSED: list[tuple[Bad, str]] = [
    (broken_entry, "W-syntax"), (broken_header, "W-syntax"), (too_few_entries, "W-syntax"),
    (too_many_entries, "W-root"), (twice_the_same_number, "W-syntax"), (not_from_the_first_number, "W-syntax"),
    (a_line_too_long, "W-oversize"), (a_line_of_zeroes, "W-oversize"), (a_deep_line, "W-syntax"),
    (a_line_deeper_than_json_goes, "W-syntax"), (a_line_that_is_no_object, "W-syntax"),
    (another_signature, "W-signature"), (no_signature, "W-signature"), (another_root, "W-root"),
    (an_unknown_key, "W-key-unknown"), (a_known_node_with_another_key, "W-key-unknown"),
    (a_changed_group, "W-root"), (a_changed_head, "W-root"), (a_group_left_out, "W-root"), (no_keys, "W-head"),
    (a_false_commitment, "W-head"), (a_false_key, "W-head"), (commitments_that_share_their_bytes, "W-syntax"),
    (a_stolen_batch, "W-key-unknown"), (a_fork, "W-fork"), (a_fork_in_the_middle, "W-fork"), (another_past, "W-fork"),
]  # fmt: skip
