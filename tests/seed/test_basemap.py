"""The ground of the maps: small, whole, named in three languages, and true where the stations are."""

from itertools import pairwise

import pytest

from banding.domain.regions import understand
from banding.reports.basemap import FOLDER, LAYERS, WEST, Shape, layer
from schemas.codes import table
from seed.basemap import sources
from seed.basemap.shapes import Waters, clipped, joined, length, straightened, unrolled

SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0), (0.0, 0.0)]
RIVERS = {"amur", "songhua", "ussuri", "zeya", "bureya", "nen", "lena", "yangtze", "huai", "yellow"}
LAKES = {"khanka", "baikal", "hulun", "poyang", "dongting"}


def holds(shape: Shape, latitude: float, longitude: float) -> bool:
    """Whether a point lies within the outer ring of a shape, read by the code that reads regions."""
    south, west, north, east = shape.box
    if not (south <= latitude <= north and west <= longitude <= east):
        return False
    corners = shape.lines[0][:: max(1, len(shape.lines[0]) // 400)]
    return understand(";".join(f"{y:.4f},{x:.4f}" for x, y in corners)).holds(latitude, longitude)


def test_all_of_it_is_small() -> None:
    assert sum((FOLDER / f"{name}.geojson").stat().st_size for name in LAYERS) < 1_500_000


@pytest.mark.parametrize("name", LAYERS)
def test_every_corner_lies_on_the_map(name: str) -> None:
    corners = [corner for shape in layer(name) for line in shape.lines for corner in line]
    assert len(corners) > 1000
    assert all(WEST <= x <= 330 and -90 <= y <= 90 for x, y in corners)


@pytest.mark.parametrize(("name", "codes"), [("rivers", RIVERS), ("lakes", LAKES)])
def test_the_main_waters_have_names_in_three_languages(name: str, codes: set[str]) -> None:
    found = {shape.names["code"]: shape.names for shape in layer(name) if shape.names}
    assert codes <= set(found)
    assert all(names[language] for names in found.values() for language in ("en", "zh", "ru"))


def test_a_named_river_runs_without_a_gap_and_past_the_places_on_its_banks() -> None:
    (amur,) = [shape for shape in layer("rivers") if shape.names.get("code") == "amur"]
    line = [(x, y) for x, y in amur.lines[0]]
    assert max(length([a, b]) for a, b in pairwise(line)) < 0.6
    for latitude, longitude in ((50.25, 127.5), (48.48, 135.05), (50.55, 137.0)):
        assert min(length([(longitude, latitude), corner]) for corner in line) < 0.3
    assert 2000 < length(line) * 111.2 < 3000


def test_stations_stand_on_land() -> None:
    every = [row for row in table("station").rows.values() if row["latitude"]]
    astray = [
        row["en"]
        for row in every
        if not any(holds(shape, float(row["latitude"]), float(row["longitude"])) for shape in layer("land"))
    ]
    assert len(astray) <= len(every) * 0.15, astray


def test_a_lake_lies_where_it_is() -> None:
    (khanka,) = [shape for shape in layer("lakes") if shape.names.get("code") == "khanka"]
    assert holds(khanka, 45.0, 132.4)
    assert not holds(khanka, 45.0, 133.5)


def test_a_ring_is_cut_at_the_window() -> None:
    assert clipped(SQUARE, (1.0, -1.0, 2.0, 9.0)) == [(1.0, 4.0), (2.0, 4.0), (2.0, 0.0), (1.0, 0.0), (1.0, 4.0)]
    assert clipped(SQUARE, (5.0, 5.0, 6.0, 6.0)) == []


def test_a_ring_across_the_date_line_is_one_piece() -> None:
    assert unrolled([(179.0, 60.0), (-179.0, 60.0), (-179.0, 61.0), (179.0, 60.0)]) == [
        (179.0, 60.0), (181.0, 60.0), (181.0, 61.0), (179.0, 60.0),
    ]  # fmt: skip


def test_only_corners_that_matter_stay() -> None:
    line = [(0.0, 0.0), (1.0, 0.001), (2.0, 0.0), (2.0, 1.0)]
    assert straightened(line, lambda _: 0.01) == [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0)]
    assert straightened(line, lambda _: 0.0001) == line


def test_lines_that_meet_become_one() -> None:
    assert joined([[(0.0, 0.0), (1.0, 0.0)], [(2.0, 0.0), (1.0, 0.0)]]) == [[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]]
    fork = [[(0.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (2.0, 0.0)], [(1.0, 0.0), (1.0, 1.0)]]
    assert joined(fork) == fork


def test_the_way_along_the_water_follows_its_bends() -> None:
    bend = [(0.0, 0.0), (0.0, 1.0), (0.05, 1.0), (0.05, 0.0)]
    waters = Waters([bend])
    assert waters.way([(0.0, 0.01), (0.06, 0.0)]) in (bend, [(0.0, 0.0), (0.05, 0.0)])
    with pytest.raises(ValueError, match="no way on the water"):
        Waters([bend, [(9.0, 9.0), (9.0, 8.0)]]).way([(0.0, 0.0), (9.0, 9.0)])


def test_every_name_of_the_list_is_on_the_map() -> None:
    found = {shape.names["code"] for name in ("rivers", "lakes") for shape in layer(name) if shape.names}
    assert found == {one.code for one in sources.named()}
