"""Questions beyond every limit get an answer that a person can read, and never a fault of ours."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding.domain.coordinates import LONGEST, PlaceNotUnderstood
from banding.domain.places import understand
from banding.station import Station
from banding.web import finder_form
from banding.web.finder_form import LONGEST as ROOM
from tests.web.conftest import token_of

MORE_THAN_IS_HELD = 2**63
NUMBERED = (
    ("GET", "/finds/{0}"), ("POST", "/finds/{0}"), ("GET", "/finds/{0}/photos/{0}"), ("POST", "/accounts/{0}"),
    ("POST", "/rings/{0}"), ("POST", "/scheduled/{0}"), ("GET", "/scheduled/{0}/2024-05"), ("GET", "/letters?find={0}"),
    ("GET", "/records/00000000-0000-4000-8000-000000000000/photos/{0}"), ("GET", "/finds?before={0}"),
    ("GET", "/returns?page={0}"), ("GET", "/records?offset={0}"), ("GET", "/returns.journeys?zoom={0}"),
    ("POST", "/me/keys"), ("POST", "/accounts/keys"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), NUMBERED, ids=[f"{method} {path}" for method, path in NUMBERED])
def test_a_number_that_the_store_cannot_hold_is_no_fault(
    app: Flask, as_role: Callable[[str], FlaskClient], method: str, path: str
) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    somebody = as_role("administrator")
    form = {"csrf_token": token_of(somebody), "key": str(MORE_THAN_IS_HELD)} if method == "POST" else None
    answer = somebody.open(path.format(MORE_THAN_IS_HELD), method=method, data=form, buffered=True)
    assert answer.status_code < 500


def test_very_many_places_at_once_are_looked_up(reader: FlaskClient) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    codes = ",".join(f"CP{one}{other}" for one in letters for other in letters)
    assert reader.get(f"/returns?place_code={codes}&banding_place={codes}").status_code == 200


def test_what_is_too_long_in_the_form_for_everybody_is_told_and_not_looked_at(app: Flask, station: Station) -> None:
    typed = {name: "@" * (2 * most) for name, most in ROOM.items()}
    with app.test_request_context("/ring"):
        found = finder_form.read(typed, station.intake.today())
    assert found.troubles.keys() >= ROOM.keys() - {"ring", "typed", "mail"}
    assert max(map(len, [*found.person.values(), found.told["words"], found.told["remarks"]])) <= max(ROOM.values())
    assert len(found.person["mail"]) == ROOM["mail"]


def test_a_page_of_text_is_no_place() -> None:
    with pytest.raises(PlaceNotUnderstood) as trouble:
        understand("48°30' " * LONGEST)
    assert (trouble.value.why, len(trouble.value.text)) == ("unreadable", 41)


def test_a_file_of_any_name_is_looked_at(reader: FlaskClient) -> None:
    for name in ("returns" * 60 + ".csv", "..", "/", "а" * 300):
        form = {"csrf_token": token_of(reader), "file": (io.BytesIO(b"any"), name)}
        answer = reader.post("/verify", data=form, content_type="multipart/form-data")
        assert answer.status_code == 200, name
