"""Band returns as flat rows: one row a recovery, with its banding, the way and the time between them."""

from collections.abc import Iterator

from banding.store import Store
from banding.store.returns_rows import COLUMNS, EXACT, ROUNDED, UNKNOWN, WITHHELD, Row, row, way
from banding.store.shapes import ReturnQuery

__all__ = ["CODES", "COLUMNS", "EXACT", "ROUNDED", "UNKNOWN", "WITHHELD", "Row", "row", "rows", "way"]

CODES = {
    "scheme": "scheme",
    "banding_place_code": "place",
    "recovery_place_code": "place",
    "banding_sex": "sex",
    "sex": "sex",
    "banding_age": "age",
    "age": "age",
    "manner": "manner",
    "condition": "condition",
    "circumstances": "circumstances",
}
"""Which code table gives the words for a column's values."""


def rows(
    store: Store, query: ReturnQuery, *, limit: int | None = None, offset: int = 0, order: str = "latest"
) -> Iterator[Row]:
    """The returns that fit by the names of COLUMNS, the latest recovery first unless another order is wanted.

    Without a limit with flat memory, however many there are.
    """
    return map(row, store.returns.rows(query, limit=limit, offset=offset, order=order))
