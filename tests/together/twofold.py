"""Texts that one program reads in one way and another in another: two records under one signature."""

import dataclasses
from collections.abc import Callable

import orjson

from exchange.log.entries import Batch
from tests.together.pen import Pen


def a_field_twice(writer: Pen) -> Batch:
    """One parser takes the first ring, another the last: two records under one signature."""
    core = writer.core()
    return writer.batch(writer.entry(core, text=orjson.dumps(core).decode()[:-1] + ',"ring":"XC 999999"}'))


def a_field_twice_deeper_down(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text=orjson.dumps(core).decode()[:-1] + ',"marks":[{"a":1, "a":1}]}'))


def a_head_that_says_a_generation_twice(writer: Pen) -> Batch:
    entry = writer.entry()
    twice = dataclasses.replace(entry, head=entry.head[:-1] + ',"generation":1}')
    return writer.batch(twice)


def a_huge_number(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text=orjson.dumps(core).decode()[:-1] + f',"age":{2**53}}}'), schema="1.1")


def a_number_beyond_all_bounds(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text=orjson.dumps(core).decode()[:-1] + ',"age":' + "9" * 9000 + "}"))


TWOFOLD: list[tuple[Callable[[Pen], Batch], str]] = [
    (a_field_twice, "W-syntax"), (a_field_twice_deeper_down, "W-syntax"),
    (a_head_that_says_a_generation_twice, "W-syntax"), (a_huge_number, "W-syntax"),
    (a_number_beyond_all_bounds, "W-syntax"),
]  # fmt: skip
