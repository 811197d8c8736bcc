"""The pages of the flagship species: one each, empty ones too, with tables, journeys and what is withheld."""

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from banding.web.flagship import ways
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery
from tests.web.test_bird import words

STORK, CRANE = "Ciconia boyciana", "Antigone vipio"


def test_every_flagship_species_has_a_page_that_says_when_there_is_nothing(reader: FlaskClient) -> None:
    page = reader.get("/flagship").text
    for name in ("ciconia-boyciana", "ciconia-nigra", "grus-japonensis", "antigone-vipio", "grus-monacha"):
        assert f'href="/flagship/{name}"' in page
        assert "Nothing is known of it here yet" in reader.get(f"/flagship/{name}").text
    assert reader.get("/flagship/emberiza-spodocephala").status_code == 404


def test_a_stork_marked_here_and_met_there_is_told_by_year_node_region_and_day(
    station: Station, reader: FlaskClient
) -> None:
    mark = {"type": "leg-ring", "side": "left", "position": "tibia", "colour": "green", "inscription": "A12"}
    hidden = of_another_node(recovery("XC 345612", "2024-10-02", species=STORK))
    hidden.pop("area")
    enter(station, banding("XC 345611", species=STORK, marks=[mark]), banding("XC 345612", species=STORK))
    arrive(station, recovery("XC 345611", species=STORK), hidden)
    page = reader.get("/flagship/ciconia-boyciana").text
    text = words(page)
    assert "Oriental Stork Ciconia boyciana" in text
    assert "Birds 2 Of these met again 2" in text
    assert "points known to 0.1 degree only: 1; without any point: 1" in text
    assert "A12" in text
    assert text.index("RUM XC 345612") < text.index("RUM XC 345611")
    assert "withheld by HL-ZLG" in text
    assert "species=Ciconia+boyciana" in page
    assert "on-paper drawn" in page


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_the_page_is_read_in_three_languages(station: Station, reader: FlaskClient, language: str) -> None:
    enter(station, banding("XC 345611", species=CRANE))
    arrive(station, recovery("XC 345611", species=CRANE))
    page = reader.get("/flagship/antigone-vipio", headers={"X-Page-Language": language}).text
    assert {"en": "White-naped Crane", "zh": "白枕鹤", "ru": "Даурский журавль"}[language] in page
    assert ("Where and when through the year" in page) is (language == "en")


def test_a_square_of_journeys_counts_each_once_and_keeps_what_is_not_known() -> None:
    found = ways([("RU83", "CPHK", 2), ("RU83", None, 1), (None, "CPHK", 4)])
    assert (found.begins, found.ends) == (["", "RU83"], ["CPHK", ""])
    assert found.total == 7
