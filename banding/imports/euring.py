"""Files of EURING lines, row by row on their way to the one door, each with a key that knows it again."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from banding.domain import places, rings
from banding.formats.euring import Note, Record, read_line
from banding.imports.encodings import open_text
from banding.spoken import filled

__all__ = ["Row", "natural_key", "open_text", "read"]

_DAY_IN_PIPES, _DAY_IN_FIXED = 20, slice(43, 51)
_SCHEME = re.compile("[A-Z]{3}")
_EIGHT_FIGURES = re.compile("[0-9]{8}")


class Row(NamedTuple):
    """One line of a file: its number from 1, its text, its natural key, its record or None, and its notes.

    `record` is None where a note is an error, and for a header, whose only note is a notice.
    """

    number: int
    line: str
    key: str
    record: Record | None
    notes: tuple[Note, ...]


def read(lines: Iterable[str], source: str) -> Iterator[Row]:
    """The rows of a EURING file; `source` is the file's name, for the notes.

    Blank lines give no row. A header gives one that says it is skipped. `key` stays the same when the same
    file, or one that overlaps it, comes again; two encounters that look alike in one file stay two, told
    apart by their order.
    """
    seen: Counter[str] = Counter()
    first = True
    for number, raw in enumerate(lines, 1):
        line = raw.removeprefix("\ufeff").rstrip("\r\n") if number == 1 else raw.rstrip("\r\n")
        if not line.strip():
            continue
        if first and _is_header(line):
            yield Row(number, line, f"euring:header:{source}", None, (_header(number, source),))
        else:
            yield _row(number, line, seen)
        first = False


def _row(number: int, line: str, seen: Counter[str]) -> Row:
    found = read_line(line)
    key = natural_key(found.record) if found.record else _key_of_text(line)
    seen[key] += 1
    return Row(number, line, f"{key}#{seen[key]}", found.record, found.notes)


def natural_key(record: Record) -> str:
    """`euring:` and scheme, ring, kind, day, time, coordinates, reference: what makes it this encounter."""
    core = record["core"]
    partial = bool(core.get("ring_partial"))
    # A partial reading has no key to match by, but the row it stands in can still be known again.
    ring = rings.key(core["ring"], partial) or f"?{core['ring']}"
    parts = [core["scheme"], ring, core["kind"], core["day"], core.get("time", ""), _coordinates(record)]
    return "euring:" + "|".join([*parts, core["reference"]] if "reference" in core else parts)


def _coordinates(record: Record) -> str:
    place = record.get("place", {})
    if "latitude" not in place:
        return ""
    return places.to_euring(places.Point(place["latitude"], place["longitude"]))


def _key_of_text(line: str) -> str:
    return f"euring:unread:{sha256(line.strip().encode()).hexdigest()[:16]}"


def _is_header(line: str) -> bool:
    """Column titles: neither a scheme in front nor a day where days stand."""
    cells = line.split("|")
    piped = len(cells) > 1
    day = cells[_DAY_IN_PIPES] if len(cells) > _DAY_IN_PIPES else "" if piped else line[_DAY_IN_FIXED]
    scheme = cells[0].strip() if piped else line[:3]
    return not _SCHEME.fullmatch(scheme) and not _EIGHT_FIGURES.fullmatch(day.strip())


def _header(number: int, source: str) -> Note:
    told = filled("%(source)s, line %(number)s holds column titles and is skipped.", source=source, number=number)
    return Note("F-header", "", told)
