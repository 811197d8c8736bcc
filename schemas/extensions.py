"""An extension: a row that a node adds to one of the open tables, so that its peers can read its records."""

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from schemas.fields import UUID, Code, Flag, Strict, Text, Whole, anchored
from schemas.parts import NODE, PLAIN, Group, GroupField

OPEN_TABLES = ("species", "scheme", "place", "station", "ring_series")
"""The tables that a node may add rows to."""
COLUMN = r"[a-z][a-z_]{0,39}"
MOST_COLUMNS, LONGEST_CELL = 40, 500


class Row(Strict):
    """The cells of a row: name of the column to a text; a cell that is empty is left out."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not 1 <= len(value) <= MOST_COLUMNS:
            raise ValidationError("Must be an object of 1 to 40 cells.")
        for column, cell in value.items():
            if not isinstance(column, str) or not re.fullmatch(COLUMN, column):
                raise ValidationError("Must name columns in small letters.")
            Text("", longest=LONGEST_CELL, pattern=PLAIN)._deserialize(cell)
        return value

    def keywords(self) -> dict[str, Any]:
        """A free object whose names are columns."""
        cell = {"type": "string", "minLength": 1, "maxLength": LONGEST_CELL, "pattern": anchored(PLAIN)}
        bounds = {"minProperties": 1, "maxProperties": MOST_COLUMNS}
        return {"type": "object", "patternProperties": {anchored(COLUMN): cell}, "additionalProperties": False} | bounds


class ExtensionCore(Group):
    """The one group of an extension: every peer gets it whole."""

    id = Text(
        "The extension's own UUID, given once by the node where it was entered.",
        longest=36, shortest=36, pattern=UUID, required=True, example="0b6a1f52-3c1d-4d8e-9a7b-5d2e4f6a8c10",
    )  # fmt: skip
    origin = Text("Code of the node that added the row; only that node may change it.", longest=13, pattern=NODE,
                  required=True, example="AM-KHG")  # fmt: skip
    generation = Whole("Version of the extension, counted from 1.", 1, 2**31, required=True, example=1)
    withdrawn = Flag("True when the origin has withdrawn the row.", example=False)
    kind = Code("What this is.", "kind", only=("extension",), required=True, example="extension")
    table = Text("Name of the open table.", longest=40, pattern=COLUMN, required=True, example="station")
    code = Text("Code of the row: the cell of the table's first column.", longest=80, pattern=PLAIN, required=True,
                example="AM-ABC")  # fmt: skip
    row = Row("The other cells of the row by their column.", required=True,
              example={"en": "Lake Udyl", "ru": "Озеро Удыль", "zone": "Asia/Vladivostok"})  # fmt: skip


class ExtensionRecord(Schema):
    """A row that a node adds to an open table."""

    class Meta:
        """Unknown groups are errors."""

        unknown = RAISE

    core = GroupField(ExtensionCore, required=True)


EXTENSION = "extension"
