"""Plots are the returns of the question counted: every figure adds up, and its drawing says the same without colour."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain.regions import understand
from banding.reports.plots import PLOTS, Words, figure
from banding.reports.svg import BARS, FILLS, ROSE, ROWS, STACKED, Figure, Series, drawn
from banding.reports.wording import Wording
from banding.station import Station
from banding.store.shapes import ReturnQuery
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery

SVG = "{http://www.w3.org/2000/svg}"
NOBODY = ReturnQuery(ring="ZZ")


def words(station: Station) -> Words:
    return Words(Wording(station), lambda value: f"{value:g}", [f"M{month}" for month in range(1, 13)])


def plot(station: Station, name: str, query: ReturnQuery | None = None) -> Figure:
    return figure(name, station.store.returns, query or ReturnQuery(), words(station))


def told(found: Figure) -> dict[str, dict[str, float]]:
    """Of each series the classes in which there is anything."""
    return {
        one.label: {name: value for name, value in zip(found.classes, one.values, strict=True) if value}
        for one in found.series
    }


@pytest.fixture
def birds(station: Station) -> None:
    """Four buntings banded in May: two met in September, one in the next January abroad, one without a point."""
    enter(station, *(banding(f"XC 34561{number}") for number in (1, 2, 3, 4)))
    abroad = of_another_node(recovery("XC 345613", "2025-01-03", place_code="JAHK", condition="2", circumstances="10"))
    abroad["area"] = {"latitude": 43.1, "longitude": 141.3}
    nowhere = of_another_node(recovery("XC 345614", "2024-09-30"))
    nowhere.pop("area")
    arrive(station, recovery("XC 345611"), recovery("XC 345612"), abroad, nowhere)


@pytest.mark.usefixtures("birds")
def test_months_tell_when_the_same_birds_were_banded_and_met(station: Station) -> None:
    found = plot(station, "months")
    assert told(found) == {"banded": {"M5": 4}, "met again": {"M1": 1, "M9": 3}}
    assert (found.counted, found.asked) == (4, 4)


@pytest.mark.usefixtures("birds")
def test_a_rose_tells_directions_by_distance_and_what_is_not_in_it(station: Station) -> None:
    found = plot(station, "winds")
    assert told(found) == {"0–10 km": {}, "10–100 km": {}, "100–1000 km": {"WSW": 2}, "≥ 1000 km": {"SE": 1}}
    assert (found.counted, found.asked) == (3, 4)
    assert any(line.startswith("Not in this plot") for line in found.said)


@pytest.mark.usefixtures("birds")
def test_time_is_told_in_whole_days_and_the_longest_in_days_or_years(station: Station) -> None:
    assert told(plot(station, "times")) == {"returns": {"91–182": 3, "183–365": 1}}
    assert told(plot(station, "longest")) == {"days": {"Black-faced Bunting (n = 4)": 247}}
    arrive(station, recovery("XC 345611", "2026-11-01"))
    assert told(plot(station, "longest")) == {"years": {"Black-faced Bunting (n = 5)": 2.5}}


@pytest.mark.usefixtures("birds")
def test_a_return_dated_before_its_banding_is_left_out_and_said_so(station: Station) -> None:
    arrive(station, recovery("XC 345611", "2024-04-01"))
    found = plot(station, "times")
    assert sum(one.total for one in found.series) == 4
    assert found.said == ("Dated before the banding and left out: 1.",)


@pytest.mark.usefixtures("birds")
def test_years_name_their_countries_and_every_year_between_stands_there(station: Station) -> None:
    arrive(station, recovery("XC 345612", "2027-05-01"))
    found = plot(station, "years")
    assert found.classes == ("2024", "2025", "2026", "2027")
    assert told(found)["China"] == {"2024": 3, "2027": 1}


@pytest.mark.usefixtures("birds")
def test_codes_stand_with_their_words_and_the_silent_ones_are_counted(station: Station) -> None:
    found = plot(station, "circumstances")
    assert [name[:2] for name in found.classes] == ["10"]
    assert (found.counted, found.asked) == (1, 4)


@pytest.mark.usefixtures("birds")
@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_asks_the_question_and_adds_up(station: Station, name: str) -> None:
    for query in (ReturnQuery(ring="XC345613"), ReturnQuery(region=understand("40,140,50,145")), ReturnQuery()):
        found = plot(station, name, query)
        assert found.asked == station.store.returns.count(query)
        if name not in {"longest", "months"}:
            assert sum(one.total for one in found.series) == found.counted
    assert plot(station, name, NOBODY).is_empty


# -- drawing --------------------------------------------------------------------------------------------------


@given(
    kind=st.sampled_from([BARS, STACKED, ROWS, ROSE]),
    classes=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30), max_size=60),
    count=st.integers(1, 8),
    values=st.lists(st.integers(0, 3_000_000), max_size=480),
)
def test_whatever_is_counted_its_drawing_is_well_formed_and_says_n(
    kind: str, classes: list[str], count: int, values: list[int]
) -> None:
    padded = iter([*values, *([0] * count * len(classes))])
    series = tuple(Series(f"<{at}>", tuple(next(padded) for _ in classes)) for at in range(count))
    found = Figure("x", kind, "A & B", "unit", "returns", tuple(classes), series, 7, 9)
    top = ET.fromstring(drawn(found, lambda value: f"{value:g}"))
    assert top.tag == f"{SVG}svg"
    assert top.findtext(f"{SVG}title") == "A & B, n = 7"
    assert "nan" not in drawn(found, str)


def test_series_are_told_by_patterns_and_a_legend_and_no_colour() -> None:
    series = tuple(Series(f"kind {at}", (at + 1.0, 2.0)) for at in range(FILLS))
    text = drawn(Figure("x", STACKED, "T", "u", "o", ("a", "b"), series, 1, 1), lambda value: f"{value:g}")
    assert {f"url(#x-{at})" for at in range(FILLS)} == set(re.findall(r"url\(#x-\d\)", text))
    for at in range(FILLS):
        assert f"kind {at}" in text
    greys = set(re.findall(r"#[0-9a-f]{6}", text))
    assert all(max(parts) - min(parts) < 40 for colour in greys for parts in [bytes.fromhex(colour[1:])])
    assert " style=" not in text
    assert "<style" not in text
    assert "script" not in text


def test_a_bar_is_as_long_as_its_number() -> None:
    found = Figure("x", ROWS, "T", "u", "o", ("a", "b"), (Series("s", (30.0, 10.0)),), 1, 1)
    wide = [float(one) for one in re.findall(r'width="([\d.]+)" height="13.0"', drawn(found, str))]
    assert wide[0] == pytest.approx(3 * wide[1], abs=0.3)
