"""Report a ring, by anybody: what may be told is told at once, and what was typed is never lost."""

import io
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from banding.finder import engravings, reports, reviews, stories
from banding.station import Station
from banding.web.typed import narrow
from tests.web.finders import BUNTING, STORK, TOLD, banded, hidden, only, private, report, secret_of, solved

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
        species = type("Species", (), {"sensitivity": staticmethod(lambda _name: 1)})

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
    page = private(client, secret_of(report(client, TOLD | {"ring": typed})))
    assert ("Not every sign of the ring was read" in page) is ("-" in kept)
    assert ("a request goes on its way" in page) is ("-" not in kept)
    record = reviews.record(station, only(station))
    assert record["core"]["ring"] == kept
    assert record["core"].get("ring_partial", False) is ("-" in kept)


@pytest.mark.parametrize(("scheme", "ring"), [("CPB", "H00-0773"), ("JHY", "6A12345")])
def test_the_scheme_follows_from_the_ring_where_nothing_else_could_be_read(
    client: FlaskClient, station: Station, scheme: str, ring: str
) -> None:
    banded(station, scheme=scheme, ring=ring)
    page = private(client, secret_of(report(client, TOLD | {"ring": ring, "engraved": "unread"})))
    assert "Black-faced Bunting" in page


@pytest.mark.parametrize("chosen", ["", "unread", "moskwa"])
@pytest.mark.parametrize(
    "line", ["MOSKWA XC 345612", "xc345612, Moskwa", "МОСКВА ХС 345612", "BIRD RINGING CENTRE MOSCOW XC 345612"]
)
def test_whoever_copies_the_words_around_the_number_hears_the_story_too(
    client: FlaskClient, station: Station, line: str, chosen: str
) -> None:
    banded(station)
    banded(station, scheme="CPB")
    assert "Black-faced Bunting" in private(
        client, secret_of(report(client, TOLD | {"ring": line, "engraved": chosen}))
    )
    told = only(station).told
    assert told["engraved"] in {"moskwa", "moscow"}
    assert told["engraved_words"].casefold().split()[-1] in {"moskwa", "москва", "moscow"}


@pytest.mark.parametrize(
    ("line", "number", "engraved"),
    [
        ("PRC-NBBC 北京1928信箱 H00-0773", "H00-0773", "nbbc"), ("北京 1928 信箱Ｈ00-0773", "H00-0773", "nbbc"),
        ("KANKYOCHO TOKYO JAPAN 6A 12345", "6A 12345", "kankyocho"), ("MOSKWA XC 34??12", "XC 34??12", "moskwa"),
        ("MOSKWA", "MOSKWA", ""), ("XC 345612", "XC 345612", ""), ("1928", "1928", ""),
        ("SEOUL KOREA 100-12345", "SEOUL KOREA 100-12345", ""),
    ],
)  # fmt: skip
def test_only_words_that_are_known_are_taken_from_a_line(line: str, number: str, engraved: str) -> None:
    found = engravings.parted(narrow(line))
    assert (found.number, found.engraved) == (number, engraved)


def test_a_ring_that_two_schemes_have_put_on_is_no_story_before_somebody_has_looked(
    client: FlaskClient, station: Station
) -> None:
    banded(station)
    banded(station, scheme="CPB")
    assert "Bunting" not in private(client, secret_of(report(client, TOLD | {"engraved": "unread"})))


# -- the form -----------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(
    client: FlaskClient, station: Station
) -> None:
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


def test_a_full_disk_is_said_and_nothing_is_half_kept(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    form = solved(client, client.get("/ring").text) | TOLD

    def full(*_args: object, **_named: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(reports, "take", full)
    assert client.post("/ring", data=form).status_code == 503
    monkeypatch.undo()
    secret_of(client.post("/ring", data=form))
