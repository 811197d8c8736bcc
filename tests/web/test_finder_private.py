"""The private page of a report: its address is kept by nobody, and who asks is forgotten to the last byte."""

import datetime
import threading

import pytest
from flask.testing import FlaskClient

from banding.finder import forgetting, reviews, stories
from banding.station import Station
from banding.store.shapes import Account
from banding.works import Made, Making
from tests.planted import ADDRESS, FINDER, MAIL, REMARK
from tests.web.finders import PERSON, TOLD, banded, hidden, only, private, report, secret_of

ANNA = Account(1, "anna", "operator", "", None, False, "")


def test_of_the_private_address_only_a_digest_is_kept_and_no_log_names_it(
    client: FlaskClient, station: Station, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secret_of(report(client))
    assert secret.encode() not in on_disk(station)
    answer = client.get(f"/ring/{secret}")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"

    def broken(*_args: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(stories, "story", broken)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    client.application.testing = False
    assert client.get(f"/ring/{secret}").status_code == 500
    assert "/ring/<secret>" in caplog.text
    assert secret not in caplog.text


def test_a_wrong_address_leads_nowhere(client: FlaskClient) -> None:
    assert client.get("/ring/" + "0" * 32).status_code == 404


def on_disk(station: Station) -> bytes:
    files = station.settings.home.glob("node.sqlite*")
    return b"".join(path.read_bytes() for path in files)


def test_who_asks_is_forgotten_at_once_and_the_page_says_what_went_and_what_stays(
    client: FlaskClient, station: Station
) -> None:
    secret = secret_of(report(client, TOLD | PERSON, remarks=REMARK))
    assert "Forget me now" in private(client, secret)
    for planted in (FINDER, ADDRESS, MAIL, REMARK):
        assert planted.encode() in on_disk(station), planted
    form = {"csrf_token": hidden(client.get("/ring").text)["csrf_token"]}
    assert client.post(f"/ring/{secret}/forget", data=form).status_code == 303
    for planted in (FINDER, ADDRESS, MAIL, REMARK):
        assert planted.encode() not in on_disk(station), planted
    page = private(client, secret)
    assert "name, address or telephone, e-mail, remarks" in page
    assert "XC 345612" in page
    assert "Forget me now" not in page


def test_a_name_that_stands_in_the_record_goes_from_every_version_of_it(client: FlaskClient, station: Station) -> None:
    banded(station)
    secret = secret_of(report(client, TOLD | PERSON | {"agreed": "1"}))
    verdict = reviews.accept(station, only(station), by="a reviewer")
    assert verdict.is_kept, verdict.findings
    held = station.store.records.record(str(verdict.id))
    assert held is not None
    assert held.groups["people"] == {"finder_name": FINDER}
    client.post(f"/ring/{secret}/forget", data={"csrf_token": hidden(client.get("/ring").text)["csrf_token"]})
    for planted in (FINDER, ADDRESS, MAIL):
        assert planted.encode() not in on_disk(station), planted
    assert "your name in the record" in private(client, secret)
    assert [one.generation for one in station.store.records.versions(held.uuid)] == [2, 1]


def test_letters_that_lie_ready_and_may_name_him_go_too_and_those_under_way_are_stopped(
    client: FlaskClient, station: Station
) -> None:
    secret, shop = secret_of(report(client, TOLD | PERSON)), client.application.extensions["works"]
    go, begun = threading.Event(), threading.Event()

    def thanked(making: Making) -> Made:
        making.path.write_text(FINDER)
        if making.work.asked["waits"]:
            begun.set()
            go.wait(30)
        making.step(1)
        return Made("letters.pdf", "application/pdf")

    shop.makers |= {"letters": thanked, "report": thanked}
    for kind in ("letters", "report"):
        shop.begin(kind, ANNA, {"waits": False}, 1)
    shop.rest()
    shop.begin("letters", ANNA, {"waits": True}, 1)
    begun.wait(30)
    client.post(f"/ring/{secret}/forget", data={"csrf_token": hidden(client.get("/ring").text)["csrf_token"]})
    go.set()
    shop.rest()
    assert [(one.kind, one.state) for one in station.store.works.every()] == [
        ("letters", "stopped"),
        ("report", "done"),
    ]
    assert len(list((station.settings.home / "works").iterdir())) == 1


def test_what_is_personal_goes_by_itself_when_its_time_is_over(
    client: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = station.intake.clock()
    secret = secret_of(report(client, TOLD | PERSON))
    waiting = secret_of(report(client, TOLD | PERSON | {"ring": "XC 345699"}))
    reviews.refuse(station, station.store.finds.waiting(9)[0], by="a test", reason="A toy")
    beyond = stories.alone(station)
    for days, gone in ((364, 0), (366, 1), (367, 0)):
        later = now + datetime.timedelta(days=days)
        monkeypatch.setattr(station.intake, "clock", lambda later=later: later)
        assert forgetting.tidy(station, beyond) == gone
    assert "Deleted on" in private(client, secret)
    assert "Deleted on" not in private(client, waiting)
