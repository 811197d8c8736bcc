"""Records on their way in: kept, confirmed, refused with reasons, and never twice."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.station import Station
from banding.web.api.shapes import MOST_SUBMISSIONS
from tests.reports.birds import banding, enter, recovery
from tests.web.api.programs import DIFFERS, RECORDS, Program, fits, is_problem

Keys = Callable[[str], dict[str, str]]


def test_a_record_goes_in_and_comes_out_the_same(operator: Program, described: dict[str, Any]) -> None:
    sent = banding(sex="M") | {"people": {"ringer": "Анна"}, "remarks": {"text": "ring worn"}}
    sent["measurements"] = {"wing": 71.0, "mass": 18.4}
    answer = operator.post({"record": sent})
    assert answer.status_code == 201
    verdict = answer.get_json()
    fits(described, "Verdict", verdict)
    assert (verdict["outcome"], verdict["findings"]) == ("kept", [])
    assert answer.headers["Location"] == f"{RECORDS}/{verdict['id']}"
    held = operator.get(answer.headers["Location"]).get_json()
    fits(described, "Record", held)
    given_by_node = {"id": verdict["id"], "origin": "AM-KHG", "generation": 1}
    assert held.pop("area") == {"latitude": 49.0, "longitude": 130.4}
    assert held == sent | {"core": sent["core"] | given_by_node}


@pytest.mark.parametrize("way", ["header", "member"])
def test_a_record_sent_twice_under_one_key_is_kept_once(operator: Program, way: str) -> None:
    headers = {"Idempotency-Key": "sheet-7"} if way == "header" else {}
    body = {"record": banding()} | ({"key": "sheet-7"} if way == "member" else {})
    first, again = operator.post(body, **headers), operator.post(body, **headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == {"id": first.get_json()["id"], "outcome": "unchanged", "findings": []}
    assert again.headers["Location"] == first.headers["Location"]
    changed = operator.post({"record": banding(sex="F"), "key": "sheet-7"})
    assert (changed.status_code, changed.get_json()["outcome"]) == (200, "changed")
    assert operator.get(RECORDS).get_json()["total"] == 1


def test_the_keys_of_two_accounts_do_not_meet(operator: Program, client: FlaskClient, key: Keys) -> None:
    other = Program(client, key("reviewer"))
    assert operator.post({"record": banding(), "key": "1"}).status_code == 201
    assert other.post({"record": banding("XC 345613"), "key": "1"}).status_code == 201


def test_a_warning_is_confirmed_by_its_code_and_a_reason(
    operator: Program, described: dict[str, Any], station: Station
) -> None:
    enter(station, banding())
    strange = recovery(species="Emberiza rustica")
    problem = is_problem(operator.post({"record": strange}), 409)
    fits(described, "RecordProblem", problem)
    assert problem["outcome"] == "to-confirm"
    (finding,) = problem["findings"]
    assert (finding["code"], finding["severity"], finding["field"]) == (DIFFERS, "warning", "core.species")
    assert "Rustic Bunting" in finding["text"]
    blank = operator.post({"record": strange, "confirmed": {DIFFERS: "  "}})
    assert is_problem(blank, 422)["findings"][0]["field"] == "confirmed"
    kept = operator.post({"record": strange, "confirmed": {DIFFERS: "seen by two people"}})
    assert kept.status_code == 201
    held = operator.get(kept.headers["Location"]).get_json()
    assert held["core"]["confirmed"] == [DIFFERS]
    assert held["remarks"]["confirmations"][0]["by"] == "operator"


def test_the_sentences_come_in_the_language_of_the_asker(operator: Program, station: Station) -> None:
    enter(station, banding())
    said = {
        operator.post({"record": banding(day="2024-05-02")}, **{"Accept-Language": language}).get_json()["detail"]
        for language in ("en", "zh", "ru")
    }
    assert len(said) == 3


def test_an_error_is_refused_with_all_its_reasons(operator: Program, described: dict[str, Any]) -> None:
    wrong = banding(day="2024-02-30", sex="male", colour="red")
    problem = is_problem(operator.post({"record": wrong}), 422)
    fits(described, "RecordProblem", problem)
    assert {f["field"] for f in problem["findings"]} == {"core.day", "core.sex", "core.colour"}
    assert problem["outcome"] == "refused"
    assert operator.get(RECORDS).get_json()["total"] == 0


@pytest.mark.parametrize(
    ("group", "field", "value"),
    [
        ("core", "id", "2b7c0b59-8e70-4dc0-9d3b-2f6f3f2f9b11"),
        ("core", "origin", "HL-ZLG"),
        ("core", "generation", 7),
        ("core", "withdrawn", True),
        ("core", "confirmed", [DIFFERS]),
        ("remarks", "confirmations", [{"rule": DIFFERS, "reason": "I say so", "by": "somebody else"}]),
    ],
)
def test_what_only_the_node_can_say_is_refused_and_not_dropped(
    operator: Program, group: str, field: str, value: Any
) -> None:
    sent = banding()
    sent[group] = sent.get(group, {}) | {field: value}
    problem = is_problem(operator.post({"record": sent}), 422)
    assert [f["field"] for f in problem["findings"]] == [f"{group}.{field}"]


@pytest.mark.parametrize(
    "body",
    [
        None, 5, "text", True, {}, {"record": 5}, {"record": []}, banding(), {"record": {}}, {"record": {"core": []}},
        {"record": {"core": {"kind": []}}}, {"record": {"core": {"kind": {}}}}, {"record": banding(), "extra": 1},
        {"record": banding(ring={"a": 1})}, {"record": banding(day=20240501)}, {"record": banding() | {"place": []}},
        {"record": banding() | {"place": {"latitude": "north", "longitude": []}}},
        {"record": banding() | {"remarks": 5}}, {"record": banding() | {"weather": {"sky": 1}}},
        {"record": banding(), "confirmed": {DIFFERS: 5}}, {"record": banding(), "confirmed": []},
        {"record": banding(), "key": ""}, {"record": banding(), "key": "k" * 201}, {"record": banding("🐦" * 21)},
        {"record": banding() | {"place": {"latitude": 1e300, "longitude": 1e300}}},
    ],
)  # fmt: skip
def test_whatever_is_sent_is_refused_with_reasons(operator: Program, body: Any) -> None:
    problem = is_problem(operator.post(body), 422)
    assert problem["findings"]
    (verdict,) = operator.post([body]).get_json()["verdicts"]
    assert (verdict["status"], verdict["outcome"]) == (422, "refused")


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"record": NaN}', b'"\\ud800"', b"[" * 5000])
def test_what_is_no_json_is_a_bad_request(client: FlaskClient, key: Keys, text: bytes) -> None:
    answer = client.post(RECORDS, data=text, content_type="application/json", headers=key("operator"))
    is_problem(answer, 400)


def test_another_kind_of_content_is_named_as_such(client: FlaskClient, key: Keys) -> None:
    is_problem(client.post(RECORDS, data={"record": "x"}, headers=key("operator")), 415)


def test_a_list_gets_a_verdict_for_each_and_none_delays_the_next(operator: Program, described: dict[str, Any]) -> None:
    wrong = {"record": banding(day="tomorrow")}
    sent = [{"record": banding()}, wrong, 5, {"record": recovery()}, {"record": banding("XC 345613"), "key": "own"}]
    answer = operator.post(sent, **{"Idempotency-Key": "batch-1"})
    assert answer.status_code == 207
    body = answer.get_json()
    fits(described, "Verdicts", body)
    assert list(body) == ["total", "kept", "verdicts"]
    assert (body["total"], body["kept"]) == (5, 3)
    assert [one["status"] for one in body["verdicts"]] == [201, 422, 422, 201, 201]
    again = operator.post(sent, **{"Idempotency-Key": "batch-1"}).get_json()
    assert [one["outcome"] for one in again["verdicts"]] == [
        "unchanged", "refused", "refused", "unchanged", "unchanged"
    ]  # fmt: skip
    assert operator.get(RECORDS).get_json()["total"] == 3


def test_a_list_too_long_is_refused_as_a_whole(operator: Program) -> None:
    assert MOST_SUBMISSIONS == 1000
    is_problem(operator.post([{"record": banding()}] * 1001), 413)
    assert operator.post([]).get_json() == {"total": 0, "kept": 0, "verdicts": []}


def test_a_key_in_the_header_may_not_be_endless(operator: Program) -> None:
    is_problem(operator.post({"record": banding()}, **{"Idempotency-Key": "k" * 201}), 422)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["kind", "scheme", "ring", "species", "day", "marks", "confirmed", "sex"]), json_values)
def test_no_value_makes_the_node_stumble(operator: Program, field: str, value: Any) -> None:
    answer = operator.post({"record": banding(**{field: value})})
    assert answer.status_code in {201, 409, 422}, answer.text
