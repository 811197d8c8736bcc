"""What a person types about agreements: `banding agreements` lists them, `preview PEER` says what would leave."""

from typing import Any

import click

from banding.command.plain import answer, as_json, opened
from banding.spoken import N_, language, number
from banding.spoken import gettext as _
from exchange.agreements import life
from exchange.agreements.preview import WITHHELD, Preview, preview
from exchange.log.agreementbook import Signed
from exchange.node import ExchangeNode
from schemas.codes import table

STATES = {
    "draft": N_("draft"), "offered": N_("offered"), "asked": N_("asked for"), "signed": N_("signed"),
    "in-force": N_("in force"), "declined": N_("declined"), "replaced": N_("replaced"), "ended": N_("ended"),
    "lapsed": N_("lapsed"),
}  # fmt: skip
GOING = {
    "exact": N_("exact"), "tenth": N_("tenth"), "province": N_("province"), "goes": N_("goes"),
    "returns": N_("returns"),
}  # fmt: skip


@click.group("agreements", invoke_without_command=True)
@as_json
@click.pass_context
def agreements(ctx: click.Context, as_json: bool) -> None:
    """Agreements with peers and their states; they are drafted and signed on the page /agreements."""
    if ctx.invoked_subcommand:
        return
    found = ExchangeNode.open(opened()).agreements.of()
    if as_json:
        answer([_facts(one) for one in found])
        return
    for one in found:
        until = one.document.get("valid_until") or _("without end")
        click.echo(f"{one.digest[:16]}  {one.peer}  {_(STATES.get(one.state, one.state))}  {one.first_day} - {until}")
    if not found:
        click.echo(_("No agreement has been drafted yet: open the page /agreements. The standard terms hold."))


@agreements.command("preview")
@click.argument("peer")
@click.option("--agreement", default="", help="Under the agreement, or the draft, with this SHA-256.")
@as_json
def show(peer: str, agreement: str, as_json: bool) -> None:
    """What would leave to PEER today, under the terms in force or under an agreement."""
    node = ExchangeNode.open(opened())
    found = node.peer(peer, mend="See `banding peers`")
    shown = preview(node, found, life.one(node, agreement).gives(node.code) if agreement else found.terms)
    if as_json:
        answer(shown.facts())
        return
    for line in _lines(shown):
        click.echo(line)


def _facts(one: Signed) -> dict[str, Any]:
    return {
        "digest": one.digest, "peer": one.peer, "state": one.state, "document": one.document,
        "signed_by_us": one.ours is not None, "signed_by_peer": one.theirs is not None,
        "history": [step._asdict() for step in one.history],
    }  # fmt: skip


def _lines(shown: Preview) -> list[str]:
    found = []
    for count in shown.counts:
        goes = _(GOING.get(count.state, count.state))
        groups = _("nothing") if count.state == WITHHELD else f"{goes}: {', '.join(count.groups)}"
        embargo = _(", %(count)s under embargo", count=number(count.embargoed)) if count.embargoed else ""
        held = {"records": number(count.records), "species": number(count.species)}
        told = _(
            "%(kind)s of sensitivity %(level)s: %(records)s records of %(species)s species",
            kind=table("kind").label(count.kind, language()) if language() != "en" else count.kind,
            level=count.level, **held,
        )  # fmt: skip
        found.append(f"{told}{embargo}; {groups}")
    return found
