"""Which of the files that have left this node a file is, or once was."""

import logging
import re
from itertools import islice
from pathlib import Path

from banding.formats.csv_returns import lines_of
from banding.formats.marks import ENOUGH, Marks, alike
from banding.formats.source import Found
from banding.station import Station
from banding.store.downloads import Downloaded

log = logging.getLogger(__name__)
EDGE, MOST_SAID = 1 << 20, 20
"""Bytes at either end of a file in which its id is looked for, and how many that look like one are tried."""
_NAMED = re.compile(r"-([0-9a-f]{12})\.")
_SAID = re.compile(rb'(?:"id": ?"|\bfile )([0-9a-f]{12})\b')


def meant(station: Station, found: Found, called: str) -> Downloaded | None:
    """The file by its id within, by the seals of files that carry no id, or by its name."""
    downloads = station.store.downloads
    said = str(found.about.get("id", ""))
    if said and (kept := downloads.one(said)):
        return kept
    seals = ({"rows": found.seals.get("exact", "")}, {"rows": found.seals.get("rows", "")}, found.seals)
    return next(filter(None, map(downloads.sealed, seals)), None) or by_name(station, called)


def by_name(station: Station, called: str) -> Downloaded | None:
    """The file under whose name it goes."""
    said = _NAMED.search(called)
    return station.store.downloads.one(said[1]) if said else None


def said_within(station: Station, path: Path) -> Downloaded | None:
    """The file that it says to be, where no reader has found that: in its first bytes and its last."""
    with path.open("rb") as file:
        text = file.read(EDGE)
        file.seek(max(file.tell(), path.stat().st_size - EDGE))
        text += file.read()
    said = dict.fromkeys(one.decode() for one in _SAID.findall(text))
    return next(filter(None, map(station.store.downloads.one, islice(said, MOST_SAID))), None)


def by_rows(station: Station, found: Found, path: Path) -> tuple[Downloaded | None, float | None]:
    """The file that shares most rows with it, whatever else was done to them, and what share of both that is."""
    marks, downloads = Marks(), station.store.downloads
    if found.rows is None:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            for line in lines_of(text):
                marks.take(line)
    else:
        try:
            for one in found.rows():
                marks.add(one.get("recovery_id"))
        except Exception:  # broken in the middle: what was read until there may be enough
            log.debug("a file that is looked at ends in the middle", exc_info=True)
    near = [(alike(marks.least, told), id) for id, told in downloads.sharing(marks.least)]
    share, id = max(near, key=lambda one: one[0], default=(0.0, ""))
    return (downloads.one(id), share) if share >= ENOUGH else (None, None)
