"""The terminal speaks the language of whoever sits at it, shows what letters it has, and tells programs the same."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from banding import spoken
from banding.command import cli, tongue
from exchange.command import commands
from tests.command.conftest import Type

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from wsgi import command; command()")
LETTERS = {"zh": re.compile("[一-鿿]"), "ru": re.compile("[а-яё]")}
LOCALES = {"en": "C", "zh": "zh_CN.UTF-8", "ru": "ru_RU.UTF-8"}
Shown = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def russian(node: Path, typed: Type) -> None:
    """The pages of the node speak Russian, and so does its name."""
    _ = node
    assert typed("init", "--change", "--language", "ru", "--yes").exit_code == 0


@pytest.fixture
def shown(node: Path) -> Shown:
    """A command as a process of its own, under a locale and an encoding of its terminal."""

    def run(*words: str, locale: str = "C", encoding: str = "utf-8") -> "subprocess.CompletedProcess[bytes]":
        own = {name: text for name, text in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANGUAGE")}
        told = {"LANG": locale, "PYTHONIOENCODING": encoding, "BANDING_HOME": str(node)}
        return subprocess.run([*COMMAND, *words], cwd=ROOT, env=own | told, capture_output=True, timeout=60)

    return run


def every(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        yield from every(below, *path, name)


# -- which language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, None),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX", "LANGUAGE": "ru"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ru:en"}, "ru"),
        ({"LANGUAGE": "zh_CN:zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
    ],
)
def test_the_language_is_that_of_the_system(environment: dict[str, str], language: str | None) -> None:
    assert spoken.wished(environment) == language


def test_an_option_stands_before_the_system_and_the_node_after_it(home: Path) -> None:
    home.mkdir()
    (home / "node.json").write_text('{"language": "ru"}', encoding="utf-8")
    here = {"BANDING_HOME": str(home)}
    assert tongue.chosen(["--language", "zh", "status"], here | {"LANG": "C"}) == "zh"
    assert tongue.chosen(["--language=zh"], here) == "zh"
    assert tongue.chosen(["status"], here | {"BANDING_LANGUAGE": "zh", "LANG": "ru_RU.UTF-8"}) == "zh"
    assert tongue.chosen(["status"], here | {"LANG": "C"}) == "en"
    assert tongue.chosen(["status"], here) == "ru"
    assert tongue.chosen(["--home", str(home), "status"], {}) == "ru"
    assert tongue.chosen(["init", "--language", "zh"], {"LANG": "C"}) == "en"


def test_a_node_that_cannot_be_read_leaves_it_english(home: Path) -> None:
    home.mkdir()
    (home / "node.json").write_text('["{"', encoding="utf-8")
    assert tongue.chosen(["status"], {"BANDING_HOME": str(home)}) == "en"


# -- what it says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "told"), [("en", "records: 0 bandings"), ("zh", "记录：0 条环志"), ("ru", "записи: 0 кольцеваний")]
)
def test_a_terminal_is_spoken_to_in_the_language_of_its_locale(shown: Shown, language: str, told: str) -> None:
    answer = shown("status", locale=LOCALES[language])
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert told in answer.stdout.decode()


@pytest.mark.parametrize(
    ("language", "told", "mend"),
    [
        ("en", "The day '2024-13-45' is not understood (--since)", "Write it like 2024-05-01."),
        ("zh", "无法理解日期 '2024-13-45' (--since)", "2024-05-01"),
        ("ru", "День '2024-13-45' непонятен (--since)", "2024-05-01"),
    ],
)
@pytest.mark.usefixtures("node")
def test_trouble_is_told_with_what_where_and_what_to_do(typed: Type, language: str, told: str, mend: str) -> None:
    result = typed("--language", language, "export", "-", "--since", "2024-13-45")
    assert result.exit_code == 1
    assert told in result.output
    assert mend in result.output


@pytest.mark.parametrize(("language", "told"), [("zh", "没有命令 'imprt'"), ("ru", "Нет команды 'imprt'")])
def test_what_click_says_itself_is_told_too(typed: Type, language: str, told: str) -> None:
    result = typed("--language", language, "imprt")
    assert result.exit_code == 2
    assert told in result.output
    assert "import" in result.output


@pytest.mark.parametrize("language", ["zh", "ru"])
@pytest.mark.parametrize(
    "path", list(every(click.Group("all", commands=[*cli.commands.values(), *commands]))), ids=" ".join
)
def test_every_help_speaks_and_fits_its_terminal(typed: Type, language: str, path: tuple[str, ...]) -> None:
    known = [one for one in commands if one.name not in cli.commands]
    for one in known:
        cli.add_command(one)
    try:
        told = typed("--language", language, *path, "--help").output
    finally:
        for one in known:
            cli.commands.pop(str(one.name))
    assert LETTERS[language].search(told)
    assert not [line for line in told.splitlines() if cell_len(line) > 80 and "--" not in line]
    for word in ("Show this message", "Options:", "Commands:", "Usage:"):
        assert word not in told


def test_a_program_is_told_the_same_in_every_language(shown: Shown) -> None:
    answers = [json.loads(shown("status", "--json", locale=locale).stdout) for locale in LOCALES.values()]
    for one in answers:
        one.pop("free_bytes")
    assert answers[0] == answers[1] == answers[2]


# -- terminals that lack letters ---------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "gbk"])
@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.usefixtures("russian")
def test_no_terminal_makes_it_stumble(shown: Shown, language: str, encoding: str) -> None:
    answer = shown("init", locale=LOCALES[language], encoding=encoding)
    assert (answer.returncode, answer.stderr) == (0, b"")
    # Click takes a terminal that says it knows ASCII alone for a misconfigured one, and writes UTF-8.
    assert "AM-KHG" in answer.stdout.decode("utf-8" if encoding == "ascii" else encoding)


def test_a_terminal_without_the_letters_is_told_in_english(shown: Shown) -> None:
    assert b"records: 0 bandings" in shown("status", locale="zh_CN.UTF-8", encoding="cp1251").stdout
    assert "записи" in shown("status", locale="ru_RU.UTF-8", encoding="cp1251").stdout.decode("cp1251")
    assert "记录" in shown("status", locale="zh_CN.UTF-8", encoding="gbk").stdout.decode("gbk")


@pytest.mark.usefixtures("russian")
def test_json_is_whole_where_letters_are_lacking(shown: Shown) -> None:
    told = json.loads(shown("status", "--json", encoding="ascii").stdout)
    assert told["name"] == "Хинганский заповедник"
