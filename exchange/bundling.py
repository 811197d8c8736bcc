"""What a person types about bundles: `banding bundle write` packs one for a peer, `banding bundle read` takes it in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from banding.command.plain import answer, as_json, opened
from banding.errors import Refused
from banding.spoken import gettext as _
from banding.spoken import language, ngettext, number
from exchange.node import ExchangeNode
from exchange.talk.packing import Packed, Packing, Told
from exchange.talk.unpacking import ReadPart, Source, read, sources

UNITS = {"": 1, "KB": 1000, "MB": 1000_000}


@click.group("bundle")
def bundle() -> None:
    """Carry records by hand, on a stick or in an e-mail, where there is no line."""


@bundle.command("write")
@click.argument("peer")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--part-size", default="1MB", show_default=True, help="As much as a part may have, such as 500KB.")
@click.option(
    "--since", type=click.Choice(["auto", "beginning"]), default="auto", show_default=True,
    help="What the peer has not said it took, or everything from the beginning.",
)  # fmt: skip
@click.option("--encrypt", is_flag=True, help="Close it, so that only the peer can open it.")
@as_json
def bundle_write(peer: str, file: Path, part_size: str, since: str, encrypt: bool, as_json: bool) -> None:
    """Pack for PEER what it has not taken yet into FILE, or into FILE.001 and so on."""
    size = size_of(part_size)
    packing = Packing(ExchangeNode.open(opened()), peer, from_beginning=since == "beginning", is_closed=encrypt)
    with _bar(_("for %(peer)s", peer=peer)) as told:
        packed = packing.write(file, size, told)
    if as_json:
        answer(_packed_facts(packed))
        return
    click.echo(
        _(
            "For %(peer)s: %(entries)s in %(parts)s, %(bytes)s bytes, with what this node has taken from it so far",
            peer=peer, bytes=number(packed.bytes),
            entries=ngettext("%(num)s entry", "%(num)s entries", packed.entries),
            parts=ngettext("%(num)s part", "%(num)s parts", len(packed.files)),
        )
    )  # fmt: skip
    for path in packed.files:
        longer = f"  {_('longer than asked: one batch goes into one part')}" if path in packed.longer else ""
        click.echo(f"  {path}{longer}")


@bundle.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "by", default="", metavar="PEER", help="Who brought parts whose label cannot be believed.")
@as_json
def bundle_read(files: tuple[Path, ...], by: str, as_json: bool) -> None:
    """Take in parts of bundles, in any order, as often as you like."""
    node = ExchangeNode.open(opened())
    found = [one for path in files for one in _sources(path)]
    with _bar(_("reading")) as told:
        done = iter(range(1, len(found) + 1))
        parts = read(node, found, by, lambda _part: told(next(done, len(found)), len(found)))
    if as_json:
        answer([_facts(part) for part in parts])
    else:
        for part in parts:
            for line in lines_of(part):
                click.echo(line)
    if any(part.trouble or part.needs or part.waiting for part in parts):
        raise SystemExit(2)


def size_of(text: str) -> int:
    """A size in bytes from a text such as 500KB. Raises Refused."""
    found = re.fullmatch(r"([0-9]{1,12})\s*(KB|MB|)", text.strip().upper())
    if found is None:
        raise Refused("This is no size", where=text, mend="Write 500KB, 1MB or a number of bytes")
    return int(found[1]) * UNITS[found[2]]


def lines_of(part: ReadPart) -> Iterator[str]:
    """What became of a part, in lines."""
    label = part.label
    if label is None:
        whose = _("no bundle")
    else:
        proof = _("not proven") if part.doubt else _("verified")
        place = {"part": label.part, "parts": label.parts, "sender": label.sender}
        whose = f"{_('part %(part)s of %(parts)s from %(sender)s', **place)}, {proof}"
    closed = f", {_('was closed for us')}" if part.is_closed and not part.trouble else ""
    yield f"{part.name}: {whose}{closed}"
    yield from (f"  {line}" for line in (*_of_content(part), *_of_rest(part)))


def _of_content(part: ReadPart) -> Iterator[str]:
    """What was in it."""
    if part.doubt:
        yield _("its label is not believed: %(why)s", why=part.doubt.told(language()))
    if part.trouble:
        yield part.trouble.told(language())
    elif part.again:
        yield _("taken before: %(known)s known, nothing new", known=number(part.known))
    if not part.again and (not part.trouble or part.kept or part.known):
        counts = {name: number(getattr(part, name)) for name in ("kept", "known", "fuller", "aside", "refused")}
        yield _(
            "%(kept)s kept, %(known)s known, %(fuller)s completed, %(aside)s set aside, %(refused)s refused", **counts
        )


def _of_rest(part: ReadPart) -> Iterator[str]:
    """What could not be taken, and what can be done about it."""
    if part.refused:
        yield _("refused: not signed by a node that is trusted here; once it is, ask for a bundle `--since beginning`")
    yield from (_("%(log)s waits for a person: see the page of alarms", log=log) for log in part.waiting)
    for log, first in part.needs:
        if part.bring:
            brought = {"log": log, "first": first, "parts": ", ".join(map(str, part.bring))}
            yield _("needs %(log)s from %(first)s: bring part %(parts)s, then read this one again", **brought)
        else:
            yield _(
                "needs %(log)s from %(first)s: ask its sender for what is before it, then read this one again",
                log=log, first=first,
            )  # fmt: skip


def _sources(path: Path) -> list[Source]:
    return sources(path.name, path.read_bytes)


@contextmanager
def _bar(name: str) -> Iterator[Told]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=1)
        yield lambda done, of: bar.update(task, completed=done, total=max(of, 1))


def _packed_facts(packed: Packed) -> dict[str, Any]:
    return {
        "id": packed.id, "files": [str(path) for path in packed.files], "batches": packed.batches,
        "entries": packed.entries, "bytes": packed.bytes, "longer": [str(path) for path in packed.longer],
    }  # fmt: skip


def _facts(part: ReadPart) -> dict[str, Any]:
    label = part.label
    return {
        "file": part.name, "from": label.sender if label else None, "verified": part.is_proven,
        "bundle": label.id if label else None, "part": label.part if label else None,
        "parts": label.parts if label else None, "kept": part.kept, "known": part.known, "completed": part.fuller,
        "set_aside": part.aside, "refused": part.refused, "waiting": list(part.waiting),
        "needs": dict(part.needs), "bring": list(part.bring), "doubt": str(part.doubt) if part.doubt else None,
        "trouble": str(part.trouble) if part.trouble else None,
    }  # fmt: skip
