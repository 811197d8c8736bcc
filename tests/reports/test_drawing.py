"""The small map for letters and printed pages: whole, true to scale, and without anything that a printer lacks."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from banding.domain.places import Box, Point
from banding.reports.basemap import Plane
from banding.reports.drawing import BANDING, RECOVERY, STATION, Spot, around, svg_map

ZHALONG, KHINGANSKY, YANGTZE = Point(46.8, 124.2), Point(49.0, 130.4), Point(31.5, 121.9)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str) -> ElementTree.Element:
    """The map as a tree."""
    return ElementTree.fromstring(text)


def crossing(**more: object) -> str:
    """A bird banded at Zhalong and met at Khingansky."""
    spots = [Spot(*ZHALONG, BANDING, "Zhalong"), Spot(*KHINGANSKY, RECOVERY, "<Khingansky> & co", **more)]  # type: ignore[arg-type]
    return svg_map(spots, [(ZHALONG, KHINGANSKY)], size=(480, 320), title="A crane & its way")


def test_it_is_one_whole_svg_with_a_name_and_no_style_sheet() -> None:
    text = crossing()
    tree = drawn(text)
    assert (tree.get("viewBox"), tree.get("role")) == ("0 0 480 320", "img")
    assert tree.findtext(f"{SVG}title") == "A crane & its way"
    assert not re.search(r"\sstyle=|<style|<script|href", text)
    assert "<Khingansky> & co" in [one.text for one in tree.iter(f"{SVG}text")]


def test_the_journey_runs_between_its_places_and_both_are_on_the_sheet() -> None:
    tree = drawn(crossing())
    (line,) = tree.iter(f"{SVG}line")
    (ring,) = tree.iter(f"{SVG}circle")
    ends = [float(line.get(name, "")) for name in ("x1", "y1", "x2", "y2")]
    assert ends[:2] == [float(ring.get("cx", "")), float(ring.get("cy", ""))]
    assert all(0 < end < 480 for end in ends)
    assert ends[0] < ends[2]
    assert ends[1] > ends[3]


def test_a_rounded_point_is_the_square_it_stands_for() -> None:
    plane = Plane.around(around([Spot(*ZHALONG), Spot(*KHINGANSKY)]), 480, 320)
    squares = [one for one in drawn(crossing(coarse=True)).iter(f"{SVG}rect") if one.get("stroke-dasharray")]
    assert len(squares) == 1
    assert float(squares[0].get("width", "")) == pytest.approx(0.1 * plane.scale, abs=0.1)
    assert not [one for one in drawn(crossing()).iter(f"{SVG}rect") if one.get("stroke-dasharray")]


def test_an_uncertain_point_is_a_circle_of_its_kilometres() -> None:
    wide = {
        float(one.get("r", ""))
        for one in drawn(crossing(uncertainty_m=100_000)).iter(f"{SVG}circle")
        if one.get("stroke-dasharray")
    }
    (bar,) = [one.get("d", "") for one in drawn(crossing()).iter(f"{SVG}path") if re.match(r"M10 ", one.get("d", ""))]
    (km,) = [one.text for one in drawn(crossing()).iter(f"{SVG}text") if (one.text or "").endswith(" km")]
    a_km = (float(re.search(r"H([\d.]+)", bar)[1]) - 10) / float(re.sub(r"\D", "", km or ""))  # type: ignore[index]
    assert wide.pop() == pytest.approx(100 * a_km, rel=0.05)


def test_kinds_differ_without_colour() -> None:
    text = svg_map([Spot(*ZHALONG, BANDING), Spot(*KHINGANSKY, RECOVERY), Spot(*YANGTZE, STATION)])
    kinds = [one.tag.removeprefix(SVG) for one in drawn(text)]
    assert {"circle", "polygon"} <= set(kinds)
    assert [one for one in drawn(text).iter(f"{SVG}rect") if one.get("width") == "8"]


@pytest.mark.parametrize(
    ("language", "name", "unit"), [("en", "Amur", "km"), ("zh", "黑龙江", "公里"), ("ru", "Амур", "км")]
)
def test_waters_and_the_measure_are_named_in_the_language(language: str, name: str, unit: str) -> None:
    text = svg_map([], box=Box(46.0, 126.0, 53.0, 138.0), language=language)
    names = [one.text or "" for one in drawn(text).iter(f"{SVG}text")]
    assert name in names
    assert [one for one in names if one.endswith(f" {unit}")]


def test_a_journey_across_the_date_line_is_short() -> None:
    box = around([Spot(66.0, 170.0), Spot(64.5, -165.4)])
    assert box.east - box.west < 40
    (line,) = drawn(svg_map([], [(Point(66.0, 170.0), Point(64.5, -165.4))])).iter(f"{SVG}line")
    assert 0 < float(line.get("x1", "")) < float(line.get("x2", "")) < 480


def test_nothing_at_all_is_a_map_of_the_basin() -> None:
    box = around([])
    assert box.south < 49 < box.north
    assert box.west < 130 < box.east
    assert drawn(svg_map([])).tag == f"{SVG}svg"
