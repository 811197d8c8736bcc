"""The document of an agreement: every reader says the same of it, its sense is checked, its text is signed as it is."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from exchange.agreements import documents, policy
from exchange.log import agreementbook, seals
from exchange.log.keys import NodeKey
from schemas.__main__ import FOLDER
from schemas.agreement import Agreement
from tests.exchange import made
from tests.schemas.test_same_verdict import bent, slots, values

EXAMPLES = Path(schemas.__file__).parent / "examples" / "agreements"
ACCEPTED = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("*.json"))}
REFUSED = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("refused/*.json"))}
PUBLISHED = json.loads((FOLDER / "agreement.schema.json").read_text(encoding="utf-8"))
SLOW = jsonschema.Draft202012Validator(PUBLISHED, format_checker=jsonschema.FormatChecker())
FAST = jsonschema_rs.validator_for(PUBLISHED, validate_formats=True)


def verdicts(document: Any) -> dict[str, bool]:
    return {
        "marshmallow": Agreement().validate(document) == {},
        "jsonschema": SLOW.is_valid(document),
        "jsonschema_rs": FAST.is_valid(document),
    }


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_example_is_taken_by_every_reader_and_makes_sense(name: str) -> None:
    assert set(verdicts(ACCEPTED[name]).values()) == {True}
    assert documents.problems(ACCEPTED[name]) == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_example_is_refused_by_every_reader_and_a_field_is_named(name: str) -> None:
    assert set(verdicts(REFUSED[name]).values()) == {False}
    assert all(wrong.field and wrong.why for wrong in documents.problems(REFUSED[name]))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """An example with one or two things taken away, replaced, bent or added."""
    document = copy.deepcopy(draw(st.sampled_from([*ACCEPTED.values(), *ACCEPTED.values(), *REFUSED.values()])))
    for _ in range(draw(st.integers(1, 2))):
        holder, key = draw(st.sampled_from(slots(document)))
        match draw(st.sampled_from(["delete", "replace", "bend", "extra", "double"])):
            case "delete":
                del holder[key]
            case "replace":
                holder[key] = draw(values)
            case "bend":
                holder[key] = draw(bent(holder[key]))
            case "extra" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["AM-KHG", "HL-QFG", "people", "4", "0", "core"]))] = draw(values)
            case _ if isinstance(holder, list):
                holder.extend(copy.deepcopy(holder))
        if not slots(document):
            break
    return document


@given(mutated())
def test_whatever_becomes_of_an_agreement_every_reader_says_the_same(document: Any) -> None:
    said = verdicts(document)
    assert len(set(said.values())) == 1, said


def wrong(change: Any) -> set[tuple[str, str]]:
    document = copy.deepcopy(ACCEPTED["standard-both-ways"])
    change(document, document["gives"]["AM-KHG"])
    assert set(verdicts(document).values()) == {True}
    return set(documents.problems(document))


def test_what_has_the_right_shape_and_no_sense_is_told_field_by_field() -> None:
    at = "gives.AM-KHG"
    groups = {level: ["core"] for level in "0123"}
    assert wrong(lambda d, _: d.update(valid_until="2025-05-31")) == {("valid_until", documents.BACKWARDS)}
    assert wrong(lambda d, _: d.update(valid_until=d["valid_from"])) == set()
    assert wrong(lambda d, _: d.update(parties=["AM-KHG", "HL-QFG"])) == {
        ("names", documents.NOT_A_PARTY), ("gives", documents.NOT_A_PARTY),
    }  # fmt: skip
    assert wrong(lambda _, t: t.update(groups=groups | {"2": ["area"]})) == {(f"{at}.groups.2", documents.NO_CORE)}
    named = groups | {"1": ["core", "people"]}
    assert wrong(lambda _, t: t.update(groups=named)) == {(f"{at}.groups.1", documents.PEOPLE_CLOSED)}
    assert wrong(lambda _, t: t.update(groups=groups, people=True)) == {(f"{at}.people", documents.PEOPLE_NOWHERE)}
    assert wrong(lambda _, t: t.update(groups=named, people=True)) == set()
    assert wrong(lambda _, t: t.update(kinds=["recovery"])) == {(f"{at}.bandings", documents.NO_BANDINGS)}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", '{"agreement": 1, "agreement": 1}', '{"agreement": NaN}', "[" * 50_000, "x" * 100_001],
)
def test_a_text_that_is_no_document_is_told_and_breaks_nothing(text: str) -> None:
    assert documents.read(text) == ({}, [documents.Wrong("", documents.UNREADABLE)])


def test_a_new_document_gives_by_the_standard_and_is_read_back_as_it_was_written() -> None:
    names = {"AM-KHG": "Хинганский", "HL-SHP": "三环泡"}
    document = documents.new(("AM-KHG", "HL-SHP"), names=names, legal_basis="Treaty", valid_from="2025-06-01")
    assert document["gives"] == {"AM-KHG": policy.STANDARD, "HL-SHP": policy.STANDARD}
    assert documents.read(documents.write(document)) == (document, [])


def test_a_signature_is_over_the_exact_text_and_can_be_taken_for_no_other() -> None:
    key = NodeKey(made.key(), made.public(), seals.fingerprint(made.public()))
    signature = agreementbook.sign(key, "text")
    assert agreementbook.is_signed(made.public(), signature, "text")
    assert not agreementbook.is_signed(made.public(), signature, "text ")
    assert not agreementbook.is_signed(made.public("HL-SHP"), signature, "text")
    assert not agreementbook.is_signed(made.public(), b"", "text")
    assert not seals.is_signed(made.public(), signature, b"text")
    assert not agreementbook.is_signed(made.public(), seals.sign(made.key(), b"text"), "text")
