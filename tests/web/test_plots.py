"""The page of plots: the same question as the table, in three languages, with tables beside and files to take along."""

import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

from banding.reports.plots import PLOTS
from banding.station import Station
from tests.reports.birds import arrive, banding, enter, recovery

PLOTTED = "/returns/plots"


@pytest.fixture
def birds(station: Station) -> None:
    """Two birds banded here and met elsewhere."""
    enter(station, banding("XC 345611"), banding("XC 345612"))
    arrive(station, recovery("XC 345611", circumstances="10"), recovery("XC 345612"))


@pytest.mark.usefixtures("birds")
def test_the_page_tells_the_count_first_then_each_plot_with_its_numbers(reader: FlaskClient) -> None:
    page = reader.get(PLOTTED).text
    assert page.index("<strong>2 returns</strong>") < page.index("<svg xmlns=")
    for name in PLOTS:
        assert f'id="plot-{name}"' in page
    assert page.count("<summary>The figures as a table</summary>") == len(PLOTS)


@pytest.mark.usefixtures("birds")
def test_the_plots_ask_the_question_of_the_address_and_pass_it_on(reader: FlaskClient) -> None:
    page = reader.get(f"{PLOTTED}?ring=XC345611").text
    assert "<strong>1 return</strong>" in page
    assert f'href="{PLOTTED}/months.svg?ring=XC345611"' in page
    assert "n = 1<" in reader.get(f"{PLOTTED}/months.svg?ring=XC345611").text


@pytest.mark.usefixtures("birds")
@pytest.mark.parametrize(("language", "month"), [("en", "Sep"), ("zh", "9月"), ("ru", "сент.")])
def test_plots_speak_the_readers_language(reader: FlaskClient, language: str, month: str) -> None:
    answer = reader.get(f"{PLOTTED}/months.svg", headers={"X-Page-Language": language})
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="returns-months-{language}.svg"'
    words = [text.text for text in ET.fromstring(answer.text).iter("{http://www.w3.org/2000/svg}text")]
    assert month in words
    is_english = "Months of banding and of meeting again, n = 2" in words
    assert is_english is (language == "en")


def test_no_returns_give_no_plots_and_a_misread_question_is_told(reader: FlaskClient) -> None:
    page = reader.get(PLOTTED).text
    assert "No return fits" in page
    assert "<svg xmlns=" not in page
    wrong = reader.get(f"{PLOTTED}?region=somewhere")
    assert wrong.status_code == 422
    assert "not understood as a region" in wrong.text
    assert reader.get(f"{PLOTTED}/months.svg?region=somewhere").status_code == 422
    assert reader.get(f"{PLOTTED}/nothing.svg").status_code == 404
    assert ET.fromstring(reader.get(f"{PLOTTED}/winds.svg").text) is not None


@pytest.mark.usefixtures("birds")
def test_life_histories_of_the_same_rows_tell_every_encounter_of_each_bird(
    station: Station, reader: FlaskClient
) -> None:
    arrive(station, recovery("XC 345611", "2025-03-01"))
    page = reader.get("/returns/birds?since=2025-01-01").text
    assert "<strong>1 return</strong>" in page
    assert page.count('<section class="life">') == 1
    assert page.count("<li><strong><a href=") == 1
    assert page.count("2024-05-01</a>") == page.count("2024-09-20</a>") == page.count("2025-03-01</a>") == 1
    assert reader.get("/returns/birds").text.count('<section class="life">') == 2
    assert "No return fits" in reader.get("/returns/birds?ring=ZZ").text
    assert reader.get("/returns/birds?region=somewhere").status_code == 422
