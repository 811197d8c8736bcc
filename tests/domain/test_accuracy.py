"""Accuracy codes and radii in metres lead to each other and never to a smaller radius."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain.accuracy import FIGURES, LETTERS, code, metres, older, radius
from schemas.codes import table

ROWS = table("coordinates_accuracy").rows


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_every_code_of_the_table_has_the_radius_of_the_table(row: dict[str, str]) -> None:
    assert metres(row["code"]) == (int(row["metres"]) if row["metres"] else None)


def test_no_code_is_left_out() -> None:
    assert {letter for letter, _ in LETTERS + FIGURES} | {"8", "9", "Z"} == set(ROWS)


@pytest.mark.parametrize(("letter", "most"), LETTERS)
def test_a_radius_is_covered_up_to_its_edge_and_not_beyond(letter: str, most: int) -> None:
    assert code(most) == letter
    assert code(most + 0.001) != letter
    assert code(0) == "A"


@given(st.floats(0, 2_000_000))
def test_the_code_covers_the_radius_and_no_smaller_one_does(told: float) -> None:
    covered = metres(code(told))
    assert (covered is None) == (told > 1_000_000)
    assert covered is None or covered >= told
    assert not any(covered is not None and told <= most < covered for _, most in LETTERS)


@pytest.mark.parametrize(
    ("letter", "figure"),
    [("A", "0"), ("G", "0"), ("H", "1"), ("I", "2"), ("J", "4"), ("K", "5"), ("L", "6"), ("M", "7"), ("Z", "9"),
     ("3", "3"), ("8", "8"), ("", "")],
)  # fmt: skip
def test_the_older_layouts_get_a_figure_of_no_smaller_radius(letter: str, figure: str) -> None:
    assert older(letter) == figure


def test_what_is_told_in_metres_counts_before_the_code() -> None:
    assert radius(50, "0") == 50
    assert radius(0, "0") == 0
    assert radius(None, "0") == 1000
    assert radius(None, "Z") is radius(None, None) is None
