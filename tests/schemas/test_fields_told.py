"""Every field says what it is, gives an example, and names its EURING field and its Darwin Core term."""

from collections.abc import Iterator

import pytest
from marshmallow import fields

from schemas import GROUPS
from schemas.records import KINDS, group_fields

# Fields of which Darwin Core has no term; a new field needs one, or a line here.
WITHOUT_A_TERM = {
    "core.age_mentioned",
    "core.brood_size",
    "core.catching_lures",
    "core.circumstances",
    "core.circumstances_presumed",
    "core.confirmed",
    "core.current_place_code",
    "core.day_accuracy",
    "core.generation",
    "core.identification_method",
    "core.manipulated",
    "core.marks.action",
    "core.marks.colour",
    "core.marks.inscription",
    "core.marks.inscription_colour",
    "core.marks.position",
    "core.marks.side",
    "core.marks.type",
    "core.more_other_marks",
    "core.moved",
    "core.other_marks",
    "core.pullus_age",
    "core.pullus_age_accuracy",
    "core.replaces.ring",
    "core.replaces.scheme",
    "core.ring_information",
    "core.ring_partial",
    "core.ring_verified",
    "core.sex_mentioned",
    "core.sexing_method",
    "core.species_mentioned_code",
    "core.withdrawn",
    "people.finder_address",
    "people.finder_name",
    "people.others.address",
    "people.others.name",
    "people.others.role",
    "place.accuracy",
    "place.station",
    "remarks.confirmations.at",
    "remarks.confirmations.by",
    "remarks.confirmations.reason",
    "remarks.confirmations.rule",
}
# 25 is the point in one piece (61 and 62 here), 30 the edition of a line, 31 to 33 are worked out anew.
NOT_KEPT_AS_SUCH = {25, 30, 31, 32, 33}


def leaves(path: str, field: fields.Field) -> Iterator[tuple[str, fields.Field]]:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, fields.Nested):
        for name, part in inner.schema.fields.items():
            yield from leaves(f"{path}.{name}", part)
    else:
        yield path, inner if isinstance(field, fields.List) else field


FIELDS = dict(
    leaf
    for kind in KINDS
    for group in GROUPS
    for name, field in group_fields(kind, group).items()
    for leaf in leaves(f"{group}.{name}", field)
)


@pytest.mark.parametrize("path", FIELDS)
def test_a_field_says_what_it_is_and_gives_an_example_that_it_takes(path: str) -> None:
    told = FIELDS[path].metadata
    assert told["about"].endswith(".")
    assert FIELDS[path].deserialize(told["example"]) == told["example"]


def test_a_field_names_its_darwin_core_term_or_is_known_to_have_none() -> None:
    assert {path for path, field in FIELDS.items() if not field.metadata.get("dwc")} == WITHOUT_A_TERM


def test_every_field_of_euring_has_one_home() -> None:
    numbers = [field.metadata["euring"] for field in FIELDS.values() if field.metadata.get("euring")]
    assert sorted(numbers) == sorted(set(range(1, 65)) - NOT_KEPT_AS_SUCH)
