"""Life histories as EURING lines: every encounter of each bird of a question, in order, in an archive that says so."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from banding.domain.encounters import Encounter
from banding.domain.matching import story
from banding.errors import BandingError
from banding.formats.euring import Derived, Layout, write_line
from banding.formats.source import Found, Groups, Source, Watch, nobody_watches
from banding.formats.zipped import archive, holds

LINES, ABOUT, READ_ME = "histories.psv", "about.json", "ABOUT.txt"
MOST_TOLD = 100


def writer(layout: Layout) -> Callable[[Source], Iterator[bytes]]:
    """What writes lines of this layout."""

    def write(source: Source) -> Iterator[bytes]:
        left_out: list[str] = []
        about: dict[str, Any] = {}
        yield from archive(
            [
                (LINES, _lines(source, layout, left_out)),
                (ABOUT, _about(source, layout, left_out, about)),
                (READ_ME, _read_me(source, about)),
            ]
        )

    return write


def _lines(source: Source, layout: Layout, left_out: list[str]) -> Iterator[bytes]:
    whole = hashlib.sha256()
    for history in source.histories():
        piece = "".join(f"{line}\n" for line in lines(history, layout, left_out)).encode()
        whole.update(piece)
        yield piece
    source.seals["lines"] = whole.hexdigest()


def lines(history: list[Groups], layout: Layout, left_out: list[str]) -> Iterator[str]:
    """The lines of one bird; an encounter for which the format has no room is named in `left_out`."""
    met = [Encounter.of(groups) for groups in history]
    ways = {one.recovery.id: one for one in story(met).returns}
    for groups, one in zip(history, met, strict=True):
        way = ways.get(one.id)
        journey = way.journey if way else None
        derived = Derived(
            journey.km if journey else None, journey.direction if journey else None, way.elapsed.days if way else None
        )
        try:
            # The data bank wants its own code for unknown in each empty column.
            yield write_line(groups, layout, derived, fill_unknown=True)
        except BandingError as trouble:
            left_out.append(f"{one.scheme} {one.ring} {one.day}: {trouble}")


def _about(source: Source, layout: Layout, left_out: list[str], about: dict[str, Any]) -> Iterator[bytes]:
    about |= source.about() | {"layout": f"EURING {layout}", "left_out": left_out[:MOST_TOLD]}
    yield (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


def _read_me(source: Source, about: dict[str, Any]) -> Iterator[bytes]:
    told = [f"{head}: {said}".strip(": ") for head, said in source.lines(about)]
    yield "\n".join([*told, *about["left_out"], ""]).encode()


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the archive says, and the seal of its lines as they are now."""
    _ = watch
    with zipfile.ZipFile(path) as whole:
        about = json.loads(whole.read(ABOUT))
        with whole.open(LINES) as member:
            return Found(about, {"lines": hashlib.file_digest(member, "sha256").hexdigest()})  # type: ignore[arg-type]


def fits(path: Path) -> bool:
    """Whether a file is such an archive."""
    return holds(path, LINES, ABOUT)
