"""Columns of EURING lines that say one thing together, or cannot be read: what comes of them, and how it is told."""

import pytest

from banding.formats.euring import read_line, write_line
from tests.formats.values import cells, lines

# ---- accuracy of coordinates -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "letter", "figure"),
    [(0, "A", "0"), (1, "A", "0"), (1.1, "B", "0"), (50, "D", "0"), (51, "E", "0"), (1000, "G", "0"), (1001, "H", "1"),
     (10_001, "J", "4"), (1_000_000, "M", "7"), (1_000_001, "Z", "9")],
)  # fmt: skip
def test_a_radius_in_metres_goes_out_as_the_smallest_code_that_covers_it(metres, letter, figure):
    record = read_line(cells()).record
    del record["place"]["accuracy"]
    record["place"]["uncertainty_m"] = metres
    assert write_line(record, "2020").split("|")[25] == letter
    assert write_line(record, "2000+").split("|")[25] == figure


def test_the_code_that_a_person_gave_goes_out_as_it_is():
    record = read_line(cells()).record
    record["place"] |= {"uncertainty_m": 5, "accuracy": "4"}
    assert write_line(record, "2020").split("|")[25] == "4"


def test_all_unreadable_columns_are_named_at_once_with_value_and_reason():
    found = read_line(cells(c9="?", c21="31022013", c25="+436100+0280130", c37="heavy"))
    assert found.record is None
    errors = [note for note in found.notes if note.severity == "error"]
    assert [note.column for note in errors] == [9, 21, 37, 25]
    assert all(note.value and repr(note.value) in note.text for note in errors)
    assert "Column 37 (Mass): 'heavy' cannot be read. Must be a number." in errors[2].text


def test_an_empty_column_that_no_record_can_do_without_is_an_error():
    found = read_line(cells(c3="", c8=""))
    assert [(note.code, note.column) for note in found.notes] == [("F-needed", 3), ("F-needed", 8)]


def test_a_column_too_many_is_an_error_and_an_empty_one_is_not():
    full = lines("made_up_2020.psv")[0]
    assert [note.code for note in read_line(full + "|more").notes] == ["F-columns-extra"]
    assert read_line(full + "|").notes == ()
    assert read_line(cells() + "|").layout == "2000+"


def test_a_line_that_is_no_euring_line_says_so_once():
    assert [note.code for note in read_line("ring,species,day").notes] == ["F-layout"]


def test_a_longer_fixed_line_is_an_error():
    assert [note.code for note in read_line(lines("made_up_2000.txt")[0] + "XYZ").notes] == ["F-columns-extra"]


def test_an_accuracy_in_letters_makes_a_short_line_2020():
    assert read_line(cells(c26="C")).layout == "2020"


def test_decimal_coordinates_win_over_others_that_disagree_and_it_is_said():
    both = lines("made_up_2020.psv")[3].replace("." * 15, "+100000+0200000")
    found = read_line(both)
    assert found.record["place"]["latitude"] == -33.4561
    assert [(note.code, note.severity) for note in found.notes] == [("F-coordinates", "warning")]


def test_one_decimal_coordinate_without_the_other_is_an_error():
    found = read_line(lines("made_up_2020.psv")[3].replace("151.2094", ""))
    assert [(note.column, note.severity) for note in found.notes] == [(61, "error")]


# ---- first encounter or later, and how ---------------------------------------------------------


@pytest.mark.parametrize("information", "123")
def test_a_ring_added_to_a_bird_without_one_makes_a_banding(information):
    core = read_line(cells(c5=information)).record["core"]
    assert core["kind"] == "banding"
    assert "manner" not in core


@pytest.mark.parametrize("information", ["0", "4", "5", "6", "7", "9", ""])
def test_everything_else_is_a_recovery(information):
    assert read_line(cells(c5=information)).record["core"]["kind"] == "recovery"


@pytest.mark.parametrize(
    ("condition", "circumstances", "method", "manner"),
    [
        ("8", "20", "M", "recapture"),
        ("9", "20", "M", "recapture"),
        ("8", "27", "-", "recapture"),
        ("2", "08", "M", "recapture"),
        ("7", "28", "-", "resighting"),
        ("7", "81", "-", "resighting"),
        ("7", "85", "-", "resighting"),
        ("2", "81", "-", "found"),
        ("2", "10", "-", "found"),
        ("7", "20", "-", "found"),
        ("6", "21", "Z", "found"),
        ("1", "20", "M", "found"),
        ("", "", "", "found"),
    ],
)
def test_the_manner_follows_from_condition_circumstances_and_method(condition, circumstances, method, manner):
    found = read_line(cells(c5="4", c27=condition, c28=circumstances, c11=method))
    assert found.record["core"]["manner"] == manner


def test_a_banding_without_ring_information_is_still_read_as_a_banding():
    record = read_line(cells()).record
    del record["core"]["ring_information"]
    assert read_line(write_line(record)).record["core"]["kind"] == "banding"
