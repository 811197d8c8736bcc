"""A species is found by any name that people type, and a guarded one under its older names too."""

import pytest

from banding.domain.species import SpeciesList
from tests.domain.birds import SPECIES


def found(text: str) -> str | None:
    species = SPECIES.find(text)
    return species.scientific_name if species else None


@pytest.mark.parametrize(
    "text",
    ["Emberiza spodocephala", "emberiza SPODOCEPHALA", "Black-faced Bunting", "black faced bunting", "灰头鹀",
     "Седоголовая овсянка", "18690", "Schoeniclus spodocephalus"],
)  # fmt: skip
def test_a_bunting_has_many_names(text: str):
    assert found(text) == "Emberiza spodocephala"


def test_yo_is_ye_and_an_apostrophe_may_be_left_out():
    assert found("черный журавль") == found("Чёрный журавль") == "Grus monacha"
    assert found("Pallass Reed Bunting") == found("Pallas's reed bunting") == "Emberiza pallasi"


def test_a_code_may_lose_its_leading_zero():
    assert found("1340") == found("01340") == "Ciconia nigra"


def test_what_is_no_name_finds_nothing():
    assert found("") is None
    assert found("Emberiza") is None
    assert found("99999") is None


def test_a_species_without_a_code_is_not_found_by_an_empty_one():
    assert SPECIES.find("") is None
    assert found("Oriental Stork") == "Ciconia boyciana"


@pytest.mark.parametrize(
    "text", ["emb spo", "spodo", "bunt", "灰头", "овсянка сед", "седогол", "186", "black bun"]
)
def test_people_type_parts(text: str):
    names = [species.scientific_name for species in SPECIES.search(text)]
    assert ("Emberiza spodocephala" in names) == (text != "овсянка сед")


def test_beginnings_come_before_parts():
    assert [species.scientific_name for species in SPECIES.search("cic")] == [
        "Ciconia boyciana",
        "Ciconia nigra",
    ]
    names = [species.scientific_name for species in SPECIES.search("grus")]
    assert names[0] == "Grus monacha"
    assert len(SPECIES.search("e", limit=2)) == 2
    assert SPECIES.search("  ") == []


def test_an_older_name_is_as_guarded_as_the_accepted_one():
    assert SPECIES.sensitivity("Grus monacha") == 3
    assert SPECIES.sensitivity("Antigone monacha") == 3
    assert SPECIES.sensitivity("Grus monacha orientalis") == 3


def test_a_bird_told_to_its_genus_is_as_guarded_as_the_most_guarded_of_it():
    assert SPECIES.sensitivity("Ciconia") == 3
    assert SPECIES.sensitivity("Emberiza") == 2


def test_an_unknown_species_is_treated_with_care():
    assert SPECIES.sensitivity("Larus vegae") == 2
    assert SpeciesList([{"scientific_name": "Larus vegae"}]).sensitivity("Larus vegae") == 2


def test_a_name_falls_back_to_the_latin_one():
    stork = SPECIES.by_name("Ciconia boyciana")
    assert stork is not None
    assert stork.name("ru") == "Дальневосточный аист"
    assert stork.name("ko") == "Ciconia boyciana"
    assert not stork.waterfowl
    assert len(SPECIES) == len(list(SPECIES)) == 5
