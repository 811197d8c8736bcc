"""Downloads of returns over the web: each kind has the rows of the page, and is known again when it comes back."""

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.formats.registry import formats
from banding.station import Station
from banding.web import verifying
from tests.reports.birds import arrive, banding, enter, recovery

AsRole = Callable[[str], FlaskClient]
Csrf = Callable[[FlaskClient], str]


@pytest.fixture
def reader(as_role: AsRole, station: Station) -> FlaskClient:
    """Somebody who may only look, on a node with three returns."""
    enter(station, banding(), banding("XC 345613", "2023-04-30"))
    arrive(station, recovery(), recovery(day="2025-05-03"), recovery("XC 345613"))
    return as_role("reader")


def brought(client: FlaskClient, csrf: Csrf, data: bytes, name: str) -> TestResponse:
    """The page's answer to a file that is dropped on it."""
    form = {"csrf_token": csrf(client), "file": (io.BytesIO(data), name)}
    return client.post("/verify", data=form, content_type="multipart/form-data")


def test_only_one_file_is_looked_at_at_a_time(reader: FlaskClient, csrf: Csrf) -> None:
    with verifying._at_once:
        refused = brought(reader, csrf, b"any", "any.csv")
    assert refused.status_code == 422
    assert "Another file is being looked at" in refused.text
    assert brought(reader, csrf, b"any", "any.csv").status_code == 200


def name_of(response: TestResponse) -> str:
    """The name under which a file is saved."""
    found = re.search(r'filename="([^"]+)"', response.headers["Content-Disposition"])
    assert found
    return found[1]


def test_the_page_of_returns_offers_every_kind_of_file_of_the_same_question(reader: FlaskClient) -> None:
    page = reader.get("/returns?scheme=RUM").text
    for kind in formats():
        assert f'href="/returns.{kind}?scheme=RUM"' in page


@pytest.mark.parametrize("kind", [*formats()])
def test_every_kind_comes_whole_and_is_the_same_when_it_comes_back(reader: FlaskClient, csrf: Csrf, kind: str) -> None:
    response = reader.get(f"/returns.{kind}?ring=XC345612")
    assert response.status_code == 200, response.text
    assert response.headers["X-Row-Count"] == "2"
    assert response.content_type == formats()[kind].media
    page = brought(reader, csrf, response.data, name_of(response))
    assert page.status_code == 200
    assert "Same: nothing in it was changed" in page.text
    # And under any other name.
    assert "Same:" in brought(reader, csrf, response.data, "letter.bin").text


def test_a_changed_cell_is_named_with_what_stands_here(reader: FlaskClient, csrf: Csrf) -> None:
    response = reader.get("/returns.csv")
    data = response.data.replace(b"resighting", b"found", 1)
    page = brought(reader, csrf, data, name_of(response)).text
    assert "Changed: it is not as it left this node." in page
    assert "<td>manner</td><td>found</td><td>resighting</td>" in page


def test_a_row_taken_out_is_counted(reader: FlaskClient, csrf: Csrf) -> None:
    response = reader.get("/returns.csv")
    data = b"\r\n".join(response.data.split(b"\r\n")[:-2]) + b"\r\n"
    page = brought(reader, csrf, data, name_of(response)).text
    assert "It left with 3 rows and has 2 now." in page


def test_rows_in_another_order_are_said_to_be_so(reader: FlaskClient, csrf: Csrf) -> None:
    response = reader.get("/returns.csv")
    head, *rows = response.data.split(b"\r\n")[:-1]
    data = b"\r\n".join([head, *reversed(rows), b""])
    assert "the rows stand in another order" in brought(reader, csrf, data, name_of(response)).text


def test_what_no_node_made_is_unknown(reader: FlaskClient, csrf: Csrf) -> None:
    for data in (b"", b"banding_id\r\n1\r\n", b"PK\x03\x04 broken", b"{", b"SQLite format 3\0", bytes(range(256))):
        assert "Unknown: this node has made no such file." in brought(reader, csrf, data, "anything").text


def test_a_file_of_another_node_says_whom_to_ask(reader: FlaskClient, station: Station, csrf: Csrf) -> None:
    data = reader.get("/returns.geojson").data
    station.store.database.execute("delete from downloads")
    page = brought(reader, csrf, data, "returns.geojson").text
    assert "It says that it is from AM-KHG. Ask there." in page
    assert "It agrees with the hash that it names itself" in page
    forged = data.replace(b'"days":142', b'"days":143')
    assert forged != data
    assert "It agrees with the hash" not in brought(reader, csrf, forged, "returns.geojson").text


