"""Every rule speaks on one side of its edge and is silent on the other."""

from datetime import date
from typing import Any

import pytest

from banding.domain.rules import RULES
from schemas.codes import table
from tests.domain.birds import TABLES, again, codes, judged, met, record

BANDED = met(id="b", day="2024-04-01")
# Told, with their sentences, by the tests of the rules about codes, the hand and the map of land.
SAID_BELOW = {
    "R-foreign-ring", "R-measure-far", "R-measure-bird", "R-mass-wing", "R-point-minutes", "R-age-catching",
    "R-pullus-age", "R-ring-info-kind", "R-condition-manner", "R-circumstances-condition", "R-species-code",
    "R-moult-score", "R-sex-method", "R-point-sea",
}  # fmt: skip
SLIPS: dict[str, Any] = {
    "ring": "??", "species": "Aves", "status": "-", "brood_size": "--", "day": "1898-12-31",
}  # fmt: skip


def with_area(north: float, east: float, **changes: Any) -> Any:
    return record(**changes) | {"area": {"latitude": north, "longitude": east}}


def test_a_sound_banding_and_a_sound_recovery_pass():
    assert codes(record()) == []
    assert codes(again(), BANDED) == []


def test_a_recovery_of_an_unknown_bird_passes():
    assert codes(again(scheme="JHY", ring="6A 12345")) == []


def test_everything_is_told_at_once_and_errors_first():
    found = judged(record(**SLIPS))
    assert [(finding.code, finding.severity) for finding in found] == [
        ("R-ring-pattern", "error"), ("R-species-concluded", "error"), ("R-status-brood", "error"),
        ("R-date-long-ago", "warning"),
    ]  # fmt: skip


def test_a_withdrawn_record_claims_nothing():
    assert codes(record(**SLIPS, withdrawn=True)) == []


def test_an_earlier_version_of_the_record_and_withdrawn_encounters_say_nothing():
    assert codes(record(), met(day="2024-03-01"), met(id="w", withdrawn=True)) == []


def test_rules_are_told_apart_by_their_names():
    assert len({(rule.__module__, rule.__qualname__) for rule in RULES}) == len(RULES)


# -- dates ---------------------------------------------------------------------------------------------


def test_no_day_lies_after_today():
    assert codes(record(day="2024-06-01")) == []
    (found,) = judged(record(day="2024-06-02"))
    assert (found.code, found.severity, found.field) == ("R-date-future", "error", "core.day")
    assert found.values == {"day": "2024-06-02", "today": "2024-06-01"}


def test_few_birds_were_ringed_before_1899():
    assert codes(record(day="1899-01-01")) == []
    assert codes(record(day="1898-12-31")) == ["R-date-long-ago"]


# -- rings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ring", ["XC 345612", "ХС-345612", "X34561"])
def test_a_ring_of_its_scheme_passes(ring: str):
    assert codes(record(ring=ring)) == []


@pytest.mark.parametrize("ring", ["XC 3456", "XC 3456123", "XCA 345612", "345612"])
def test_a_ring_that_is_none_of_its_scheme_is_refused(ring: str):
    (found,) = judged(record(ring=ring))
    assert (found.code, found.field) == ("R-ring-pattern", "core.ring")
    assert found.values == {"ring": ring, "scheme": "RUM", "example": "XC 345612"}


def test_no_pattern_judges_a_partial_ring_or_an_unknown_scheme():
    assert codes(record(ring="XC 3-6", ring_partial=True)) == []
    assert codes(record(ring="XC 3", scheme="JHY")) == []
    assert codes(record(ring="XC 3", scheme="QQQ")) == []


def test_nobody_wears_suo_but_svo_is_known():
    (found,) = judged(again(scheme="JHY", ring="SUO"), near=["SVO", "ABC"])
    assert (found.code, found.values) == ("R-ring-letters", {"ring": "SUO", "suggestion": "SVO"})


@pytest.mark.parametrize("near", [[], ["SVQ"], ["SUO", "SVO"]])
def test_a_known_ring_or_one_without_neighbours_is_no_misreading(near: list[str]):
    assert codes(again(scheme="JHY", ring="SUO"), near=near) == []


def test_a_banding_and_a_bird_with_a_history_are_no_misreading():
    assert codes(record(scheme="JHY", ring="SUO"), near=["SVO"]) == []
    banded = met(id="b", scheme="JHY", ring="SUO", day="2024-04-01")
    assert codes(again(scheme="JHY", ring="SUO"), banded, near=["SVO"]) == []


# -- birds ---------------------------------------------------------------------------------------------


def test_the_species_must_be_concluded():
    assert codes(record(species="Aves")) == ["R-species-concluded"]
    assert codes(record(species_code="00000")) == ["R-species-concluded"]
    assert codes(record(species_code="18690")) == []


def test_a_ring_without_its_bird_may_leave_the_species_to_its_banding():
    (found,) = judged(again(species="Aves"), BANDED)
    assert (found.code, found.severity) == ("R-species-open", "warning")


