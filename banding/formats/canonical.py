"""Rows of returns in one canonical text, whatever file they stand in, and the SHA-256 of it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

COORDINATES = ("banding_latitude", "banding_longitude", "latitude", "longitude")
REAL = frozenset({*COORDINATES, "distance_km"})
WHOLE = frozenset({"direction_deg", "days"})
NUMBER = frozenset({"banding_uncertainty_m", "uncertainty_m"})
FLAG = frozenset({"days_exact"})
_QUOTED = frozenset(',"\r\n')

Row = dict[str, Any]


class Seal:
    """The SHA-256 of a table written as CSV: the column names, then row after row in the order in which they come."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._sum = hashlib.sha256(line(columns).encode())

    def add(self, values: Iterable[Any]) -> None:
        """Take in one row."""
        # A lone surrogate cannot come from a record, but it can from a file that is looked at.
        self._sum.update(line(values).encode("utf-8", "surrogatepass"))

    @property
    def hex(self) -> str:
        """The sum of what was taken in until now."""
        return self._sum.hexdigest()


def sealed(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """The seal of rows that were read back; columns that nobody wrote count too."""
    seal = Seal(columns)
    for one in rows:
        seal.add(one.values())
    return seal.hex


def line(values: Iterable[Any]) -> str:
    """A line of CSV as the node's own table writes it: quotes only where needed, CR LF at the end."""
    return ",".join(map(cell, values)) + "\r\n"


def cell(value: Any) -> str:
    """One value: nothing for None, `true` and `false`, numbers with 15 figures at most."""
    # Most cells are texts, and a file holds millions.
    if value.__class__ is str:
        return value if _QUOTED.isdisjoint(value) else _quoted(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _figures(value)
    text = str(value)
    return text if _QUOTED.isdisjoint(text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def normal(column: str, value: Any) -> Any:
    """A value as a row holds it: from a cell of text, a number without its type, or the store.

    What cannot be such a value stays as it is, so that it is seen as changed and never stops a reading.
    """
    if value is None or value == "":
        return None
    read = _READ.get(column)
    if read is None:
        return value if value.__class__ is str else str(value)
    try:
        return read(value)
    except (ValueError, OverflowError, TypeError):
        return str(value)


def row(told: Mapping[str, Any], columns: Sequence[str]) -> Row:
    """The row by these columns; what is missing is None."""
    return {name: normal(name, told.get(name)) for name in columns}


def whole(told: Mapping[str, Any], columns: Sequence[str]) -> Row:
    """The same with whatever else was told behind it."""
    return row(told, columns) | {name: str(told[name]) for name in told if name not in columns}


def _real(value: Any) -> float:
    # Fifteen figures survive every format; coordinates need nine.
    return float(f"{float(value):.15g}") + 0.0


def _number(value: Any) -> float:
    found = _real(value)
    return int(found) if found.is_integer() else found


def _whole(value: Any) -> Any:
    found = float(value)
    return int(found) if found.is_integer() else str(value)


def _flag(value: Any) -> Any:
    text = str(value).lower()
    return text in {"true", "1"} if text in {"true", "false", "1", "0"} else str(value)


_READ: dict[str, Callable[[Any], Any]] = (
    dict.fromkeys(REAL, _real) | dict.fromkeys(WHOLE, _whole) | dict.fromkeys(NUMBER, _number)
    | dict.fromkeys(FLAG, _flag)
)  # fmt: skip


def _figures(value: float) -> str:
    text = f"{value:.15g}"
    whole, mark, power = text.partition("e")
    return text if "." in whole else f"{whole}.0{mark}{power}"
