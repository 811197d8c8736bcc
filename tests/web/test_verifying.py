"""Files that are dropped on the page to be looked at: small ones at once, large ones as a work with an answer."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding.formats.registry import formats
from banding.station import Station
from banding.web import security, verifying
from banding.works import Workshop
from tests.reports.birds import banding, enter, recovery

Csrf = Callable[[FlaskClient], str]
RINGS = [f"XC {number}" for number in range(345000, 345012)]
OTHER = "letter.bin"


@pytest.fixture
def shop(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """Where the works of the app are made; a dozen birds have come back, and every changed file is a large one."""
    enter(app.extensions["station"], *(one for ring in RINGS for one in (banding(ring), recovery(ring))))
    monkeypatch.setattr(verifying, "SMALL", 0)
    found: Workshop = app.extensions["works"]
    yield found
    found.stop()


def sent(client: FlaskClient, token: str, data: bytes, name: str = OTHER) -> str:
    """Where a large file that is dropped on the page leads to."""
    form = {"csrf_token": token, "file": (io.BytesIO(data), name)}
    answer = client.post("/verify", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def read(client: FlaskClient, shop: Workshop, page: str) -> str:
    """The answer, once the work is done."""
    shop.rest()
    told = client.get(page).text
    assert "It is done. The answer can be read until" in told, told
    found = re.search(r'href="(/verify/\w+)"', told)
    assert found
    return client.get(found[1]).text


def changed(kind: str, data: bytes) -> bytes:
    """The file with another number of days, or another word, in one place."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w") as new:
            for name in whole.namelist():
                told = whole.read(name)
                is_table = name.endswith(("sheet1.xml", "returns.csv", "histories.psv", "event.txt"))
                new.writestr(name, told.replace(b"2024", b"2023", 1) if is_table else told)
        return out.getvalue()
    if kind == "pdf":
        return data + b"\n% more\n"
    if kind == "csv-words":
        return data.replace(b"2024-09", b"2023-09", 1)
    return data.replace(b"resighting", b"found", 1)


def test_a_large_file_that_was_changed_is_looked_at_beside_everything_else(as_role, csrf, shop, station: Station):
    client = as_role("reader")
    data = client.get("/returns.csv").data
    page = sent(client, csrf(client), changed("csv", data))
    answer = read(client, shop, page)
    assert "Changed: it is not as it left this node." in answer
    assert "<td>manner</td><td>found</td><td>resighting</td>" in answer
    assert OTHER in answer
    assert OTHER in client.get(page).text
    (work,) = station.store.works.every()
    assert work.done == 24, "read once for its seal and once for the cells that differ"
    assert sorted(path.name for path in (station.settings.home / "works").iterdir()) == [work.id], "the file is gone"


@pytest.mark.usefixtures("shop")
def test_a_file_as_it_left_is_known_at_once_however_large(as_role, csrf, station: Station):
    client = as_role("reader")
    for kind in formats():
        data = client.get(f"/returns.{kind}").data
        form = {"csrf_token": csrf(client), "file": (io.BytesIO(data), OTHER)}
        answer = client.post("/verify", data=form, content_type="multipart/form-data")
        assert "Same: nothing in it was changed" in answer.text, kind
    assert station.store.works.every() == []


@pytest.mark.parametrize("kind", [*formats()])
def test_every_kind_that_was_changed_and_renamed_is_changed(as_role, csrf, shop, kind: str):
    client = as_role("reader")
    data = client.get(f"/returns.{kind}").data
    forged = changed(kind, data)
    assert forged != data
    answer = read(client, shop, sent(client, csrf(client), forged))
    assert "Changed: it is not as it left this node." in answer
    assert "<dt>Question</dt><dd>all returns</dd>" in answer
    if kind.startswith("csv"):
        assert "It is known by its rows: about 100 percent" in answer


def test_nobody_else_reads_the_answer(as_role, csrf, shop, app: Flask):
    client = as_role("reader")
    page = sent(client, csrf(client), b"banding_id\r\n1\r\n")
    shop.rest()
    address = f"/verify/{page.rpartition('/')[2]}"
    assert "Unknown: this node has made no such file." in client.get(address).text
    assert as_role("operator").get(address).status_code == 404
    assert app.test_client().get(address).status_code == 303
    assert client.get("/verify/0123").status_code == 404


def test_one_that_is_stopped_keeps_neither_the_file_nor_an_answer(as_role, csrf, shop, station: Station, monkeypatch):
    client = as_role("reader")
    data = changed("csv", client.get("/returns.csv").data)
    look = verifying.looking.verify

    def stopped_meanwhile(*args, **more):
        (work,) = station.store.works.every()
        station.store.works.stop(work.id, "2026-01-01T00:00:00+00:00")
        return look(*args, **more)

    monkeypatch.setattr(verifying.looking, "verify", stopped_meanwhile)
    page = sent(client, csrf(client), data)
    shop.rest()
    assert list((station.settings.home / "works").iterdir()) == [], "at once, and not when somebody looks"
    assert "It was stopped, and nothing of it is kept." in client.get(page).text


def test_the_same_file_sent_twice_is_looked_at_once(as_role, csrf, shop, station: Station):
    client = as_role("reader")
    data = changed("csv", client.get("/returns.csv").data)
    go = verifying.threading.Event()
    make = shop.makers["verify"]
    shop.makers["verify"] = lambda making: (go.wait(30), make(making))[1]
    token = csrf(client)
    assert sent(client, token, data) == sent(client, token, data)
    go.set()
    shop.rest()
    assert len(station.store.works.every()) == 1


def test_more_than_other_forms_may_hold_is_taken_here_and_there_is_an_end(as_role, csrf, monkeypatch):
    monkeypatch.setattr(security, "LARGEST_FILE", 3000)
    client = as_role("reader")
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    token = csrf(client)
    for size, status in ((2000, 200), (4000, 413)):
        form = {"csrf_token": token, "file": (io.BytesIO(b"a" * size), OTHER)}
        assert client.post("/verify", data=form, content_type="multipart/form-data").status_code == status


def test_what_a_file_says_of_itself_cannot_be_told_anew(as_role, csrf, shop):
    client = as_role("reader")
    data = client.get("/returns.geojson").data
    told = json.loads(data)["about"]["licence"].encode()
    answer = read(client, shop, sent(client, csrf(client), data.replace(told, b"Do what you like.")))
    assert "Changed: it is not as it left this node." in answer
    assert "Not the same any more: what it says of itself" in answer
    assert "Do what you like." not in answer


def test_a_table_that_a_spreadsheet_saved_anew_has_the_same_rows_and_is_not_called_untouched(as_role, csrf, shop):
    client = as_role("reader")
    data = client.get("/returns.csv").data.replace(b"\r\n", b"\n")
    answer = read(client, shop, sent(client, csrf(client), data))
    assert "Same rows: none of them was changed since they left this node." in answer
    assert "Same: nothing in it was changed" not in answer
