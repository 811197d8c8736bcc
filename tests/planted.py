"""Names and addresses of people planted in the tests, and the watch that no byte of them leaves where none may."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import pytest

from exchange.agreements.showing import View
from exchange.log import wire

FINDER, ADDRESS, MAIL = "Finder Zaphodova", "Ulitsa Nikogda 42", "nobody@finder.example"
REMARK = "Nest behind the Sekretny barn"
PLANTED = (FINDER, ADDRESS, MAIL, REMARK)
"""What only terms that name people, or remarks, let go."""
PEOPLE = (FINDER, ADDRESS, MAIL, "N. N.", "Ringer of ", "Ivan Petrov", "V. Andronov", "Wang Fang", "王芳")
MARKS = {form.encode() for name in PEOPLE for form in (name, json.dumps(name)[1:-1])}


class Watch:
    """Reads along whatever is written for a line; `leaks` says what left that nobody had opened.

    `opened` holds the texts that went to a peer whose terms name people: only these may be on a line.
    """

    def __init__(self) -> None:
        self.leaks: list[str] = []
        self.opened: set[str] = set()

    def read(self, lines: bytes) -> None:
        """Look for planted names in lines as they stand before they are packed."""
        if any(mark in lines for mark in MARKS):
            for line in lines.splitlines():
                if any(mark in self._rest(line) for mark in MARKS):
                    self.leaks.append(line.decode()[:500])

    def _rest(self, line: bytes) -> bytes:
        """A line without the people that were opened on purpose."""
        said = orjson.loads(line) if line.startswith(b"{") else {}
        groups = said.get("groups", {})
        if groups.get("people") in self.opened:
            return orjson.dumps(said | {"groups": {name: text for name, text in groups.items() if name != "people"}})
        return line


def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Begin to watch, until the monkeypatch is undone: every view of a batch, and every line that is written."""
    seen = Watch()
    batch, page, lines, segment = View.batch, wire.page, wire.batch_lines, wire.segment

    def viewed(self: View, *args: Any) -> Any:
        found = batch(self, *args)
        for text in (entry.groups["people"] for entry in found.entries if "people" in entry.groups):
            if self.terms.get("people") is True:
                seen.opened.add(text)
            else:
                seen.leaks.append(f"{self.peer}: {text}")
        return found

    def written(*args: Any) -> bytes:
        found = lines(*args)
        seen.read(found)
        return found

    def packed(raw: bytes) -> tuple[str, bytes]:
        seen.read(raw)
        return segment(raw)

    def paged(blocks: Iterable[Any], limit: int, end: Callable[[int, bool], str], opening: bytes = b"") -> Any:
        def read() -> Iterator[Any]:
            for block in blocks:
                seen.read(block[1])
                yield block

        seen.read(opening)
        return page(read(), limit, end, opening)

    monkeypatch.setattr(View, "batch", viewed)
    for name, function in (("page", paged), ("batch_lines", written), ("segment", packed)):
        monkeypatch.setattr(wire, name, function)
    return seen
