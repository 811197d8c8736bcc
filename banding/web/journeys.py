"""The journeys of a map as compact JSON: each one where they are few, summed from cell to cell where they are many."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from banding.domain.regions import Region
from banding.store import Store
from banding.store.returns import Returns
from banding.store.returns_query import CELL_ROW, CELL_STEPS, CELL_WEST
from banding.store.returns_rows import ROUNDED
from banding.store.shapes import ReturnQuery
from banding.web.words import species_name

FEW = 3_000
"""So many journeys are drawn one by one, with what is to be told of each."""
WAYS = 2_500
"""So many ways from cell to cell are drawn, those with most journeys first."""
TOLD = (
    "scheme", "ring", "engraved", "species", "banding_day", "recovery_day", "distance_km", "days", "banding_latitude",
    "banding_longitude", "latitude", "longitude", "banding_precision", "precision", "banding_uncertainty_m",
    "uncertainty_m",
)  # fmt: skip
"""What a journey's array holds, in order; the two precisions are 1 where only the 0.1 degree area is known, else 0."""
SPECIES, PRECISIONS = TOLD.index("species"), (TOLD.index("banding_precision"), TOLD.index("precision"))
# The zoom at which cells of CELL_STEPS are as wide as a finger.
COARSEST_ZOOM = 2


def missing(store: Store, query: ReturnQuery) -> tuple[int, dict[str, int]]:
    """How many returns fit, and how many of them lack a point on a side, by the first word for it."""
    total, found = 0, dict[str, int]()
    for banding, recovery, count in store.returns.tally(query, "banding_precision", "precision"):
        total += count
        for word in ("withheld", ""):
            if word in (banding, recovery):
                found[word] = found.get(word, 0) + count
                break
    return total, found


def told(returns: Returns, query: ReturnQuery, seen: Region | None, zoom: int) -> Iterator[bytes]:
    """The JSON in pieces: all journeys where they are few, else those that are seen, else sums of what is seen."""
    total = returns.count(query)
    if total <= FEW:
        return _each(returns, query, total, whole=True)
    looked_at = replace(query, seen=seen)
    if returns.count(looked_at) <= FEW:
        return _each(returns, looked_at, total, whole=False)
    return _sums(returns, looked_at, total, zoom)


def _each(returns: Returns, query: ReturnQuery, total: int, *, whole: bool) -> Iterator[bytes]:
    head = orjson.dumps({"total": total, "whole": whole, "step": 0, "told": TOLD})
    yield head[:-1] + b',"journeys":[\n'
    names: dict[str, int] = {}
    mark = b""
    for row in returns.rows(query, TOLD):
        yield mark + orjson.dumps(_compact(row, names))
        mark = b",\n"
    said = [[name, species_name(name)] for name in names]
    yield b'\n],"species":' + orjson.dumps(said) + b"}\n"


def _compact(row: Sequence[Any], names: dict[str, int]) -> list[Any]:
    """The row with a number for its species and one for each precision."""
    values = list(row)
    values[SPECIES] = names.setdefault(values[SPECIES], len(names))
    for place in PRECISIONS:
        values[place] = int(values[place] == ROUNDED)
    return values


def _sums(returns: Returns, query: ReturnQuery, total: int, zoom: int) -> Iterator[bytes]:
    number = min(max(zoom - COARSEST_ZOOM, 0), len(CELL_STEPS) - 1)
    step = CELL_STEPS[number]
    ways = returns.tally(query, f"banding_cell_{number}", f"cell_{number}")
    ways.sort(key=lambda way: -way[2])
    drawn = [way for way in ways if way[0] is not None or way[1] is not None][:WAYS]
    here, shown = (sum(way[2] for way in some) for some in (ways, drawn))
    said = {"total": total, "whole": False, "step": step, "here": here, "shown": shown, "ways": len(ways)}
    yield orjson.dumps(said)[:-1] + b',"sums":['
    yield b",\n".join(orjson.dumps([*_middle(a, step), *_middle(b, step), count]) for a, b, count in drawn)
    yield b"]}\n"


def _middle(cell: int | None, step: float) -> tuple[float | None, float | None]:
    """Latitude and longitude of the middle of a cell; longitudes run on beyond 180 degrees."""
    if cell is None:
        return None, None
    row, column = divmod(cell, CELL_ROW)
    return (row + 0.5) * step - 90, (column + 0.5) * step + CELL_WEST
