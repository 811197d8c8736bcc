"""The page of the ring store, the next ring in the entry form, wildcards, partial readings and changed rings."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding import stock
from banding.errors import Refused
from banding.intake import Draft
from banding.station import Station
from tests.node.records import banding, kept, recovery
from tests.web.conftest import token_of

Somebody = Callable[[str], FlaskClient]
STRING = {"scheme": "RUM", "first": "XC 345601", "last": "XC 345610", "received_from": "Moscow", "size": "2.5"}


@pytest.fixture
def keeper(as_role: Somebody) -> Callable[..., Any]:
    """The reviewer who keeps the rings."""
    somebody = as_role("reviewer")
    token = token_of(somebody)

    def post(path: str, typed: dict[str, str]) -> Any:
        return somebody.post(path, data=typed | {"csrf_token": token}, follow_redirects=True)

    return post


def ring_of(page: str) -> str:
    found = re.search(r'name="core.ring" value="([^"]*)"', page)
    assert found
    return found[1]


def test_a_string_is_received_handed_out_and_used_up(keeper: Any, station: Station, as_role: Somebody) -> None:
    assert "is in the stock" in keeper("/rings", STRING).text
    (lot,) = stock.lots(station)
    assert (lot.total, lot.used, lot.left, lot.next, lot.held.series) == (10, 0, 10, "XC 345601", "XC")
    assert "handed out" in keeper(f"/rings/{lot.held.id}", {"allocated_to": "Anna"}).text
    for number in (1, 2, 4):
        kept(station.intake, banding(f"XC 34560{number}", day=station.intake.today().isoformat()))
    loss = {"scheme": "RUM", "ring": "xc-345603", "state": "damaged", "reason": "bent"}
    assert "written off" in keeper("/rings/losses", loss).text
    (lot,) = stock.lots(station)
    assert (lot.used, lot.left, lot.next, lot.held.allocated_to) == (3, 6, "XC 345605", "Anna")
    page = as_role("operator").get("/rings").text
    assert "XC 345605" in page
    assert "bent" in page
    assert "<form" not in page.split("<main")[1].replace('<form class="row" method="post" action="/rings/losses">', "")
    assert "again" in keeper("/rings/losses", loss | {"state": "found"}).text
    assert stock.lots(station)[0].next == "XC 345603"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scheme": "QQQ"}, "no such scheme"),
        ({"first": "XC"}, "must end in figures"),
        ({"last": "XB 345610"}, "last figures only"),
        ({"last": "XC 345600"}, "before the first"),
        ({"first": "XC 000000", "last": "XC 999999"}, "at most 100000"),
        ({"first": "XCX 345601", "last": "XCX 345610"}, "do not look like rings"),
        ({"received_on": "2199-01-01"}, "after today"),
        ({"received_on": "soon"}, "not understood"),
        ({"series": "x" * 201}, "far too long"),
    ],
)
def test_a_string_that_cannot_be_is_refused_with_a_reason(keeper: Any, change: dict[str, str], said: str) -> None:
    answer = keeper("/rings", STRING | change)
    assert answer.status_code == 422
    assert said in answer.text


def test_no_ring_is_received_twice(keeper: Any) -> None:
    keeper("/rings", STRING)
    answer = keeper("/rings", STRING | {"first": "XC 345610", "last": "XC 345620"})
    assert "in the stock already" in answer.text
    assert "is in the stock." in keeper("/rings", STRING | {"first": "XC 345611", "last": "XC 345620"}).text


def test_a_ring_on_a_bird_is_not_written_off(station: Station) -> None:
    stock.receive(station, STRING, None)
    kept(station.intake, banding("XC 345601", day=station.intake.today().isoformat()))
    for ring, said in (("XC 345601", "wears"), ("XC 999999", "no string")):
        with pytest.raises(Refused, match=said):
            stock.write_off(station, "RUM", ring, "lost", "in the reeds", None)


def test_a_ring_of_a_banding_withdrawn_is_left_again(station: Station) -> None:
    stock.receive(station, STRING, None)
    one = kept(station.intake, banding("XC 345601", day=station.intake.today().isoformat()))
    assert stock.lots(station)[0].next == "XC 345602"
    station.intake.withdraw(one, reason="another ring", by="anna")
    assert stock.lots(station)[0].next == "XC 345601"


def test_the_form_for_the_next_bird_has_the_first_ring_that_is_left(station: Station, as_role: Somebody) -> None:
    operator, day = as_role("operator"), station.intake.today().isoformat()
    one = kept(station.intake, banding("XC 345605", day=day))
    assert ring_of(operator.get(f"/enter/banding?after={one}").text) == "XC 345606"
    stock.receive(station, STRING, None)
    assert ring_of(operator.get(f"/enter/banding?after={one}").text) == "XC 345601"
    for number in (1, 2, 3, 4, 6, 7, 8, 9):
        kept(station.intake, banding(f"XC 34560{number}", day=day))
    stock.write_off(station, "RUM", "XC345610", "lost", "in the reeds", None)
    assert ring_of(operator.get(f"/enter/banding?after={one}").text) == ""
    stock.receive(station, STRING | {"first": "XC 400001", "last": "XC 400100"}, None)
    assert ring_of(operator.get(f"/enter/banding?after={one}").text) == "XC 400001"


def test_a_ring_not_in_stock_is_asked_about_at_the_door_and_never_when_it_arrives(station: Station) -> None:
    stock.receive(station, STRING, None)
    day = station.intake.today().isoformat()
    (verdict,) = station.intake.admit([Draft(banding("XC 999999", day=day))], door="form", by=None)
    assert [f.code for f in verdict.findings] == ["R-ring-stock"]


def test_a_program_reads_the_stock(client: FlaskClient, key: Callable[[str], dict[str, str]], station: Station) -> None:
    stock.receive(station, STRING, "anna")
    stock.write_off(station, "RUM", "XC345601", "lost", "in the reeds", None)
    body = client.get("/api/v1/rings", headers=key("operator")).get_json()
    assert body["total"] == 1
    (string,) = body["strings"]
    assert (string["rings"], string["used"], string["left"], string["next"]) == (10, 0, 9, "XC 345602")
    assert string["written_off"] == [{"ring": "XC 345601", "state": "lost", "reason": "in the reeds"}]
    assert client.get("/api/v1/rings", headers=key("reader")).status_code == 403


@pytest.mark.parametrize(
    ("ring", "count"),
    [
        ("XC 3456", 2), ("XC 3456?2", 2), ("xc*12", 1), ("ХС 345-12", 1), ("XC-345612", 1), ("XC 345612", 1), ("*2", 2),
    ],
)  # fmt: skip
def test_a_ring_is_found_with_wildcards(
    as_role: Somebody, client: FlaskClient, key: Any, station: Station, ring: str, count: int
) -> None:
    kept(station.intake, banding("XC 345612"))
    kept(station.intake, recovery("XC 3456-2", ring_partial=True))
    page = as_role("reader").get("/records", query_string={"ring": ring}).text
    assert f"{count} record" in page
    found = client.get("/api/v1/records", query_string={"ring": ring}, headers=key("reader")).get_json()
    assert found["total"] == count


@pytest.mark.parametrize("ring", ["---", "???", "*", "-", "? ?", "—"])
def test_a_ring_of_wildcards_alone_is_not_understood(
    as_role: Somebody, client: FlaskClient, key: Any, station: Station, ring: str
) -> None:
    kept(station.intake, banding())
    assert as_role("reader").get("/records", query_string={"ring": ring}).status_code == 422
    answer = client.get("/api/v1/records", query_string={"ring": ring}, headers=key("reader"))
    assert answer.status_code == 422


def test_a_partial_reading_and_its_bird_lead_to_each_other(as_role: Somebody, station: Station) -> None:
    reader = as_role("reader")
    kept(station.intake, banding("XC 345612"))
    one = kept(station.intake, recovery("XC 3456-2", ring_partial=True))
    page = reader.get("/birds/RUM/XC345612").text
    assert "May be this bird" in page
    assert one in page
    for path in (f"/records/{one}", "/birds/RUM/XC 3456-2"):
        assert 'href="/birds/RUM/XC345612"' in reader.get(path).text


def test_a_bird_that_changed_its_ring_is_one_page_under_both_numbers(
    as_role: Somebody, client: FlaskClient, key: Any, station: Station
) -> None:
    kept(station.intake, banding("H00-0773", scheme="CPB"))
    kept(station.intake, recovery("XC 345612", replaces={"scheme": "CPB", "ring": "H00-0773"}))
    for path in ("/birds/CPB/H000773", "/birds/RUM/XC345612"):
        page = as_role("reader").get(path).text
        assert "2 encounters" in page
        assert "more than one ring" in page
        assert page.count("H00-0773") > 1
        story = client.get(f"/api/v1{path}", headers=key("reader")).get_json()
        assert [met["record"]["core"]["ring"] for met in story["story"]] == ["H00-0773", "XC 345612"]
    assert "XC 345612" in as_role("reader").get("/returns").text
