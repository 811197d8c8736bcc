"""Reports of the public before a reviewer: nothing enters the records before he has looked."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from banding.finder import reports, reviews
from banding.station import Station
from tests.planted import ADDRESS, FINDER, MAIL
from tests.web.finders import BUNTING, PERSON, TOLD, banded, hidden, only, private, report, secret_of

FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')


def test_nothing_enters_the_records_before_a_reviewer_accepts_it(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    banded(station)
    secret = secret_of(report(client, TOLD | PERSON | {"left.colour": "green", "left.type": "leg-flag"}))
    assert station.store.search.tally() == {"banding": 1}
    desk = as_role("reviewer")
    assert "wait for a look: 1" in desk.get("/").text
    page = desk.get("/finds/1").text
    for shown in (FINDER, ADDRESS, MAIL, "green", "MOSKWA"):
        assert shown in page, shown
    token = csrf(desk)
    for _ in range(2):
        answer = desk.post("/finds/1", data={"csrf_token": token, "deed": "accept", "reason": "Seen on the photo"})
    assert answer.status_code == 422
    assert station.store.search.tally() == {"banding": 1, "recovery": 1}
    (held,) = [one for one in station.store.records.bird("RUM", "XC345612") if one.kind == "recovery"]
    assert (held.door, held.core["manner"], held.core["species"]) == ("finder", "resighting", BUNTING)
    assert held.core["marks"] == [{"type": "leg-flag", "action": "present", "side": "left", "colour": "green"}]
    assert "people" not in held.groups
    assert "It was accepted on" in private(client, secret)


def test_a_report_can_be_corrected_on_its_way_into_the_records(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    secret = secret_of(report(client, TOLD | {"ring": "XC 34?612", "species": "a grey bird"}))
    desk = as_role("reviewer")
    find = only(station)
    asked = desk.post("/finds/1", data={"csrf_token": csrf(desk), "deed": "accept"})
    assert "only the ring can tell" in asked.text
    fields = dict(FIELD.findall(desk.get("/finds/1").text.split("/enter/recovery")[-1]))
    assert fields["submission"] == find.submission
    assert "Enter a recovery" in desk.post("/enter/recovery", data=fields | {"redisplay": "row:marks"}).text
    mended = fields | {"core.ring": "XC 345612", "core.species": BUNTING, "csrf_token": csrf(desk)}
    for name in ("core.ring_partial", "redisplay"):
        mended.pop(name, None)
    answer = desk.post("/enter/recovery", data=mended)
    assert answer.status_code in {201, 303}, answer.text
    assert "It was accepted on" in private(client, secret)
    assert station.store.finds.count_waiting() == 0
    assert reports.one(station, 1).record is not None


def test_what_is_unusual_is_shown_before_a_reason_can_pass_over_it(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    banded(station)
    secret_of(report(client, TOLD | {"day": "2024-05-02", "typed": "55.75, 37.62"}))
    desk = as_role("reviewer")
    form = {"csrf_token": csrf(desk), "deed": "accept", "reason": "Carried by an aircraft"}
    asked = desk.post("/finds/1", data=form)
    assert asked.status_code == 422
    assert station.store.search.tally() == {"banding": 1}
    codes = re.findall(r'name="confirm" value="([^"]+)"', asked.text)
    assert codes
    assert desk.post("/finds/1", data=form | {"confirm": codes}).status_code == 303
    assert station.store.search.tally() == {"banding": 1, "recovery": 1}


def test_a_refusal_says_why_and_can_be_taken_back(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    secret, desk = secret_of(report(client)), as_role("reviewer")
    token = csrf(desk)
    assert desk.post("/finds/1", data={"csrf_token": token, "deed": "refuse"}).status_code == 422
    desk.post(
        "/finds/1", data={"csrf_token": token, "deed": "refuse", "reason": "This is the number of a pigeon's owner"}
    )
    assert "the number of a pigeon" in private(client, secret)
    assert "refused" in desk.get("/finds").text
    desk.post("/finds/1", data={"csrf_token": token, "deed": "reopen"})
    assert station.store.finds.count_waiting() == 1


@pytest.mark.parametrize("role", ["reader", "operator"])
def test_below_a_reviewer_nobody_sees_who_reported(
    client: FlaskClient, as_role: Callable[[str], FlaskClient], role: str
) -> None:
    report(client, TOLD | PERSON)
    for path in ("/finds", "/finds/1"):
        assert as_role(role).get(path).status_code == 403


@pytest.mark.parametrize("chosen", ["en", "zh", "ru"])
def test_every_page_of_a_report_speaks_one_language(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient], chosen: str
) -> None:
    banded(station)
    secret = secret_of(report(client, TOLD | PERSON | {"how": "44", "right.text": "3C7", "right.colour": "red"}))
    desk = as_role("reviewer")
    for who, paths in ((client, ("/ring", f"/ring/{secret}", "/login")), (desk, ("/", "/finds", "/finds/1"))):
        who.set_cookie("language", chosen)
        for path in paths:
            answer = who.get(path)
            assert answer.status_code == 200
            assert "%(" not in answer.text, path
            seen = re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1])
            assert chosen == "en" or not re.search(r"\b(you|your|was|report|which|waits)\b", seen), path


def test_a_letter_to_a_finder_is_offered_in_the_language_in_which_he_wrote(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient]
) -> None:
    banded(station)
    client.post("/language", data={"csrf_token": hidden(client.get("/ring").text)["csrf_token"], "language": "ru"})
    report(client, TOLD | PERSON)
    verdict = reviews.accept(station, only(station), by="a reviewer")
    reviewer = as_role("reviewer")
    letter = re.search(r'href="(/letters\?[^"]+)"', reviewer.get("/finds/1").text)
    assert letter is not None
    page = reviewer.get(html.unescape(letter[1])).text
    assert re.search(r'value="ru"[^>]* selected', page)
    assert f'value="{FINDER}"' in page
    assert not re.search(r'value="ru"[^>]* selected', reviewer.get(f"/letters?recovery={verdict.id}").text)
