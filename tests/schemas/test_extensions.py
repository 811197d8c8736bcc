"""The field classes and the published schema of an extension give one verdict, on examples and on odd rows."""

import copy
import json
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codes import names, table
from schemas.extensions import OPEN_TABLES, ExtensionRecord
from tests.schemas.verdicts import EXAMPLES, FOLDER, read

HERE = EXAMPLES / "extensions"
ACCEPTED = {path.stem: read(path) for path in sorted(HERE.glob("*.json"))}
REFUSED = {path.stem: read(path) for path in sorted((HERE / "refused").glob("*.json"))}
DOCUMENT = read(FOLDER / "extension.schema.json")
SLOW = jsonschema.Draft202012Validator(DOCUMENT, format_checker=jsonschema.FormatChecker())
FAST = jsonschema_rs.validator_for(DOCUMENT, validate_formats=True)


def verdicts(record: Any) -> set[bool]:
    return {ExtensionRecord().validate(record) == {}, SLOW.is_valid(record), FAST.is_valid(record)}


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_example_passes_everywhere(name: str) -> None:
    assert verdicts(ACCEPTED[name]) == {True}
    assert ExtensionRecord().load(ACCEPTED[name]) == ACCEPTED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_example_fails_everywhere(name: str) -> None:
    assert verdicts(REFUSED[name]) == {False}


CELLS = st.one_of(
    st.text(max_size=20), st.none(), st.integers(), st.booleans(), st.lists(st.text(max_size=3), max_size=2)
)


@settings(max_examples=200, deadline=None)
@given(row=st.one_of(st.dictionaries(st.text("abz_AZ09 \n", max_size=5), CELLS, max_size=4), CELLS))
def test_whatever_stands_in_a_row_all_readers_agree(row: Any) -> None:
    record = copy.deepcopy(ACCEPTED["a-station-of-ones-own"])
    record["core"]["row"] = row
    assert len(verdicts(json.loads(json.dumps(record)))) == 1


def test_the_open_tables_are_there() -> None:
    assert set(OPEN_TABLES) <= set(names())
    assert all({"en", "zh", "ru"} <= next(iter(table(name).rows.values())).keys() for name in OPEN_TABLES)
