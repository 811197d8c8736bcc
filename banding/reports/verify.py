"""Whether a file of returns is still as it left the node: same, changed and where, or unknown here."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from banding.errors import Refused
from banding.formats import registry
from banding.formats.canonical import Row, row
from banding.formats.source import Found
from banding.reports.returns import COLUMNS
from banding.station import Station
from banding.store.downloads import Downloaded

SAME, CHANGED, UNKNOWN = "same", "changed", "unknown"
CODES = {SAME: 0, CHANGED: 1, UNKNOWN: 2}
"""The exit codes of the command."""
MOST_CHANGES = 50
AT_ONCE = 500
LARGEST, LARGEST_TEXTS = 4 << 30, 128 << 20
"""Of an archive unpacked, and of the one member of a sheet that is held in memory as a whole."""
TEXTS = "xl/sharedStrings.xml"
_ID = re.compile(r"-([0-9a-f]{12})\.")


class Change(NamedTuple):
    """A cell that differs from what this node holds today; no column where the whole row is not held here."""

    recovery_id: str
    ring: str
    column: str = ""
    told: str = ""
    here: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a file.

    `parts` are the parts whose seals differ, `rows` how many rows it has now where it has rows, `changes` the first
    cells that differ from the records of today, which may have been corrected since. `agrees` says of an unknown
    file whether it fits the seals it names itself: then nobody has changed it by mistake.
    """

    state: str
    format: str = ""
    kept: Downloaded | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    rows: int | None = None
    changes: tuple[Change, ...] = ()
    agrees: bool = False

    @property
    def node(self) -> str:
        """The node that the file says it is from."""
        return str(self.about.get("node", {}).get("code", "")) if self.about else ""


def verify(station: Station, path: Path, name: str = "") -> Verdict:
    """The verdict on a file; `name` is what it was called. Raises Refused where it is too large to look at."""
    _check_size(path)
    called = name or path.name
    for kind in registry.readers(path):
        if kind.read is None:
            continue
        try:
            found = kind.read(path)
        except Exception:  # a file that was changed may be broken in any way, and that is the answer
            return _broken(station, kind.name, called)
        return _judged(station, kind.name, found, called)
    return Verdict(UNKNOWN)


def _broken(station: Station, kind: str, called: str) -> Verdict:
    kept = _by_name(station, called)
    return Verdict(CHANGED if kept else UNKNOWN, kept.format if kept else kind, kept, kept.about if kept else {})


def _judged(station: Station, kind: str, found: Found, called: str) -> Verdict:
    kept = _kept(station, found, called)
    if kept is None:
        own = found.about.get("sha256") or {}
        return Verdict(UNKNOWN, kind, about=found.about, agrees=bool(own) and not _differing(own, found.seals))
    parts = _differing(kept.seals, found.seals)
    if not parts:
        return Verdict(SAME, kept.format, kept, kept.about, rows=kept.rows)
    rows, changes = _compared(station, found)
    return Verdict(CHANGED, kept.format, kept, kept.about, parts, rows, changes)


def _kept(station: Station, found: Found, called: str) -> Downloaded | None:
    """The file as it left: by its id within, by its name, or by the seals of files that carry no id."""
    downloads = station.store.downloads
    said = str(found.about.get("id", ""))
    if said and (kept := downloads.one(said)):
        return kept
    seals = ({"rows": found.seals.get("exact", "")}, {"rows": found.seals.get("rows", "")}, found.seals)
    return next(filter(None, map(downloads.sealed, seals)), None) or _by_name(station, called)


def _by_name(station: Station, called: str) -> Downloaded | None:
    said = _ID.search(called)
    return station.store.downloads.one(said[1]) if said else None


def _differing(kept: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    exact = now.get("exact")
    return tuple(name for name, seal in kept.items() if now.get(name) != seal and (name != "rows" or exact != seal))


def _compared(station: Station, found: Found) -> tuple[int | None, tuple[Change, ...]]:
    """How many rows there are, and the first cells that differ from what is held here today."""
    if found.rows is None:
        return None, ()
    count, changes = 0, list[Change]()
    try:
        every = found.rows()
        while some := list(islice(every, AT_ONCE)):
            count += len(some)
            if len(changes) < MOST_CHANGES:
                changes += _changes(station, some)
    except Exception:  # broken in the middle: what was read until there is told
        return None, tuple(changes[:MOST_CHANGES])
    return count, tuple(changes[:MOST_CHANGES])


def _changes(station: Station, some: list[Row]) -> Iterator[Change]:
    held = station.store.returns.of([str(one.get("recovery_id")) for one in some], COLUMNS)
    here = {values[1]: row(dict(zip(COLUMNS, values, strict=True)), COLUMNS) for values in held}
    for one in some:
        recovery, ring = str(one.get("recovery_id")), f"{one.get('scheme')} {one.get('ring')}"
        own = here.get(recovery)
        if own is None:
            yield Change(recovery, ring)
            continue
        for name in dict.fromkeys((*COLUMNS, *one)):
            if one.get(name) != own.get(name):
                yield Change(recovery, ring, name, _text(one.get(name)), _text(own.get(name)))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _check_size(path: Path) -> None:
    """A small archive may hold more than any disk."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as whole:
            sizes = [(one.filename, one.file_size) for one in whole.infolist()]
            texts = sum(size for name, size in sizes if name.casefold().endswith(TEXTS.casefold()))
            if sum(size for _name, size in sizes) > LARGEST or texts > LARGEST_TEXTS:
                raise Refused("The archive holds more than can be looked at", where=path.name)
