"""EURING files come in row by row, each row with a key that knows it again."""

from pathlib import Path

import pytest

from banding.errors import Refused
from banding.formats.euring_fields import COLUMNS
from banding.imports.euring import open_text, read

SHORT = Path(__file__).parents[1] / "formats" / "data" / "made_up_57_columns.psv"
NEWER = SHORT.with_name("made_up_2020.psv")
HEADER = "|".join(column.title for column in COLUMNS[:57])
PLACES = {"utf-8": "扎龙 Долгое", "utf-8-sig": "扎龙 Долгое", "utf-16": "扎龙 Долгое", "utf-16-le": "Долгое",
          "utf-16-be": "扎龙", "gb18030": "扎龙自然保护区", "cp1251": "Долгое озеро, берег №3"}  # fmt: skip


def rows(lines, source="ours.psv"):
    return list(read(lines, source))


def short():
    return SHORT.read_text(encoding="ascii").splitlines()


def test_every_line_becomes_a_row_with_its_number_in_the_file():
    found = rows(["", *short()[:2], "  ", short()[2]])
    assert [row.number for row in found] == [2, 3, 5]
    assert all(row.record for row in found)


def test_a_header_is_skipped_and_said_so():
    found = rows([HEADER, *short()])
    assert found[0].record is None
    assert [(note.code, note.severity) for note in found[0].notes] == [("F-header", "notice")]
    assert "ours.psv, line 1" in found[0].notes[0].text
    assert all(row.record for row in found[1:])


def test_only_the_first_line_can_be_a_header():
    found = rows([short()[0], HEADER])
    assert any(note.severity == "error" for note in found[1].notes)


def test_a_broken_first_line_is_not_taken_for_a_header():
    found = rows([short()[0].replace("03052013", "3.5.2013")])
    assert [note.column for note in found[0].notes if note.severity == "error"] == [21]


def test_a_byte_order_mark_is_no_part_of_the_scheme():
    assert rows(["\ufeff" + short()[0]])[0].record["core"]["scheme"] == "BGS"


def test_the_same_file_again_has_the_same_keys_whatever_its_name():
    keys = [row.key for row in rows(short())]
    assert [row.key for row in rows(short(), "again.psv")] == keys
    assert len(set(keys)) == len(keys)


def test_a_row_keeps_its_key_in_another_file_with_other_rows_before_it():
    assert rows(short()[2:])[0].key == rows(short())[2].key


def test_a_row_keeps_its_key_when_a_measurement_is_mended():
    assert rows([short()[0].replace("64.0", "65.0")])[0].key == rows(short())[0].key


def test_two_encounters_of_one_bird_on_one_day_in_one_file_stay_two():
    one, two = rows([short()[0], short()[0]])
    assert one.key.endswith("#1")
    assert two.key == one.key.removesuffix("1") + "2"


@pytest.mark.parametrize(
    ("old", "new"),
    [("----|BG09", "0615|BG09"), ("+431500", "-431500"), ("03052013", "04052013"), ("BGS", "RUM")],
)
def test_another_time_place_day_or_scheme_is_another_encounter(old, new):
    assert rows([short()[0].replace(old, new)])[0].key != rows(short())[0].key


def test_a_reference_is_part_of_the_key():
    with_reference = NEWER.read_text(encoding="utf-8").splitlines()[1]
    assert rows([with_reference])[0].key.endswith("|RUM 2024/111#1")
    assert rows([with_reference])[0].key.startswith("euring:RUM|XC345611|recovery|2024-09-01|0615|-003000-0001500|")


def test_rows_that_cannot_be_read_keep_their_errors_and_a_key_of_their_own():
    bad = short()[0].replace("A0", "??")
    one, two, good = rows([bad, bad, short()[1]])
    assert one.record is None
    assert one.notes[-1].column == 2
    assert one.key.startswith("euring:unread:")
    assert one.key != two.key
    assert good.record


@pytest.mark.parametrize("encoding", PLACES)
def test_a_file_is_read_in_any_of_the_usual_encodings(tmp_path, encoding):
    line = f"{short()[1]}|{PLACES[encoding]}||"
    path = tmp_path / "file.psv"
    path.write_bytes(f"{short()[0]}\r\n{line}\r\n".encode(encoding))
    with open_text(path) as lines:
        found = rows(lines)
    assert [row.number for row in found] == [1, 2]
    assert found[1].record["place"]["name"] == PLACES[encoding]


def test_an_ascii_and_an_empty_file_are_read_too(tmp_path):
    path = tmp_path / "empty.psv"
    path.write_bytes(b"")
    with open_text(path) as lines:
        assert rows(lines) == []
    with open_text(SHORT) as lines:
        assert len(rows(lines)) == 5


def test_a_file_of_no_known_encoding_is_refused_with_its_name(tmp_path):
    path = tmp_path / "odd.psv"
    path.write_bytes(b"\xff\x98\xff\xff\x98 \xff")
    with pytest.raises(Refused, match=r"odd\.psv"):
        open_text(path)


@pytest.mark.parametrize(
    "held",
    [
        "Озеро\n".encode("utf-16") + b"\x00",
        ("鸟" * 9 + "\n").encode("gb18030") * 7000 + b"\xff\xff\n",
        "Озеро\n".encode("cp1251") * 20_000 + b"\x98\n",
        "Озеро\n".encode() * 99 + "Озеро\n".encode("cp1251"),
    ],
    ids=["half a sign at the end", "no Chinese far behind", "no Russian far behind", "one line of another encoding"],
)
def test_a_file_that_cannot_be_read_to_its_end_is_refused_before_any_line_is_kept(tmp_path, held):
    path = tmp_path / "old.txt"
    path.write_bytes(held)
    with pytest.raises(Refused, match=r"old\.txt"):
        open_text(path)
