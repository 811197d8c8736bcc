"""The page on dependencies and setup.cfg say the same, and what is installed lies within the ranges."""

import configparser
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "dependencies.md"
ROW = re.compile(r"^\| *([a-z0-9-]+) *\| *([=<>~!][^|]*?) *\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


def declared() -> list[Requirement]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = config["options.extras_require"].values()
    lines = "\n".join([config["options"]["install_requires"], *extras]).split("\n")
    return [Requirement(line) for line in lines if line.strip()]


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def ranges_on_the_page() -> dict[str, SpecifierSet]:
    return {canonicalize_name(name): SpecifierSet(spec) for name, spec, _, _ in rows()}


def test_the_page_and_setup_cfg_name_the_same_libraries():
    assert set(ranges_on_the_page()) == {canonicalize_name(need.name) for need in declared()}


def test_no_library_has_two_rows_or_two_lines():
    assert len(rows()) == len(ranges_on_the_page()) == len(declared())


@pytest.mark.parametrize("need", declared(), ids=lambda need: need.name)
def test_the_page_gives_the_same_range(need: Requirement):
    assert ranges_on_the_page().get(canonicalize_name(need.name)) == need.specifier


@pytest.mark.parametrize(("name", "why", "instead"), [(row[0], row[2], row[3]) for row in rows()])
def test_every_row_gives_a_reason_and_an_alternative(name: str, why: str, instead: str):
    assert len(why.split()) >= 3, f"{name}: say why it is here"
    assert instead.strip(), f"{name}: say what was considered instead"


@pytest.mark.parametrize("need", declared(), ids=lambda need: need.name)
def test_every_range_has_a_lower_end_or_is_exact(need: Requirement):
    assert {part.operator for part in need.specifier} & {">=", "=="}


@pytest.mark.parametrize("need", declared(), ids=lambda need: need.name)
def test_what_is_installed_lies_within_its_range(need: Requirement):
    installed = metadata.version(need.name)
    assert need.specifier.contains(installed, prereleases=True), f"{need.name} {installed}"


def test_pyproject_has_three_lines():
    assert len((ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()) == 3
