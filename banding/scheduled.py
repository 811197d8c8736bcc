"""Reports that are made by themselves: once a week, month or season, into a folder, under the name of the period."""

import datetime
import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from banding import spoken
from banding.errors import BandingError, Refused
from banding.formats.registry import formats
from banding.formats.source import Say
from banding.reports import pdf as pdf
from banding.reports.about import Agreed
from banding.reports.downloads import Download, nobody_asked
from banding.station import Station
from banding.store.scheduled import Run, Scheduled
from banding.store.shapes import ReturnQuery

log = logging.getLogger(__name__)
WEEK, MONTH, SEASON = "week", "month", "season"
EVERY = (WEEK, MONTH, SEASON)
SEASONS = ("winter", "spring", "summer", "autumn")
PATIENCE = datetime.timedelta(minutes=30)
"""Until a report that failed is tried again."""
LONGEST = 200
"""As much as is kept of each part of what failed."""
Read = Callable[[dict[str, str], Station], Any]
"""Understands the parameters of a question; gives an object with `query` and `misread`."""


def period(every: str, day: datetime.date) -> str:
    """The name of the period in which a day lies: 2026-W47, 2026-11 or 2026-autumn.

    A winter has the year of its January.
    """
    if every == WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if every == MONTH:
        return f"{day.year}-{day.month:02}"
    return f"{day.year + day.month // 12}-{SEASONS[day.month % 12 // 3]}"


def due(station: Station) -> list[Scheduled]:
    """Reports of which this period's file is not made; of periods that were missed only this one is made up for."""
    today, found = station.intake.today(), []
    for one in station.store.scheduled.every():
        run = station.store.scheduled.run(one.id, period(one.every, today))
        if not one.paused and (run is None or (not run.file and _is_over(station, run))):
            found.append(one)
    return found


def _is_over(station: Station, run: Run) -> bool:
    """Whether enough time has gone since the last try; a time to come was written under another clock."""
    since = station.intake.clock() - datetime.datetime.fromisoformat(run.at)
    return not datetime.timedelta(0) <= since < PATIENCE


def make(station: Station, one: Scheduled, read: Read, agreed: Agreed = nobody_asked) -> Run:
    """Write this period's file and note what became of it; a failure is noted and never raised."""
    name = period(one.every, station.intake.today())
    before = station.store.scheduled.run(one.id, name)
    run = Run(one.id, name, (before.tries if before else 0) + 1, station.at())
    try:
        run = _made(station, one, run, _query(station, one, read), agreed)
    except BandingError as error:
        run = replace(run, trouble=kept(error))
    except Exception as error:
        log.exception("the scheduled report %s has failed", one.id)
        inside = BandingError("Something went wrong inside the program", why=f"{type(error).__name__}: {error}")
        run = replace(run, trouble=kept(inside))
    station.store.scheduled.note(run)
    return run


def _query(station: Station, one: Scheduled, read: Read) -> ReturnQuery:
    try:
        found = read(dict(one.typed), station)
    except RuntimeError as error:
        # What it would say of a field needs a page to say it on.
        raise Refused("The question is no longer understood") from error
    for name in found.misread:
        # A code may have been withdrawn since; all returns must not go out in its place.
        raise Refused("The question is no longer understood", where=name, why=str(one.typed.get(name, ""))[:80])
    query: ReturnQuery = found.query
    return query


def _made(station: Station, one: Scheduled, run: Run, query: ReturnQuery, agreed: Agreed) -> Run:
    wanted = formats().get(one.format)
    if wanted is None:
        raise Refused("There is no such kind of file", where=one.format)
    folder = station.settings.reports_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = Download(
        station, query, wanted, typed=one.typed, by=one.made_by, language=one.language, say=say_in(one.language),
        agreed=agreed,
    )  # fmt: skip
    # The same name for the same period: what a power cut left half done is written over. The node's code keeps what
    # two nodes write into one folder of their network apart.
    path = folder / f"report-{station.settings.node.code}-{one.id}-{run.period}{wanted.ending}"
    half, whole = path.with_name(path.name + ".part"), hashlib.sha256()
    with half.open("wb") as out:
        for piece in file.pieces():
            whole.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    os.replace(half, path)
    return replace(run, file=path.name, rows=file.counts.rows, sha256=whole.hexdigest())


def say_in(language: str) -> Say:
    """Says sentences in a language, whoever asks and wherever."""
    words = spoken.catalogue(language)
    return lambda text, **values: words.gettext(text) % values if values else words.gettext(text)


def kept(trouble: BandingError) -> str:
    """What failed, as it is kept with a run: for each reader to be told of in their own language."""
    said = {"what": trouble.what[:LONGEST], "where": trouble.where[:LONGEST], "why": trouble.why[:LONGEST]}
    return json.dumps({name: text for name, text in said.items() if text}, ensure_ascii=False)


def told(trouble: str, language: str) -> str:
    """What was kept of a failure, in a language; a sentence of the time before it was kept so stays as it is."""
    try:
        found = BandingError(**json.loads(trouble))
    except (ValueError, TypeError):
        return trouble
    return found.told(language)
