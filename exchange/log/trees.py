"""The Merkle tree over the leaves of a batch, and which of its nodes stand in for entries that are not shown. Pure.

A node is (level, index): it covers the entries from `index << level` on, counted from 0, `1 << level` of them or as
many as there are. The tree has the shape of RFC 6962: an odd node at the end of a level goes up unchanged.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from exchange.log import seals
from exchange.log.entries import Closed

Node = tuple[int, int]


def height(count: int) -> int:
    """The level of the root over so many leaves."""
    return (count - 1).bit_length()


def width(count: int, level: int) -> int:
    """How many nodes a level has."""
    return (count + (1 << level) - 1) >> level


def grow(known: Mapping[Node, bytes], count: int) -> dict[Node, bytes]:
    """Every node that follows from those known; a known one is never put in question."""
    found = dict(known)
    for level in range(height(count)):
        last = width(count, level) - 1
        for index in range(0, last + 1, 2):
            left = found.get((level, index))
            if left is None or (level + 1, index >> 1) in found:
                continue
            right = found.get((level, index + 1))
            if index == last:
                found[level + 1, index >> 1] = left
            elif right is not None:
                found[level + 1, index >> 1] = seals.parent(left, right)
    return found


def root(known: Mapping[Node, bytes], count: int) -> bytes | None:
    """The root that follows from these nodes; None when they do not cover every entry."""
    return grow(known, count).get((height(count), 0))


def cover(shown: Iterable[int], count: int) -> list[Node]:
    """The fewest nodes that cover every entry but those shown, in order; `shown` counts from 0."""
    return list(_cover(sorted(shown), count, height(count), 0))


def _cover(shown: Sequence[int], count: int, level: int, index: int) -> Iterable[Node]:
    start, end = index << level, min((index + 1) << level, count)
    if start >= end:
        return
    inside = bisect_left(shown, end) - bisect_left(shown, start)
    if inside == 0:
        yield level, index
    elif inside < end - start:
        yield from _cover(shown, count, level - 1, index * 2)
        yield from _cover(shown, count, level - 1, index * 2 + 1)


def covered(node: Node, count: int) -> range:
    """The entries that a node covers, counted from 0."""
    level, index = node
    return range(index << level, min((index + 1) << level, count))


def of_runs(runs: Iterable[Closed], first: int) -> dict[Node, bytes]:
    """Closed runs as nodes of the tree of a batch that begins with the number `first`."""
    levels = [(run, run.span.bit_length() - 1) for run in runs]
    return {(level, (run.number - first) >> level): run.digest for run, level in levels}


def of_leaves(leaves: Mapping[int, bytes], first: int) -> dict[Node, bytes]:
    """Leaves, each by the number of its entry, as nodes of that tree."""
    return {(0, number - first): leaf for number, leaf in leaves.items()}
