"""`banding report`: returns as a file of any kind, and the annual totals, from the terminal."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO
from urllib.parse import parse_qsl, urlsplit

import click
from rich.console import Console
from rich.progress import Progress

from banding.command.plain import opened
from banding.errors import Refused
from banding.formats.registry import formats
from banding.reports import pdf as pdf
from banding.reports import totals as totalling
from banding.reports.about import Terms
from banding.reports.downloads import Download
from banding.spoken import filled, gettext, ngettext
from banding.station import Station
from banding.web.asking_returns import ASKED, AskedReturns, asked_returns
from schemas.codes import table

Under = Callable[[Station, Iterable[str]], list[tuple[str, str, str]]]
_told_by: list[Under] = []
ALL = "all"


def learn(under: Under) -> None:
    """Be told how to ask the exchange for the agreements under which records came."""
    _told_by[:] = [under]


@click.group("report")
def report() -> None:
    """Files of what came back."""


@report.command("returns")
@click.argument("question", nargs=-1)
@click.option("--format", "kind", type=click.Choice(list(formats())), default="csv", show_default=True)
@click.option("--out", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
def returns(question: tuple[str, ...], kind: str, path: Path, force: bool) -> None:
    """Write the returns of QUESTION to a file: `species=stork since=2020-01-01`, or the address of a page of returns.

    The names are those of the page's address; what is not understood is refused.
    """
    station, asked = opened(), _asked(question)
    found = asked_returns(asked, station).understood()
    if path.exists() and not force:
        raise Refused("This file is already there", where=str(path), mend="Name another one, or add --force")
    one = _written(station, found, kind, path)
    rows = ngettext("%(num)s return", "%(num)s returns", one.counts.rows)
    click.echo(gettext("%(path)s: %(rows)s, file %(id)s", path=path, rows=rows, id=one.id), err=True)


def _written(station: Station, found: AskedReturns, kind: str, path: Path) -> Download:
    """The file, which appears whole or not at all."""
    console, beside = Console(stderr=True), path.with_name(f".{path.name}.part")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=station.store.returns.count(found.query))
        one = Download(
            station, found.query, formats()[kind], typed=found.typed, agreed=lambda origins: _agreed(station, origins),
            watch=lambda rows: progress.update(task, completed=rows),
        )  # fmt: skip
        try:
            with beside.open("wb") as file:
                file.writelines(one.pieces())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return one


def _asked(question: Iterable[str]) -> dict[str, str]:
    asked: dict[str, str] = {}
    for part in question:
        text = urlsplit(part).query if part.startswith(("http://", "https://", "/")) else part
        # A plain word of a terminal is no address: its plus signs and percent signs are what was typed.
        pairs = parse_qsl(text, keep_blank_values=True) if text is not part else [_pair(part)]
        asked |= dict(pairs)
    unknown = sorted(set(asked) - set(ASKED) - {"order", "page"})
    if unknown:
        raise Refused(
            filled("Nothing is asked by %(name)r", name=unknown[0]),
            mend=filled("Use %(names)s", names=", ".join(ASKED)),
        )
    return asked


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise Refused(filled("%(text)r is no question", text=text), mend="Write it like species=stork")
    return name, value


def _agreed(station: Station, origins: Iterable[str]) -> list[Terms]:
    return [Terms(*one) for under in _told_by for one in under(station, origins)]


@report.command("totals")
@click.option("--year", type=click.IntRange(1800, 2999), help="One year; all unless said.")
@click.option(
    "--scheme", type=click.Choice([ALL, *table("scheme").codes]), help="The node's own unless said.", metavar="CODE"
)
@click.option(
    "--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file; the terminal unless said."
)
def totals(year: int | None, scheme: str | None, path: Path | None) -> None:
    """Birds ringed and met again by scheme, year and species, as CSV, from everything that this node holds."""
    station = opened()
    wanted = "" if scheme == ALL else scheme or station.settings.node.scheme
    found = totalling.table(station, wanted, year)
    text = "".join(totalling.csv(station, found, station.settings.language))
    if path is None:
        _out(sys.stdout.buffer, text)
    else:
        path.write_text(text, encoding="utf-8", newline="")
    records = ngettext("%(num)s record", "%(num)s records", found.records)
    nodes = ngettext("%(num)s node", "%(num)s nodes", found.nodes)
    click.echo(gettext("From %(records)s of %(nodes)s.", records=records, nodes=nodes), err=True)


def _out(target: IO[bytes], text: str) -> None:
    target.write(text.encode())
    target.flush()
