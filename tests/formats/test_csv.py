"""CSV opens rightly in spreadsheets of people and reads plainly for machines."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from banding.formats.csv_ import BOM, returns_csv

ROWS = [
    {"ring": "H00-0773", "name": '扎龙, Клёшинское "озеро"', "note": "=1+1", "degrees": -5.25},
    {"ring": "-12"},
]


def table(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_people_get_a_byte_order_mark_once_and_machines_none():
    people = list(returns_csv(ROWS, ["ring"], for_people=True))
    machines = list(returns_csv(ROWS, ["ring"], for_people=False))
    assert people[0] == f"{BOM}ring\r\n"
    assert people[1:] == machines[1:]
    assert BOM not in "".join(machines)


def test_cells_that_would_run_are_disarmed_for_people_only():
    risky = ["=1+1", "+7 914 123", "-SUM(A1)", "@x", "\tx", "\rx", "-12", "+5.2", "-5,2", "plain"]
    rows = [{"a": text} for text in risky]
    people = table("".join(returns_csv(rows, ["a"], for_people=True)))
    assert [row[0] for row in people[1:]] == [f"'{text}" for text in risky[:6]] + risky[6:]
    machines = table("".join(returns_csv(rows, ["a"], for_people=False)))
    assert [row[0] for row in machines[1:]] == risky


def test_numbers_stay_numbers_and_what_is_missing_is_empty():
    rows = table("".join(returns_csv(ROWS, ["degrees", "note"], for_people=True)).removeprefix(BOM))
    assert rows == [["degrees", "note"], ["-5.25", "'=1+1"], ["", ""]]


@settings(max_examples=60)
@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text(min_size=1)})))
def test_machines_read_back_every_text(rows):
    found = table("".join(returns_csv(rows, ["a", "b"], for_people=False)))
    assert found[1:] == [[row["a"], row["b"]] for row in rows]


def test_lines_come_one_at_a_time():
    endless = ({"ring": str(number)} for number in iter(int, 1))
    lines = returns_csv(endless, ["ring"], for_people=False)
    assert [next(lines), next(lines)] == ["ring\r\n", "0\r\n"]
