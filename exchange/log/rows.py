"""Entries as rows of the ledger: what goes into the table, and digests and keys as text."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from exchange.log.entries import Entry
from exchange.log.lines import decode, encode

BATCH_OF = (
    "select at.id from exchange_batches at where at.log_id = {log} and at.first <= {number}"
    " order by at.first desc limit 1"
)
"""The question for the batch that holds an entry, given by the number of its log and its own."""
BATCH_OF_ENTRY = BATCH_OF.format(log="e.log_id", number="e.number")
# What left of a batch that was taken back stays written down: its number must never come to mean another.
NEW_BATCH = (
    "(select 1 + max((select ifnull(max(id), 0) from exchange_batches),"
    " (select ifnull(max(batch_id), 0) from exchange_left)))"
)
"""The number of the next batch."""


class EntryRow(NamedTuple):
    """An entry on its way into the ledger; `version_id` is None while its record is set aside, and for letters.

    `entry_class` and `day` are what terms are judged by.
    """

    entry: Entry
    version_id: int | None
    entry_class: int
    day: str
    leaf: bytes


def columns(log_id: int, row: EntryRow) -> tuple[Any, ...]:
    """The columns of a row of `exchange_entries`, in the order in which the ledger writes them."""
    entry = row.entry
    withheld = packed(entry.withheld) if entry.withheld else None
    return (
        log_id, entry.number, entry.head, packed(entry.keys), withheld, row.version_id, row.entry_class, row.day,
        row.leaf,
    )  # fmt: skip


def packed(values: Mapping[str, bytes]) -> str:
    """Digests or keys by name, as text."""
    return orjson.dumps({name: encode(value) for name, value in values.items()}).decode() if values else ""


def unpacked(text: str | None) -> dict[str, bytes]:
    """Digests or keys by name, from their text."""
    return {name: decode(value) for name, value in orjson.loads(text).items()} if text else {}
