"""Regions: boxes and polygons are read, written and asked, across the date line too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain.regions import RegionNotUnderstood, understand

LATITUDE, LONGITUDE = st.integers(-900, 900), st.integers(-1800, 1800)


@pytest.mark.parametrize(
    ("text", "point", "holds"),
    [
        ("47,130,50,135", (49.0, 130.4), True), ("47,130,50,135", (50.0, 135.0), True),
        ("47,130,50,135", (46.9, 130.4), False), ("60,170,70,-170", (65.0, 179.9), True),
        ("60,170,70,-170", (65.0, -175.0), True), ("60,170,70,-170", (65.0, 0.0), False),
        ("0,0;10,0;10,10;0,10", (5.0, 5.0), True), ("0,0;10,0;0,10", (9.0, 9.0), False),
        ("60,170;70,170;70,190;60,190", (65.0, -175.0), True), ("60,170;70,170;70,190;60,190", (65.0, 175.0), True),
        ("60,170;70,170;70,190;60,190", (65.0, 160.0), False), ("60,-190;70,-190;70,-170", (69.0, 178.0), True),
        ("0,0;10,0;10,10;5,5;0,10", (5.0, 8.0), False), ("-90,-180,90,180", (0.0, 12.0), True),
        ("-10,-200;10,-200;10,200;-10,200", (0.0, 12.0), True),
    ],
)  # fmt: skip
def test_a_point_lies_in_a_region_or_outside(text: str, point: tuple[float, float], holds: bool) -> None:
    assert understand(text).holds(*point) is holds


@pytest.mark.parametrize(
    "text", ["", "x", "1,2,3", "1,2,3,4,5", "1,2;3,4", "91,0;0,0;0,1", "5,0,4,1", "0,600;1,1;2,2", "1;2;3", "nan,0,1,1",
             ";".join(["1,1", "2,2"] * 300)],
)  # fmt: skip
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(RegionNotUnderstood):
        understand(text)


@given(sides=st.tuples(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE))
def test_what_is_written_reads_the_same_again(sides: tuple[int, int, int, int]) -> None:
    south, west, north, east = (side / 10 for side in sides)
    found = understand(f"{min(south, north)},{west},{max(south, north)},{east}")
    assert understand(found.text) == found


@given(corners=st.lists(st.tuples(LATITUDE, LONGITUDE), min_size=3, max_size=8), point=st.tuples(LATITUDE, LONGITUDE))
def test_a_polygon_written_again_holds_the_same(corners: list[tuple[int, int]], point: tuple[int, int]) -> None:
    found = understand(";".join(f"{a / 10},{b / 10}" for a, b in corners))
    again = understand(found.text)
    at = point[0] / 10, point[1] / 10
    assert again.holds(*at) is found.holds(*at)
    backwards = understand(";".join(f"{a / 10},{b / 10}" for a, b in reversed(corners)))
    assert backwards.box == found.box
