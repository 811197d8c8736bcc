"""The `euring` package and our reader agree on what a EURING line may hold, but for what is listed here."""

import re
import string
from collections.abc import Iterator

import pytest
from euring import EuringRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.ages import years_at_least
from banding.formats.euring import read_line, write_line
from banding.formats.euring_fields import COLUMNS
from schemas.fields import Code
from tests.formats.values import cells, lines, records

THEIR_NAMES = {"2000": "euring2000", "2000+": "euring2000plus", "2020": "euring2020"}

# What we write and they refuse: title of the column -> what the value is like, and why we write it all the same.
WE_WRITE = {
    "Primary Identification Method": ("--", "the manual's own placeholder for a column that must be filled"),
    "Place Code": ("----", "a place whose code is not known; they know no placeholder"),
    "Ringing Scheme": ("QQQ", "schemes are an open table: nobody refuses a scheme that is new to him"),
    "Other Marks Information": ("[A-Z][A-Z-]", "two letters each of which has its table; we do not judge the pair"),
    "More Other Marks": (".*,.*", "several codes, parted by commas as their own example has them"),
    "Alula": ("U", "a code of their own table of the alula, in a column that they say is a number"),
    "Tail Difference": ("-.*", "the outer feathers of a wedge-shaped tail are the shorter ones"),
    "Latitude": (r"-0\.[0-9]+", "just south of the equator; their pattern takes it for a minus zero"),
    "Longitude": (r"-0\.[0-9]+", "just west of Greenwich; the same"),
    # Their pattern of a text forbids 7 and F where 7F, the delete character, was meant.
    "Place Name": (".*[F\x07].*", "a capital F"),
    "Remarks": (".*[F\x07].*", "a capital F"),
    "Reference": (".*[F\x07].*", "a capital F"),
}

# What one of us refuses in a column of codes and the other does not: column -> codes.
THEY_REFUSE_CODES = {2: {"--"}, 28: {"--"}, 55: {"U"}} | {
    # A dash alone says "nothing" here; with us it leaves the field out, as files in use have it.
    number: {"-"}
    for number in (4, 5, 9, 10, 13, 14, 15, 16, 22, 26, 27, 29, 36, 38, 39, 42, 45, 49, 50, 51, 56, 57)
}
WE_REFUSE_CODES = {
    # The manual skips the letters I and O, which look like figures.
    15: {"I", "O"},
    16: {"I", "O"},
    # Their column is any figure, their own table of it has three codes.
    55: set("23456789"),
}


def their_errors(line: str, layout: str) -> Iterator[tuple[str, str]]:
    """Title of the column and the value, for each that the other reader refuses."""
    errors = EuringRecord.decode(line, THEIR_NAMES[layout]).errors
    assert errors["record"] == []
    yield from ((error["field"], error["value"]) for error in errors["fields"])


def strange(line: str, layout: str) -> list[tuple[str, str]]:
    """What they refuse for no reason that is listed above."""
    return [
        (title, value)
        for title, value in their_errors(line, layout)
        if title not in WE_WRITE or not re.fullmatch(WE_WRITE[title][0], value, re.DOTALL)
    ]


@pytest.mark.parametrize("layout", THEIR_NAMES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_we_write_they_read_but_for_known_reasons(layout: str, data: st.DataObject) -> None:
    record = data.draw(records("2020" if layout == "2020" else "2000+"))
    line = write_line(record, layout, fill_unknown=True)
    assert strange(line, layout) == []


@pytest.mark.parametrize(
    "column", [c for c in COLUMNS if c.home and isinstance(c.home.field, Code)], ids=lambda c: c.title
)
def test_a_code_is_taken_by_both_or_by_neither_but_for_known_reasons(column) -> None:
    ours, theirs = set(), set()
    base = lines("made_up_2020.psv")[0].split("|")
    for code in _spellings(column.home.field.codes):
        base[column.number - 1] = code
        line = "|".join(base)
        ours |= {code} if read_line(line).record else set()
        theirs |= set() if list(their_errors(line, "2020")) else {code}
    assert ours - theirs == THEY_REFUSE_CODES.get(column.number, set())
    assert theirs - ours == WE_REFUSE_CODES.get(column.number, set())


def _spellings(codes: tuple[str, ...]) -> set[str]:
    """Every code there could be of that length; those of two characters beginning or ending like a real one."""
    marks = string.digits + string.ascii_uppercase + "-"
    if max(map(len, codes)) == 1:
        return set(marks) | set(codes)
    firsts, seconds = {code[0] for code in codes} | {"Q"}, {code[-1] for code in codes} | {"Q"}
    return {first + second for first in firsts for second in seconds} | {"--", *codes}


@pytest.mark.parametrize("name", ["made_up_2000.txt", "made_up_57_columns.psv", "made_up_2020.psv"])
def test_the_made_up_lines_are_read_by_both(name: str) -> None:
    layout = "2000" if name.endswith("txt") else "2020" if "2020" in name else "2000+"
    for line in lines(name):
        whole = line + "|||" if "57" in name else line
        assert read_line(whole).record
        if "57" not in name:
            assert strange(whole, layout) == []


@pytest.mark.parametrize(
    ("text", "ours"),
    [("+490101+1302649", True), ("+496001+1302649", False), ("+490160+1302649", False), ("+910000+1302649", False),
     ("+490101+1810000", False), ("490101N1302649E", False), ("." * 15, True)],
)  # fmt: skip
def test_coordinates_in_one_piece_are_judged_alike(text: str, ours: bool) -> None:
    line = cells(c25=text, c34="71.5")
    refused = any(title.startswith("Geographical") for title, _ in their_errors(line, "2000+"))
    assert (read_line(line).record is not None) is ours
    assert refused is not ours


def test_the_letters_of_ages_are_read_otherwise_on_purpose() -> None:
    # They read every letter from B on as an exact year; the manual goes on by turns, without I and O.
    assert years_at_least("A") == 5
    assert years_at_least("B") == 5
    assert years_at_least("C") == 6
