"""What a person types about agreements: `banding agreements` lists them, `preview PEER` says what would leave."""

from typing import Any

import click

from banding.command.plain import answer, as_json, opened
from exchange.agreements import life
from exchange.agreements.preview import WITHHELD, Preview, preview
from exchange.log.agreementbook import Signed
from exchange.node import ExchangeNode


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
        until = one.document.get("valid_until") or "without end"
        click.echo(f"{one.digest[:16]}  {one.peer}  {one.state}  {one.first_day} - {until}")
    if not found:
        click.echo("No agreement has been drafted yet: open the page /agreements. The standard terms hold.")


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
        groups = "nothing" if count.state == WITHHELD else f"{count.state}: {', '.join(count.groups)}"
        embargo = f", {count.embargoed:,} under embargo" if count.embargoed else ""
        found.append(
            f"{count.kind} of sensitivity {count.level}: {count.records:,} records of {count.species:,} species"
            f"{embargo}; {groups}"
        )
    return found
