"""The examples, the field classes and the published documents give one verdict on every record."""

import copy
import json
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from schemas import GROUPS
from schemas.__main__ import documents, main, stale, write
from schemas.json_schema import describe
from schemas.records import KINDS
from tests.schemas.verdicts import ACCEPTED, RECORDS, REFUSED, kind_of, verdicts


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_example_passes_everywhere(name: str) -> None:
    record = ACCEPTED[name]
    assert RECORDS[kind_of(record)].validate(record) == {}
    assert all(verdicts(record, kind_of(record)).values())


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_example_comes_out_of_the_loader_as_it_went_in(name: str) -> None:
    record = ACCEPTED[name]
    assert RECORDS[kind_of(record)].load(record) == record


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_example_fails_everywhere(name: str) -> None:
    assert not any(verdicts(REFUSED[name], kind_of(REFUSED[name])).values())


def test_both_kinds_and_every_group_are_among_the_accepted_examples() -> None:
    assert len(ACCEPTED) >= 6
    assert len(REFUSED) >= 15
    assert {kind_of(record) for record in ACCEPTED.values()} == set(KINDS)
    assert {group for record in ACCEPTED.values() for group in record} == set(GROUPS)


def test_the_accepted_examples_use_every_field_there_is() -> None:
    used = {(group, name) for record in ACCEPTED.values() for group in record for name in record[group]}
    known = {(group, name) for r in RECORDS.values() for group, g in r.fields.items() for name in g.schema.fields}
    assert sorted(known - used) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_an_example_that_it_accepts_itself(kind: str) -> None:
    for group in RECORDS[kind].fields.values():
        for name, field in group.schema.fields.items():
            example = field.metadata.get("example")
            assert example is None or field.deserialize(example) == example, name


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_a_later_minor_version_passes_only_where_unknown_fields_may(kind: str) -> None:
    later = copy.deepcopy(next(record for record in ACCEPTED.values() if kind_of(record) == kind))
    later["core"]["colour_of_the_eye"] = "red"
    later["weather"] = {"wind": 3}
    lenient = jsonschema_rs.validator_for(describe(RECORDS[kind], strict=False), validate_formats=True)
    assert lenient.is_valid(later)
    assert not any(verdicts(later, kind).values())


@pytest.mark.parametrize("name", documents())
def test_a_published_schema_is_sound_and_has_a_name_of_its_own(name: str) -> None:
    document = json.loads(documents()[name])
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$id"] == "urn:band-exchange:v1:" + name.removesuffix(".schema.json")


def test_the_published_schemas_are_fresh() -> None:
    assert stale() == [], "run: python -m schemas"


def test_a_stale_a_missing_and_a_forgotten_schema_are_noticed_and_written_anew(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "banding.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "recovery.schema.json").unlink()
    (tmp_path / "forgotten.schema.json").write_text("{}", encoding="utf-8")
    odd = ["banding.schema.json", "forgotten.schema.json", "recovery.schema.json"]
    assert stale(tmp_path) == odd
    assert write(tmp_path) == odd
    assert stale(tmp_path) == []
    assert not (tmp_path / "forgotten.schema.json").exists()


def test_the_check_on_the_command_line_says_that_all_is_up_to_date(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "Every published schema is up to date.\n"


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e308], ids=["long", "long-negative", "large"])
def test_a_number_of_any_length_is_refused_and_not_stumbled_over(number: float) -> None:
    for group, name in (("measurements", "wing"), ("core", "generation"), ("place", "latitude")):
        record = copy.deepcopy(ACCEPTED["banding-with-the-least-it-can-say"])
        record.setdefault(group, {})[name] = number
        assert not any(verdicts(record, "banding").values())


def test_half_a_surrogate_pair_is_refused_since_no_other_reader_could_take_it() -> None:
    record = copy.deepcopy(ACCEPTED["banding-of-a-songbird"])
    record["remarks"]["text"] = "\ud83d"
    assert RECORDS["banding"].validate(record) == {"remarks": {"text": ["Must be a text."]}}
