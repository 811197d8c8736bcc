"""Territories in a row with a line between each two, and what each of them knows of a bird: for tests of returns."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from exchange.agreements import policy
from exchange.talk import returns
from tests.together.kit import Network, Town, befriend, make_node, pull, trust

STATION, HUB, FAR_HUB, RESERVE, FOURTH, STRANGER = "HL-SHP", "HL-QFG", "AM-MUR", "AM-KHG", "PR-KHN", "HL-GFN"
EDGES = [(STATION, HUB), (HUB, FAR_HUB), (FAR_HUB, RESERVE), (FAR_HUB, FOURTH), (HUB, STRANGER)]
FORTH = [STATION, STRANGER, HUB, FAR_HUB, FOURTH, RESERVE]
RETURNS = policy.STANDARD | {"bandings": "returns"}
NONE = policy.STANDARD | {"bandings": "none"}
RING, UNMET, FINDER = "XC 345612", "XC 999001", "Finder Zaphodova"


class Land:
    """The territories and the lines between them; each line remembers what crossed it."""

    def __init__(
        self, folder: Path, terms: dict[str, Any], edges: list[tuple[str, str]], stranger: dict[str, Any] | None = None
    ) -> None:
        codes = dict.fromkeys(code for edge in edges for code in edge)
        self.towns = {code: make_node(folder, code) for code in codes}
        trust(*self.towns.values())
        self.lines: dict[frozenset[str], Network] = {}
        for one, other in edges:
            pair = self.towns[one], self.towns[other]
            agreed = stranger or policy.CLOSED if STRANGER in (one, other) else terms
            befriend(*pair, terms=agreed, posts=(one, other))
            self.lines[frozenset((one, other))] = Network().add(*pair)

    def go_round(self, order: list[str]) -> None:
        """One pass of every timetable."""
        for code in order:
            for peer in self.towns[code].node.book.peers():
                line = self.lines[frozenset((code, peer.code))]
                report = pull(self.towns[code], self.towns[peer.code], line)
                assert not report.trouble, report
                assert not line.faults
        for town in self.towns.values():
            # What was posted to a node is looked at by its timetable within a minute.
            returns.look(town.node)

    def crossed(self, one: str, other: str) -> bytes:
        """Everything that crossed a line, unpacked."""
        raw = bytes(self.lines[frozenset((one, other))].crossed)
        return raw + b"".join(_unpacked(raw))

    def close(self) -> None:
        for town in self.towns.values():
            town.close()


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """Every delivery that stands in the bytes of a line, as far as it can be unpacked."""
    start = raw.find(zstandard.FRAME_HEADER)
    while start >= 0:
        reader = zstandard.ZstdDecompressor().decompressobj()
        with contextlib.suppress(zstandard.ZstdError):
            yield reader.decompress(raw[start:])
        start = raw.find(zstandard.FRAME_HEADER, start + 1)


def days_of(town: Town, ring: str = "XC345612") -> set[str]:
    """On which days this node knows the bird to have been met."""
    return {one.core["day"] for one in town.station.store.records.bird("RUM", ring)}


def news_of(town: Town) -> list[tuple[str, str, int]]:
    """The good news of a node: the recovery, the sentence, how often it was told."""
    found = [one for one in town.node.alarms.open() if one.kind == "return"]
    return sorted((one.about, str(one.details.get("state", "")), one.times) for one in found)


def answers_at(town: Town, uuid: str) -> dict[str, str]:
    """The last answer of each node about a recovery, as the page of requests shows it."""
    return {one.sender: one.core["verdict"] for one in returns.answers(town.node, uuid)}
