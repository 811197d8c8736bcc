"""EURING lines are written with EURING's own placeholders, and what has no room is named."""

import pytest
from euring import EuringRecord
from euring.fields import EURING_FIELDS

from banding.errors import Refused
from banding.formats.euring import Derived, dropped, read_line, write_line
from banding.formats.euring_fields import COLUMNS, FIXED_LENGTH, FREE_TEXT, HOMES, LAYOUTS
from tests.formats.values import OURS, cells, lines


def test_filled_lines_satisfy_another_reader_of_euring():
    bare = {
        "core": {
            "kind": "banding", "scheme": "RUM", "ring": "XC 345612", "species": "Emberiza spodocephala",
            "day": "2024-05-01", "place_code": "RU83", "identification_method": "A0",
        },
        "place": {"latitude": 49.016944, "longitude": 130.446944},
    }  # fmt: skip
    for layout, theirs in (("2000", "euring2000"), ("2000+", "euring2000plus"), ("2020", "euring2020")):
        errors = EuringRecord.decode(write_line(bare, layout, fill_unknown=True), theirs).errors
        assert errors == {"record": [], "fields": []}


def test_a_chick_gets_the_placeholders_of_a_chick():
    record = read_line(cells(c16="1", c17="", c18="", c19="", c20="")).record
    assert write_line(record, fill_unknown=True).split("|")[16:20] == ["-", "00", "99", "U"]


def test_what_has_no_room_is_named():
    record = read_line(cells()).record
    record["core"] |= OURS | {"marks": [{"type": "leg-ring"}], "replaces": {"scheme": "RUM", "ring": "A1"}}
    record["core"] |= {"utc_offset": "+03:00", "ring": "K 015-201"}
    record["people"] = {"ringer": "A. B."}
    names = dropped(record)
    assert set(names) == {"core.marks", "core.replaces", "core.utc_offset", "people.ringer"}
    assert "measurements.wing" in dropped(record, "2000")


def test_letters_of_accuracy_become_figures_where_letters_are_not_known():
    record = read_line(lines("made_up_2020.psv")[3]).record
    assert write_line(record, "2000+").split("|")[25] == "0"
    assert {"place.accuracy", "core.current_place_code", "core.more_other_marks"} <= set(dropped(record, "2000+"))


def test_where_the_place_is_withheld_the_area_is_written_as_coarse():
    record = read_line(cells()).record
    del record["place"]
    written = write_line(record).split("|")
    assert written[24:26] == ["+431200+0280000", "2"]


def test_without_any_place_there_are_dots():
    record = read_line(cells(c25="." * 15)).record
    assert "area" not in record
    assert write_line(record).split("|")[24] == "." * 15


def test_pipes_and_line_ends_in_remarks_do_not_break_the_line_and_are_named():
    record = read_line(cells()).record
    record["remarks"] = {"text": "left|right\nworn"}
    assert read_line(write_line(record)).record["remarks"]["text"] == "left/right worn"
    assert dropped(record) == ("remarks.text",)


@pytest.mark.parametrize("ring", ["ABC12345678", "A|123"])
def test_a_ring_that_does_not_fit_is_refused_with_a_reason(ring):
    record = read_line(cells()).record
    record["core"]["ring"] = ring
    with pytest.raises(Refused, match="EURING"):
        write_line(record)


# ---- the table of columns ----------------------------------------------------------------------


def test_the_columns_agree_with_the_euring_package():
    assert [column.title for column in COLUMNS] == [
        field["name"].removeprefix("Derived Data - ") for field in EURING_FIELDS
    ]
    widths = [field.get("length", field.get("max_length", 0)) for field in EURING_FIELDS[:33]]
    assert [column.width for column in COLUMNS[:33]] == widths
    assert sum(widths) == FIXED_LENGTH
    assert max(LAYOUTS.values()) == len(COLUMNS)


def test_every_column_but_the_worked_out_ones_has_a_home():
    assert {column.number for column in COLUMNS if column.home is None} == {25, 30, 31, 32, 33}
    assert set(FREE_TEXT) <= set(HOMES)


def test_derived_values_are_written_when_they_were_worked_out_here():
    record = read_line(cells()).record
    line = write_line(record, derived=Derived(1204.6, 359.7, 365))
    assert line.split("|")[30:33] == ["01205", "000", "00365"]
