"""Lines made fit for a small map: clipped to a window, straightened, joined, and the way along a river found."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import cos, floor, hypot, radians

from seed.basemap.sources import Corner, Line

Window = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def clipped(ring: Line, window: Window) -> Line:
    """The part of a closed ring inside a window, side after side; empty where there is none."""
    west, south, east, north = window
    sides: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, west, float.__ge__), (0, east, float.__le__), (1, south, float.__ge__), (1, north, float.__le__),
    )  # fmt: skip
    for axis, edge, holds in sides:
        ring = list(_cut(ring, axis, edge, holds))
    return [*ring, ring[0]] if len(ring) > 2 and ring[0] != ring[-1] else ring


def _cut(ring: Line, axis: int, edge: float, holds: Callable[[float, float], bool]) -> Iterator[Corner]:
    for a, b in pairwise(ring if not ring or ring[0] == ring[-1] else [*ring, ring[0]]):
        if holds(a[axis], edge) != holds(b[axis], edge):
            if holds(a[axis], edge):
                yield a
            share = (edge - a[axis]) / (b[axis] - a[axis])
            along = a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
            yield (edge, along) if axis == 0 else (along, edge)
        elif holds(a[axis], edge):
            yield a


def unrolled(ring: Line) -> Line:
    """The ring in one piece, with longitudes beyond 180 degrees where it spans the date line."""
    found, turn = ring[:1], 0.0
    for (before, _), (x, y) in pairwise(ring):
        turn += 360.0 * ((x - before < -180) - (x - before > 180))
        found.append((x + turn, y))
    return found


def straightened(line: Line, within: Callable[[Corner], float]) -> Line:
    """The line without the corners that lie closer than `within` degrees to what is drawn without them."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        far, where = max((_apart(line[at], line[first], line[last]), at) for at in range(first + 1, last))
        if far > within(line[where]):
            keep.add(where)
            spans += [(first, where), (where, last)]
    return [line[at] for at in sorted(keep)]


def _apart(point: Corner, a: Corner, b: Corner) -> float:
    wide = cos(radians(point[1]))
    dx, dy = (b[0] - a[0]) * wide, b[1] - a[1]
    px, py = (point[0] - a[0]) * wide, point[1] - a[1]
    length = dx * dx + dy * dy
    share = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
    return hypot(px - share * dx, py - share * dy)


def length(line: Line) -> float:
    """Degrees of latitude along the line."""
    return sum(hypot((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1]) for a, b in pairwise(line))


def joined(lines: Iterable[Line]) -> list[Line]:
    """Lines that meet end to end, where no third one does, as one."""
    every = dict(enumerate(lines))
    ends: dict[Corner, set[int]] = defaultdict(set)
    for number, line in every.items():
        for end in (line[0], line[-1]):
            ends[end].add(number)
    for end, there in list(ends.items()):
        if len(there) != 2:
            continue
        one, other = sorted(there)
        first, second = every[one], every.pop(other)
        first = first if first[-1] == end else first[::-1]
        second = second if second[0] == end else second[::-1]
        if first[-1] != end or second[0] != end:
            every[other] = second
            continue
        every[one] = first + second[1:]
        far = ends[second[-1]]
        far.discard(other)
        far.add(one)
        there.clear()
    return list(every.values())


class Waters:
    """Where one may swim: the corners of many lines, and small leaps between lines that nearly meet."""

    LEAP = 0.12

    def __init__(self, lines: Iterable[Line]) -> None:
        self._beside: dict[Corner, set[Corner]] = defaultdict(set)
        self._cells: dict[tuple[int, int], set[Corner]] = defaultdict(set)
        self._wet: dict[Corner, set[Corner]] = defaultdict(set)
        ends = set()
        for line in lines:
            ends |= {line[0], line[-1]}
            for a, b in pairwise(line):
                for one, other in ((a, b), (b, a)):
                    self._beside[one].add(other)
                    self._wet[one].add(other)
            for corner in line:
                self._cells[_cell(corner)].add(corner)
        for end in ends:
            for other in self._near(end):
                if other != end and length([end, other]) < self.LEAP:
                    self._beside[end].add(other)
                    self._beside[other].add(end)

    def way(self, points: Line) -> Line:
        """The shortest way from corner to corner nearest to these points."""
        stops = [min(self._near(point, 2), key=lambda one: length([one, point])) for point in points]
        found = stops[:1]
        for start, end in pairwise(stops):
            found += self._way(start, end)[1:]
        return found

    def _way(self, start: Corner, end: Corner) -> Line:
        behind: dict[Corner, Corner] = {}
        heap, done = [(0.0, start, start)], set()
        while heap:
            far, here, before = heapq.heappop(heap)
            if here in done:
                continue
            done.add(here)
            behind[here] = before
            if here == end:
                break
            for other in self._beside[here] - done:
                # A leap is dear, so that no bend is cut short.
                step = length([here, other]) * (1.0 if other in self._wet[here] else 4.0)
                heapq.heappush(heap, (far + step, other, here))
        if end not in behind:
            raise ValueError(f"There is no way on the water from {start} to {end}")
        found = [end]
        while found[-1] != start:
            found.append(behind[found[-1]])
        return found[::-1]

    def _near(self, point: Corner, cells: int = 1) -> set[Corner]:
        x, y = _cell(point)
        around = range(-cells, cells + 1)
        return {one for dx in around for dy in around for one in self._cells.get((x + dx, y + dy), ())}


def _cell(corner: Corner) -> tuple[int, int]:
    return floor(corner[0] * 4), floor(corner[1] * 4)
