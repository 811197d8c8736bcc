"""Keys for programs: looked at one by one, revoked by their owner or an administrator, and no way to outlive that."""

import datetime
import re
import sqlite3
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.station import Station
from tests.web.conftest import token_of, words

Somebody = Callable[[str], FlaskClient]
Headers = Callable[[str], dict[str, str]]
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


def send(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client), **form})


def make(client: FlaskClient, name: str) -> dict[str, str]:
    found = SECRET.search(send(client, "/me", do="key", label=name).text)
    assert found is not None
    return {"Authorization": f"Bearer {found[1]}"}


def opens(client: FlaskClient, headers: dict[str, str]) -> bool:
    return client.get("/api/v1/records", headers=headers).status_code == 200


def number(station: Station, name: str) -> str:
    (found,) = [one.id for one in station.store.keys.every() if one.name == name]
    return str(found)


def test_ones_own_keys_are_listed_by_name_and_nobody_elses(as_role: Somebody) -> None:
    reader, operator = as_role("reader"), as_role("operator")
    assert "There is no key" in words(reader.get("/me/keys").text)
    make(reader, "a spreadsheet")
    make(operator, "a weather station")
    page = words(reader.get("/me/keys").text)
    assert "a spreadsheet" in page
    assert "never" in page
    assert "a weather station" not in page
    assert "/me/keys" in reader.get("/me").text


def test_a_key_that_is_revoked_opens_nothing_and_the_others_go_on(
    client: FlaskClient, as_role: Somebody, station: Station
) -> None:
    reader = as_role("reader")
    lost, kept = make(reader, "lost"), make(reader, "kept")
    assert send(reader, "/me/keys", key=number(station, "lost")).status_code == 303
    assert (opens(client, lost), opens(client, kept)) == (False, True)
    assert send(reader, "/me/keys").status_code == 422, "all of them are meant only where that is said"
    assert opens(client, kept)
    assert send(reader, "/me/keys", sure="1").status_code == 303
    assert not opens(client, kept)


def test_nobody_revokes_the_key_of_another(client: FlaskClient, as_role: Somebody, station: Station) -> None:
    headers = make(as_role("operator"), "a weather station")
    reader = as_role("reader")
    assert send(reader, "/me/keys", key=number(station, "a weather station")).status_code == 404
    send(reader, "/me/keys", sure="1")
    assert reader.get("/accounts/keys").status_code == 403
    assert opens(client, headers)


def test_an_administrator_sees_whose_every_key_is_and_revokes_one_or_all(
    client: FlaskClient, as_role: Somebody, station: Station
) -> None:
    keys = {name: make(as_role(name), f"of the {name}") for name in ("reader", "operator")}
    administrator = as_role("administrator")
    page = words(administrator.get("/accounts/keys").text)
    for told in ("of the reader", "of the operator", "Whose"):
        assert told in page
    assert "/accounts/keys" in administrator.get("/accounts").text
    send(administrator, "/accounts/keys", key=number(station, "of the reader"))
    assert [opens(client, headers) for headers in keys.values()] == [False, True]
    send(administrator, "/accounts/keys", sure="1")
    assert [opens(client, headers) for headers in keys.values()] == [False, False]


def test_the_last_use_of_a_key_is_written_down_by_the_hour(
    client: FlaskClient, as_role: Somebody, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, used = make(as_role("reader"), "a spreadsheet"), []
    for minute in (10, 50, 70):
        now = datetime.datetime(2025, 6, 1, 3, tzinfo=datetime.UTC) + datetime.timedelta(minutes=minute)
        monkeypatch.setattr(station.intake, "clock", lambda now=now: now)
        assert opens(client, headers)
        used += [one.used_at for one in station.store.keys.every()]
    assert used == ["2025-06-01T03:10:00+00:00"] * 2 + ["2025-06-01T04:10:00+00:00"]


def test_a_question_does_not_wait_for_a_large_import_only_to_write_down_that_it_was_asked(
    client: FlaskClient, station: Station, key: Headers
) -> None:
    headers = key("reader")
    other = sqlite3.connect(station.store.path, isolation_level=None)
    other.execute("begin immediate")
    assert opens(client, headers)
    other.execute("rollback")
    other.close()
    assert [one.used_at for one in station.store.keys.every()] == [""]
    assert station.store.database.execute("pragma busy_timeout").fetchone() == (30_000,)


@pytest.mark.parametrize(
    ("path", "form"),
    [("/me", {"do": "key"}), ("/accounts/invite", {"role": "administrator"}), ("/me/keys", {"sure": "1"})],
)
def test_whoever_has_found_a_key_makes_no_other_one_and_no_account(
    client: FlaskClient, key: Headers, station: Station, path: str, form: dict[str, str]
) -> None:
    headers = key("administrator")
    assert client.post(path, data=form, headers=headers).status_code == 403
    assert [one.name for one in station.store.keys.every()] == ["a test"]


def test_a_number_that_was_revoked_never_comes_back_to_mean_another_key(as_role: Somebody, station: Station) -> None:
    reader = as_role("reader")
    make(reader, "old")
    before = number(station, "old")
    send(reader, "/me/keys", key=before)
    make(reader, "new")
    assert number(station, "new") != before


def test_a_name_typed_by_anybody_is_only_a_text_on_the_page(as_role: Somebody) -> None:
    make(as_role("reader"), '"><script>alert(1)</script>')
    page = as_role("administrator").get("/accounts/keys").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
