"""A field session is typed once, every bird begins with it, and each person's fields are remembered."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.reports import day
from banding.station import Station
from tests.web.conftest import words
from tests.web.entry.hand import BANDING, Controls, kept

HEAD = {
    "core.day": "1.V.2024", "place.name": "Net line", "people.ringer": "V. Andronov", "core.catching_method": "M",
    "core.scheme": "RUM", "place.typed": "49.01694, 130.44694",
}  # fmt: skip
JSON = {"Accept": "application/json"}


@pytest.fixture
def begun(send: Any) -> str:
    """The id of a session of the operator."""
    answer = send("/sessions", HEAD, round="2")
    assert answer.status_code == 303
    found = re.search(r"session=([0-9a-f-]{36})", answer.location)
    assert found
    return found[1]


@pytest.fixture
def script(operator: FlaskClient, csrf: Callable[[FlaskClient], str]) -> Callable[..., Any]:
    """Send a form as a script does."""

    def posted(path: str, typed: dict[str, str], **more: str) -> Any:
        form = {"submission": "one", **typed, **more}
        return operator.post(path, data=form, headers=JSON | {"X-CSRFToken": csrf(operator)})

    return posted


# -- the session ------------------------------------------------------------------------------------------


def test_every_bird_begins_with_the_head_of_the_session(operator: FlaskClient, begun: str) -> None:
    page = operator.get("/enter/banding").text
    sent = Controls(page).sent
    assert sent["session"] == begun
    assert (sent["core.day"], sent["place.name"], sent["people.ringer"]) == ("2024-05-01", "Net line", "V. Andronov")
    assert "round 2" in words(page)


def test_a_bird_is_saved_with_its_place_in_the_session(send: Any, station: Station, begun: str) -> None:
    assert send("/enter/banding", BANDING, session=begun).status_code == 303
    assert station.store.sessions.birds(begun) == [(kept(station)[0].uuid, "2")]


def test_the_form_goes_on_from_the_last_bird_of_the_session(send: Any, operator: FlaskClient, begun: str) -> None:
    send("/enter/banding", BANDING | {"core.ring": "XC 345699"}, session=begun)
    assert Controls(operator.get("/enter/banding").text).sent["core.ring"] == "XC 345700"


def test_a_bird_that_others_found_is_in_no_session(
    send: Any, operator: FlaskClient, station: Station, begun: str
) -> None:
    assert "session" not in Controls(operator.get("/enter/recovery").text).sent
    recapture = Controls(operator.get("/enter/recovery?as=recapture").text).sent
    assert (recapture["session"], recapture["people.ringer"]) == (begun, "V. Andronov")
    found = recapture | BANDING | {"core.manner": "found", "core.condition": "2", "core.circumstances": "1"}
    answer = send("/enter/recovery", found)
    assert answer.status_code in {303, 422}
    assert station.store.sessions.birds(begun) == []


def test_a_changed_head_holds_for_the_birds_to_come(
    send: Any, operator: FlaskClient, station: Station, begun: str
) -> None:
    send("/enter/banding", BANDING | {"people.ringer": "V. Andronov"}, session=begun)
    assert send(f"/sessions/{begun}", HEAD | {"people.ringer": "A. Li"}, round="2", deed="save").status_code == 303
    assert Controls(operator.get("/enter/banding").text).sent["core.day"] == "2024-05-01"
    assert station.store.sessions.of(begun).header["people.ringer"] == "A. Li"  # type: ignore[union-attr]
    assert kept(station)[0].groups["people"]["ringer"] == "V. Andronov"


def test_the_next_round_begins_with_the_same_head(send: Any, station: Station, begun: str) -> None:
    answer = send(f"/sessions/{begun}", HEAD, round="2", deed="round", next_round="3", counted="7")
    ended, following = station.store.sessions.list("2024-05-01")
    assert (ended.id, ended.is_open, ended.counted) == (begun, False, 7)
    assert (following.round, following.header, following.counted) == ("3", ended.header, None)
    assert following.id in answer.location


def test_a_scale_chosen_at_a_bird_stands_in_the_head_of_the_rounds_and_days_after_it(
    send: Any, operator: FlaskClient, begun: str
) -> None:
    scale = "measurements.fat_method"
    head = operator.get(f"/sessions/{begun}").text
    assert f'name="{scale}"' in head.partition('id="section-how"')[2].partition("</fieldset>")[0]
    send("/enter/banding", BANDING | {"measurements.fat": "3", scale: "E"}, session=begun)
    assert re.search(r'<option value="E" selected>', operator.get(f"/sessions/{begun}").text)
    send(f"/sessions/{begun}", HEAD, deed="end")
    assert re.search(r'<option value="E" selected>', operator.get("/sessions").text)


def test_a_session_that_is_ended_takes_what_waited_on_a_device(send: Any, station: Station, begun: str) -> None:
    assert send(f"/sessions/{begun}", HEAD, round="2", deed="end", counted="1").status_code == 303
    assert station.store.sessions.of(begun).closed_at  # type: ignore[union-attr]
    send("/enter/banding", BANDING, session=begun)
    assert station.store.sessions.count(begun) == 1


def test_a_bird_that_was_withdrawn_counts_in_no_session(
    send: Any, operator: FlaskClient, station: Station, begun: str
) -> None:
    for ring in ("XC 345611", "XC 345612"):
        send("/enter/banding", BANDING | {"core.ring": ring}, session=begun, submission=ring)
    gone = kept(station)[0].uuid
    station.intake.withdraw(gone, reason="A slip", by="operator")
    assert station.store.sessions.count(begun) == 1
    assert station.store.sessions.withdrawn(begun, 10) == [gone]
    assert [one.entered for one in day.of(station, "2024-05-01").rounds] == [1]
    assert re.findall(r"XC 34561\d</a>", operator.get(f"/enter/banding?session={begun}").text) == ["XC 345612</a>"]


def test_what_is_wrong_in_a_head_is_said_and_nothing_typed_is_lost(send: Any, station: Station) -> None:
    page = send("/sessions", HEAD | {"core.day": "soon"}, round="x" * 50)
    assert page.status_code == 422
    assert 'id="core-day-wrong"' in page.text
    assert 'value="Net line"' in page.text
    page = send("/sessions", HEAD, round="x" * 50)
    assert (page.status_code, "far too long" in page.text) == (422, True)
    assert station.store.sessions.still_open() == []


@pytest.mark.parametrize("counted", ["many", "-1", "1.5", "9999999999"])
def test_a_count_is_a_count(send: Any, station: Station, begun: str, counted: str) -> None:
    assert send(f"/sessions/{begun}", HEAD, round="2", deed="end", counted=counted).status_code == 422
    assert station.store.sessions.of(begun).is_open  # type: ignore[union-attr]


# -- what is kept, and the order of the hand --------------------------------------------------------------


def test_a_field_is_kept_or_cleared_without_a_script(send: Any, operator: FlaskClient) -> None:
    page = send("/enter/banding", BANDING | {"core.sex": "F"}, redisplay="keep:core.sex")
    assert Controls(page.text).sent["core.sex"] == "F"
    assert 'value="keep:core.sex" tabindex="-1" aria-pressed="true"' in page.text
    saved = operator.get(send("/enter/banding", BANDING | {"core.sex": "F", "people.ringer": "A"}).location).text
    following = re.search(r'href="(/enter/banding\?after=[^"]+)"', saved)
    assert following
    assert Controls(operator.get(following[1]).text).sent["core.sex"] == "F"
    send("/enter/banding", BANDING, redisplay="keep:people.ringer")
    assert Controls(operator.get(following[1]).text).sent["people.ringer"] == ""


def test_the_order_of_the_hand_is_each_persons_own(
    send: Any, operator: FlaskClient, as_role: Callable[[str], FlaskClient]
) -> None:
    chosen = {"order:core.sex": "2", "order:core.ring": "1", "order:measurements.tail": "9", "order:core.nothing": "3"}
    assert send("/enter/fields/banding", chosen | {"keep:core.sex": "1"}).status_code == 303
    assert hand(operator) == ["core.ring", "core.sex", "measurements.tail"]
    assert hand(as_role("reviewer"))[:2] == ["core.ring", "core.species"]
    assert send("/enter/fields/banding", {}, deed="again").status_code == 303
    assert hand(operator)[:2] == ["core.ring", "core.species"]


def hand(client: FlaskClient) -> list[str]:
    page = client.get("/enter/banding").text
    section = page[page.index('id="section-hand"') : page.index("</fieldset>", page.index('id="section-hand"'))]
    return re.findall(r'data-name="([^"]+)"', section)


# -- what a script is told --------------------------------------------------------------------------------


def test_a_script_is_told_what_became_of_an_entry(script: Any, station: Station, begun: str) -> None:
    answer = script("/enter/banding", BANDING | {"core.age": "3", "people.ringer": "A. Li"}, session=begun)
    told = answer.get_json()
    assert (answer.status_code, told["outcome"], told["id"]) == (201, "kept", kept(station)[0].uuid)
    assert told["next"]["core.ring"] == "XC 345613"
    assert (told["next"]["people.ringer"], "core.age" in told["next"]) == ("A. Li", False)
    assert told["bird"]["line"] == "XC 345612 · Black-faced Bunting · 3"
    again = script("/enter/banding", BANDING | {"core.age": "3", "people.ringer": "A. Li"}, session=begun)
    assert (again.status_code, again.get_json()["outcome"]) == (200, "unchanged")
    other = script("/enter/banding", BANDING | {"core.age": "5"}, session=begun)
    assert (other.status_code, other.get_json()["outcome"]) == (409, "already")
    assert len(kept(station)) == station.store.sessions.count(begun) == 1


def test_a_script_is_told_everything_that_is_wrong_at_once(script: Any) -> None:
    answer = script("/enter/banding", BANDING | {"core.day": "7.8.99", "core.species": "bunting", "core.ring": "🐦"})
    told = answer.get_json()
    assert (answer.status_code, told["outcome"]) == (422, "refused")
    assert set(told["troubles"]) == {"core.day", "core.species", "core.ring"}
    assert {one["answer"] for one in told["questions"]["core.day"]} == {"1999-08-07", "2099-08-07"}


def test_a_script_is_asked_for_the_reason_of_a_warning(script: Any) -> None:
    odd = BANDING | {"place.typed": "0, 0"}
    told = script("/enter/banding", odd).get_json()
    assert (told["outcome"], [one["code"] for one in told["warnings"]]) == ("to-confirm", ["R-point-zero"])
    assert told["warnings"][0]["control"] == "place.typed"
    assert script("/enter/banding", odd, **{"confirm-R-point-zero": "A buoy"}).get_json()["outcome"] == "kept"


def test_a_correction_by_a_script_says_what_others_have_written_meanwhile(script: Any, station: Station) -> None:
    script("/enter/banding", BANDING)
    path = f"/records/{kept(station)[0].uuid}/correct"
    told = script(path, BANDING | {"core.sex": "F"}, generation="1").get_json()
    assert (told["outcome"], told["generation"]) == ("changed", "2")
    late = script(path, BANDING | {"core.sex": "M"}, generation="1")
    assert (late.status_code, late.get_json()["outcome"]) == (409, "refused")
    assert "F" in late.get_json()["troubles"]["core.sex"][0]


def test_a_script_without_a_log_in_is_told_so(client: FlaskClient) -> None:
    answer = client.post("/enter/banding", data=BANDING, headers=JSON | {"Origin": "http://localhost"})
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.get_json()["type"] == "/problems/log-in"
