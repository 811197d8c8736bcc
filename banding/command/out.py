"""`banding export`: records as EURING lines, streamed, with an account of what the format has no room for."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TextIO, cast, get_args

import click
from rich.console import Console
from rich.progress import track

from banding.command.plain import opened
from banding.domain import dates, rings
from banding.domain.encounters import Encounter
from banding.domain.matching import story
from banding.errors import BandingError, Refused
from banding.formats.euring import Derived, Layout, dropped, write_line
from banding.spoken import filled, language, ngettext, number
from banding.spoken import gettext as _
from banding.station import Station
from banding.store.shapes import Kept, Query
from schemas.codes import table

SOME_LEFT_OUT = 2
CHUNK = 500
MOST_TOLD = 20
NAMES = {f"euring-{layout}": layout for layout in get_args(Layout)}
Birds = dict[tuple[str, str], list[Encounter]]


@dataclass
class Account:
    """What was written, what of it the format could not carry, and which records not at all."""

    written: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


@click.command("export")
@click.argument("path", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--format", "name", type=click.Choice(list(NAMES)), default="euring-2000+", show_default=True)
@click.option("--fill-unknown", is_flag=True, help="Write EURING's code for unknown where a field is empty.")
@click.option("--ring", default="", help="Ring number, or its beginning.")
@click.option("--scheme", type=click.Choice(table("scheme").codes), help="EURING code of the scheme.", metavar="CODE")
@click.option("--species", multiple=True, help="Species by any of its names or its EURING code; may be repeated.")
@click.option("--kind", type=click.Choice(table("kind").codes))
@click.option("--origin", default="", help="Code of the node that wrote the records.")
@click.option("--since", default="", help="First day.")
@click.option("--until", default="", help="Last day.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.pass_context
def out(
    ctx: click.Context,
    path: str,
    name: str,
    fill_unknown: bool,
    force: bool,
    **asked: str | tuple[str, ...] | None,
) -> None:
    """Write records to PATH, or to the terminal when PATH is a dash.

    Exit code 0 when every record was written, 2 when the format had no room for some.
    """
    station = opened()
    query = _query(station, asked)
    account = Account()
    with _target(path, force) as target:
        lines = exported(station, query, NAMES[name], account, fill_unknown=fill_unknown)
        for line in _watched(lines, station.store.search.count(query)):
            target.write(line + "\n")
    for told in _told(account, name):
        click.echo(told, err=True)
    ctx.exit(SOME_LEFT_OUT if account.left_out else 0)


def _watched(lines: Iterator[str], count: int) -> Iterable[str]:
    """The same lines, with a bar for whoever looks at a terminal."""
    console = Console(stderr=True)
    return track(lines, "", total=count, console=console, transient=True, disable=not console.is_terminal)


def exported(
    station: Station, query: Query, layout: Layout, account: Account, *, fill_unknown: bool = False
) -> Iterator[str]:
    """The lines of all records that fit, without line ends, in flat memory; `account` is kept on the way."""
    every = station.store.search.every(query)
    while chunk := list(islice(every, CHUNK)):
        birds = station.store.records.histories(_birds(chunk))
        for kept in chunk:
            try:
                line = write_line(kept.groups, layout, _derived(kept, birds), fill_unknown=fill_unknown)
                account.lost.update(dropped(kept.groups, layout))
            except BandingError as trouble:
                bird = f"{kept.core['scheme']} {kept.core['ring']}, {kept.core['day']}"
                account.left_out.append(f"{bird}: {trouble.told(language())}")
                continue
            account.written += 1
            yield line


def _birds(chunk: Iterable[Kept]) -> Iterator[tuple[str, str]]:
    for kept in chunk:
        met = Encounter.of(kept.groups)
        if met.ring_key and not met.is_banding:
            yield met.scheme, met.ring_key


def _derived(kept: Kept, birds: Birds) -> Derived | None:
    """How far, whereto and how long after its banding the bird was met; None where that is not known here."""
    met = Encounter.of(kept.groups)
    history = birds.get((met.scheme, met.ring_key or ""), ())
    for one in story(history).returns if history else ():
        if one.recovery.id == met.id:
            way = one.journey
            return Derived(way.km if way else None, way.direction if way else None, one.elapsed.days)
    return None


def _query(station: Station, asked: dict[str, str | tuple[str, ...] | None]) -> Query:
    said = {name: str(value or "") for name, value in asked.items() if name != "species"}
    since, until = _day(said["since"], "--since"), _day(said["until"], "--until")
    if since and until and since > until:
        raise Refused(
            filled("The first day %(since)s is after the last day %(until)s", since=since, until=until),
            mend="Exchange them",
        )
    return Query(
        ring=rings.normal(said["ring"]), scheme=said["scheme"], kind=said["kind"],
        origin=said["origin"].upper(),
        species=[_species(station, text) for text in asked["species"] or ()], since=since, until=until,
    )  # fmt: skip


def _species(station: Station, text: str) -> str:
    found = station.tables.species.find(text)
    if found is None:
        likely = ", ".join(one.scientific_name for one in station.tables.species.search(text, limit=5))
        what = filled("The species %(text)r is not in this node's list", text=text)
        if likely:
            raise Refused(what, where="--species", mend=filled("Perhaps one of %(likely)s", likely=likely))
        raise Refused(what, where="--species", mend="Write its Latin, English, Chinese or Russian name")
    return found.scientific_name


def _day(text: str, where: str) -> str:
    if not text:
        return ""
    try:
        day: date = dates.understand(text)
    except ValueError as trouble:
        raise Refused(
            filled("The day %(text)r is not understood", text=text),
            where=where,
            why=_why(trouble),
            mend="Write it like 2024-05-01",
        ) from None
    return day.isoformat()


def _why(trouble: ValueError) -> str:
    """What days were meant, where it can be more than one."""
    days = ", ".join(day.isoformat() for day in getattr(trouble, "candidates", ()))
    return filled("It can mean more than one day: %(days)s", days=days) if days else ""


@contextlib.contextmanager
def _target(path: str, force: bool) -> Iterator[TextIO]:
    """The terminal, or a new file that appears whole or not at all."""
    if path == "-":
        with click.open_file("-", "w", encoding="utf-8") as terminal:
            yield cast(TextIO, terminal)
        return
    file = Path(path)
    if file.exists() and not force:
        raise Refused("This file is already there", where=path, mend="Name another one, or add --force")
    beside = file.with_name(f".{file.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as target:
            yield target
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _told(account: Account, name: str) -> Iterator[str]:
    yield ngettext("%(num)s record written.", "%(num)s records written.", account.written)
    if account.lost:
        lost = ", ".join(f"{field} ({number(rows)})" for field, rows in account.lost.most_common())
        yield _("%(name)s has no room for these fields, in so many records: %(lost)s.", name=name, lost=lost)
    if account.left_out:
        count = len(account.left_out)
        yield ngettext("%(num)s record could not be written:", "%(num)s records could not be written:", count)
        yield from (f"  {told}" for told in account.left_out[:MOST_TOLD])
    if len(account.left_out) > MOST_TOLD:
        yield "  " + _("and %(count)s more", count=number(len(account.left_out) - MOST_TOLD))
