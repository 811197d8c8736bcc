"""In which language the terminal speaks, and the help of every command in it, wide letters counted as wide."""

import inspect
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from rich.cells import cell_len

from banding import settings, spoken
from banding.spoken import LANGUAGES, said

OPTION = "--language"
WITH_VALUE = {"--home"}
"""Options before the name of a command that a value follows."""
WIDE, CLOSING = "⺀-鿿豈-﫿＀-￯　-〿", "，。；：、）】》”’？！"
PIECES = re.compile(rf"\s+|[{WIDE}][{CLOSING}]*|[^\s{WIDE}]+[{CLOSING}]*")
"""Where a line may be broken: at spaces, and around every wide letter, but never before a mark that closes."""
WORDS = "words_in_english"


def chosen(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language of the option, else of BANDING_LANGUAGE, of the system, of the node.

    English where the terminal cannot show it.
    """
    told = dict(_before_the_command(arguments))
    for asked in (told.get(OPTION), environment.get("BANDING_LANGUAGE")):
        if asked in LANGUAGES:
            return spoken.shown(asked)
    return spoken.shown(spoken.wished(environment) or _of_node(told.get("--home", ""), environment))


def _before_the_command(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    waiting = iter(arguments)
    for one in waiting:
        if not one.startswith("-"):
            return
        name, mark, value = one.partition("=")
        if name in {OPTION, *WITH_VALUE}:
            yield name, value if mark else next(waiting, "")


def _of_node(home: str, environment: Mapping[str, str]) -> str:
    """The language of the node's pages; what is wrong with its settings is told by the command."""
    folder = settings.home({**environment, "BANDING_HOME": home} if home else environment)
    try:
        told = json.loads((folder / settings.FILE).read_text(encoding="utf-8"))["language"]
    except (OSError, ValueError, KeyError, TypeError):
        told = ""
    return told if told in LANGUAGES else "en"


# -- help ---------------------------------------------------------------------------------------------------


def translate(command: click.Command, language: str) -> None:
    """Let a command, its options and the commands under it say what they are for in a language."""
    command.context_class = Context
    words = command.__dict__.setdefault(WORDS, (command.help, {one: _help(one) for one in command.params}))
    command.help = _told(words[0], language)
    command.short_help = (command.help or "").partition("\n\n")[0]
    for one, text in words[1].items():
        if text:
            one.__dict__["help"] = _told(text, language)
    for one in command.params:
        if isinstance(one.type, click.Path):
            one.type.name = said(one.type.__dict__.setdefault(WORDS, one.type.name), language)
    # It is made when it is first asked for, and kept.
    command._help_option = None
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        translate(below, language)


def _help(parameter: click.Parameter) -> str | None:
    return getattr(parameter, "help", None)


def _told(text: str | None, language: str) -> str | None:
    return said(inspect.cleandoc(text), language) if text else text


class Formatter(click.HelpFormatter):
    """Wraps by the width that letters take on a terminal: a Chinese one takes two places, and no space parts them."""

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        indent = " " * self.current_indent
        paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
        folded = ("\n".join(indent + line for line in lines_of(part, self.width - len(indent))) for part in paragraphs)
        self.write("\n\n".join(folded) + "\n")

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names with what they mean."""
        pairs = list(rows)
        first = min(max(cell_len(name) for name, _ in pairs), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, text in pairs:
            lines = lines_of(text, max(self.width - first - self.current_indent, 10))
            room = first - cell_len(name)
            self.write(indent + name + (" " * room if room >= col_spacing else f"\n{indent}{' ' * first}"))
            self.write(f"\n{indent}{' ' * first}".join(lines) + "\n")


class Context(click.Context):
    """The context of a command whose help is told in the language of the terminal."""

    formatter_class = Formatter


def lines_of(text: str, width: int) -> list[str]:
    """A text in lines of so many places; a word that is longer has a line of its own."""
    found, line = list[str](), ""
    for piece in PIECES.findall(text):
        if line and cell_len(line + piece.rstrip()) > width:
            found.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*found, line.rstrip()]
