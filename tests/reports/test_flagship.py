"""What is known of a flagship species: every bird once, its last encounter, who told of it, and what is held back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from banding.reports import flagship, longevity
from banding.reports.flagship import Report
from banding.station import Station
from schemas.codes import table
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery

CRANE = "Antigone vipio"


def told(station: Station, name: str = CRANE) -> Report:
    return flagship.told(station.store, longevity.names_of(station.tables.species, name))


def test_the_six_flagship_species_stand_in_the_list_of_species() -> None:
    assert set(flagship.species(table("species").rows)) == {
        "Ciconia boyciana", "Ciconia nigra", "Grus japonensis", "Antigone vipio", "Grus monacha", "Platalea minor",
    }  # fmt: skip


def test_a_species_is_found_under_its_older_name_too(station: Station) -> None:
    old = banding("XC 345612", species="Grus vipio")
    enter(station, banding("XC 345611", species=CRANE), old, banding("XC 345613"))
    found = told(station)
    assert (found.marked, len(found.birds)) == ({2024: 2}, 2)
    assert told(station, "Grus vipio").marked == found.marked


def test_birds_stand_once_with_their_last_encounter_and_those_met_again_are_counted(station: Station) -> None:
    enter(station, banding("XC 345611", species=CRANE), banding("XC 345612", species=CRANE))
    arrive(
        station, recovery("XC 345611", "2024-09-20", species=CRANE), recovery("XC 345611", "2025-03-02", species=CRANE)
    )
    found = told(station)
    assert [(bird.last.encounter.ring, str(bird.last.encounter.day), bird.encounters) for bird in found.birds] == [
        ("XC 345611", "2025-03-02", 3), ("XC 345612", "2024-05-01", 1),
    ]  # fmt: skip
    assert found.again == 1
    assert (found.marked, found.met) == ({2024: 2}, {2024: 1, 2025: 1})


def test_a_bird_that_changed_its_ring_is_one_bird(station: Station) -> None:
    new = {"replaces": {"scheme": "RUM", "ring": "XC 345611"}}
    enter(station, banding("XC 345611", species=CRANE))
    arrive(station, recovery("XC 345699", "2024-09-20", species=CRANE, **new))
    (bird,) = told(station).birds
    assert (bird.encounters, bird.last.encounter.ring) == (2, "XC 345699")


def test_a_ring_read_in_part_is_an_encounter_but_no_bird(station: Station) -> None:
    enter(station, recovery("XC 34----", species=CRANE, ring_partial=True))
    found = told(station)
    assert (found.encounters, found.unread, found.birds) == (1, 1, [])


def test_sources_say_what_they_hold_back(station: Station) -> None:
    hidden = of_another_node(recovery("XC 345611", "2024-09-21", species=CRANE))
    hidden.pop("area")
    enter(station, banding("XC 345611", species=CRANE))
    arrive(station, recovery("XC 345611", species=CRANE), hidden)
    found = {one.node: one for one in told(station).sources}
    assert (found["AM-KHG"].marked, found["AM-KHG"].coarse, found["AM-KHG"].hidden) == (1, 0, 0)
    assert (found["HL-ZLG"].met, found["HL-ZLG"].coarse, found["HL-ZLG"].hidden) == (2, 1, 1)


def test_months_and_journeys_name_regions_and_nodes(station: Station) -> None:
    enter(station, banding("XC 345611", species=CRANE))
    arrive(station, recovery("XC 345611", species=CRANE))
    found = told(station)
    assert found.months == {"RU83": {5: 1}, "CPHK": {9: 1}}
    assert found.countries == {"RU": {"marked": 1}, "CP": {"met": 1}}
    assert found.places == [("RU83", "CPHK", 1)]
    assert found.nodes == [("AM-KHG", "HL-ZLG", 1)]


def test_a_withdrawn_record_tells_nothing(station: Station) -> None:
    (kept,) = enter(station, banding("XC 345611", species=CRANE))
    station.intake.withdraw(kept.id, reason="a mistake", by="anna")
    assert told(station) == Report()


MARK = st.fixed_dictionaries(
    {"type": st.sampled_from(["leg-ring", "wing-tag"])},
    optional={
        "side": st.sampled_from(["left", "right"]),
        "position": st.sampled_from(["tibia", "tarsus"]),
        "action": st.sampled_from(["added", "removed"]),
    },
)


@given(st.lists(st.lists(MARK, max_size=3), max_size=6))
def test_what_is_worn_depends_on_the_last_word_of_each_place_only(lives: list[list[dict[str, Any]]]) -> None:
    worn = longevity.worn(lives)
    assert longevity.worn([*lives, *lives[-1:]]) == worn
    assert all("action" not in mark for mark in worn)
    taken_off = [[mark | {"action": "removed"} for mark in life] for life in lives]
    assert longevity.worn([*lives, *taken_off]) == []
