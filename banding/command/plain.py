"""What every command shares: opening the node, answers for programs, one plain sentence for any trouble."""

import json
import sqlite3
import traceback
from typing import Any

import click

from banding import settings
from banding.domain.rules import Finding
from banding.errors import BandingError, StoreTrouble
from banding.station import Station
from schemas.codes import table

LOG = "trouble.log"
as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a program.")


class PlainGroup(click.Group):
    """A group whose commands end in one plain sentence and exit code 1, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click ends these well by itself
        except Exception as error:
            click.echo(sentence_of(error), err=True)
            ctx.exit(1)


def sentence_of(error: Exception) -> str:
    """What happened and what to do, in one line; the details of what nobody foresaw go to a file."""
    if isinstance(error, BandingError):
        return str(error)
    if isinstance(error, sqlite3.Error):
        return str(_store_trouble(error))
    if isinstance(error, OSError):
        where = str(error.filename or "")
        return str(StoreTrouble("A file or folder cannot be used", where=where, why=error.strerror or str(error)))
    return _unforeseen(error)


def _store_trouble(error: sqlite3.Error) -> StoreTrouble:
    return StoreTrouble(
        "The node's file cannot be used", where=str(settings.home()), why=f"SQLite says: {error}",
        mend="Check that the disk is not full and that the folder can be written to",
    )  # fmt: skip


def _unforeseen(error: Exception) -> str:
    """A fault of the program itself: what it was in a word, and where the rest is written down."""
    what = f"Something went wrong inside the program: {type(error).__name__}."
    path = settings.home() / LOG
    try:
        with path.open("a", encoding="utf-8") as log:
            traceback.print_exception(error, file=log)
    except OSError:
        return f"{what} The details could not be written down."
    return f"{what} The details are in {path}; send that file to whoever helps you."


def opened() -> Station:
    """The node of this folder. Raises SettingsTrouble when there is none yet, and StoreTrouble."""
    return Station.open(settings.load())


def answer(data: Any) -> None:
    """Say something to a program."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def sentence(finding: Finding, language: str) -> str:
    """What a rule found, in words; a broken shape is told by its field, since the line is one's own."""
    if finding.code == "W-shape":
        return f"{finding.values.get('where', '')}: {finding.values.get('why', '')}"
    try:
        return table("finding").label(finding.code, language).format_map(finding.values)
    except KeyError:
        return f"{finding.code} ({finding.field})"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 row`, `3 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
