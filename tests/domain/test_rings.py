"""Rings are found by one normal form, however they are typed, and travel through EURING's ten characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain import rings
from banding.domain.rings import RingError, euring_number, from_euring, is_partial, key, look_alikes, normal

CPB = r"[A-Z]{1,2}\d{6}"


@pytest.mark.parametrize(
    "typed",
    [
        "XC 345612",
        "xc345612",
        "ХС 345612",
        "хс-345612",
        "XC.345.612",
        "ＸＣ３４５６１２",
        "XC–345\u2009612",
        " XC\t345612",
    ],
)
def test_a_ring_is_the_same_however_it_is_typed(typed: str):
    assert normal(typed) == "XC345612"


@pytest.mark.parametrize(("typed", "told"), [("Д 12345", "D12345"), ("ж 1", "V1"), ("Й7", "J7"), ("Ё7", "E7")])
def test_soviet_series_letters_are_transliterated(typed: str, told: str):
    assert normal(typed) == told


def test_leading_zeroes_are_part_of_the_number():
    assert normal("A 007") == "A007" != normal("A 7")


def test_only_the_letters_told_of_collide():
    letters = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЭЮЯ"
    shared = {frozenset(other for other in letters if normal(other) == normal(one)) for one in letters}
    assert {group for group in shared if len(group) > 1} == {
        frozenset("БВ"), frozenset("ПР"), frozenset("ЦС"), frozenset("ЭЕ"),
    }  # fmt: skip


@given(st.text(max_size=20))
def test_the_normal_form_of_a_normal_form_is_itself(text: str):
    assert normal(normal(text)) == normal(text)


def test_a_partial_or_empty_reading_has_no_key():
    assert key("H00-0773", False) == "H000773"
    assert key("H00-07-3", True) is None
    assert key(" - ", False) is None


@pytest.mark.parametrize(
    ("ring", "pattern", "partial"),
    [
        ("H00-0773", CPB, False),
        ("H00-07-3", CPB, True),
        ("H00077?", CPB, True),
        ("H00077？", CPB, True),
        ("H00*", "", True),
        ("H000773", CPB, False),
        ("1234-56789", "", False),
        ("12-4-", "", True),
        ("--1234", "", True),
        ("XC 345612", "", False),
    ],
)
def test_a_hyphen_is_engraved_only_in_a_full_number(ring: str, pattern: str, partial: bool):
    assert is_partial(ring, pattern) is partial


@pytest.mark.parametrize(
    ("ring", "partial"),
    [("XC 345-12", True), ("XC-34512", False), ("XC 34512-", True), ("XC 345--2", True), ("XC 34512", False)],
)
def test_a_hyphen_between_figures_is_a_gap_where_the_scheme_engraves_none(ring: str, partial: bool):
    assert is_partial(ring, "[A-Z]{1,2}[0-9]{5,6}", "XC 345612") is partial


def test_a_ring_matches_its_scheme_as_a_whole():
    assert rings.matches("H00-0773", CPB)
    assert not rings.matches("H00-07733", CPB)
    assert not rings.matches("H00-077", CPB)
    assert rings.matches("anything", "")


@pytest.mark.parametrize(
    ("ring", "partial", "ten"),
    [
        ("A074576", False, "A...074576"),
        ("123456", False, "....123456"),
        ("SUO", False, ".......SUO"),
        ("AB12C345", False, "AB12C..345"),
        ("H00-0773", False, "H...000773"),
        ("H00-7?3", True, "H...00-7-3"),
        ("ABCDE12345", False, "ABCDE12345"),
    ],
)
def test_dots_stand_before_the_last_figures(ring: str, partial: bool, ten: str):
    assert euring_number(ring, partial) == ten


@given(st.from_regex(r"[A-Z0-9]{1,10}", fullmatch=True))
def test_a_whole_number_comes_back_from_euring(ring: str):
    assert len(euring_number(ring, False)) == 10
    assert from_euring(euring_number(ring, False)) == (ring, False)


@given(st.from_regex(r"[A-Z0-9]{0,4}-[A-Z0-9-]{0,5}", fullmatch=True))
def test_a_partial_number_comes_back_from_euring(ring: str):
    assert from_euring(euring_number(ring, True)) == (ring, True)


@pytest.mark.parametrize(("ring", "partial"), [("ABCDEF12345", False), ("", False), (" . ", True)])
def test_a_number_that_does_not_fit_is_refused_with_the_reason(ring: str, partial: bool):
    with pytest.raises(RingError) as told:
        euring_number(ring, partial)
    assert told.value.ring == ring


@pytest.mark.parametrize("text", ["A....074576", "..........", ""])
def test_a_field_that_holds_no_number_is_refused(text: str):
    with pytest.raises(RingError):
        from_euring(text)


def test_svo_may_have_been_read_as_suo():
    assert "SVO" in look_alikes("suo")
    assert "SUO" not in look_alikes("SUO")


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=20))
def test_a_look_alike_differs_in_one_character_and_goes_both_ways(ring: str):
    found = look_alikes(ring)
    assert len(found) == len(set(found)) <= 64
    for other in found:
        assert sum(a != b for a, b in zip(ring, other, strict=True)) == 1
        assert len(look_alikes(other)) == 64 or ring in look_alikes(other)
