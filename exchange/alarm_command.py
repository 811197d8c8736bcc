"""What a person types about alarms: `banding alarms` lists what is open, `banding alarms test` tries the ways."""

from typing import Any

import click

from banding.command.plain import answer, as_json, opened
from banding.spoken import N_, language
from banding.spoken import gettext as _
from exchange.log.alarmbook import Alarm
from exchange.node import ExchangeNode
from exchange.talk import words
from exchange.talk.alarms import ACT, LOOK, NEWS, by_level, level_of
from exchange.talk.couriers import Courier, NotDelivered, couriers
from exchange.talk.delivery import trial

LEVELS = {ACT: N_("act"), LOOK: N_("look"), NEWS: N_("news")}
WAYS = {"mail": N_("mail"), "webhook": N_("webhook")}


@click.group("alarms", invoke_without_command=True)
@as_json
@click.pass_context
def alarms(ctx: click.Context, as_json: bool) -> None:
    """What needs a person, and good news; `alarms test` sends a test message."""
    if ctx.invoked_subcommand:
        return
    node = ExchangeNode.open(opened())
    found = by_level(node.alarms.open())
    if as_json:
        answer([_facts(node, alarm) for alarm in found])
        return
    for alarm in found:
        said = words.inward(node, alarm.kind, alarm.about, alarm.details, language())
        stop = "。" if language() == "zh" else ". "
        level = _(LEVELS[level_of(alarm)])
        click.echo(f"{level:4}  {words.moment(node, alarm.first_at)}  {said.title}{stop}{said.mend}")
    if not found:
        click.echo(_("Nothing is wrong, as far as this node can see."))


@alarms.command("test")
def alarms_test() -> None:
    """Send a test message by every way that is set up, and say what became of it."""
    node = ExchangeNode.open(opened())
    ways = couriers(node.station.settings.alarms)
    if not ways:
        click.echo(
            _(
                "Nobody is told: set BANDING_SMTP_HOST and BANDING_ALARM_TO for mail, or BANDING_ALARM_WEBHOOK."
                " Alarms stand on the page /alarms until then."
            )
        )
        raise SystemExit(1)
    worked = [_tried(node, way) for way in ways]
    if not all(worked):
        raise SystemExit(2)


def _tried(node: ExchangeNode, way: Courier) -> bool:
    try:
        with way.open() as send:
            left = send(trial(node))
    except NotDelivered as trouble:
        click.echo(f"{_(WAYS[way.name])}: {trouble.told(language())}")
        return False
    if left:
        told = _("%(where)s takes no mail for %(left)s. Check BANDING_ALARM_TO.", where=way.where, left=", ".join(left))
        click.echo(f"{_(WAYS[way.name])}: {told}")
        return False
    click.echo(f"{_(WAYS[way.name])}: {_('%(where)s has taken the test message', where=way.where)}")
    return True


def _facts(node: ExchangeNode, alarm: Alarm) -> dict[str, Any]:
    said = words.inward(node, alarm.kind, alarm.about, alarm.details, node.station.settings.language)
    return {
        "kind": alarm.kind, "level": level_of(alarm), "about": alarm.about, "title": said.title, "mend": said.mend,
        "first_at": alarm.first_at, "last_at": alarm.last_at, "times": alarm.times,
        "told": {name: at for name, at in alarm.told.items() if isinstance(at, str)},
    }  # fmt: skip
