"""Report a ring, by anybody: what may be told is told at once, and a private page keeps the rest."""

import datetime
import io
import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from banding.finder import forgetting, reports, reviews, stories
from banding.intake import Draft
from banding.station import Station
from banding.web import finder, puzzle
from tests.planted import ADDRESS, FINDER, MAIL, REMARK
from tests.web.finders import PERSON, TOLD, hidden, private, report, secret_of, signing, solved

FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')
BUNTING, STORK = "Emberiza spodocephala", "Ciconia boyciana"


def banded(station: Station, species: str = BUNTING, **core: Any) -> None:
    said = {"kind": "banding", "scheme": "RUM", "ring": "XC 345612", "day": "2024-05-01", "species": species,
            "place_code": "RU83"} | core  # fmt: skip
    place = {"latitude": 49.01694, "longitude": 130.44694, "name": "The nest island"}
    (verdict,) = station.intake.admit(
        [Draft({"core": said, "place": place, "people": {"ringer": "N. N."}})], door="form", by="a test",
        confirm_all="For the test",
    )  # fmt: skip
    assert verdict.is_kept, verdict.findings


def only(station: Station) -> Any:
    (found,) = station.store.finds.waiting(9)
    return found


# -- at once ------------------------------------------------------------------------------------------------------


def test_a_ring_of_this_station_tells_its_story_at_once(client: FlaskClient, station: Station) -> None:
    banded(station)
    page = private(client, secret_of(report(client)))
    for told in ("Black-faced Bunting", "2024-05-01", "Amur", "142", "about 190 km"):
        assert told in page, page
    for kept in ("49.01", "130.4", "nest island", "N. N."):
        assert kept not in page, kept


def test_of_a_stork_only_year_and_region_are_told(client: FlaskClient, station: Station) -> None:
    banded(station, STORK)
    page = private(client, secret_of(report(client)))
    assert "Oriental Stork" in page
    assert "2024 · Amur" in page
    for kept in ("2024-05-01", "142", "km"):
        assert kept not in page, kept


@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_reporting_one_bird_from_many_places_tells_no_more_than_its_rounded_place(north: float, east: float) -> None:
    from tests.web.conftest import khingansky

    class Tables:
        species = type("Species", (), {"sensitivity": staticmethod(lambda name: 1)})

    def told(latitude: float, longitude: float) -> Any:
        core = {"kind": "banding", "scheme": "RUM", "ring": "XC 345612", "day": "2024-05-01", "species": BUNTING}
        place = {"latitude": latitude, "longitude": longitude}
        kept: Any = type("Kept", (), {"core": core, "groups": {"core": core, "place": place}})
        station: Any = type("Station", (), {"tables": Tables, "node": khingansky()})
        return stories._told(station, kept, None, stories.Point(49.0 + north, 130.4 + east))

    assert told(49.01, 130.41) == told(48.96, 130.44)


def test_an_unknown_ring_sends_a_request_on_its_way(client: FlaskClient) -> None:
    page = private(client, secret_of(report(client)))
    assert "a request goes on its way" in page


def test_a_ring_misread_by_one_sign_asks_to_look_once_more_and_names_no_other(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient]
) -> None:
    banded(station, ring="XC 845612")
    page = private(client, secret_of(report(client, TOLD | {"ring": "XC B45612"})))
    assert "differs in one sign only" in page
    assert "845612" not in page
    assert "XC845612" in as_role("reviewer").get("/finds/1").text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("XC 34?612", "XC 34-612"), ("XC 345...", "XC 345---"), ("XC 345…", "XC 345---"), ("xc３４５６１２", "xc345612")],
)
def test_a_partial_reading_is_taken_and_matches_nobody(
    client: FlaskClient, station: Station, typed: str, kept: str
) -> None:
    banded(station, ring="XC 340612")
    secret_of(report(client, TOLD | {"ring": typed}))
    record = reviews.record(station, only(station))
    assert record["core"]["ring"] == kept
    assert record["core"].get("ring_partial", False) is ("-" in kept)


# -- the form -----------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(client: FlaskClient, station: Station) -> None:
    told = {"ring": "😀", "day": "31.02.2024", "typed": "north of the river", "mail": "no mail", "name": "<b>Анна</b>"}
    answer = report(client, told)
    assert answer.status_code == 422
    for name in ("ring", "day", "typed", "mail"):
        assert f'id="{name}-wrong"' in answer.text, name
    assert "&lt;b&gt;Анна&lt;/b&gt;" in answer.text
    assert "north of the river" in answer.text
    assert station.store.finds.count_waiting() == 0


@pytest.mark.parametrize("day", ["2099-01-01", "", "7.8.99", "yesterday"])
def test_a_day_that_is_no_day_or_not_yet_is_asked_about(client: FlaskClient, day: str) -> None:
    assert 'id="day-wrong"' in report(client, TOLD | {"day": day}).text


