"""The rules about codes that contradict each other and about the hand: each speaks on one side of its edge."""

from dataclasses import replace
from typing import Any

import pytest

from banding.reference import tables
from schemas.codes import table
from tests.domain.birds import TABLES, again, codes, judged, met, record

BANDED = met(id="b", day="2024-04-01")
MEANS = replace(TABLES, means={"Emberiza spodocephala": {"wing": 70.0, "mass": 20.0, "bill": 10.0, "tarsus": 20.0}})
HERE = replace(TABLES, entered_here=True)


def said(told: Any, *history: Any, **around: Any) -> list[str]:
    """The codes found, each checked to be a sentence of the table with its own severity and values."""
    found = judged(told, *history, **around)
    for finding in found:
        row = table("finding").rows[finding.code]
        assert finding.severity == row["severity"]
        for language in ("en", "zh", "ru"):
            assert row[language].format(**finding.values)
    return [finding.code for finding in found]


def measured(**values: Any) -> Any:
    return record() | {"measurements": values}


# -- the hand ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "far"),
    [
        ({"wing": 35.0}, False), ({"wing": 34.9}, True), ({"wing": 112.0}, False), ({"wing": 112.1}, True),
        ({"mass": 8.0}, False), ({"mass": 7.9}, True), ({"mass": 44.0}, False), ({"mass": 44.1}, True),
        ({"bill": 4.0, "bill_method": "S"}, True), ({"bill": 4.0, "bill_method": "N"}, False),
        ({"bill": 4.0, "bill_method": "F"}, True), ({"tarsus": 40.0, "tarsus_method": "T"}, False),
        ({"tarsus": 40.0, "tarsus_method": "M"}, True), ({"tail": 500.0}, False),
    ],
)  # fmt: skip
def test_a_measurement_far_from_its_species_is_asked_about(values: dict[str, Any], far: bool):
    assert said(measured(**values), tables=MEANS) == ["R-measure-far"] * far


def test_the_usual_range_is_told_with_what_was_measured():
    (found,) = judged(measured(mass=7.9), tables=MEANS)
    assert found.field == "measurements.mass"
    assert found.values == {"field": "mass", "value": "7.9", "low": "8.0", "high": "44"}


@pytest.mark.parametrize("chick", [{"age": "1"}, {"status": "-"}])
def test_a_chick_may_be_small_but_not_huge(chick: dict[str, str]):
    assert said(record(**chick) | {"measurements": {"wing": 5.0}}, tables=MEANS) == []
    assert said(record(**chick) | {"measurements": {"wing": 200.0}}, tables=MEANS) == ["R-measure-far"]


def test_a_species_that_nobody_measured_or_knows_is_left_alone():
    for name in ("Emberiza pallasi", "Parus maior"):
        found = codes(record(species=name) | {"measurements": {"wing": 500.0}}, tables=MEANS)
        assert "R-measure-far" not in found


def test_an_older_name_is_measured_by_the_same_table():
    told = record(species="Schoeniclus spodocephalus") | {"measurements": {"wing": 500.0}}
    assert said(told, tables=MEANS) == ["R-measure-far"]


def test_a_mallard_of_the_real_table_is_weighed_in_grams():
    mallard = {"species": "Anas platyrhynchos", "species_code": "01860"}
    real = replace(TABLES, means=tables().means, species=tables().species)
    assert said(record(**mallard) | {"measurements": {"mass": 1100.0, "wing": 270.0}}, tables=real) == []
    assert said(record(**mallard) | {"measurements": {"mass": 1.1}}, tables=real) == ["R-measure-far"]
    assert said(record(**mallard) | {"measurements": {"wing": 27.0}}, tables=real) == ["R-measure-far"]


