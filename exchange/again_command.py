"""What a person types about entries that wait: `banding judge-again` lets them in once more."""

import click

from banding.command.plain import answer, as_json, opened
from exchange.node import ExchangeNode
from exchange.talk import again


@click.command("judge-again")
@as_json
def judge_again(as_json: bool) -> None:
    """Judge the entries that wait once more, as after an upgrade; a node does so by itself."""
    found = again.judge_again(ExchangeNode.open(opened()))
    if as_json:
        answer(found._asdict())
    else:
        click.echo(f"{found.kept} found their place, {found.waiting} wait. The reasons stand on the page /set-aside.")
