"""Letters on the pages: who may print them, what a code tells to anybody, and the station's letterhead."""

import base64
import io
import re
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader

from banding.station import Station
from tests.reports.birds import banding, enter, recovery

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def met(station: Station) -> str:
    """A return of this node, by its recovery."""
    enter(station, banding(), recovery() | {"people": {"finder_name": "李明"}})
    ((found,),) = station.store.returns.rows(columns=("recovery_id",))
    return str(found)


def made(client: FlaskClient, address: str, token: str, **form: str) -> Any:
    return client.post(address, data={"csrf_token": token, "to": "finder", "form": "letter", "language": "en"} | form)


def text_of(answer: Any) -> str:
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_an_operator_prints_a_letter_with_the_name_that_was_typed(as_role, csrf, met):
    client = as_role("operator")
    page = client.get(f"/letters?recovery={met}").text
    assert 'value="李明"' in page
    answer = made(client, f"/letters?recovery={met}", csrf(client), **{"name.finder": "Wang Fang"}, language="ru")
    assert "Wang Fang" in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_ringed_a_bird_does_not_read_who_found_it(as_role, csrf, met):
    client = as_role("operator")
    names = {"name.finder": "Wang Fang", "name.bander": "Anna"}
    text = text_of(made(client, f"/letters?recovery={met}", csrf(client), to="bander", **names))
    assert "Anna" in text
    assert "Wang Fang" not in text


def test_a_reader_prints_none(as_role, met):
    assert as_role("reader").get(f"/letters?recovery={met}").status_code == 403


def test_all_returns_of_a_question_are_one_file(as_role, csrf, station, app):
    for ring in ("XC 345612", "XC 345613", "XC 345614"):
        enter(station, banding(ring), recovery(ring))
    client = as_role("operator")
    begun = made(client, "/letters?ring=XC34561", csrf(client), form="certificate", language="zh")
    app.extensions["works"].rest()
    page = client.get(begun.location)
    assert "<strong>3 of 3</strong>" in page.text
    answer = client.get(f"{begun.location}/file", buffered=True)
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 3
    assert answer.headers["Content-Disposition"] == "attachment; filename=certificates-3.pdf"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("met")
def test_each_letter_is_a_file_of_its_own_where_that_was_chosen(as_role, csrf, station, app):
    enter(station, banding("XC 345613"), recovery("XC 345613"))
    client = as_role("operator")
    begun = made(client, "/letters", csrf(client), **{"as": "zip"})
    app.extensions["works"].rest()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{begun.location}/file", buffered=True).data)) as found:
        names = found.namelist()
        texts = [PdfReader(found.open(name)).pages[0].extract_text() for name in names]
    assert names == ["0001-letter-RUM-XC-345613.pdf", "0002-letter-RUM-XC-345612.pdf"]
    assert "XC 345613" in texts[0]
    # The name of the finder, as on a letter that is printed alone.
    assert "李明" in texts[1]


@pytest.mark.usefixtures("met")
def test_more_returns_than_a_batch_takes_are_refused_with_their_number(as_role, csrf, monkeypatch):
    monkeypatch.setattr("banding.web.letters.MOST", 0)
    client = as_role("operator")
    answer = made(client, "/letters", csrf(client))
    assert answer.status_code == 422
    assert "1 returns fit" in answer.text
    assert client.get("/works").text.count("/works/") == 0


@pytest.mark.usefixtures("met")
def test_a_misread_question_prints_nothing(as_role, csrf):
    client = as_role("operator")
    assert made(client, "/letters?since=yesterday", csrf(client)).status_code == 422


def test_anybody_may_check_the_code_and_reads_nothing_of_people_or_places(as_role, csrf, client, met):
    operator = as_role("operator")
    (code,) = set(CODE.findall(text_of(made(operator, f"/letters?recovery={met}", csrf(operator)))))
    answer = client.get(f"/check/{code.lower()}")
    assert answer.status_code == 200
    assert "XC 345612" in answer.text
    assert "142" in answer.text
    assert "2024" in answer.text
    for secret in ("李明", "Klyoshinskoe", "2024-05-01", "2024-09-20"):
        assert secret not in answer.text


def test_a_code_that_was_never_printed_is_told_so(client):
    answer = client.get("/check?code=ABCD-EFGH-JKMN")
    assert answer.status_code == 404
    assert "ABCD-EFGH-JKMN" in answer.text


def test_codes_cannot_be_guessed_without_end(client):
    answers = {client.get("/check/ABCD-EFGH-JKMN").status_code for _ in range(70)}
    assert answers == {404, 429}


def test_the_letterhead_is_set_by_a_reviewer_and_stands_on_the_letter(as_role, csrf, met):
    reviewer = as_role("reviewer")
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "green").save(picture, "PNG")
    form = {
        "csrf_token": csrf(reviewer), "words.en": "Ornithology\r\nBuilding 3", "signed.en": "The director",
        "picture": (io.BytesIO(picture.getvalue()), "emblem.png"),
    }  # fmt: skip
    assert reviewer.post("/letters/head", data=form).status_code == 303
    answer = made(reviewer, f"/letters?recovery={met}", csrf(reviewer))
    assert "Building 3" in text_of(answer)
    assert "The director" in text_of(answer)
    assert len(PdfReader(io.BytesIO(answer.data)).pages[0].images) == 1
    assert as_role("operator").get("/letters/head").status_code == 403


def test_an_emblem_that_is_no_picture_is_refused(as_role, csrf):
    reviewer = as_role("reviewer")
    svg = (io.BytesIO(b"<svg/>"), "emblem.svg")
    answer = reviewer.post("/letters/head", data={"csrf_token": csrf(reviewer), "picture": svg})
    assert answer.status_code == 422


def test_the_pages_of_bird_and_returns_lead_to_a_letter(as_role, met):
    operator, reader = as_role("operator"), as_role("reader")
    for page in ("/returns", "/birds/RUM/XC%20345612"):
        assert f"/letters?recovery={met}" in operator.get(page).text
        assert "/letters?" not in reader.get(page).text


def test_the_emblem_survives_a_change_of_the_words(as_role, csrf, station):
    reviewer, picture = as_role("reviewer"), io.BytesIO()
    Image.new("RGB", (40, 40), "green").save(picture, "PNG")
    first = {"csrf_token": csrf(reviewer), "picture": (io.BytesIO(picture.getvalue()), "emblem.png")}
    reviewer.post("/letters/head", data=first)
    before = station.store.notes.get("letters.head")
    reviewer.post("/letters/head", data={"csrf_token": csrf(reviewer), "words.en": "New"})
    picture_of = re.compile(r'"picture": "([^"]+)"')
    assert picture_of.findall(station.store.notes.get("letters.head")) == picture_of.findall(before)
    assert base64.b64decode(picture_of.findall(before)[0]).startswith(b"\xff\xd8\xff")
