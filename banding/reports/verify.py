"""Whether a file of returns is still as it left the node: same, changed and where, or unknown here."""

import contextlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from banding.errors import Refused
from banding.formats import registry
from banding.formats.canonical import Row, row
from banding.formats.source import Found, Watch, nobody_watches, seal_of_file
from banding.formats.zipped import BROKEN
from banding.reports import known
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
OBJECTS = {"node", "sha256", "counts", "query"}
"""Members of what a file says of itself that are objects."""
BESIDE = {"layout", "left_out"}
"""What some kinds of file say of themselves beside what is kept of them here."""


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
    file whether it fits the seals it names itself: then nobody has changed it by mistake. `exact` says that every byte
    is the same, and not the rows alone; `alike` what share of the rows is there, where a file is known by them only.
    """

    state: str
    format: str = ""
    kept: Downloaded | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    rows: int | None = None
    changes: tuple[Change, ...] = ()
    agrees: bool = False
    exact: bool = False
    alike: float | None = None

    @property
    def node(self) -> str:
        """The node that the file says it is from."""
        return str(self.about.get("node", {}).get("code", "")) if self.about else ""


class _Halt(BaseException):
    """Whoever watches wants it to end; no broken file may be taken for the cause."""

    def __init__(self, why: Exception) -> None:
        super().__init__()
        self.why = why


def verify(station: Station, path: Path, name: str = "", watch: Watch = nobody_watches) -> Verdict:
    """The verdict on a file; `name` is what it was called, `watch` hears how many rows were looked at.

    Raises Refused where the file is too large to look at, and whatever `watch` raises.
    """
    called = name or path.name
    if kept := at_once(station, path):
        return kept
    _check_size(path)

    def told(rows: int) -> None:
        try:
            watch(rows)
        except Exception as error:
            raise _Halt(error) from error

    try:
        return _read(station, path, called, told)
    except _Halt as halt:
        raise halt.why from None


def at_once(station: Station, path: Path) -> Verdict | None:
    """The verdict on a file that is byte for byte as it left this node; None of any other."""
    kept = station.store.downloads.whole(seal_of_file(path))
    return Verdict(SAME, kept.format, kept, kept.about, rows=kept.rows, exact=True) if kept else None


def _read(station: Station, path: Path, called: str, watch: Watch) -> Verdict:
    for kind in registry.readers(path):
        if kind.read is None:
            continue
        try:
            found = _sane(kind.read(path, watch))
        except Refused:
            raise
        except Exception:  # a file that was changed may be broken in any way, and that is the answer
            return _broken(station, kind.name, path, called)
        return _judged(station, kind.name, found, path, called, watch)
    return Verdict(UNKNOWN)


def _sane(found: Found) -> Found:
    """What a file says of itself without what no node would say. Raises ValueError."""
    if not isinstance(found.about, Mapping):
        raise ValueError("what is said of a file is an object")
    said = {name: told for name, told in found.about.items() if name not in OBJECTS or isinstance(told, Mapping)}
    return replace(found, about=said)


def _broken(station: Station, kind: str, path: Path, called: str) -> Verdict:
    kept = known.by_name(station, called) or known.said_within(station, path)
    return Verdict(CHANGED if kept else UNKNOWN, kept.format if kept else kind, kept, kept.about if kept else {})


def _judged(station: Station, kind: str, found: Found, path: Path, called: str, watch: Watch) -> Verdict:
    kept, alike = known.meant(station, found, called) or known.said_within(station, path), None
    if kept is None:
        kept, alike = known.by_rows(station, found, path)
    if kept is None:
        own = found.about.get("sha256") or {}
        return Verdict(UNKNOWN, kind, about=found.about, agrees=bool(own) and not _differing(own, found.seals))
    parts = _differing(kept.seals, found.seals) + (("about",) if _is_told_anew(kept, found.about) else ())
    if not parts:
        return Verdict(SAME, kept.format, kept, kept.about, rows=kept.rows)
    rows, changes = _compared(station, found, watch)
    return Verdict(CHANGED, kept.format, kept, kept.about, parts, rows, changes, alike=alike)


def _is_told_anew(kept: Downloaded, about: Mapping[str, Any]) -> bool:
    """Whether a file says something else of itself than it did when it left."""
    said = {name: value for name, value in about.items() if name not in BESIDE}
    return bool(said) and said != kept.about


def _differing(kept: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    exact = now.get("exact")
    return tuple(name for name, seal in kept.items() if now.get(name) != seal and (name != "rows" or exact != seal))


def _compared(station: Station, found: Found, watch: Watch) -> tuple[int | None, tuple[Change, ...]]:
    """How many rows there are, and the first cells that differ from what is held here today."""
    if found.rows is None:
        return None, ()
    count, changes = 0, list[Change]()
    try:
        every = found.rows()
        while some := list(islice(every, AT_ONCE)):
            count += len(some)
            watch((found.count or 0) + count)
            changes += _changes(station, some) if len(changes) < MOST_CHANGES else ()
            if found.count is not None and len(changes) >= MOST_CHANGES:
                break
    except Exception:  # broken in the middle: what was read until there is told
        return None, tuple(changes[:MOST_CHANGES])
    return count if found.count is None else found.count, tuple(changes[:MOST_CHANGES])


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
    with contextlib.suppress(*BROKEN), zipfile.ZipFile(path) as whole:
        sizes = [(one.filename, one.file_size) for one in whole.infolist()]
        texts = sum(size for name, size in sizes if name.casefold().endswith(TEXTS.casefold()))
        if sum(size for _name, size in sizes) > LARGEST or texts > LARGEST_TEXTS:
            raise Refused("The archive holds more than can be looked at", where=path.name)
