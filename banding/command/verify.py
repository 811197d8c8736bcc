"""`banding verify`: whether a file of returns is still as it left this node."""

from pathlib import Path

import click

from banding.command.plain import answer, as_json, opened
from banding.reports import verify as verifying
from banding.reports.about import lines
from banding.reports.verify import Verdict

SAID = {
    verifying.SAME: "same: nothing in it was changed since it left this node",
    verifying.CHANGED: "changed: it is not as it left this node",
    verifying.UNKNOWN: "unknown: this node has made no such file",
}


@click.command("verify")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def verify(ctx: click.Context, path: Path, as_json: bool) -> None:
    """Look whether FILE, a download of returns of any kind, was changed since it left this node.

    Exit code 0 when it is the same, 1 when it was changed, 2 when this node does not know it.
    """
    found = verifying.verify(opened(), path)
    if as_json:
        answer(_facts(found))
    else:
        click.echo("\n".join([f"{path.name}: {SAID[found.state]}", *_told(found)]))
    ctx.exit(verifying.CODES[found.state])


def _told(found: Verdict) -> list[str]:
    told = [f"  not the same any more: {part}" for part in found.parts]
    if found.state == verifying.CHANGED and not found.parts:
        told.append("  it cannot be read any more as the kind of file that it was")
    if found.kept and found.rows is not None and found.rows != found.kept.rows:
        told.append(f"  it left with {found.kept.rows:,} rows and has {found.rows:,} now")
    for one in found.changes:
        where = (
            f"{one.column}: {one.told!r} in the file, {one.here!r} here today" if one.column else "no such return here"
        )
        told.append(f"  {one.ring}, {where}")
    if found.state == verifying.UNKNOWN and found.node:
        told.append(f"  it says that it is from {found.node}: ask there")
    if found.agrees:
        told.append("  it agrees with the hash that it names itself")
    if found.kept:
        told += [f"  {head}: {text}" for head, text in lines(found.kept.about)]
    return told


def _facts(found: Verdict) -> dict[str, object]:
    return {
        "state": found.state, "format": found.format, "id": found.kept.id if found.kept else None,
        "node": found.node, "parts": list(found.parts), "rows": found.rows,
        "kept_rows": found.kept.rows if found.kept else None, "agrees": found.agrees,
        "changes": [one._asdict() for one in found.changes],
    }  # fmt: skip
