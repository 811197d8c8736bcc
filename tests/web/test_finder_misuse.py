"""The public form against misuse: a puzzle or a wait, limits for one address, and a trap that loses nothing."""

import datetime
import io

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from banding import photos
from banding.station import Station
from banding.web import finder, puzzle
from tests.web.finders import TOLD, banded, hidden, private, report, secret_of, solved


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


def test_nobody_has_photos_looked_at_who_has_not_worked_for_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bytes] = []
    monkeypatch.setattr(photos, "prepared", lambda sent, **_more: looked.append(sent))
    sent = {"photos": (io.BytesIO(b"a photo"), "bird.jpg")}
    form = hidden(client.get("/ring").text)
    for told in (TOLD, TOLD | {"proof": "1"}, TOLD | {"ring": ""}):
        answer = client.post("/ring", data=form | told | copied(sent), content_type="multipart/form-data")
        assert answer.status_code in {422, 429}
    worked = solved(client, client.get("/ring").text)
    client.post("/ring", data=worked | TOLD | {"day": ""} | copied(sent), content_type="multipart/form-data")
    assert looked == []


def test_the_same_report_sent_again_and_again_has_its_photos_looked_at_so_often_and_no_more(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "BY_ADDRESS", "2 per hour")
    form = solved(client, client.get("/ring").text) | TOLD
    sent = {"photos": (io.BytesIO(b"no photo at all"), "bird.jpg")}
    told = [client.post("/ring", data=form | copied(sent), content_type="multipart/form-data") for _ in range(4)]
    assert [one.status_code for one in told] == [422, 422, 429, 429]


def copied(files: dict[str, tuple[io.BytesIO, str]]) -> dict[str, tuple[io.BytesIO, str]]:
    return {name: (io.BytesIO(file.getvalue()), called) for name, (file, called) in files.items()}


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


def test_a_report_that_is_told_anew_without_end_has_to_become_a_new_one(client: FlaskClient, station: Station) -> None:
    form = solved(client, client.get("/ring").text) | TOLD
    told = [client.post("/ring", data=form | {"remarks": f"Once more {number}"}) for number in range(30)]
    assert [one.status_code for one in told] == [303] * (finder.MOST_TELLINGS + 1) + [409] * (29 - finder.MOST_TELLINGS)
    (held,) = station.store.finds.waiting(9)
    assert len(held.earlier) == finder.MOST_TELLINGS
    secret_of(client.post("/ring", data=solved(client, told[-1].text) | TOLD))
    assert station.store.finds.count_waiting() == 2