@pytest.mark.parametrize(
    ("score", "primaries", "odd"),
    [
        (24, "5555400000", False), (23, "5555400000", True), (45, "5555555550", False), (45, "5555555555", False),
        (50, "5555555555", False), (49, "5555555555", True), (45, "5555V55555", False), (45, "X555555555", False),
        (45, "VVVVVVVVVV", True), (None, "5555400000", False), (29, None, False),
    ],
)  # fmt: skip
def test_the_primary_score_is_the_sum_of_the_primaries(score: int | None, primaries: str | None, odd: bool):
    told = {"primary_score": score, "primary_moult": primaries}
    found = said(measured(**{name: value for name, value in told.items() if value is not None}))
    assert found == ["R-moult-score"] * odd


@pytest.mark.parametrize(
    ("sex", "way", "odd"),
    [
        ("U", "P", True),
        (None, "B", True),
        ("M", "P", False),
        ("U", "U", False),
        (None, None, False),
        ("F", None, False),
    ],
)
def test_a_way_of_telling_the_sex_needs_a_sex(sex: str | None, way: str | None, odd: bool):
    assert said(record(sex=sex, sexing_method=way)) == ["R-sex-method"] * odd


# -- codes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "status", "odd"),
    [
        ("1", "-", False), ("1", "U", False), ("1", None, False), ("1", "N", True), ("1", "P", True),
        ("3", "-", True), ("2", "-", True), ("0", "-", False), (None, "-", False), ("3", "N", False), ("3", "U", False),
    ],
)  # fmt: skip
def test_the_age_and_the_status_of_a_chick_come_together(age: str | None, status: str | None, odd: bool):
    assert said(record(age=age, status=status)) == ["R-age-status"] * odd


@pytest.mark.parametrize(
    ("age", "way", "odd"),
    [("1", "M", True), ("1", "F", True), ("1", "U", True), ("1", "H", False), ("1", "N", False), ("1", "T", False),
     ("3", "M", False), ("1", None, False)],
)  # fmt: skip
def test_a_chick_that_cannot_fly_is_in_no_mist_net(age: str, way: str | None, odd: bool):
    assert said(record(age=age, catching_method=way)) == ["R-age-catching"] * odd


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ({"pullus_age": "09"}, True), ({"pullus_age": "--"}, False), ({"brood_size": "03"}, True),
        ({"brood_size": "--"}, False), ({"pullus_age_accuracy": "1"}, True), ({"pullus_age_accuracy": "-"}, False),
        ({"pullus_age_accuracy": "1", "status": "N"}, True), ({"pullus_age_accuracy": "-", "status": "N"}, False),
        ({"pullus_age_accuracy": "-", "status": "-"}, True), ({"pullus_age_accuracy": "0", "status": "-"}, False),
        ({"pullus_age": "09", "pullus_age_accuracy": "0", "status": "-", "brood_size": "03"}, False),
    ],
)  # fmt: skip
def test_what_is_told_of_a_chick_needs_its_status(told: dict[str, str], odd: bool):
    assert said(record(**told)) == ["R-pullus-age"] * odd


@pytest.mark.parametrize("told", ["1", "2", "3"])
def test_a_first_ring_makes_a_banding(told: str):
    assert said(record(ring_information=told)) == []
    assert said(again(ring_information=told), BANDED) == ["R-ring-info-kind"]


@pytest.mark.parametrize("told", ["4", "5", "6", "7"])
def test_a_ring_that_was_there_makes_a_recovery(told: str):
    assert said(record(ring_information=told)) == ["R-ring-info-kind"]
    assert said(again(ring_information=told), BANDED) == []


@pytest.mark.parametrize("told", ["0", "9", None])
def test_nothing_about_a_metal_ring_fits_either(told: str | None):
    assert said(record(ring_information=told)) == []
    assert said(again(ring_information=told), BANDED) == []


@pytest.mark.parametrize(
    ("manner", "condition", "circumstances", "odd"),
    [
        ("recapture", "1", None, True), ("recapture", "3", "20", True), ("recapture", "1", "08", False),
        ("recapture", "4", None, False), ("recapture", "8", "20", False), ("recapture", "0", None, False),
        ("resighting", "2", None, True), ("resighting", "7", "28", False), ("resighting", "8", "28", False),
        ("found", "1", "01", False), ("found", "7", None, False), ("found", "8", None, True),
        ("found", None, None, False),
    ],
)  # fmt: skip
def test_the_dead_are_found_and_a_bander_lets_go_what_he_caught(
    manner: str, condition: str | None, circumstances: str | None, odd: bool
):
    told = again(manner=manner, condition=condition, circumstances=circumstances)
    assert said(told, BANDED) == ["R-condition-manner"] * odd


