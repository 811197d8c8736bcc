"""Strings of rings are counted as engraved, and the rules ask about rings that are not of them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain import rings
from banding.domain.stock import Series, Stock, String, StringError, read_series, size_of
from schemas.codes import table
from tests.domain.birds import TABLES, again, codes, judged, record

STOCK = {"RUM": Stock(date(2024, 5, 1), [String.between("XC 345601", "XC 345700")], frozenset({"XC345650"}))}
KEEPS = replace(TABLES, stock=STOCK)


def test_a_string_knows_its_rings_as_engraved_and_in_normal_form():
    string = String.between("H00-0773", "H00-0802")
    assert (len(string), string.series, string.keys) == (30, "H00", ("H000773", "H000802"))
    assert string.ring(800) == "H00-0800"
    assert "H000800" in string
    assert not {"H000803", "H000772", "H00773", "H0000773", "X000773", "H00077A"} & {
        key for key in ("H000803", "H000772", "H00773", "H0000773", "X000773", "H00077A") if key in string
    }


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("XC 3456A", "XC 3456B", "number"),
        ("", "", "number"),
        ("XC 345601", "XB 345700", "differ"),
        ("XC 99", "XC 100", "differ"),
        ("XC 345700", "XC 345601", "order"),
        ("XC 000000", "XC 999999", "long"),
    ],
)
def test_two_numbers_that_are_no_ends_are_refused(first: str, last: str, code: str):
    with pytest.raises(StringError, match=code):
        String.between(first, last)


@given(low=st.integers(0, 999), count=st.integers(1, 60), gone=st.sets(st.integers(0, 1100)))
def test_the_next_ring_is_the_first_that_is_left(low: int, count: int, gone: set[int]):
    high = min(999, low + count - 1)
    string = String.between(f"ХС {low:03}", f"ХС {high:03}")
    left = [n for n in range(low, high + 1) if n not in gone]
    following = string.next_unused({f"XC{n:03}" for n in gone})
    assert following == (f"ХС {left[0]:03}" if left else "")
    assert not following or rings.normal(following) in string


def test_a_ring_that_is_not_in_stock_is_asked_about_where_a_stock_is_kept():
    assert codes(record(), tables=KEEPS) == []
    assert codes(record(ring="XC 345601"), tables=KEEPS) == []
    (found,) = judged(record(ring="XC 345701"), tables=KEEPS)
    assert (found.code, found.severity, found.field) == ("R-ring-stock", "warning", "core.ring")
    assert codes(record(ring="XC 345701")) == []
    assert codes(record(scheme="CPB", ring="H00-0773"), tables=KEEPS) == []


def test_a_ring_written_off_is_asked_about():
    assert codes(record(ring="XC 345650"), tables=KEEPS) == ["R-ring-stock"]


def test_bandings_of_the_time_before_the_stock_was_kept_are_not_asked_about():
    assert codes(record(ring="XC 111111", day="2024-04-30"), tables=KEEPS) == []
    assert codes(record(ring="XC 111111", day="2024-05-01"), tables=KEEPS) == ["R-ring-stock"]


def test_a_recovery_is_asked_about_only_where_it_got_another_ring():
    assert codes(again(ring="XC 111111"), tables=KEEPS) == []
    changed = again(ring="XC 111111", replaces={"scheme": "CPB", "ring": "H00-0773"})
    assert codes(changed, tables=KEEPS) == ["R-ring-stock"]


def test_a_series_made_for_other_species_is_asked_about_where_the_table_says():
    made_for = (
        Series("RUM", "XC", 6, frozenset({"Emberiza pallasi"})),
        Series("RUM", "VD", 6, frozenset({"Emberiza spodocephala"})),
    )
    tables = replace(TABLES, series=made_for)
    (found,) = judged(record(), tables=tables)
    assert (found.code, found.values["series"]) == ("R-ring-series", "VD")
    assert codes(record(ring="VD 345612"), tables=tables) == []
    assert codes(record(ring="VD 34561"), tables=tables) == ["R-ring-series"]
    assert codes(record(species="Grus monacha"), tables=tables) == []
    assert codes(record(species="Schoeniclus spodocephalus"), tables=tables)[:1] == ["R-ring-series"]
    assert codes(again(), tables=tables) == []


def test_the_shipped_table_of_series_claims_no_more_than_it_knows():
    series = list(read_series(table("ring_series").rows))
    assert {one.species for one in series} == {frozenset()}
    assert any(one.has("XC345612") for one in series)
    assert any(one.has("H000773") for one in series)
    assert not any(one.has("XC34561") for one in series)


@given(
    st.sampled_from(["XC ", "A", "", "12-"]), st.integers(0, 60), st.integers(0, 40), st.sets(st.integers(0, 110)),
    st.sets(st.sampled_from(["XC0A01", "A0A01", "XC000", "ZZ9999", "120003", "A0", "٠٠٠٣"])),
)  # fmt: skip
def test_the_next_ring_is_the_first_that_is_not_gone(lead, low, more, numbers, strangers):
    string = String.between(f"{lead}{low:04}", f"{lead}{low + more:04}")
    gone = {string.key(number) for number in numbers} | strangers
    left = [number for number in range(low, low + more + 1) if string.key(number) not in gone]
    assert string.next_unused(gone) == (string.ring(left[0]) if left else "")


@pytest.mark.parametrize(
    ("text", "size"), [("2,30 mm", "2.3"), ("2.3", "2.3"), ("Ø 4 mm", "4"), (" b ", "B"), ("5 А", "5"), ("", "")]
)
def test_a_size_is_compared_by_its_millimetres_or_its_letter(text, size):
    assert size_of(text) == size


def test_both_rules_have_a_sentence_in_three_languages():
    sentences = table("finding").rows
    for finding in (
        *judged(record(ring="XC 345701"), tables=KEEPS),
        *judged(
            record(), tables=replace(TABLES, series=(Series("RUM", "V", 6, frozenset({record()["core"]["species"]})),))
        ),
    ):
        assert all(sentences[finding.code][language].format(**finding.values) for language in ("en", "zh", "ru"))
