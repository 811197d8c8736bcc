"""Letters and certificates that were printed: their codes, and what anybody may check by them; no name of a person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banding.store.database import Connections, transaction


@dataclass(frozen=True, slots=True)
class Printed:
    """One letter: the records it speaks of, to whom, what it says of the bird, and the day it was first printed."""

    code: str
    banding: str
    recovery: str
    audience: str
    told: Mapping[str, Any]
    day: str


class Letters:
    """Every letter by its code; the same letter printed again is the same row."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, one: Printed) -> Printed:
        """Write a letter down unless it is there, and give it as it was first printed."""
        row = {
            "code": one.code, "banding": one.banding, "recovery": one.recovery, "audience": one.audience,
            "told": json.dumps(dict(one.told), ensure_ascii=False, sort_keys=True), "day": one.day,
        }  # fmt: skip
        with transaction(self._connections.here()) as database:
            database.execute(
                "insert or ignore into letters(code, banding, recovery, audience, told, day)"
                " values (:code, :banding, :recovery, :audience, :told, :day)",
                row,
            )
            found = self.one(one.code)
        return found or one

    def one(self, code: str) -> Printed | None:
        """The letter of a code."""
        sql = "select code, banding, recovery, audience, told, day from letters where code = ?"
        row = self._connections.here().execute(sql, [code]).fetchone()
        return Printed(row[0], row[1], row[2], row[3], json.loads(row[4]), row[5]) if row else None