@pytest.mark.parametrize(
    ("circumstances", "condition", "odd"),
    [
        ("28", "1", True), ("28", "7", False), ("81", "2", True), ("84", "2", False), ("80", "3", False),
        ("02", "7", True), ("03", "4", True), ("02", "0", False), ("02", "1", False), ("70", "8", True),
        ("70", "5", False), ("70", "2", False), ("91", "6", True), ("20", "8", False), ("43", "3", False),
        ("28", None, False), (None, "1", False),
    ],
)  # fmt: skip
def test_what_happened_and_how_the_bird_was_must_both_be_possible(
    circumstances: str | None, condition: str | None, odd: bool
):
    told = record(circumstances=circumstances, condition=condition)
    assert said(told) == ["R-circumstances-condition"] * odd


@pytest.mark.parametrize("field", ["species_code", "species_mentioned_code"])
def test_a_code_that_only_its_scheme_can_read_stays_out(field: str):
    for code, odd in (("64999", False), ("65000", True), ("69999", True), ("70000", False)):
        found = judged(record(**{field: code}))
        assert [(one.code, one.field) for one in found] == [("R-species-code", f"core.{field}")] * odd
    assert said(record(**{field: "65006"})) == ["R-species-code"]


# -- places and rings -------------------------------------------------------------------------------------


def test_degrees_and_minutes_typed_with_a_point_are_told_with_the_likely_ones():
    told = record(latitude=54.45, longitude=10.1, place_code="DK--")
    (found,) = judged(told)
    assert (found.code, found.field) == ("R-point-minutes", "place.latitude")
    assert found.values == {
        "latitude": "54.45", "longitude": "10.1", "likely_latitude": "54.75", "likely_longitude": "10.166667",
    }  # fmt: skip
    assert said(told) == ["R-point-minutes"]


def test_a_point_outside_either_way_is_only_told_as_outside():
    assert said(record(latitude=54.25, longitude=10.1, place_code="DK--")) == ["R-point-region"]
    assert said(record(latitude=54.45, longitude=10.1, place_code=None)) == []
    assert said(record(latitude=54.5, longitude=10.1, place_code="DK--")) == []


def test_sixty_minutes_are_no_minutes():
    assert said(record(latitude=55.0, longitude=7.6, place_code="DK--")) == ["R-point-region"]
    assert said(record(latitude=55.0, longitude=7.59, place_code="DK--")) == ["R-point-region"]
    assert said(record(latitude=57.81, longitude=9.1, place_code="DK--")) == ["R-point-region"]
    assert said(record(latitude=54.4961, longitude=10.1, place_code="DK--")) == ["R-point-region"]


def test_a_ring_whose_banding_nobody_here_knows_is_told_while_it_is_entered():
    told = again(scheme="JHY", ring="6A 12345")
    (found,) = judged(told, tables=HERE)
    assert (found.code, found.severity, found.field) == ("R-foreign-ring", "notice", "core.ring")
    assert found.values == {"ring": "6A 12345", "scheme": "JHY"}
    assert said(told, met("recovery", id="r", day="2024-04-02"), tables=HERE) == ["R-foreign-ring"]


def test_no_request_goes_out_for_a_banding_a_known_ring_a_ring_in_part_or_a_record_from_elsewhere():
    assert said(record(), tables=HERE) == []
    assert said(again(), BANDED, tables=HERE) == []
    assert said(again(ring="XC 3-6", ring_partial=True), tables=HERE) == []
    assert said(again()) == []
    assert said(again(ring="XC 345-12"), tables=HERE) == ["R-ring-gaps"]
