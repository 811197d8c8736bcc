"""`wsgi.py`: the app for any server and the program for the terminal, both with the exchange in them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import wsgi
from banding import settings
from banding.command import cli
from banding.errors import SettingsTrouble
from tests.command.conftest import Type


@pytest.fixture(autouse=True)
def not_built_yet() -> Iterator[None]:
    """Forget the app that a test has built."""
    wsgi.__dict__.pop("app", None)
    yield
    wsgi.__dict__.pop("app", None)


def test_the_app_is_built_when_a_server_asks_and_holds_the_exchange(node: Path) -> None:
    _ = node
    rules = {rule.rule for rule in wsgi.app.url_map.iter_rules()}
    assert "/exchange/v1/hello" in rules
    assert wsgi.app is wsgi.app
    assert wsgi.app.test_client().get("/exchange/v1/hello").status_code == 200


def test_a_node_that_is_not_made_yet_says_so(home: Path) -> None:
    _ = home
    with pytest.raises(SettingsTrouble, match="banding init"):
        wsgi.build()


def test_build_takes_settings_of_its_own(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ = node
    told = settings.load()
    monkeypatch.delenv("BANDING_HOME")
    assert wsgi.build(told).extensions["station"].settings == told


def test_nothing_else_is_there() -> None:
    with pytest.raises(AttributeError):
        _ = wsgi.nothing


def test_no_timetable_is_started_and_nothing_is_opened_by_importing(tmp_path: Path) -> None:
    program = "import sys, wsgi, threading; sys.exit(threading.active_count() - 1 + ('flask' in sys.modules))"
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=Path(wsgi.__file__).parent, check=False,
        env={"BANDING_HOME": str(tmp_path / "node"), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0
    assert not (tmp_path / "node").exists()


def test_the_program_knows_the_commands_of_both_rooms(
    typed: Type, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ = typed
    monkeypatch.setattr(sys, "argv", ["banding", "--help"])
    monkeypatch.setattr(cli, "commands", dict(cli.commands))
    with pytest.raises(SystemExit) as ended:
        wsgi.command()
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for name in ("init", "import", "export", "status", "link", "account", "serve", "sync", "peers"):
        assert f"\n  {name} " in said
