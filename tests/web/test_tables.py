"""The page and the API of rows that nodes have added to the open tables."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from banding.station import Station
from tests.node.records import banding, kept
from tests.node.test_extensions import arrive
from tests.web.conftest import token_of

Somebody = Callable[[str], FlaskClient]
CELLS = {"cell.en": "Lake Udyl", "cell.ru": "Озеро Удыль", "cell.zone": "Asia/Vladivostok", "cell.zh": " "}
FORM = {"table": "station", "code": "KH-OZR", **CELLS}


@pytest.fixture
def post(as_role: Somebody) -> Callable[..., Any]:
    """The administrator sends a form."""
    somebody = as_role("administrator")
    token = token_of(somebody)
    return lambda path, typed: somebody.post(path, data=typed | {"csrf_token": token}, follow_redirects=True)


def test_an_administrator_adds_a_row_and_takes_it_back(post: Any, station: Station) -> None:
    page = post("/tables", FORM)
    assert "The row is in the table." in page.text
    assert "Озеро Удыль" in page.text
    assert station.live.table("station").label("KH-OZR", "zh") == "Lake Udyl"
    page = post("/tables/withdraw", {"table": "station", "code": "KH-OZR"})
    assert "The row is withdrawn." in page.text
    assert "KH-OZR" not in station.live.table("station")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "AM-KHG"}, "has this code already"),
        ({"code": "x"}, "does not look like"),
        ({"cell.en": ""}, "English name is missing"),
        ({"cell.zone": "Mars"}, "time zone is not known"),
        ({"table": "age"}, "open tables only"),
    ],
)
def test_what_cannot_stand_is_refused_and_what_was_typed_stays(post: Any, change: dict[str, str], said: str) -> None:
    page = post("/tables", FORM | change)
    assert page.status_code == 422
    assert said in page.text
    if "table" not in change:
        assert 'value="Озеро Удыль"' in page.text


@pytest.mark.parametrize("table", ["species", "scheme", "place", "station", "ring_series", "age", "../etc"])
def test_each_table_has_its_form_and_an_odd_one_none(as_role: Somebody, table: str) -> None:
    page = as_role("administrator").get("/tables", query_string={"table": table})
    assert page.status_code == 200
    assert page.text.count('name="cell.') >= 6


def test_conflicts_are_shown_with_the_node_whose_row_stands(as_role: Somebody, station: Station) -> None:
    arrive(station, "HL-SHP")
    arrive(station, "KH-UDL", row={"en": "<b>Udyl</b>"})
    arrive(station, "HL-GFN", code="AM-KHG")
    page = as_role("administrator").get("/tables").text
    assert page.count("Conflict:") == 2
    assert "&lt;b&gt;Udyl" in page


def test_added_names_are_read_on_the_pages(as_role: Somebody, station: Station) -> None:
    arrive(station, "HL-SHP", "scheme", "MGZ", row={"en": "Mongolia, made up"})
    arrive(station, "HL-SHP", "place", "XX77", row={"en": "Nowhere in particular"})
    one = kept(station.intake, banding("1", scheme="MGZ", place_code="XX77"))
    page = as_role("operator").get(f"/records/{one}").text
    assert "Mongolia, made up" in page
    assert "Nowhere in particular" in page
    assert "Khingansky" in page
    for path in ("/records", "/enter/banding", "/returns"):
        assert "Mongolia, made up" in as_role("operator").get(path).text


def test_a_program_adds_and_reads_rows(client: FlaskClient, key: Any) -> None:
    row = {"table": "station", "code": "KH-OZR", "row": {"en": "Lake Udyl", "zone": "Asia/Vladivostok"}}
    sent = client.post("/api/v1/extensions", json=row, headers=key("administrator"))
    assert sent.status_code == 201
    body = client.get("/api/v1/extensions", headers=key("reader")).get_json()
    assert body == {"total": 1, "extensions": [sent.get_json()]}
    described = client.get("/api/v1/openapi.json", headers=key("reader")).get_json()
    schema = {"$ref": "#/components/schemas/ExtensionList", "components": described["components"]}
    Draft202012Validator(schema).validate(body)
    assert client.post("/api/v1/extensions", json=row, headers=key("reviewer")).status_code == 403
    wrong = client.post("/api/v1/extensions", json=row | {"code": "AM-KHG"}, headers=key("administrator"))
    assert wrong.status_code == 422
    odd = client.post("/api/v1/extensions", json=row | {"row": {"en": 5}}, headers=key("administrator"))
    assert odd.status_code == 422
    assert odd.mimetype == "application/problem+json"
