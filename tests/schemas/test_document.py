"""The page of fields and codes says all that the classes and tables say, and is never older than they are."""

import json
import re
from pathlib import Path

import pytest

from schemas import GROUPS, document
from schemas.__main__ import FOLDER
from schemas.codes import table
from schemas.document import LANGUAGES, OPEN, closed, nested, of_group, text

CELLS = re.compile(r"(?<!\\)\|")


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its two lines of head."""
    section = text().split(f"\n{heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("\\|", "|") for cell in CELLS.split(line)[1:-1]] for line in lines[2:]]


def test_the_page_is_fresh():
    assert not document.is_stale(), "run: python -m schemas"


def test_a_page_of_yesterday_is_noticed_and_written_anew(tmp_path: Path):
    page = tmp_path / "docs" / "records.md"
    assert document.is_stale(page)
    document.write(page)
    assert not document.is_stale(page)
    page.write_text(page.read_text(encoding="utf-8").replace("wing", "wimg"), encoding="utf-8")
    assert document.is_stale(page)


@pytest.mark.parametrize("group", GROUPS)
def test_every_field_of_a_group_has_a_row_with_its_words_in_three_languages(group: str):
    rows = {row[0].strip("*`"): row for row in rows_of(f"## `{group}`:")}
    assert list(rows) == list(of_group(group))
    for name, row in rows.items():
        assert row[1:4] == [table("field").rows[f"{group}.{name}"][language] for language in LANGUAGES]
        assert row[4], f"{group}.{name}: say what it is"
        assert row[5], f"{group}.{name}: say what it takes"


@pytest.mark.parametrize("kind", ["banding", "recovery"])
def test_the_page_and_the_published_schema_agree_on_what_is_required_and_on_euring(kind: str):
    published = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
    for group, shape in published["properties"].items():
        rows = {row[0].strip("*`"): row for row in rows_of(f"## `{group}`:")}
        for name, field in shape["properties"].items():
            assert rows[name][0].startswith("**") == (name in shape.get("required", [])), (group, name)
            assert rows[name][6] == str(field.get("x-euring-field", "")), (group, name)
            assert rows[name][7].strip("`") == field.get("x-darwin-core", ""), (group, name)


def test_the_parts_of_lists_and_objects_have_their_rows():
    found = {f"{group}.{name}" for group in GROUPS for name, field in of_group(group).items() if nested(field)}
    assert found == {"core.replaces", "core.marks", "people.others", "remarks.confirmations"}
    for name in found:
        assert rows_of(f"## Within `{name}`")


@pytest.mark.parametrize("name", closed())
def test_every_closed_table_stands_there_code_by_code_with_its_words(name: str):
    rows = rows_of(f"## {name}\n")
    assert [row[0].strip("`") for row in rows] == list(table(name).codes)
    assert all(all(row[1:4]) for row in rows)


def test_every_table_is_either_closed_or_known_to_be_open():
    from schemas.codes import names

    assert set(closed()) | OPEN == set(names())


def test_every_link_to_a_table_leads_to_one():
    assert set(re.findall(r"\]\(#([a-z_]+)\)", text())) <= set(closed())


def test_every_line_of_a_table_has_as_many_cells_as_its_head():
    for block in re.findall(r"(?:^\|.*\n)+", text(), re.MULTILINE):
        assert len({len(CELLS.split(line)) for line in block.splitlines()}) == 1
