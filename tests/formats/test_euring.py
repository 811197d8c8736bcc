"""EURING lines are read into our record and written from it without loss."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.formats.euring import dropped, read_line, write_line
from banding.formats.euring_fields import COLUMNS, FIXED_LENGTH
from schemas.codes import table
from schemas.records import KINDS
from tests.formats.values import OURS, cells, lines, records

ROOT = Path(__file__).parents[2]
relaxed = settings(max_examples=30, deadline=None)


# ---- round trips -------------------------------------------------------------------------------


@relaxed
@given(records("2000+"))
def test_what_goes_out_as_2000_plus_comes_back_equal(record):
    assert read_line(write_line(record, "2000+")).record == record
    assert dropped(record, "2000+") == ()


@relaxed
@given(records("2020"))
def test_what_goes_out_as_2020_comes_back_equal(record):
    assert read_line(write_line(record, "2020")).record == record
    assert dropped(record, "2020") == ()


@relaxed
@given(records("2020"))
def test_every_record_read_has_the_shape_that_nodes_share(record):
    found = read_line(write_line(record, "2020")).record
    found["core"] |= OURS
    assert KINDS[found["core"]["kind"]]().validate(found) == {}


@relaxed
@given(records("2000+"))
def test_a_2000_line_is_always_94_characters_and_keeps_what_it_has_room_for(record):
    line = write_line(record, "2000")
    back = read_line(line)
    assert len(line) == FIXED_LENGTH
    assert back.layout == "2000"
    assert {name: back.record["core"].get(name) for name in ("ring", "day", "species", "kind")} == {
        name: record["core"][name] for name in ("ring", "day", "species", "kind")
    }


@relaxed
@given(st.text() | st.lists(st.text("0-.+|,A9 ²٣", max_size=15), max_size=66).map("|".join))
def test_whatever_stands_in_a_line_is_answered_with_notes(line):
    found = read_line(line)
    assert (found.record is None) == any(note.severity == "error" for note in found.notes)


@relaxed
@given(st.sampled_from(COLUMNS), st.text(max_size=16))
def test_whatever_stands_in_a_column_is_taken_in_the_shared_shape_or_refused(column, text):
    record = read_line(cells(**{f"c{column.number}": text})).record
    if record:
        record["core"] |= OURS
        assert KINDS[record["core"]["kind"]]().validate(record) == {}


@pytest.mark.parametrize("line", lines("made_up_57_columns.psv"))
def test_a_line_of_57_columns_is_written_again_as_it_came_and_three_empty_ones(line):
    found = read_line(line)
    assert [note.code for note in found.notes] == ["F-columns-missing"]
    assert "58 (Place Name), 59 (Remarks), 60 (Reference)" in found.notes[0].text
    assert found.layout == "2000+"
    assert write_line(found.record).split("|") == [*line.split("|"), "", "", ""]


@pytest.mark.parametrize(("name", "layout"), [("made_up_2020.psv", "2020"), ("made_up_2000.txt", "2000")])
def test_the_made_up_lines_are_written_again_as_they_came(name, layout):
    for line in lines(name):
        found = read_line(line)
        assert (found.layout, found.notes) == (layout, ())
        assert write_line(found.record, layout) == line


def test_the_real_file_is_read_whole_and_written_equal():
    path = Path(os.environ.get("BANDING_REAL_FILES", ROOT.parent / "shared/data/real")) / "REEWAExport_50.psv"
    if not path.exists():
        pytest.skip(f"the real file is no part of the project and not in {path.parent}: set BANDING_REAL_FILES")
    came = path.read_text(encoding="ascii").splitlines()
    found = [read_line(line).record for line in came]
    assert [write_line(record).split("|")[:57] for record in found] == [line.split("|") for line in came]
    assert {record["core"]["kind"] for record in found} == {"banding"}
    assert len(found) == 35


# ---- one thing at a time -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("+000001-0000001", 0.000278, -0.000278),
        ("-003000+0001500", -0.5, 0.25),
        ("+003000-0001500", 0.5, -0.25),
        ("-005959-1795959", -0.999722, -179.999722),
        ("+900000+1800000", 90.0, 180.0),
    ],
)
def test_coordinates_keep_their_sign_next_to_zero(text, latitude, longitude):
    record = read_line(cells(c25=text)).record
    assert (record["place"]["latitude"], record["place"]["longitude"]) == (latitude, longitude)
    assert write_line(record).split("|")[24] == text


def test_unknown_and_not_given_stay_two_things():
    said, blank = read_line(cells(c14="U", c18="--", c23="----")), read_line(cells(c14="", c18="", c23=""))
    assert (said.record["core"]["sex"], said.record["core"]["brood_size"]) == ("U", "--")
    assert not {"sex", "brood_size", "time"} & set(blank.record["core"])
    assert write_line(said.record).split("|")[13:18:4] == ["U", "--"]
    assert write_line(blank.record).split("|")[13:18:4] == ["", ""]


def test_a_time_not_known_is_left_out_and_written_as_dashes():
    record = read_line(cells(c23="----")).record
    assert "time" not in record["core"]
    assert write_line(record).split("|")[22] == "----"


def test_numbers_keep_one_decimal_place_at_least():
    record = read_line(cells(c34="67", c37="13.25", c41="12,5")).record
    assert write_line(record).split("|")[33:41:7] == ["67.0", "12.5"]
    assert write_line(record).split("|")[36] == "13.25"


def test_a_decimal_comma_is_understood_and_noted():
    found = read_line(cells(c37="11,4"))
    assert found.record["measurements"]["mass"] == 11.4
    assert [note.code for note in found.notes] == ["F-decimal-comma"]


def test_derived_values_are_not_believed():
    found = read_line(cells(c31="00120", c32="045", c33="00365"))
    assert [note.code for note in found.notes] == ["F-derived"] * 3
    assert write_line(found.record).split("|")[30:33] == ["-----", "---", "-----"]


def test_a_species_of_neither_table_is_refused_with_its_code():
    found = read_line(cells(c8="54321"))
    assert found.record is None
    assert [(note.code, note.column, note.severity) for note in found.notes] == [("F-species", 8, "error")]


@pytest.mark.parametrize(
    ("code", "name"),
    [("18530", "Emberiza spodocephala"), ("00059", "Gavia"), ("00000", "Aves"), ("90040", "Branta")],
)
def test_a_species_code_gives_the_nearest_scientific_name(code, name):
    record = read_line(cells(c8=code)).record
    assert (record["core"]["species"], record["core"]["species_code"]) == (name, code)


def of_species(name):
    record = read_line(cells()).record
    record["core"] |= {"species": name}
    del record["core"]["species_code"]
    return record


def test_a_species_that_neither_euring_nor_we_have_a_code_for_is_named_as_dropped():
    record = of_species("Parus maior")
    assert write_line(record).split("|")[7] == "00000"
    assert "core.species" in dropped(record)


@pytest.mark.parametrize("layout", ["2000+", "2020"])
@pytest.mark.parametrize("name", [name for name, row in table("species").rows.items() if not row["euring_code"]])
def test_a_species_without_a_code_goes_out_under_a_reserved_one_and_is_found_again(name, layout):
    record = of_species(name)
    line = write_line(record, layout)
    assert 65000 <= int(line.split("|")[7]) <= 69999
    back = read_line(line)
    assert back.record["core"]["species"] == name
    assert "species_code" not in back.record["core"]
    assert dropped(record, layout) == ()
    notes = [(note.code, note.severity, note.column) for note in back.notes]
    assert notes == [("F-species-reserved", "notice", 8)]


def test_a_reserved_code_is_one_of_ours_for_ever():
    assert write_line(of_species("Ciconia boyciana")).split("|")[7] == "65006"
    assert write_line(of_species("Emberiza personata")).split("|")[7] == "65033"


def test_a_reserved_code_of_nobody_here_is_refused_as_the_verdict_and_dropped_as_the_word_of_the_finder():
    assert [(note.code, note.severity) for note in read_line(cells(c8="64999")).notes] == [("F-species", "error")]
    assert [(note.code, note.severity) for note in read_line(cells(c8="69999")).notes] == [("F-species", "error")]
    found = read_line(cells(c7="69999"))
    assert [(note.code, note.severity, note.column) for note in found.notes] == [("F-species-reserved", "warning", 7)]
    assert not {"species_mentioned", "species_mentioned_code"} & found.record["core"].keys()
    ours = read_line(cells(c7="65006")).record["core"]
    assert ours["species_mentioned"] == "Ciconia boyciana"
    assert "species_mentioned_code" not in ours
