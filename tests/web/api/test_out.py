"""Records, birds and returns on their way out: found, counted, and shown to whom they may be."""

from typing import Any

import pytest

from banding.reports.returns import COLUMNS
from banding.station import Station
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery
from tests.web.api.programs import RECORDS, Program, fits, is_problem


def test_people_and_remarks_are_for_operators(operator: Program, reader: Program, station: Station) -> None:
    sent = banding() | {"people": {"ringer": "Anna"}, "remarks": {"text": "by Anna"}}
    (kept,) = enter(station, sent)
    for address in (f"{RECORDS}/{kept.id}", RECORDS, "/api/v1/birds/RUM/XC345612"):
        assert "Anna" in operator.get(address).text
        assert "Anna" not in reader.get(address).text
    assert reader.get(f"{RECORDS}/{kept.id}").get_json().keys() == {"core", "area", "place"}


def test_a_list_says_first_how_many_there_are_and_last_where_the_next_are(
    reader: Program, described: dict[str, Any], station: Station
) -> None:
    enter(station, *(banding(f"XC {number}") for number in range(345600, 345607)))
    seen, address = [], f"{RECORDS}?limit=3&ring=xc&species=灰头鹀&kind=banding"
    while address:
        body = reader.get(address).get_json()
        fits(described, "RecordPage", body)
        assert list(body) == ["total", "records", "next"]
        assert body["total"] == 7
        seen += [record["core"]["ring"] for record in body["records"]]
        address = body["next"]
    assert sorted(seen) == [f"XC {number}" for number in range(345600, 345607)]


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("", 3), ("kind=recovery", 1), ("since=2024-09-20&until=2024-09-20", 1), ("origin=HL-ZLG", 1),
        ("scheme=CPB", 0), ("ring=ХС 345613", 1), ("place_code=CPHK", 1), ("species=18530", 3),
    ],
)  # fmt: skip
def test_records_are_found_by_each_filter(reader: Program, station: Station, question: str, total: int) -> None:
    enter(station, banding(), banding("XC 345613"))
    arrive(station, recovery())
    assert reader.get(f"{RECORDS}?{question}").get_json()["total"] == total


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=many", "limit"), ("offset=-1", "offset"),
        ("kind=sighting", "kind"), ("since=7.8.1999", "since"), ("until=2024-02-30", "until"),
        ("speices=stork", "speices"), ("species=dodo of nowhere", "species"), ("ring=--", "ring"),
    ],
)  # fmt: skip
def test_a_question_that_is_misread_is_refused(
    reader: Program, described: dict[str, Any], question: str, where: str
) -> None:
    problem = is_problem(reader.get(f"{RECORDS}?{question}"), 422)
    fits(described, "Problem", problem)
    assert problem["where"] == where
    assert list(problem["errors"]) == [where]


def test_the_etag_changes_with_the_record_and_with_what_may_be_seen(
    operator: Program, reader: Program, station: Station
) -> None:
    (kept,) = enter(station, banding() | {"remarks": {"text": "by Anna"}})
    address = f"{RECORDS}/{kept.id}"
    first = operator.get(address).headers["ETag"]
    assert operator.get(address, **{"If-None-Match": first}).status_code == 304
    assert reader.get(address).headers["ETag"] != first
    station.intake.correct(str(kept.id), banding(sex="F"), by="anna")
    assert operator.get(address, **{"If-None-Match": first}).status_code == 200


def test_a_withdrawn_record_is_given_as_its_tombstone(operator: Program, station: Station) -> None:
    (kept,) = enter(station, banding())
    station.intake.withdraw(str(kept.id), reason="another ring", by="anna")
    assert operator.get(f"{RECORDS}/{kept.id}").get_json()["core"]["withdrawn"] is True
    assert operator.get(RECORDS).get_json()["total"] == 0
    is_problem(operator.get("/api/v1/birds/RUM/XC345612"), 404)


def test_a_bird_is_told_from_encounter_to_encounter(
    reader: Program, described: dict[str, Any], station: Station
) -> None:
    arrive(station, recovery(), of_another_node(banding(day="2024-05-02")), banding())
    body = reader.get("/api/v1/birds/rum/ХС-345612").get_json()
    fits(described, "Bird", body)
    assert [one["record"]["core"]["day"] for one in body["story"]] == ["2024-05-01", "2024-05-02", "2024-09-20"]
    ways = [one["journey"] for one in body["story"]]
    assert ways[0] is None
    assert (ways[2]["days"], ways[2]["days_exact"], ways[2]["coarse"]) == (141, True, True)
    row = reader.get("/api/v1/returns").get_json()["returns"][0]
    assert (ways[2]["distance_km"], ways[2]["direction_deg"]) == (row["distance_km"], row["direction_deg"])
    assert [one["code"] for one in body["conflicts"]] == ["R-second-banding"]


def test_returns_are_the_rows_of_the_report(reader: Program, described: dict[str, Any], station: Station) -> None:
    enter(station, banding(), recovery(), recovery(day="2025-05-03"))
    body = reader.get("/api/v1/returns?limit=1").get_json()
    fits(described, "ReturnPage", body)
    assert (body["total"], len(body["returns"])) == (2, 1)
    assert tuple(body["returns"][0]) == COLUMNS
    assert reader.get(body["next"]).get_json()["returns"][0]["recovery_day"] == "2024-09-20"
    is_problem(reader.get("/api/v1/returns?kind=banding"), 422)


@pytest.mark.parametrize("address", ["/records/12", "/records/2b7c0b59-8e70-4dc0-9d3b-2f6f3f2f9b11", "/nothing"])
def test_what_is_not_there_is_a_problem_too(reader: Program, address: str) -> None:
    is_problem(reader.get(f"/api/v1{address}"), 404)
