"""The table of places: places of EURING, in boxes that hold them, under names in three languages."""

import pytest
from euring.data import load_place_map

from schemas.codes import table

SPANS_THE_DATE_LINE = {"RU--", "RU79", "RU80", "RUNE"}


def test_places_are_places_of_euring_and_no_two_read_alike() -> None:
    places = table("place")
    assert set(places.codes) <= set(load_place_map())
    for language in ("en", "zh", "ru"):
        assert len({places.label(code, language) for code in places.codes}) == len(places)


def test_a_box_of_a_place_is_whole_and_the_right_way_up() -> None:
    for code, row in table("place").rows.items():
        edges = [row[edge] for edge in ("south", "west", "north", "east")]
        if not any(edges):
            continue
        south, west, north, east = map(float, edges)
        assert -90 <= south < north <= 90, code
        assert -180 <= west <= 180, code
        assert -180 <= east <= 180, code
        assert (west > east) == (code in SPANS_THE_DATE_LINE), code


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("CPHK", 45.75, 126.65),  # Harbin
        ("RU83", 50.28, 127.53),  # Blagoveshchensk
        ("RU84", 48.48, 135.07),  # Khabarovsk
        (
            "RU84",
            48.79,
            132.92,
        ),  # Birobidzhan: the Jewish Autonomous Oblast has no code of its own
        ("RU85", 43.12, 131.89),  # Vladivostok
        ("RU80", 64.42, -173.23),  # Provideniya, east of the date line
        ("RU--", 64.42, -173.23),
        ("MN00", 47.92, 106.92),  # Ulaanbaatar
        ("BG--", 42.5, 27.47),  # Burgas
    ],
)
def test_a_town_lies_in_the_box_of_its_place_code(code: str, latitude: float, longitude: float) -> None:
    row = table("place").rows[code]
    assert float(row["south"]) < latitude < float(row["north"])
    west, east = float(row["west"]), float(row["east"])
    assert west < longitude < east if west < east else longitude > west or longitude < east


def test_the_far_bank_of_the_amur_is_named_in_both_languages() -> None:
    assert table("place").label("CPHK", "zh") == "黑龙江"
    assert table("place").label("CPHK", "ru") == "Хэйлунцзян"
    assert table("place").label("RU83", "zh") == "阿穆尔州"
    assert table("place").label("RU83", "ru") == "Амурская область"
