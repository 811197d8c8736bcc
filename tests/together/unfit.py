"""What can be wrong with an entry that is authentic, and by which code it is told: such an entry is set aside."""

import dataclasses
from collections.abc import Callable

import orjson

from exchange.log.entries import Batch
from tests.together.pen import Pen
from tests.together.twofold import TWOFOLD


def forged_origin(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(origin="HL-SHP")))


def against_the_schema(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(day="1.5.2024")))


def unknown_field(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(beak="long")))


def no_ring(writer: Pen) -> Batch:
    core = writer.core()
    del core["ring"]
    return writer.batch(writer.entry(core))


def a_ring_that_is_a_number(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(ring=12345, scheme=["RUM"])))


def a_kind_that_is_a_list(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(kind=["banding"])))


def a_species_that_is_an_object(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(species={"name": "Grus"})))


def schema_of_the_future(writer: Pen) -> Batch:
    return writer.batch(writer.entry(), schema="2.0")


def core_that_is_a_list(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text="[]"))


def core_that_is_no_json(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(writer.entry(core, text="{"))


def deep_core(writer: Pen) -> Batch:
    core = writer.core()
    return writer.batch(
        writer.entry(core, text=orjson.dumps(core).decode()[:-1] + ',"x":' + "[" * 900 + "]" * 900 + "}")
    )


def deeper_core(writer: Pen) -> Batch:
    return writer.batch(writer.entry(writer.core(), text="[" * 40_000 + "]" * 40_000))


def deep_known_field(writer: Pen) -> Batch:
    core = writer.core()
    deep = orjson.dumps(core).decode()[:-1] + ',"marks":' + "[" * 900 + "]" * 900 + "}"
    return writer.batch(writer.entry(core, text=deep), schema="1.1")


def head_of_another_record(writer: Pen) -> Batch:
    return writer.batch(writer.entry(head={"id": "00000000-0000-4000-8000-000000000000"}))


def head_without_sense(writer: Pen) -> Batch:
    return writer.batch(writer.entry(head={"generation": "first"}))


def head_that_names_other_groups(writer: Pen) -> Batch:
    return writer.batch(writer.entry(head={"groups": ["core", "people"]}))


def core_withheld(writer: Pen) -> Batch:
    batch = writer.batch(writer.entry(measurements={"wing": 71.5}))
    return dataclasses.replace(batch, entries=[batch.entries[0].without(["core"])])


ASIDE: list[tuple[Callable[[Pen], Batch], str]] = [
    (forged_origin, "W-origin"), (against_the_schema, "W-shape"), (unknown_field, "W-shape"), (no_ring, "W-shape"),
    (a_ring_that_is_a_number, "W-shape"), (a_kind_that_is_a_list, "W-shape"),
    (a_species_that_is_an_object, "W-shape"), (schema_of_the_future, "W-schema-new"),
    (core_that_is_a_list, "W-head"), (core_that_is_no_json, "W-syntax"), (deep_core, "W-syntax"),
    (deeper_core, "W-syntax"), (deep_known_field, "W-syntax"), *TWOFOLD, (head_of_another_record, "W-head"),
    (head_without_sense, "W-syntax"), (head_that_names_other_groups, "W-head"), (core_withheld, "W-head"),
]  # fmt: skip
