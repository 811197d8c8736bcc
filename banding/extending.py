"""The part of the one door through which rows of the open tables come: this node's own, and those of its peers."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from banding import reference
from banding.domain.rules import Finding
from banding.errors import NotAllowed, NotFound, Refused
from banding.shape import extension_problems, shape_finding
from banding.store import Store
from banding.store.extensions import Extension, NewExtension
from banding.tables import standings
from schemas.codes import table as shipped
from schemas.extensions import EXTENSION, OPEN_TABLES


def is_extension(record: Mapping[str, Any]) -> bool:
    """Whether this says of itself that it is a row of a table and no record of a bird."""
    core = record.get("core")
    return isinstance(core, dict) and core.get("kind") == EXTENSION


class Extending:
    """Takes rows in; shape, then sense, then the store, the log and the change in one transaction."""

    def __init__(self, store: Store, origin: str, new_id: Callable[[], str], at: Callable[[], str]) -> None:
        self.store, self.origin, self.new_id, self.at = store, origin, new_id, at

    def add(self, table: str, code: str, row: Mapping[str, str], *, by: str | None) -> Extension:
        """Add a row to an open table, or a new version of one that this node added. Raises Refused, NotAllowed."""
        code = " ".join(code.split())
        cells = {column: text for column, cell in row.items() if (text := " ".join(cell.split()))}
        reference.check(table, code, cells)
        with self.store.transaction():
            if code in shipped(table):
                raise Refused("The table has this code already", where=code, mend="Take a code that is free")
            before = self._standing(table, code)
            if before is not None and before.origin != self.origin:
                raise NotAllowed(
                    "Another node has added this code", where=code, why=f"It was added at {before.origin}",
                    mend="Take a code that is free",
                )  # fmt: skip
            if before is not None and not before.withdrawn and dict(before.row) == cells:
                return before
            return self._keep(before, table, code, cells, by)

    def withdraw(self, table: str, code: str, *, by: str | None) -> Extension:
        """Take back a row that this node added; that it was there stays known. Raises NotFound."""
        with self.store.transaction():
            before = self._own(table, code)
            if before is None:
                raise NotFound("This node has added no such row", where=code)
            return before if before.withdrawn else self._keep(before, table, code, before.row, by, withdrawn=True)

    def wrong_with(self, record: Mapping[str, Any], *, strict: bool) -> list[Finding]:
        """What is wrong with a row of another node; one that only another node disputes is kept."""
        if found := extension_problems(record, strict=strict):
            return found
        core = record["core"]
        if core["table"] not in OPEN_TABLES:
            return [shape_finding("core.table", "Rows can be added to open tables only")]
        if self.store.records.known([core["id"]]):
            return [shape_finding("core.id", "A record of a bird has this id")]
        return []

    def _standing(self, table: str, code: str) -> Extension | None:
        """Our own row of this code, else the one that stands for it."""
        rows = [one for one in standings(self.store.extensions.current()) if one.extension[3:5] == (table, code)]
        stands = next((one.extension for one in rows if one.state == "used"), None)
        return self._own(table, code) or stands

    def _own(self, table: str, code: str) -> Extension | None:
        every = self.store.extensions.current()
        return next((e for e in every if (e.origin, e.table, e.code) == (self.origin, table, code)), None)

    def _keep(
        self, before: Extension | None, table: str, code: str, row: Mapping[str, str], by: str | None, *,
        withdrawn: bool = False,
    ) -> Extension:  # fmt: skip
        core: dict[str, Any] = {
            "id": before.uuid if before else self.new_id(),
            "origin": self.origin,
            "generation": before.generation + 1 if before else 1,
            "kind": EXTENSION,
            "table": table,
            "code": code,
            "row": dict(row),
        }
        core |= {"withdrawn": True} if withdrawn else {}
        if wrong := extension_problems({"core": core}):
            raise Refused("The row cannot be taken as it is", where=wrong[0].field, why=str(wrong[0].values["why"]))
        text = orjson.dumps(core).decode()
        self.store.extensions.keep([NewExtension(core, text, "tables", by)], self.at())
        kept = self._own(table, code)
        assert kept is not None
        return kept
