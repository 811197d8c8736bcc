"""What is this ring, and which ring comes next: questions over a real store, with birds and strings of rings in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banding import next_ring, stock
from banding.domain.places import Point
from banding.lookup import Asked, Looked, look, ways
from banding.station import Station
from tests.node import records
from tests.node.records import banding, kept, recovery
from tests.web.entry.hand import foreign

STRING = {"scheme": "RUM", "first": "XC 345601", "last": "XC 345610", "size": "2.5 mm"}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A node with nothing in it."""
    opened = records.station(tmp_path)
    yield opened
    opened.store.close()


def looked(station: Station, ring: str, kind: str = "banding", scheme: str = "RUM", **more: Any) -> Looked:
    return look(station, Asked(kind, scheme, ring, **more))


def put_on(station: Station, ring: str, **core: Any) -> None:
    kept(station.intake, banding(ring, day=station.intake.today().isoformat(), **core))


def string(station: Station, first: str, last: str, **more: str) -> None:
    stock.receive(station, STRING | {"first": first, "last": last} | more, "anna")


# -- what is this ring? -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["banding", "recovery"])
def test_a_ring_that_a_bird_wears_is_ours_with_its_history(station: Station, kind: str) -> None:
    kept(station.intake, banding())
    kept(station.intake, recovery())
    found = looked(station, "ХС-345612", kind)
    assert (found.state, found.recapture) == ("ours", True)
    assert [one.kind for one in found.met] == ["banding", "recovery"]


def test_a_ring_on_a_bird_of_another_species_is_used(station: Station) -> None:
    kept(station.intake, banding())
    assert looked(station, "XC 345612", species="Parus minor").state == "used"
    assert looked(station, "XC 345612", species="Emberiza spodocephala").state == "ours"


def test_a_withdrawn_banding_wears_no_ring(station: Station) -> None:
    uuid = kept(station.intake, banding())
    station.intake.withdraw(uuid, reason="the wrong sheet", by="anna")
    assert looked(station, "XC 345612").state == "fresh"


def test_a_ring_of_a_foreign_scheme_is_foreign_until_its_banding_has_come(station: Station) -> None:
    assert looked(station, "H00-0773", "recovery", "CPB").state == "foreign"
    assert looked(station, "H00-0773", "banding", "CPB").recapture
    foreign(station, banding("H00-0773", scheme="CPB", place_code="CPHK"))
    assert looked(station, "H00-0773", "recovery", "CPB").state == "ours"


def test_a_foreign_ring_met_before_is_still_foreign_and_has_a_history(station: Station) -> None:
    kept(station.intake, recovery("H00-0773", scheme="CPB"))
    found = looked(station, "H00-0773", "recovery", "CPB")
    assert (found.state, len(found.met)) == ("foreign", 1)


def test_a_ring_of_our_scheme_that_nobody_put_on_is_unknown(station: Station) -> None:
    assert looked(station, "XC 345612", "recovery").state == "unknown"


def test_a_number_easily_mistaken_for_a_known_one_is_a_look_alike(station: Station) -> None:
    kept(station.intake, banding("XC 345612"))
    found = looked(station, "XC 345672", "recovery")
    assert (found.state, found.alike) == ("look-alike", ("XC345612",))


@pytest.mark.parametrize("typed", ["XC 34561O", "ХС 34561О", "ХС 34561о"])
def test_a_letter_typed_for_a_figure_is_wrong_and_the_right_ring_is_offered(station: Station, typed: str) -> None:
    found = looked(station, typed)
    assert found.state == "wrong"
    assert "XC345610" in found.alike


def test_a_ring_known_of_another_scheme_is_said(station: Station) -> None:
    kept(station.intake, recovery("345612", scheme="DEW"))
    assert looked(station, "345612", "recovery", "DER").schemes == ("DEW",)


def test_a_new_ring_is_in_the_stock_or_not(station: Station) -> None:
    assert looked(station, "XC 345605").state == "fresh"
    string(station, "XC 345601", "XC 345610")
    assert looked(station, "XC 345605").state == "fresh"
    found = looked(station, "XC 845605")
    assert (found.state, found.recapture) == ("not-in-stock", True)
    assert "XC345605" in found.alike


@pytest.mark.parametrize("state", ["damaged", "lost"])
def test_a_ring_that_is_written_off_is_spent(station: Station, state: str) -> None:
    string(station, "XC 345601", "XC 345610")
    stock.write_off(station, "RUM", "XC 345603", state, "in the river", "anna")
    found = looked(station, "XC 345603")
    assert (found.state, found.loss and found.loss.state) == ("spent", state)