def test_a_broken_file_that_left_here_is_changed(reader: FlaskClient, csrf: Csrf) -> None:
    response = reader.get("/returns.xlsx")
    page = brought(reader, csrf, response.data[: len(response.data) // 2], name_of(response)).text
    assert "Changed: it is not as it left this node." in page


def test_no_file_chosen_is_said(reader: FlaskClient, csrf: Csrf) -> None:
    response = reader.post("/verify", data={"csrf_token": csrf(reader)})
    assert response.status_code == 422
    assert "Choose the file first" in response.text


def test_what_a_bare_table_cannot_say_stands_beside_it(reader: FlaskClient) -> None:
    response = reader.get("/returns.csv?scheme=RUM")
    assert response.data
    beside = re.search(r"<([^>]+)>; rel=\"describedby\"", response.headers["Link"])
    assert beside
    told = reader.get(beside[1]).get_json()
    assert told["counts"] == {"returns": 3, "points_rounded": 3, "points_withheld": 0}
    assert told["query"]["parameters"] == {"scheme": "RUM"}
    assert told["query"]["address"].endswith("/returns?scheme=RUM")
    assert told["origins"] == ["AM-KHG", "HL-ZLG"]
    assert "0.1 degree" in told["coarsened"][0]
    assert reader.get("/downloads/000000000000.json").status_code == 404


def test_every_kind_that_passes_row_by_row_counts_alike(reader: FlaskClient, station: Station) -> None:
    for kind in formats():
        assert reader.get(f"/returns.{kind}").data
    kept = station.store.downloads.latest()
    assert {one.format for one in kept} == set(formats())
    for one in kept:
        assert one.about["counts"] == {"returns": 3, "points_rounded": 3, "points_withheld": 0}
    assert {one.by for one in kept} == {"reader"}


def test_a_file_says_the_agreement_under_which_records_came(app: Flask, reader: FlaskClient) -> None:
    app.extensions["agreed"] = lambda origins: [(one, "ab" * 32, "2027-12-31") for one in origins if one != "AM-KHG"]
    told = json.loads(reader.get("/returns.geojson").data)["about"]["agreements"]
    assert told == [{"origin": "HL-ZLG", "agreement": "ab" * 32, "until": "2027-12-31"}]


@pytest.mark.parametrize(("language", "words"), [("zh", "环志"), ("ru", "колец")])
def test_a_file_speaks_the_language_of_its_reader(reader: FlaskClient, language: str, words: str) -> None:
    told = json.loads(reader.get("/returns.geojson", headers={"Accept-Language": language}).data)["about"]
    assert told["language"] == language
    assert words in (told["title"] + told["licence"] + told["citation"]).casefold()


def test_what_is_misread_or_of_no_kind_gives_no_file(reader: FlaskClient) -> None:
    assert reader.get("/returns.docx").status_code == 404
    for kind in formats():
        response = reader.get(f"/returns.{kind}?since=7.8.99")
        assert response.status_code == 422
        assert "Content-Disposition" not in response.headers


def test_a_file_without_a_row_is_a_file_too(as_role: AsRole, csrf: Csrf) -> None:
    nobody = as_role("reader")
    for kind in formats():
        response = nobody.get(f"/returns.{kind}")
        assert response.status_code == 200
        assert "Same:" in brought(nobody, csrf, response.data, name_of(response)).text, kind
    rows = list(csv.reader(io.StringIO(nobody.get("/returns.csv").text)))
    assert len(rows) == 1


def test_nobody_gets_a_file_without_logging_in(client: FlaskClient) -> None:
    for path in ("/returns.xlsx", "/verify", "/downloads/000000000000.json"):
        assert client.get(path).status_code == 303


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            ["Manner: recaptured by a bander", "Condition: 2 dead about a week at most / 8", "the banding lies in it"],
        ),
        ("zh", ["重捕（环志人员捕获）", "2 死亡约一周以内 / 8"]),
        ("ru", ["водоплавающие", "2 мертва не более недели / 8"]),
    ],
)
def test_the_question_of_a_file_has_words_for_its_codes(reader: FlaskClient, language: str, told: list[str]) -> None:
    asked = "group=waterfowl&manner=RECAPTURE&condition=2,8&region=40,120,50,140&region_of=banding"
    answer = reader.get(f"/returns.csv?{asked}", headers={"X-Page-Language": language})
    assert answer.text
    about = reader.get(answer.headers["Link"].split(">")[0][1:]).json
    assert about is not None
    assert about["query"]["parameters"]["manner"] == "RECAPTURE"
    text = "; ".join(about["query"]["words"])
    assert [one for one in told if one not in text] == [], text
