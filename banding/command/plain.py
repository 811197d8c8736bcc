"""What every command shares: opening the node, answers for programs, one plain sentence for any trouble."""

import io
import json
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from banding import settings, spoken
from banding.command import tongue
from banding.domain.rules import Finding
from banding.errors import BandingError, StoreTrouble
from banding.spoken import filled
from banding.spoken import gettext as _
from banding.station import Station
from schemas.codes import table

LOG = "trouble.log"
as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a program.")


class PlainGroup(click.Group):
    """A group whose commands end in one plain sentence and exit code 1, never in a traceback.

    It speaks the language of whoever types.
    """

    def main(self, args: Sequence[str] | None = None, *more: Any, **rest: Any) -> Any:
        """Run what was typed, `sys.argv` unless it is given."""
        never_stumble()
        language = tongue.chosen(sys.argv[1:] if args is None else args)
        with spoken.speaking(language):
            tongue.translate(self, language)
            return super().main(args, *more, **rest)

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
        return error.told(spoken.language())
    if isinstance(error, sqlite3.Error):
        return sentence_of(_store_trouble(error))
    if isinstance(error, OSError):
        where = str(error.filename or "")
        return sentence_of(
            StoreTrouble("A file or folder cannot be used", where=where, why=error.strerror or str(error))
        )
    return _unforeseen(error)


def never_stumble() -> None:
    """Let a terminal that lacks a letter show a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _store_trouble(error: sqlite3.Error) -> StoreTrouble:
    return StoreTrouble(
        "The node's file cannot be used", where=str(settings.home()), why=filled("SQLite says: %(fault)s", fault=error),
        mend="Check that the disk is not full and that the folder can be written to",
    )  # fmt: skip


def _unforeseen(error: Exception) -> str:
    """A fault of the program itself: what it was in a word, and where the rest is written down."""
    what = _("Something went wrong inside the program: %(fault)s.", fault=type(error).__name__)
    path = settings.home() / LOG
    try:
        with path.open("a", encoding="utf-8") as log:
            traceback.print_exception(error, file=log)
    except OSError:
        return f"{what} {_('The details could not be written down.')}"
    return f"{what} {_('The details are in %(path)s; send that file to whoever helps you.', path=path)}"


def opened() -> Station:
    """The node of this folder. Raises SettingsTrouble when there is none yet, and StoreTrouble."""
    return Station.open(settings.load())


def answer(data: Any) -> None:
    """Say something to a program, in letters that its end of the line has."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        text = json.dumps(data, indent=2)
    click.echo(text)


def sentence(finding: Finding, language: str) -> str:
    """What a rule found, in words; a broken shape is told by its field, since the line is one's own."""
    if finding.code == "W-shape":
        return f"{finding.values.get('where', '')}: {finding.values.get('why', '')}"
    try:
        return table("finding").label(finding.code, language).format_map(finding.values)
    except KeyError:
        return f"{finding.code} ({finding.field})"
