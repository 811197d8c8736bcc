"""What is typed is saved once, with its reasons, and nothing typed is ever lost."""

import re
from typing import Any

from flask.testing import FlaskClient

from banding.station import Station
from tests.web.entry.hand import BANDING, Controls, kept, whys


def test_a_language_changed_in_the_middle_keeps_what_was_typed(send: Any, station: Station) -> None:
    page = send("/enter/banding", BANDING | {"remarks.text": "雨"}, language="zh")
    assert page.status_code == 200
    assert '<html lang="zh' in page.text
    assert Controls(page.text).sent["remarks.text"] == "雨"
    assert Controls(page.text).sent["submission"] == "one"
    assert not kept(station)


def test_the_return_key_never_presses_a_language(operator: FlaskClient) -> None:
    page = operator.get("/enter/banding").text
    buttons = [tag for tag in re.findall(r"<button[^>]*>", page) if 'form="entry"' in tag]
    assert "name=" not in buttons[0]


def test_remarks_are_text_and_never_part_of_the_page(send: Any, operator: FlaskClient) -> None:
    nasty = "</textarea><script>alert(1)</script>"
    page = send("/enter/banding", BANDING | {"remarks.text": nasty, "core.day": "soon"})
    assert "<script>alert" not in page.text
    assert Controls(page.text).sent["remarks.text"] == nasty
    saved = send("/enter/banding", BANDING | {"remarks.text": nasty})
    assert "<script>alert" not in operator.get(saved.location).text


def test_today_is_the_stations_own_day(send: Any, operator: FlaskClient) -> None:
    assert Controls(operator.get("/enter/banding").text).sent["core.day"] == "2024-05-02"
    tomorrow = send("/enter/banding", BANDING | {"core.day": "2024-05-03"})
    assert tomorrow.status_code == 422
    assert "2024-05-02" in whys(tomorrow.text)["core-day"]
    assert send("/enter/banding", BANDING | {"core.day": "2024-05-02"}).status_code == 303


def test_a_form_sent_twice_makes_one_record(send: Any, operator: FlaskClient, station: Station) -> None:
    first, second = (send("/enter/banding", BANDING) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location.split("?")[0] == second.location.split("?")[0]
    assert "already saved" in operator.get(second.location).text
    assert len(kept(station)) == 1


def test_a_form_sent_again_with_another_bird_overwrites_nothing(send: Any, station: Station) -> None:
    send("/enter/banding", BANDING)
    page = send("/enter/banding", BANDING | {"core.ring": "XC 345613"})
    assert page.status_code == 409
    assert kept(station)[0].core["ring"] == "XC 345612"
    for _ in range(2):
        assert send("/enter/banding", Controls(page.text).sent).status_code == 303
    assert [one.core["ring"] for one in kept(station)] == ["XC 345612", "XC 345613"]


def test_a_form_sent_again_can_be_the_correction_of_its_record(send: Any, station: Station) -> None:
    send("/enter/banding", BANDING)
    page = send("/enter/banding", BANDING | {"core.sex": "F"})
    record = kept(station)[0].uuid
    assert f'formaction="/records/{record}/correct"' in page.text
    assert send(f"/records/{record}/correct", Controls(page.text).sent).status_code == 303
    assert [(one.generation, one.core["sex"]) for one in kept(station)] == [(2, "F")]


def test_a_warning_wants_a_reason_and_the_reason_stays(send: Any, operator: FlaskClient, station: Station) -> None:
    odd = BANDING | {"place.typed": "0, 0"}
    page = send("/enter/banding", odd)
    assert page.status_code == 422
    assert 'name="confirm-R-point-zero"' in page.text
    assert send("/enter/banding", odd, **{"confirm-R-point-zero": "  "}).status_code == 422
    assert not kept(station)
    saved = send("/enter/banding", odd, **{"confirm-R-point-zero": "A buoy there"})
    assert saved.status_code == 303
    assert "A buoy there" in operator.get(saved.location).text


def test_a_reason_given_is_not_lost_while_something_else_is_wrong(send: Any) -> None:
    odd = BANDING | {"place.typed": "0, 0", "core.day": "soon"}
    page = send("/enter/banding", odd, **{"confirm-R-point-zero": "A buoy there"})
    assert Controls(page.text).sent["confirm-R-point-zero"] == "A buoy there"


def test_a_known_ring_can_be_entered_as_a_recapture_with_all_that_was_typed(send: Any, station: Station) -> None:
    send("/enter/banding", BANDING | {"core.day": "2024-04-30"})
    page = send("/enter/banding", BANDING | {"measurements.wing": "71,5"}, submission="two")
    assert page.status_code == 422
    assert "core-ring" in whys(page.text)
    assert 'formaction="/enter/recovery" name="redisplay" value="recapture"' in page.text
    shown = send("/enter/recovery", Controls(page.text).sent, redisplay="recapture")
    assert shown.status_code == 200
    sent = Controls(shown.text).sent
    assert (sent["core.manner"], sent["measurements.wing"]) == ("recapture", "71,5")
    assert send("/enter/recovery", sent).status_code == 303
    assert [one.kind for one in kept(station)] == ["banding", "recovery"]


def test_a_bird_found_by_others_is_not_put_at_the_station(operator: FlaskClient) -> None:
    here, found = (Controls(operator.get(f"/enter/{kind}").text).sent for kind in ("banding", "recovery"))
    assert (here["place.typed"], here["core.place_code"]) == ("49.01694, 130.44694", "RU83")
    assert not found["place.typed"]
    assert not found["core.manner"]


def test_the_next_bird_keeps_what_stays_the_same(send: Any, operator: FlaskClient) -> None:
    sticky = {
        "core.catching_method": "M", "people.ringer": "V. Andronov", "core.sex": "F",
        "core.ring": "XC 345609",
    }  # fmt: skip
    saved = operator.get(send("/enter/banding", BANDING | sticky).location).text
    following = re.search(r'href="(/enter/banding\?after=[^"]+)"', saved)
    assert following
    sent = Controls(operator.get(following[1]).text).sent
    assert (sent["core.ring"], sent["core.catching_method"]) == ("XC 345610", "M")
    assert (sent["people.ringer"], sent["core.sex"], sent["core.species"]) == ("V. Andronov", "", "")
    assert sent["submission"] != "one"


def test_one_more_mark_is_a_button_away(send: Any) -> None:
    page = send("/enter/banding", BANDING | {"core.marks.1.type": "leg-flag"}, redisplay="row")
    assert Controls(page.text).sent["core.marks.1.type"] == "leg-flag"
    assert "core.marks.2.type" in Controls(page.text).sent
