"""Long works on their pages: how far they are, what failed, who may fetch the file, and how one is stopped."""

import io
import threading
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from banding.errors import StoreTrouble
from banding.reports import letter_batch, pdf
from banding.station import Station
from banding.web import reporting
from banding.works import Made, Making, Workshop, tidy
from tests.reports.birds import banding, enter, recovery

LETTERS = {"to": "finder", "form": "letter", "language": "en"}
RINGS = [f"XC {number}" for number in range(345000, 345005)]


@pytest.fixture
def shop(app: Flask) -> Iterator[Workshop]:
    """Where the works of the app are made; five birds have come back."""
    enter(app.extensions["station"], *(one for ring in RINGS for one in (banding(ring), recovery(ring))))
    found: Workshop = app.extensions["works"]
    yield found
    found.stop()


@pytest.fixture
def held(shop: Workshop) -> Iterator[threading.Event]:
    """Letters of which two are made, the first in vain, until the test lets the rest be made."""
    go, there = threading.Event(), threading.Event()

    def make(making: Making) -> Made:
        making.fail("RUM XC 345004", letter_batch.NONE)
        making.step(2)
        there.set()
        go.wait(30)
        making.step(5)
        making.path.write_text("Wang Fang")
        return Made("letters.pdf", "application/pdf")

    shop.makers["letters"] = make
    go.is_there = there.wait  # type: ignore[attr-defined]
    yield go
    go.set()


def begin(client: FlaskClient, token: str, address: str = "/letters?ring=XC", **more: str) -> str:
    answer = client.post(address, data=LETTERS | {"csrf_token": token} | more)
    assert answer.status_code == 303
    return str(answer.location)


def test_the_page_says_how_far_it_is_and_comes_again_without_a_script(as_role, csrf, held):
    client = as_role("operator")
    page = begin(client, csrf(client))
    held.is_there(30)
    answer = client.get(page)
    assert "<strong>2 of 5</strong> · is being made" in answer.text
    assert '<progress max="5" value="2"' in answer.text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in answer.text
    assert "RUM XC 345004" in answer.text
    assert "There is no return of this record here" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert page in client.get("/").text
    assert page in client.get("/works").text


def test_when_it_is_done_the_page_rests_and_offers_the_file(as_role, csrf, held, shop):
    client = as_role("operator")
    page = begin(client, csrf(client))
    held.set()
    shop.rest()
    answer = client.get(page).text
    assert "refresh" not in answer
    assert 'id="progress"' not in answer
    assert f'href="{page}/file"' in answer
    assert "1 of them could not be made." in answer
    assert 'href="/letters?ring=XC"' in answer
    assert client.get(f"{page}/file", buffered=True).text == "Wang Fang"


def test_nobody_else_sees_it_but_an_administrator(as_role, csrf, held, shop, app):
    client = as_role("operator")
    page = begin(client, csrf(client))
    held.set()
    shop.rest()
    other = as_role("reviewer")
    for path in (page, f"{page}/file"):
        assert other.get(path).status_code == 404
        assert app.test_client().get(path).status_code in {303, 401}
    for deed in ("stop", "forget"):
        assert other.post(f"{page}/{deed}", data={"csrf_token": csrf(other)}).status_code == 404
    assert page not in other.get("/works").text + other.get("/").text
    assert as_role("administrator").get(f"{page}/file", buffered=True).text == "Wang Fang"


def test_who_may_print_no_letters_any_more_cannot_fetch_what_was_begun(as_role, csrf, held, shop, station: Station):
    client = as_role("operator")
    page = begin(client, csrf(client))
    held.set()
    shop.rest()
    account = station.store.accounts.by_name("operator")
    assert account is not None
    station.store.accounts.change(account.id, role="reader")
    assert client.get(f"{page}/file").status_code == 404


def test_it_can_be_stopped_and_keeps_nothing(as_role, csrf, held, shop, station: Station):
    client = as_role("operator")
    page = begin(client, csrf(client))
    held.is_there(30)
    assert client.post(f"{page}/stop", data={"csrf_token": csrf(client)}).location == "/works"
    assert "is being stopped" in client.get(page).text
    held.set()
    shop.rest()
    assert "It was stopped" in client.get(page).text
    assert client.get(f"{page}/file").status_code == 404
    assert list((station.settings.home / "works").iterdir()) == []


def test_a_file_is_deleted_at_once_by_who_wants_it_so(as_role, csrf, held, shop, station: Station):
    client = as_role("operator")
    page = begin(client, csrf(client))
    held.set()
    shop.rest()
    client.post(f"{page}/forget", data={"csrf_token": csrf(client)})
    assert list((station.settings.home / "works").iterdir()) == []
    assert client.get(page).status_code == 404
    assert "Nothing is being made" in client.get("/works").text