def test_the_year_alone_is_enough(client: FlaskClient, station: Station) -> None:
    secret_of(report(client, TOLD | {"day": "1998", "day_accuracy": "7"}))
    assert only(station).told["day"] == "1998-07-01"


def test_coordinates_of_a_chinese_map_are_brought_to_their_place(client: FlaskClient, station: Station) -> None:
    secret_of(report(client, TOLD | {"typed": "47.2, 124.2", "datum": "GCJ-02"}))
    assert abs(only(station).told["latitude"] - 47.2) > 0.0005


def test_the_language_changes_and_what_was_typed_stays(client: FlaskClient, station: Station) -> None:
    form = hidden(client.get("/ring").text)
    answer = client.post("/ring", data=form | TOLD | {"language": "zh"})
    assert 'lang="zh-Hans"' in answer.text
    assert 'value="XC 345612"' in answer.text
    assert station.store.finds.count_waiting() == 0


def test_a_photo_is_kept_without_what_the_camera_wrote_into_it(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient]
) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    Image.new("RGB", (40, 30), "red").save(file, "JPEG", exif=exif)
    secret_of(report(client, TOLD, photos=(io.BytesIO(file.getvalue()), "ring.jpg")))
    (number,) = only(station).photos
    answer = as_role("reviewer").get(f"/finds/1/photos/{number}")
    assert answer.mimetype == "image/jpeg"
    assert b"Secret" not in answer.data
    assert as_role("operator").get(f"/finds/1/photos/{number}").status_code == 403
    as_role("reviewer").post("/finds/1", data={"deed": "accept"})


# -- sent twice ---------------------------------------------------------------------------------------------------


def test_sent_twice_it_is_one_report_under_one_address(client: FlaskClient, station: Station) -> None:
    form = solved(client, client.get("/ring").text) | TOLD
    first, second = (secret_of(client.post("/ring", data=form)) for _ in range(2))
    assert first == second
    changed = secret_of(client.post("/ring", data=form | {"ring": "XC 345613"}))
    assert changed == first
    assert only(station).told["ring"] == "XC 345613"
    assert [one["ring"] for one in only(station).earlier] == ["XC 345612"]


def test_one_that_was_closed_becomes_a_new_report_when_it_says_something_else(
    client: FlaskClient, station: Station
) -> None:
    form = solved(client, client.get("/ring").text) | TOLD
    client.post("/ring", data=form)
    reviews.refuse(station, only(station), by="a test", reason="No ring of a bird")
    answer = client.post("/ring", data=form | {"ring": "XC 345613"})
    assert answer.status_code == 409
    again = solved(client, answer.text) | TOLD | {"ring": "XC 345613"}
    secret_of(client.post("/ring", data=again))
    assert only(station).told["ring"] == "XC 345613"


# -- against misuse -----------------------------------------------------------------------------------------------


def test_without_a_solved_puzzle_a_report_has_to_wait(client: FlaskClient, station: Station) -> None:
    now = datetime.datetime(2025, 6, 1, 3, 0, tzinfo=datetime.UTC)
    station.intake.clock = lambda: now
    form = hidden(client.get("/ring").text) | TOLD
    early = client.post("/ring", data=form)
    assert early.status_code == 429
    assert 'value="XC 345612"' in early.text
    station.intake.clock = lambda: now + datetime.timedelta(seconds=finder.SLOW_SECONDS)
    secret_of(client.post("/ring", data=form))


def test_a_wrong_proof_an_old_page_and_a_made_up_puzzle_are_asked_to_send_again(
    client: FlaskClient, station: Station
) -> None:
    now = datetime.datetime(2025, 6, 1, 3, 0, tzinfo=datetime.UTC)
    station.intake.clock = lambda: now
    form = solved(client, client.get("/ring").text) | TOLD
    assert client.post("/ring", data=form | {"proof": "1"}).status_code == 422
    assert client.post("/ring", data=form | {"puzzle": form["puzzle"][:-1] + "!"}).status_code == 422
    station.intake.clock = lambda: now + datetime.timedelta(days=2)
    late = client.post("/ring", data=form)
    assert late.status_code == 422
    secret_of(client.post("/ring", data=solved(client, late.text) | TOLD))


def test_too_many_reports_of_one_address_are_told_to_wait_and_keep_what_they_typed(
    client: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "BY_ADDRESS", "1 per hour")
    secret_of(report(client))
    second = report(client, TOLD | {"ring": "XC 345613"})
    assert second.status_code == 429
    assert 'value="XC 345613"' in second.text
    assert station.store.finds.count_waiting() == 1


def test_who_falls_into_the_trap_is_kept_and_looked_at_last_and_hears_no_story(
    client: FlaskClient, station: Station
) -> None:
    banded(station)
    page = private(client, secret_of(report(client, TOLD | {finder.TRAP: "https://buy.example"})))
    secret_of(report(client, TOLD | {"ring": "XC 345613"}))
    assert "Bunting" not in page
    assert [one.suspect for one in station.store.finds.waiting(9)] == [False, True]


