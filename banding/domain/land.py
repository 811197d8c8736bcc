"""Where land is near: bands of latitude with the runs of longitude that hold land or lie beside it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import floor

from banding.domain.places import Point

STEP = 0.25
"""Degrees from one band of the table to the next."""


class Land:
    """The coarse map of land; open sea is what no run covers.

    `rows` have `code`, the south edge of a band in degrees, and `runs`, pairs `west:east` in degrees with `;`
    between, from west to east and apart from each other. Raises ValueError where a row cannot be read.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Read the table."""
        self._edges = {_band(float(row["code"])): _edges(row["runs"]) for row in rows}

    def is_near(self, point: Point) -> bool:
        """Whether land is in the point's cell or a cell beside it; the edge of a run belongs to it."""
        edges = self._edges.get(_band(point.latitude), [])
        # The date line is the edge of both sides of the map.
        if abs(point.longitude) == 180.0:
            return _holds(edges, -180.0) or _holds(edges, 180.0)
        return _holds(edges, point.longitude)


def _holds(edges: list[float], longitude: float) -> bool:
    # Between a west and its east an odd number of edges lies behind; on an edge one side says so.
    return bool(bisect_left(edges, longitude) % 2 or bisect_right(edges, longitude) % 2)


def _band(latitude: float) -> int:
    return floor(latitude / STEP)


def _edges(runs: str) -> list[float]:
    """West, east, west, east ... in rising order."""
    edges = [float(degrees) for run in runs.split(";") for degrees in run.split(":")]
    if len(edges) % 2 or any(a >= b for a, b in pairwise(edges)):
        raise ValueError(f"These are no runs from west to east: {runs!r}")
    return edges
