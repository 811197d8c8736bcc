"""No bird is larger than the largest that lives here: asked about where nobody knows how large its own species is."""

from dataclasses import replace
from typing import Any

import pytest

from banding.reference import tables
from tests.domain.birds import TABLES, again, judged, met, record
from tests.domain.test_rules_hand import said

REAL = replace(TABLES, means=tables().means, species=tables().species)


@pytest.mark.parametrize(
    ("name", "values", "far"),
    [
        ("Emberiza pusilla", {"wing": 999.0}, True), ("Emberiza pusilla", {"wing": 540.0}, False),
        ("Emberiza pusilla", {"wing": 540.1}, True), ("Emberiza pusilla", {"mass": 2300.0}, True),
        ("Emberiza pusilla", {"mass": 2.9}, True), ("Emberiza pusilla", {"hind_claw": 60.0}, True),
        ("Otis tarda", {"wing": 600.0, "mass": 18_000.0}, False), ("Otis tarda", {"mass": 20_001.0}, True),
        ("Aegypius monachus", {"wing": 890.0}, False), ("Phasianus colchicus", {"tail": 590.0}, False),
        ("Pelecanus crispus", {"bill": 430.0, "bill_method": "S"}, False), ("Corvus corax", {"wing": 500.0}, False),
        ("Terpsiphone incei", {"tail": 400.0}, False), ("Regulus regulus", {"wing": 48.0, "mass": 4.1}, False),
        ("Aves", {"wing": 951.0}, True), ("Nemo nusquam", {"third_primary": 24.0}, True),
        ("Anas platyrhynchos", {"bill": 460.0, "bill_method": "N"}, True),
        ("Apus apus", {"tarsus": 6.0, "tarsus_method": "S"}, False),
    ],
)  # fmt: skip
def test_no_bird_that_lives_here_is_larger_than_the_largest_nor_smaller_than_the_smallest(
    name: str, values: dict[str, Any], far: bool
):
    told = again(species=name) | {"measurements": values}
    found = [one for one in said(told, met(id="b", day="2024-04-01", species=name), tables=REAL) if "measure" in one]
    assert found == ["R-measure-bird"] * far


def test_one_measurement_is_asked_about_once_and_a_chick_may_be_smaller_than_any_bird():
    told = record(species="Anas platyrhynchos") | {"measurements": {"wing": 999.0, "mass": 1.1}}
    assert [one.code for one in judged(told, tables=REAL)] == ["R-measure-far", "R-measure-far"]
    chick = record(species="Emberiza pusilla", age="1") | {"measurements": {"wing": 5.0, "mass": 1.5}}
    assert said(chick, tables=REAL) == []


@pytest.mark.parametrize(
    ("name", "values", "odd"),
    [
        ("Emberiza spodocephala", {"wing": 71.0, "mass": 18.4}, False),
        ("Emberiza spodocephala", {"wing": 71.0, "mass": 184.0}, True),
        ("Emberiza spodocephala", {"wing": 710.0 / 2, "mass": 18.4}, True),
        ("Emberiza spodocephala", {"wing": 171.0, "mass": 18.4}, True),
        ("Troglodytes troglodytes", {"wing": 47.0, "mass": 12.0}, False),
        ("Hirundo rustica", {"wing": 125.0, "mass": 16.0}, False),
        ("Corvus corax", {"wing": 430.0, "mass": 1200.0}, False),
        ("Regulus regulus", {"wing": 54.0, "mass": 5.0}, False),
        ("Sturnus cineraceus", {"wing": 128.0, "mass": 85.0}, False),
        ("Apus pacificus", {"wing": 180.0, "mass": 42.0}, False), ("Nemo nusquam", {"wing": 71.0, "mass": 184.0}, True),
        ("Caprimulgus jotaka", {"wing": 215.0, "mass": 75.0}, False),
        ("Otus sunia", {"wing": 145.0, "mass": 85.0}, False),
        ("Emberiza spodocephala", {"wing": 71.0}, False), ("Emberiza spodocephala", {"mass": 184.0}, False),
    ],
)  # fmt: skip
def test_a_lost_decimal_point_is_asked_about_where_mass_and_wing_cannot_be_of_one_bird(
    name: str, values: dict[str, Any], odd: bool
):
    told = again(species=name) | {"measurements": values}
    found = [one for one in said(told, met(id="b", day="2024-04-01", species=name), tables=REAL) if "wing" in one]
    assert found == ["R-mass-wing"] * odd


def test_where_the_mass_of_a_species_is_known_it_alone_is_asked_and_a_chick_has_no_wing_yet():
    told = record(species="Anas platyrhynchos") | {"measurements": {"wing": 270.0, "mass": 11_000.0}}
    assert said(told, tables=REAL) == ["R-measure-far"]
    chick = record(species="Emberiza pusilla", age="1") | {"measurements": {"wing": 36.0, "mass": 14.0}}
    assert said(chick, tables=REAL) == []
