"""The README tells what there is: its commands, settings, addresses, rooms, pictures and links."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

import wsgi
from banding.command import cli
from banding.settings import VARIABLES, Settings, station_node
from exchange.command import commands
from schemas.codes import table

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/operating.md")}
README = PAGES["README.md"]
ROW = re.compile(r"^\| `(banding [^`]*)` \| (.+) \|$", re.MULTILINE)
# What is written in code: between back ticks, and in indented or fenced blocks.
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def code(text: str) -> list[str]:
    """Everything on a page that is written as code, a line each."""
    return [line for block, word in CODE.findall(text) for line in (block or word).splitlines()]


def known() -> dict[str, click.Command]:
    """Every command by what a person types."""
    return dict(walked(cli, "banding")) | {
        name: found for one in commands for name, found in walked(one, f"banding {one.name}")
    }


def walked(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner, found in command.commands.items():
            yield from walked(found, f"{name} {inner}")


def options(command: click.Command) -> set[str]:
    return {word for one in command.params if isinstance(one, click.Option) for word in one.opts}


def typed(line: str) -> tuple[str, set[str]] | None:
    """The command in a line of code and its options; None when it is another program's."""
    words = re.sub(r"^.*?\bbanding\b", "banding", line.split("#")[0]).split()
    if not words or words[0] != "banding" or "/" in line.split()[0]:
        return None
    name = ""
    for word in words:
        if word.startswith("-") or f"{name} {word}".strip() not in known():
            break
        name = f"{name} {word}".strip()
    return name, {word.partition("=")[0] for word in words if word.startswith("--")}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole app, for its addresses."""
    made = wsgi.build(Settings(home=tmp_path_factory.mktemp("node"), node=station_node("AM-KHG")))
    yield made
    made.extensions["station"].store.close()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_on_the_page_can_be_typed_as_it_stands(page: str):
    for line in code(PAGES[page]):
        found = typed(line)
        if found is None:
            continue
        name, used = found
        parents = [known()[" ".join(name.split()[:count])] for count in range(1, len(name.split()) + 1)]
        assert used <= set().union(*map(options, parents)), line


def test_the_table_of_commands_is_whole_and_names_every_option():
    rows = dict(ROW.findall(README))
    leaves = {n: c for n, c in known().items() if not isinstance(c, click.Group) or c.invoke_without_command}
    assert set(rows) == set(leaves)
    for name, command in leaves.items():
        assert set(re.findall(r"--[a-z-]+", rows[name])) == options(command) - {"--json"}, name


@pytest.mark.parametrize("page", [*PAGES, "Makefile"])
def test_every_make_target_that_is_named_exists(page: str):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = PAGES.get(page) or makefile
    named = {word for line in code(text) for word in re.findall(r"(?:^|\s)make ([a-z]+)", line)}
    assert named <= targets


def test_the_table_of_settings_and_the_code_name_the_same_variables():
    rows = re.findall(r"^\| `(BANDING_[A-Z_]+)` \|", README, re.MULTILINE)
    assert rows == list(VARIABLES)


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_that_is_named_is_read_somewhere(page: str):
    demo = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "seed").glob("*.py"))
    for name in set(re.findall(r"BANDING_[A-Z_]+", PAGES[page])) - set(VARIABLES):
        assert f'"{name}"' in demo, name


@pytest.mark.parametrize("page", PAGES)
def test_every_address_that_is_named_is_one_of_the_app(app: Flask, page: str):
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    named = {word for word in code(PAGES[page]) if re.fullmatch(r"/[\w./<>:-]*", word)}
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", word) for word in named} - rules == set()
    assert len(named) > 3


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_room_that_is_named_exists(page: str):
    named = {word for word in code(PAGES[page]) if re.fullmatch(r"[a-z][\w.]*(/[\w.]+)*/?", word) and "/" in word}
    theirs = {word for word in named if word.startswith(("var/", "keys/", "backup/"))}
    assert {word for word in named - theirs if not (ROOT / word).exists()} - {"application/problem+json"} == set()


def test_every_room_of_the_project_is_named():
    packages = {path.parent.relative_to(ROOT).as_posix() + "/" for path in ROOT.glob("*/__init__.py")}
    packages |= {path.parent.relative_to(ROOT).as_posix() + "/" for path in ROOT.glob("banding/*/__init__.py")}
    assert packages - set(code(README)) == set()


@pytest.mark.parametrize("page", [*PAGES, "docs/protocol.md", "docs/records.md", "bench/README.md", "CHANGELOG.md"])
def test_every_link_and_picture_leads_somewhere(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("https://"):
            assert ((ROOT / page).parent / target).exists(), target


def test_the_three_pictures_are_shown():
    assert set(re.findall(r"docs/pictures/(\w+)\.png", README)) == {"returns", "bird", "entry"}


@pytest.mark.parametrize("language", ["中文", "Русский"])
def test_the_two_commands_stand_in_every_language(language: str):
    paragraph = next(line for line in README.splitlines() if line.startswith(f"**{language}**"))
    assert {"`make demo`", "`make run`"} <= set(re.findall(r"`[^`]+`", paragraph))


def test_the_number_of_species_is_right():
    assert f"{len(table('species'))} birds" in README


def test_the_changelog_names_the_version_of_the_package():
    config = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    version = re.search(r"^version = (.+)$", config, re.MULTILINE)
    assert version is not None
    assert version[1] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