def test_a_name_that_the_list_lacks_is_asked_about():
    (found,) = judged(record(species="Emberiza spodocephalla"))
    assert (found.code, found.values) == ("R-species-unknown", {"species": "Emberiza spodocephalla"})
    assert codes(record(species="Schoeniclus spodocephalus")) == []


@pytest.mark.parametrize(
    ("status", "field", "value", "clash"),
    [
        ("-", "brood_size", "--", True), ("-", "brood_size", "03", False), ("N", "brood_size", "03", True),
        ("N", "brood_size", "--", False), ("U", "pullus_age", "99", True), ("-", "pullus_age", "--", True),
        ("-", "pullus_age", "09", False),
    ],
)  # fmt: skip
def test_status_and_brood_fields_agree(status: str | None, field: str, value: str, clash: bool):
    found = judged(record(status=status, **{field: value}))
    assert [f.code for f in found] == ["R-status-brood"] * clash
    assert all(f.field == f"core.{field}" and f.values == {"status": status, "field": field} for f in found)


@pytest.mark.parametrize("field", ["bill", "tarsus"])
def test_a_measurement_needs_its_method(field: str):
    (found,) = judged(record() | {"measurements": {field: 10.4}})
    assert (found.code, found.severity) == ("R-method-missing", "error")
    assert found.values == {"field": field, "method": f"{field}_method"}
    assert codes(record() | {"measurements": {field: 10.4, f"{field}_method": "S"}}) == []


def test_fat_without_its_scale_is_only_a_warning():
    (found,) = judged(record() | {"measurements": {"fat": 0}})
    assert (found.code, found.severity) == ("R-fat-method-missing", "warning")
    assert codes(record() | {"measurements": {"fat": 0, "fat_method": "E"}}) == []


# -- places --------------------------------------------------------------------------------------------


def test_the_zero_point_is_asked_about_and_only_once():
    assert codes(record(latitude=0.0, longitude=0.0)) == ["R-point-zero"]
    assert codes(record(latitude=0.0, longitude=0.1, place_code=None)) == []


def test_swapped_coordinates_are_told_with_the_likely_ones():
    (found,) = judged(record(latitude=10.5, longitude=55.7, place_code="DK--"))
    assert (found.code, found.field) == ("R-point-swapped", "place.latitude")
    assert found.values == {
        "latitude": "10.5", "longitude": "55.7", "likely_latitude": "55.7", "likely_longitude": "10.5",
    }  # fmt: skip
    assert codes(record(latitude=55.7, longitude=10.5, place_code="DK--")) == []


def test_a_point_outside_its_region_is_asked_about():
    assert codes(record(latitude=48.8)) == []
    (found,) = judged(record(latitude=48.79))
    assert (found.code, found.values) == ("R-point-region", {"place_code": "RU83"})
    assert codes(record(latitude=48.79, place_code="XX00")) == []


def test_an_area_is_given_its_half_step_at_the_edge_of_the_region():
    assert codes(with_area(48.8, 135.0, latitude=None)) == []
    assert codes(with_area(48.8, 135.1, latitude=None)) == ["R-point-region"]


@pytest.mark.parametrize("area", [(49.0, 130.5), (49.02, 130.4), (49.1, 130.4)])
def test_an_area_that_is_not_the_rounded_place_is_refused(area: tuple[float, float]):
    assert codes(with_area(*area)) == ["R-area-rounding"]
    assert codes(with_area(49.0, 130.4)) == []
    assert codes(with_area(49.02, 130.4, latitude=None)) == []


# -- the sentences -------------------------------------------------------------------------------------


def test_every_finding_has_its_severity_and_a_sentence_for_its_values():
    dead = met("recovery", id="d", day="2024-04-02", condition="1", sex="F", age="9", species="Emberiza pallasi")
    odd = again(
        day="2024-04-03",
        sex="M",
        age="3",
        condition="8",
        latitude=0.0,
        longitude=0.0,
        status="-",
        brood_size="--",
    )
    odd |= {"measurements": {"bill": 10.4, "fat": 1}, "area": {"latitude": 1.0, "longitude": 0.0}}
    swapped = record(latitude=10.5, longitude=55.7, place_code="DK--", day="2024-07-01")
    found = [
        *judged(odd, dead, BANDED), *judged(again(day="2024-03-01"), BANDED), *judged(swapped, BANDED),
        *judged(record(**SLIPS)), *judged(record(species="Parus maior", latitude=40.0)),
        *judged(again(scheme="JHY", ring="SUO"), near=["SVO"]), *judged(again(), met("recovery", id="t")),
        *judged(again(ring="XC 345-12")), *judged(again(species="Aves")),
    ]  # fmt: skip
    sentences = table("finding")
    silent = {"R-ring-stock", "R-ring-series", *SAID_BELOW}
    assert {f.code for f in found} == {code for code in sentences if code.startswith("R-")} - silent
    for finding in found:
        row = sentences.rows[finding.code]
        assert finding.severity == row["severity"]
        for language in ("en", "zh", "ru"):
            assert row[language].format(**finding.values)


def test_the_station_decides_which_day_is_today():
    assert codes(record(day="2024-06-02"), today=date(2024, 6, 2), tables=TABLES) == []
