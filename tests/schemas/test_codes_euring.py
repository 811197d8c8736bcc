"""The code tables that EURING has too are those of EURING, code by code."""

import re
from itertools import pairwise

import pytest
from euring.data import load_code_map, load_other_marks_data, load_scheme_map

from schemas.codes import names, table

# Tables that bear the name EURING gives them, and those we call otherwise; ages are compared by themselves.
EURING_NAMES = {name: name for name in names() if name != "age" and load_code_map(name)} | {
    "coordinates_accuracy": "accuracy_of_coordinates",
    "day_accuracy": "accuracy_of_date",
    "fat_method": "fat_score_method",
    "moved": "moved_before_the_encounter",
    "pectoral_muscle": "pectoral_muscle_score",
    "primary_moult_score": "primary_moult",
    "pullus_age_accuracy": "accuracy_of_pullus_age",
    "ring_information": "metal_ring_information",
    "ring_verified": "verification_of_the_metal_ring",
    "wing_point_state": "state_of_wing_point",
}


def test_every_table_that_euring_knows_is_compared_with_it() -> None:
    assert len(EURING_NAMES) == 27


@pytest.mark.parametrize(("ours", "theirs"), EURING_NAMES.items())
def test_a_closed_euring_table_has_exactly_the_codes_of_euring(ours: str, theirs: str) -> None:
    assert table(ours).codes == tuple(load_code_map(theirs))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("other_marks_first", "first_character"),
        ("other_marks_second", "second_character"),
        ("other_marks_whole", "special_cases"),
    ],
)
def test_other_marks_have_exactly_the_codes_of_euring(ours: str, theirs: str) -> None:
    marks = load_other_marks_data()
    assert marks is not None
    assert table(ours).codes == tuple(marks[theirs])


def test_age_codes_are_those_of_euring_without_the_letters_i_and_o() -> None:
    assert set(table("age").codes) == set(load_code_map("age")) - {"I", "O"}


def test_age_codes_from_3_on_alternate_between_exactly_and_after_a_calendar_year() -> None:
    said = [
        (bool(match[1]), int(match[2]))
        for code in table("age").codes[3:]
        if (match := re.match(r"(after )?(\d+)", table("age").label(code, "en")))
    ]
    assert len(said) == len(table("age")) - 3
    assert said == [(is_after, year) for year in range(1, 17) for is_after in (False, True)][:-1]


def test_age_words_name_the_same_year_in_each_language() -> None:
    years = [
        {re.findall(r"\d+", table("age").label(code, language))[0] for language in ("en", "zh", "ru")}
        for code in table("age").codes[3:]
    ]
    assert all(len(year) == 1 for year in years)


def test_accuracy_circles_grow_with_their_code() -> None:
    rows = table("coordinates_accuracy").rows
    for codes in ("01234567", "ABCDEFGHIJKLM"):
        assert all(int(rows[a]["metres"]) < int(rows[b]["metres"]) for a, b in pairwise(codes))
    assert [code for code in rows if not rows[code]["metres"]] == ["8", "9", "Z"]


def test_schemes_are_all_those_of_euring() -> None:
    assert set(table("scheme").codes) == set(load_scheme_map())


def test_the_example_of_a_scheme_fits_its_own_ring_pattern() -> None:
    patterned = {code: row for code, row in table("scheme").rows.items() if row["ring_pattern"]}
    assert set(patterned) == {"CPB", "RUM", "SUM"}
    for row in patterned.values():
        assert re.fullmatch(row["ring_pattern"], re.sub(r"[ .-]", "", row["example"]))
