"""The map of returns: its page is a list without a script, its journeys are the rows, and its ground needs no line."""

import gzip
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.errors import SettingsTrouble
from banding.reports.basemap import LAYERS
from banding.settings import Settings, load, station_node
from banding.station import Station
from banding.store.returns import EVERYTHING
from banding.store.returns_query import CELL_STEPS
from banding.web import create_app, journeys
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery

MAP = "/returns/map"
JOURNEYS = "/returns.journeys"


@pytest.fixture
def birds(station: Station) -> None:
    """Three birds banded here; the second was met at an exact point, the third at none that was sent."""
    enter(station, *(banding(f"XC 34561{number}") for number in (1, 2, 3)))
    exact = of_another_node(recovery("XC 345612")) | {
        "place": {"latitude": 31.5, "longitude": 121.9, "uncertainty_m": 5000}
    }
    exact.pop("area")
    hidden = of_another_node(recovery("XC 345613"))
    hidden.pop("area")
    arrive(station, recovery("XC 345611"), exact, hidden)


def asked(client: FlaskClient, query: str = "") -> dict[str, Any]:
    """What the script gets."""
    answer = client.get(f"{JOURNEYS}?{query}")
    assert answer.status_code == 200
    return json.loads(answer.text)


def rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The journeys by the names of what is told."""
    return [dict(zip(found["told"], row, strict=True)) for row in found["journeys"]]


def of_page(page: str) -> dict[str, Any]:
    """What the page hands to its map."""
    (told,) = re.findall(r'data-map="journeys" data-told="([^"]+)"', page)
    return json.loads(told.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&"))


@pytest.mark.usefixtures("birds")
def test_the_page_tells_the_count_first_and_lists_the_rows_without_a_script(reader: FlaskClient) -> None:
    page = reader.get(MAP).text
    assert page.index("<strong>3 returns</strong>") < page.index("data-map=")
    assert len(re.findall(r'<th scope="row">', page)) == 3
    assert "Of 1 a point is withheld" in page


@pytest.mark.usefixtures("birds")
def test_the_map_asks_the_question_of_the_page(reader: FlaskClient) -> None:
    told = of_page(reader.get(f"{MAP}?ring=XC345612&region=20,110,40,130").text)
    assert told["region"] == "20,110,40,130"
    address = told["journeys"].partition("?")[2]
    assert [row["ring"] for row in rows(asked(reader, address))] == ["XC 345612"]
    assert rows(asked(reader, "ring=XC999")) == []


@pytest.mark.usefixtures("birds")
def test_every_return_is_a_journey_and_a_point_that_is_not_known_is_none(reader: FlaskClient) -> None:
    found = asked(reader)
    assert (found["total"], found["whole"]) == (3, True)
    points = {row["ring"]: (row["latitude"], row["longitude"], row["precision"]) for row in rows(found)}
    assert points == {
        "XC 345611": (47.2, 124.3, 1),
        "XC 345612": (31.5, 121.9, 0),
        "XC 345613": (None, None, 0),
    }
    assert {row["uncertainty_m"] for row in rows(found)} == {None, 5000}
    assert found["species"] == [["Emberiza spodocephala", "Black-faced Bunting"]]


@pytest.mark.usefixtures("birds")
def test_many_journeys_come_as_sums_from_cell_to_cell_until_few_are_seen(
    reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journeys, "FEW", 1)
    found = asked(reader, "zoom=2")
    assert (found["step"], found["here"], found["shown"]) == (CELL_STEPS[0], 3, 3)
    for south, west, north, east, _count in found["sums"]:
        assert abs(south - 49.0) <= 8
        assert abs(west - 130.4) <= 8
        assert north is None or abs(north - 40) <= 16
        assert east is None or abs(east - 123) <= 16
    assert sum(way[4] for way in found["sums"]) == 3
    near = asked(reader, "zoom=9&seen=31,121,32,122")
    assert [row["ring"] for row in rows(near)] == ["XC 345612"]
    assert (near["total"], near["whole"]) == (3, False)


@pytest.mark.usefixtures("birds")
def test_what_is_left_out_of_the_sums_is_told(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journeys, "FEW", 1)
    monkeypatch.setattr(journeys, "WAYS", 1)
    found = asked(reader, "zoom=12")
    assert (found["here"], found["shown"], found["ways"]) == (3, 1, 3)


def test_a_cell_knows_its_middle_across_the_date_line(station: Station) -> None:
    enter(station, banding("XC 345611"))
    far = of_another_node(recovery("XC 345611", place_code="US--"))
    arrive(station, far | {"area": {"latitude": 64.5, "longitude": -165.4}})
    (way,) = station.store.returns.tally(EVERYTHING, "cell_4")
    assert journeys._middle(way[0], CELL_STEPS[4]) == (64.5, 194.5)


def test_a_question_that_is_misread_is_told_and_nothing_is_drawn(reader: FlaskClient) -> None:
    page = reader.get(f"{MAP}?region=somewhere")
    assert page.status_code == 422
    assert "not understood as a region" in page.text
    assert "data-map=" not in page.text
    assert reader.get(f"{JOURNEYS}?region=somewhere").status_code == 422
    assert reader.get(f"{JOURNEYS}?seen=somewhere").status_code == 422


def test_a_map_of_nothing_says_so(reader: FlaskClient) -> None:
    assert "No return fits" in reader.get(MAP).text


def test_the_ground_lies_on_the_node_and_is_packed_for_browsers(client: FlaskClient) -> None:
    sizes = []
    for name in LAYERS:
        plain = client.get(f"/map/ground/{name}.geojson")
        packed = client.get(f"/map/ground/{name}.geojson", headers={"Accept-Encoding": "gzip"})
        assert json.loads(plain.data)["features"]
        assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in packed.headers["Vary"]
        sizes.append(len(packed.data))
        again = client.get(f"/map/ground/{name}.geojson", headers={"If-None-Match": plain.headers["ETag"]})
        assert again.status_code == 304
    assert sum(sizes) < 300_000
    assert client.get("/map/ground/borders.geojson").status_code == 404


@pytest.mark.parametrize("name", ["leaflet.js", "leaflet.css", "images/marker-icon.png"])
def test_the_library_comes_from_its_wheel(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/map/leaflet/{name}")
    assert answer.status_code == 200
    assert len(answer.data) > 1000
    answer.close()


def test_the_library_gives_nothing_but_its_own_files(client: FlaskClient) -> None:
    assert client.get("/map/leaflet/../__init__.py").status_code == 404
    assert client.get("/map/leaflet/%2e%2e/__init__.py").status_code == 404


def test_pictures_come_from_elsewhere_only_where_a_tile_server_is_set(station: Station, reader: FlaskClient) -> None:
    assert of_page(reader.get(MAP).text)["tiles"] is None
    assert "img-src 'self' data:" in reader.get(MAP).headers["Content-Security-Policy"]
    tiles = "https://tiles.example.org/{z}/{x}/{y}.png"
    with_tiles = replace(station, settings=replace(station.settings, tiles=tiles, tiles_credit="Example"))
    page = create_app(with_tiles, testing=True).test_client().get("/login")
    assert "img-src 'self' https://tiles.example.org data:" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "tiles",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/",
        "https://a b/{z}/{x}/{y}",
        "https://tiles.example.org; script-src */{z}/{x}/{y}",
    ],
)
def test_an_address_that_is_no_tile_server_is_refused(tmp_path: Any, tiles: str) -> None:
    said = {"BANDING_HOME": str(tmp_path), "BANDING_STATION": "AM-KHG", "BANDING_TILES": tiles}
    with pytest.raises(SettingsTrouble, match="map tiles"):
        load(said)


def test_a_tile_server_is_read_from_the_environment(tmp_path: Any) -> None:
    tiles = "https://tiles.example.org:8443/{z}/{x}/{y}.png"
    said = {"BANDING_HOME": str(tmp_path), "BANDING_STATION": "AM-KHG", "BANDING_TILES": tiles}
    assert load(said).tiles == tiles
    assert Settings(home=tmp_path, node=station_node("AM-KHG")).tiles == ""
