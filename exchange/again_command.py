"""What a person types about entries that wait: `banding judge-again` lets them in once more."""

import click

from banding.command.plain import answer, as_json, opened
from banding.spoken import gettext as _
from banding.spoken import number
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
        kept, waiting = number(found.kept), number(found.waiting)
        told = _("%(kept)s found their place, %(waiting)s wait.", kept=kept, waiting=waiting)
        click.echo(f"{told} {_('The reasons stand on the page /set-aside.')}")
