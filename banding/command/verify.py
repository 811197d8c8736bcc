"""`banding verify`: whether a file of returns is still as it left this node."""

from pathlib import Path

import click

from banding.command.plain import answer, as_json, opened
from banding.reports import verify as verifying
from banding.reports.about import lines
from banding.reports.verify import Verdict
from banding.spoken import N_, number
from banding.spoken import gettext as _

SAID = {
    verifying.SAME: N_("same: nothing in it was changed since it left this node"),
    verifying.CHANGED: N_("changed: it is not as it left this node"),
    verifying.UNKNOWN: N_("unknown: this node has made no such file"),
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
        click.echo("\n".join([f"{path.name}: {_(SAID[found.state])}", *_told(found)]))
    ctx.exit(verifying.CODES[found.state])


def _told(found: Verdict) -> list[str]:
    told = [_("not the same any more: %(part)s", part=part) for part in found.parts]
    if found.state == verifying.CHANGED and not found.parts:
        told.append(_("it cannot be read any more as the kind of file that it was"))
    if found.state == verifying.SAME and not found.exact:
        told.append(
            _("another program has written it anew: the rows are the same, what is beside them was not compared")
        )
    if found.alike is not None:
        share = number(round(100 * found.alike))
        told.append(_("known by its rows alone, of which about %(share)s percent are those of this file:", share=share))
    if found.kept and found.rows is not None and found.rows != found.kept.rows:
        rows = {"kept": number(found.kept.rows), "rows": number(found.rows)}
        told.append(_("it left with %(kept)s rows and has %(rows)s now", **rows))
    for one in found.changes:
        where = _("no such return here")
        if one.column:
            where = _("%(column)s: %(told)r in the file, %(here)r here today", **one._asdict())
        told.append(f"{one.ring}, {where}")
    if found.state == verifying.UNKNOWN and found.node:
        told.append(_("it says that it is from %(node)s: ask there", node=found.node))
    if found.agrees:
        told.append(_("it agrees with the hash that it names itself"))
    if found.kept:
        told += [f"{head}: {text}" for head, text in lines(found.kept.about, _)]
    return [f"  {line}" for line in told]


def _facts(found: Verdict) -> dict[str, object]:
    return {
        "state": found.state, "format": found.format, "id": found.kept.id if found.kept else None,
        "node": found.node, "parts": list(found.parts), "rows": found.rows,
        "kept_rows": found.kept.rows if found.kept else None, "agrees": found.agrees,
        "exact": found.exact, "alike": found.alike, "changes": [one._asdict() for one in found.changes],
    }  # fmt: skip
