"""`banding import`: files of EURING lines through the one door, with an account of each line."""

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from banding.command.plain import answer, as_json, opened
from banding.command.tally import Tally, lines
from banding.errors import Refused
from banding.imports.encodings import open_text
from banding.imports.euring import Row, read
from banding.intake import CHUNK, Draft, Intake, Verdict
from banding.spoken import gettext as _
from banding.spoken import language
from banding.station import Station
from banding.store import Store

SOME_REFUSED = 2


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="What to call the source in notes and confirmations; the file's name unless given.")
@click.option("--by", help="Who brings the files in; kept beside each record.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each line and keep nothing.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write refused lines to a new file.")
@as_json
@click.pass_context
def bring(
    ctx: click.Context, files: tuple[Path, ...], source: str | None, by: str | None, dry_run: bool,
    refused: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Take EURING files in: 2000, 2000+ or 2020, in any usual encoding.

    A line that comes a second time changes its record or leaves it; it never doubles it. Exit code 0 when
    every line was kept, 2 when some were refused.
    """
    station = opened()
    tallies = []
    with _new_file(refused) as aside, _door(station, dry_run) as door:
        for file in files:
            tally = Tally(source or file.name, station.settings.language if as_json else language())
            tallies.append(tally)
            try:
                _bring_one(door, file, tally, by, aside)
            except KeyboardInterrupt:
                click.echo(_("Stopped. What was kept stays; the same command goes on from there."), err=True)
                ctx.exit(1)
    if as_json:
        answer({"dry_run": dry_run, "files": [tally.facts() for tally in tallies]})
    else:
        for tally in tallies:
            click.echo("\n".join(lines(tally, dry_run)))
    ctx.exit(SOME_REFUSED if any(tally.refused for tally in tallies) else 0)


def _bring_one(door: Intake, file: Path, tally: Tally, by: str | None, aside: TextIO | None) -> None:
    with open_text(file) as text:
        total = sum(bool(line.strip()) for line in text)
    with open_text(file) as text, _progress(file.name, total) as advance:
        for rows in _chunks(read(text, tally.source)):
            for row, verdict in _judged(door, rows, tally.source, by):
                tally.count(row, verdict)
                if aside and tally.is_refused(row, verdict):
                    aside.write(row.line + "\n")
            advance(len(rows))


def _judged(door: Intake, rows: list[Row], source: str, by: str | None) -> Iterator[tuple[Row, Verdict | None]]:
    """Each row with its verdict; None for a row that could not even be read."""
    drafts = [Draft(row.record, submission=row.key) for row in rows if row.record is not None]
    verdicts = iter(door.admit(drafts, door="file", by=by, confirm_all=f"as written in {source}"))
    for row in rows:
        yield row, None if row.record is None else next(verdicts)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


@contextlib.contextmanager
def _door(station: Station, dry_run: bool) -> Iterator[Intake]:
    """The node's door; for a dry run that of a copy, which sees the same records and is thrown away.

    A copy, because lines of one file are judged by each other too, and because a long transaction that is
    rolled back in the end would keep the running node from writing.
    """
    if not dry_run:
        yield station.intake
        return
    # Beside the store, where there is room for records, rather than where the system keeps small things.
    with tempfile.TemporaryDirectory(dir=station.settings.home, prefix="dry-run-") as folder:
        copy = _copied(station.store, Path(folder) / "node.sqlite")
        try:
            yield Intake(copy, station.settings.node, station.tables, clock=station.intake.clock)
        finally:
            copy.close()


def _copied(store: Store, path: Path) -> Store:
    copy = Store(path)
    store.database.conn.backup(copy.database.conn)
    return copy


@contextlib.contextmanager
def _progress(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere: a log file wants the account, not the bar."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=total)
        yield lambda done: bar.advance(task, done)


@contextlib.contextmanager
def _new_file(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            yield file
    except FileExistsError:
        raise Refused("The file for refused lines is already there", where=str(path), mend="Name a new one") from None
