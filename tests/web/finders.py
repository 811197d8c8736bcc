"""Somebody with a telephone who reports a ring: the form, the puzzle solved, the private page."""

import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.intake import Draft
from banding.station import Station
from banding.web import puzzle
from tests.planted import ADDRESS, FINDER, MAIL
from tests.web.conftest import words

TOLD = {
    "ring": "XC 345612", "engraved": "moskwa", "day": "2024-09-20", "words": "Reeds at the mouth of the Bira",
    "typed": "48.5, 132.8", "state": "free",
}  # fmt: skip
PERSON = {"name": FINDER, "address": ADDRESS, "mail": MAIL}
HIDDEN = re.compile(r'name="(csrf_token|puzzle)" value="([^"]*)"')
BUNTING, STORK = "Emberiza spodocephala", "Ciconia boyciana"
SECRET = re.compile(r"/ring/([0-9a-f]{32})")


def hidden(page: str) -> dict[str, str]:
    """The token and the puzzle of a form that was shown."""
    return dict(HIDDEN.findall(page))


def solved(client: FlaskClient, page: str) -> dict[str, str]:
    """The hidden fields of a form, its puzzle solved."""
    fields = hidden(page)
    found = puzzle.read(signing(client), fields["puzzle"])
    assert found is not None
    return fields | {"proof": puzzle.solve(found)}


def signing(client: FlaskClient) -> bytes:
    key: Any = client.application.secret_key
    return bytes(key)


def report(client: FlaskClient, told: Mapping[str, Any] = TOLD, **more: Any) -> TestResponse:
    """Open the form, fill it in and send it."""
    form = solved(client, client.get("/ring").text)
    return client.post("/ring", data=form | dict(told) | more, content_type="multipart/form-data")


def secret_of(answer: TestResponse) -> str:
    """The private address to which a report leads."""
    assert answer.status_code == 303, answer.text
    found = SECRET.search(answer.headers["Location"])
    assert found is not None
    return found[1]


def private(client: FlaskClient, secret: str) -> str:
    """The private page as text without its marks."""
    answer = client.get(f"/ring/{secret}")
    assert answer.status_code == 200
    return words(answer.text.split("<main")[1])


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