def test_a_partial_reading_names_the_rings_that_it_may_be(station: Station) -> None:
    kept(station.intake, banding())
    found = looked(station, "XC 34-612", "recovery", is_partial=True)
    assert (found.state, found.alike) == ("partial", ("XC345612",))


def test_the_way_from_each_encounter_to_here(station: Station) -> None:
    kept(station.intake, banding())
    found = looked(station, "XC 345612")
    ((way, is_coarse),) = ways(found.met, Point(48.01694, 130.44694))
    assert way is not None
    assert (round(way.km), is_coarse) == (111, False)
    assert ways(found.met, None) == [(None, False)]


# -- which ring comes next? -------------------------------------------------------------------------------


def following(station: Station, species: str, **more: str) -> tuple[list[str], str]:
    known = station.tables.species.by_name(species)
    assert known is not None
    found = next_ring.offers(station, known, **more)
    return [one.ring for one in found.rings], found.why


def test_without_a_stock_no_ring_is_made_up(station: Station) -> None:
    assert following(station, "Emberiza pusilla") == ([], "no-stock")


def test_the_next_ring_is_of_the_size_that_the_species_wears(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="2,0 mm")
    string(station, "VA 100001", "VA 100010", size="4.2")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345601"]
    assert following(station, "Turdus obscurus")[0] == ["VA 100001"]
    assert following(station, "Grus japonensis") == ([], "no-size")


def test_what_the_station_does_counts_before_the_table(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="2")
    string(station, "VA 100001", "VA 100010", size="2.3")
    put_on(station, "VA 100001", species="Emberiza pusilla")
    assert following(station, "Emberiza pusilla")[0] == ["VA 100002"]


def test_a_species_with_two_sizes_offers_both_the_usual_first(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="A")
    string(station, "VA 100001", "VA 100010", size="B")
    for ring in ("VA 100001", "VA 100002", "XC 345601"):
        put_on(station, ring, species="Accipiter nisus")
    assert following(station, "Accipiter nisus")[0] == ["VA 100003", "XC 345602"]


def test_after_the_last_ring_of_a_string_comes_the_next_string_of_that_size(station: Station) -> None:
    string(station, "XC 345601", "XC 345602", size="2")
    string(station, "VC 700001", "VC 700010", size="2.0 mm")
    put_on(station, "XC 345601", species="Emberiza pusilla")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345602"]
    put_on(station, "XC 345602", species="Emberiza pusilla")
    assert following(station, "Emberiza pusilla")[0] == ["VC 700001"]


def test_when_all_rings_of_the_size_are_gone_it_is_said(station: Station) -> None:
    string(station, "XC 345601", "XC 345601", size="2")
    put_on(station, "XC 345601", species="Emberiza pusilla")
    assert following(station, "Emberiza pusilla") == ([], "used-up")


def test_a_lost_ring_is_passed_over(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="2")
    stock.write_off(station, "RUM", "XC 345601", "lost", "in the river", "anna")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345602"]


def test_the_string_in_ones_own_hand_comes_first_and_that_of_others_last(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="2", allocated_to="Boris")
    string(station, "XC 345701", "XC 345710", size="2")
    string(station, "XC 345801", "XC 345810", size="2", allocated_to="Anna")
    assert following(station, "Emberiza pusilla", hand="anna")[0] == ["XC 345801"]
    assert following(station, "Emberiza pusilla", hand="li")[0] == ["XC 345701"]


def test_a_ring_that_is_free_again_comes_next(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="2")
    for number in (1, 2, 3):
        put_on(station, f"XC 34560{number}", species="Emberiza pusilla")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345604"]
    (second,) = station.store.records.bird("RUM", "XC345602")
    station.intake.withdraw(second.uuid, reason="the wrong sheet", by="anna")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345602"]
    stock.write_off(station, "RUM", "XC 345602", "lost", "in the river", "anna")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345604"]
    stock.find_again(station, "RUM", "XC 345602")
    assert following(station, "Emberiza pusilla")[0] == ["XC 345602"]


def test_a_bird_that_is_not_kept_after_all_uses_no_ring(station: Station) -> None:
    string(station, "XC 345601", "XC 345610", size="2")

    class Ended(Exception):
        """The power, say."""

    def begun() -> None:
        with station.store.transaction():
            put_on(station, "XC 345601", species="Emberiza pusilla")
            assert following(station, "Emberiza pusilla")[0] == ["XC 345602"]
            raise Ended

    with pytest.raises(Ended):
        begun()
    assert following(station, "Emberiza pusilla")[0] == ["XC 345601"]
