"""`banding alarms`: what it lists, and what it says of a test message."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from banding import settings as stations
from banding.command import cli
from exchange import command
from exchange.talk import alarms
from tests.exchange.postbox import Box, mail_server
from tests.ports import free_port
from tests.together.kit import Town


@pytest.fixture
def typed(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Type a command at Sanhuanpao, with settings."""
    for name in stations.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    before = dict(cli.commands)
    for one in command.commands:
        cli.add_command(one)
    home = {"BANDING_HOME": str(town.station.settings.home), "BANDING_STATION": "HL-SHP"}
    yield lambda *words, **more: CliRunner().invoke(cli, list(words), env=home | more)
    cli.commands.clear()
    cli.commands.update(before)


def test_the_terminal_lists_what_is_open(town: Town, typed: Callable[..., Result]) -> None:
    assert "Nothing is wrong" in typed("alarms").output
    alarms.ring(town.node, "return", "1", scheme="RUM", ring="XC345612")
    alarms.ring(town.node, "key", "AM-KHG")
    alarms.ring(town.node, "brake", "AM-KHG")
    lines = typed("alarms").output.splitlines()
    assert [line.split()[0] for line in lines] == ["act", "look", "news"]
    assert '"kind": "brake"' in typed("alarms", "--json").output
    assert "密钥" in typed("alarms", BANDING_LANGUAGE="zh").output


def test_a_test_message_says_plainly_what_became_of_it(typed: Callable[..., Result]) -> None:
    box = Box(free_port())
    nobody = typed("alarms", "test")
    assert (nobody.exit_code, "BANDING_SMTP_HOST" in nobody.output) == (1, True)
    way = {"BANDING_SMTP_HOST": "127.0.0.1", "BANDING_SMTP_PORT": str(box.port), "BANDING_SMTP_SECURITY": "none"}
    way |= {"BANDING_ALARM_TO": "chief@shp.test"}
    down = typed("alarms", "test", **way)
    assert (down.exit_code, "cannot be reached" in down.output) == (2, True)
    with mail_server(box):
        up = typed("alarms", "test", **way)
    assert (up.exit_code, "has taken the test message" in up.output) == (0, True)
    assert [str(mail["Subject"]) for mail in box.mails] == ["HL-SHP: A test message of this node"]