def test_no_name_of_a_person_is_kept_in_the_store(as_role, csrf, shop, station: Station):
    enter(station, banding("XC 345699"), recovery("XC 345699") | {"people": {"finder_name": "李明的名字"}})
    client = as_role("operator")
    page = begin(client, csrf(client), "/letters?ring=XC345699")
    shop.rest()
    body = client.get(f"{page}/file", buffered=True).data
    assert "李明的名字" in PdfReader(io.BytesIO(body)).pages[0].extract_text()
    for table in ("works", "letters"):
        assert "李明" not in str(station.store.database.execute(f"select * from {table}").fetchall())
    # Its day is over.
    station.store.works.note(page.rpartition("/")[2], ended_at="2020-01-01T00:00:00+00:00")
    tidy(station)
    assert client.get(page).status_code == 404


def test_a_letter_whose_return_is_gone_is_named_and_the_others_are_printed(as_role, csrf, shop, monkeypatch):
    whole = letter_batch.facts
    gone = letter_batch.asked

    def facts(station, recovery, *more):
        return None if recovery == first else whole(station, recovery, *more)

    client = as_role("operator")
    (first, _scheme, ring), *_others = gone(shop.station, reporting.ReturnQuery())
    monkeypatch.setattr(letter_batch, "facts", facts)
    page = begin(client, csrf(client), "/letters")
    shop.rest()
    answer = client.get(page).text
    assert f"<td>RUM {ring}</td><td>There is no return of this record here</td>" in answer
    assert len(PdfReader(io.BytesIO(client.get(f"{page}/file", buffered=True).data)).pages) == 4


@pytest.mark.parametrize("wanted", ["pdf", "zip"])
@pytest.mark.parametrize(
    ("fault", "why"),
    [(StoreTrouble("The page could not be set for print"), "The page could not"), (ValueError("x"), "Something went")],
)
def test_one_that_cannot_be_set_keeps_no_other_one_back(as_role, csrf, shop, monkeypatch, fault, why, wanted):
    whole = letter_batch.printed

    def printed(station, told, *more):
        if any(found.ring == RINGS[2] for found in told):
            raise fault
        return whole(station, told, *more)

    monkeypatch.setattr(letter_batch, "printed", printed)
    client = as_role("operator")
    page = begin(client, csrf(client), "/letters", **{"as": wanted})
    shop.rest()
    assert f"<td>RUM {RINGS[2]}</td><td>{why}" in client.get(page).text
    body = io.BytesIO(client.get(f"{page}/file", buffered=True).data)
    made = len(zipfile.ZipFile(body).namelist()) if wanted == "zip" else len(PdfReader(body).pages)
    assert made == 4


def test_a_batch_of_which_nothing_can_be_made_has_failed(as_role, csrf, shop, monkeypatch):
    monkeypatch.setattr(letter_batch, "facts", lambda *_: None)
    client = as_role("operator")
    page = begin(client, csrf(client), "/letters")
    shop.rest()
    answer = client.get(page).text
    assert "It could not be made." in answer
    assert "None of the letters could be made" in answer
    assert client.get(f"{page}/file").status_code == 404


def test_a_long_report_is_begun_on_a_page_and_made_in_parts(as_role, csrf, shop, monkeypatch, station: Station):
    monkeypatch.setattr(pdf, "PIECE", 2)
    monkeypatch.setattr(reporting, "PIECE", 2)
    client = as_role("reader")
    assert 'href="/returns/report?ring=XC"' in client.get("/returns?ring=XC").text
    assert client.get("/returns.pdf?ring=XC").location == "/returns/report?ring=XC"
    assert "5 returns" in client.get("/returns/report?ring=XC").text
    page = begin(client, csrf(client), "/returns/report?ring=XC")
    shop.rest()
    answer = client.get(f"{page}/file", buffered=True)
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)
    assert [ring for ring in RINGS if f"RUM {ring}" not in text] == []
    (kept,) = station.store.downloads.latest()
    assert (kept.rows, kept.by, kept.format) == (5, "reader", "pdf")
    verified = client.post(
        "/verify", data={"csrf_token": csrf(client), "file": (io.BytesIO(answer.data), "report.pdf")}
    )
    assert "Same: nothing in it was changed" in verified.text


def test_a_short_report_is_made_while_one_waits(as_role, shop):
    client = as_role("reader")
    assert shop.station.store.returns.count() == 5
    assert 'href="/returns.pdf"' in client.get("/returns").text
    assert client.get("/returns.pdf", buffered=True).data.startswith(b"%PDF")


@pytest.mark.parametrize(("language", "words"), [("zh", "正在制作"), ("ru", "готовится")])
def test_it_is_told_in_the_language_of_the_reader(as_role, csrf, held, language: str, words: str):
    client = as_role("operator")
    client.post("/language", data={"language": language, "csrf_token": csrf(client)})
    page = begin(client, csrf(client))
    held.is_there(30)
    assert words in client.get(page).text