def test_the_puzzle_grows_harder_with_the_reports_of_the_last_hour() -> None:
    hard = [puzzle.bits(recent) for recent in (0, 19, 20, 40, 80, 10**6)]
    assert hard == sorted(hard)
    assert (hard[0], hard[1], hard[-1]) == (puzzle.EASIEST, puzzle.EASIEST, puzzle.HARDEST)


@given(st.text(max_size=80), st.integers(0, 99))
def test_only_what_was_given_out_here_is_a_puzzle(text: str, place: int) -> None:
    given_out = puzzle.give(b"a key", 4, 1000.0)
    assert puzzle.read(b"a key", given_out.token) == given_out
    assert puzzle.read(b"another", given_out.token) is None
    assert puzzle.read(b"a key", text) is None
    at = place % len(given_out.token)
    changed = given_out.token[:at] + ("0" if given_out.token[at] != "0" else "1") + given_out.token[at + 1 :]
    assert puzzle.read(b"a key", changed) is None
    assert puzzle.is_solved(given_out, puzzle.solve(given_out))


# -- the private address ------------------------------------------------------------------------------------------


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
    for planted in (FINDER, ADDRESS, MAIL, REMARK):
        assert planted.encode() in on_disk(station), planted
    form = {"csrf_token": hidden(client.get("/ring").text)["csrf_token"]}
    assert client.post(f"/ring/{secret}/forget", data=form).status_code == 303
    for planted in (FINDER, ADDRESS, MAIL, REMARK):
        assert planted.encode() not in on_disk(station), planted
    page = private(client, secret)
    assert "name, address or telephone, e-mail, remarks" in page
    assert "XC 345612" in page


def test_a_name_that_stands_in_the_record_goes_from_every_version_of_it(client: FlaskClient, station: Station) -> None:
    banded(station)
    secret = secret_of(report(client, TOLD | PERSON | {"agreed": "1"}))
    verdict = reviews.accept(station, only(station), by="a reviewer", reason="Seen on the photo")
    assert verdict.is_kept, verdict.findings
    held = station.store.records.record(str(verdict.id))
    assert held is not None
    assert held.groups["people"] == {"finder_name": FINDER}
    client.post(f"/ring/{secret}/forget", data={"csrf_token": hidden(client.get("/ring").text)["csrf_token"]})
    for planted in (FINDER, ADDRESS, MAIL):
        assert planted.encode() not in on_disk(station), planted
    assert "your name in the record" in private(client, secret)
    assert [one.generation for one in station.store.records.versions(held.uuid)] == [2, 1]


def test_what_is_personal_goes_by_itself_when_its_time_is_over(client: FlaskClient, station: Station) -> None:
    now = station.intake.clock()
    secret = secret_of(report(client, TOLD | PERSON))
    waiting = secret_of(report(client, TOLD | PERSON | {"ring": "XC 345699"}))
    reviews.refuse(station, station.store.finds.waiting(9)[0], by="a test", reason="A toy")
    beyond = stories.alone(station)
    for days, gone in ((364, 0), (366, 1), (367, 0)):
        station.intake.clock = lambda days=days: now + datetime.timedelta(days=days)
        assert forgetting.tidy(station, beyond) == gone
    assert "Deleted on" in private(client, secret)
    assert "Deleted on" not in private(client, waiting)


# -- the reviewer -------------------------------------------------------------------------------------------------


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
    refused = desk.post("/finds/1", data={"csrf_token": csrf(desk), "deed": "accept"})
    assert "cannot become a record as it stands" in refused.text
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


def test_a_refusal_says_why_and_can_be_taken_back(
    client: FlaskClient, station: Station, as_role: Callable[[str], FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    secret, desk = secret_of(report(client)), as_role("reviewer")
    token = csrf(desk)
    assert desk.post("/finds/1", data={"csrf_token": token, "deed": "refuse"}).status_code == 422
    desk.post("/finds/1", data={"csrf_token": token, "deed": "refuse", "reason": "This is the number of a pigeon's owner"})
    assert "the number of a pigeon" in private(client, secret)
    desk.post("/finds/1", data={"csrf_token": token, "deed": "reopen"})
    assert station.store.finds.count_waiting() == 1


@pytest.mark.parametrize("role", ["reader", "operator"])
def test_below_a_reviewer_nobody_sees_who_reported(
    client: FlaskClient, as_role: Callable[[str], FlaskClient], role: str
) -> None:
    report(client, TOLD | PERSON)
    for path in ("/finds", "/finds/1"):
        assert as_role(role).get(path).status_code == 403


def test_a_full_disk_is_said_and_nothing_is_half_kept(
    client: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = solved(client, client.get("/ring").text) | TOLD

    def full(*_args: object, **_named: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(reports, "take", full)
    assert client.post("/ring", data=form).status_code == 503
    monkeypatch.undo()
    secret_of(client.post("/ring", data=form))
    assert signing(client)
