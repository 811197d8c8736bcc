"""Rows of the versions' tables as values: the columns that a kept version is read from, and its UUID."""

import uuid as uuids
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from banding.store.shapes import GROUPS, Kept

PARAMETERS = 1000
KEPT = (
    "select r.uuid, r.kind, r.origin, v.generation, r.version_id = v.id, r.withdrawn, v.core, v.area,"
    " v.measurements, v.place, v.remarks, v.people, v.kept_at, v.kept_by, v.door, v.id"
)


def kept(row: Sequence[Any]) -> Kept:
    """A row of the `KEPT` columns as a value."""
    groups = {name: orjson.loads(said) for name, said in present(row[6:12]).items()}
    withdrawn = bool(groups["core"].get("withdrawn", False))
    return Kept(text(row[0]), row[1], row[2], row[3], bool(row[4]), withdrawn, groups, *row[12:16])


def present(texts: Sequence[str | None]) -> dict[str, str]:
    """The groups that are here, by name."""
    return {group: said for group, said in zip(GROUPS, texts, strict=True) if said is not None}


def blob(uuid: str) -> bytes:
    """A record's UUID as the 16 bytes that are kept. Raises ValueError where it is none."""
    # A pull asks this of every record; the way through the library's class takes five times as long.
    raw = bytes.fromhex(uuid.replace("-", "")) if len(uuid) == 36 else b""
    return raw if len(raw) == 16 else uuids.UUID(uuid).bytes


def text(raw: bytes) -> str:
    """The UUID of 16 bytes as text."""
    told = raw.hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"


def batched(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """The values in runs of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))
