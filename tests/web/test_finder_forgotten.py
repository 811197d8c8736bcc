"""Who reported a ring is forgotten wherever his name and photos went, whatever became of the record meanwhile."""

import io
import uuid as uuids
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from banding.drafts import content
from banding.finder import forgetting, reviews, stories
from banding.station import Station
from banding.store.shapes import Kept
from tests.node.records import arrival, banding, recovery
from tests.planted import FINDER
from tests.web.finders import PERSON, TOLD, banded, hidden, only, private, report, secret_of
from tests.web.test_finder_private import on_disk

RINGER = "N. N."


@pytest.fixture
def secret(client: FlaskClient, station: Station) -> str:
    """The private address of a report whose finder agreed that his name stands in the record that it became."""
    banded(station)
    found = secret_of(report(client, TOLD | PERSON | {"agreed": "1"}, photos=[photo("red"), photo("blue")]))
    assert reviews.accept(station, only(station), by="a reviewer", has_people=True).is_kept
    return found


def photo(colour: str) -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return io.BytesIO(file.getvalue()), f"{colour}.jpg"


def record(station: Station) -> Kept:
    found = station.store.finds.closed(1, 2**60)[0].record
    held = station.store.records.record(str(found))
    assert held is not None
    return held


def forget(client: FlaskClient, secret: str) -> str:
    form = {"csrf_token": hidden(client.get("/ring").text)["csrf_token"]}
    assert client.post(f"/ring/{secret}/forget", data=form).status_code == 303
    return private(client, secret)


def test_his_name_goes_from_a_record_that_was_withdrawn_since(
    client: FlaskClient, station: Station, secret: str
) -> None:
    station.intake.withdraw(record(station).uuid, reason="Typed twice", by="anna")
    assert "your name in the record" in forget(client, secret)
    assert FINDER.encode() not in on_disk(station)
    assert record(station).withdrawn


def test_his_name_goes_from_versions_before_somebody_took_it_out_of_the_record(
    client: FlaskClient, station: Station, secret: str
) -> None:
    groups = {name: dict(group) for name, group in record(station).groups.items()}
    station.intake.correct(record(station).uuid, groups | {"people": {"ringer": RINGER}}, by="anna")
    assert "your name in the record" in forget(client, secret)
    assert FINDER.encode() not in on_disk(station)
    assert (record(station).generation, record(station).groups["people"]) == (2, {"ringer": RINGER})


@pytest.mark.parametrize(
    "other",
    [banding(day="2024-09-30"), recovery(day="2024-08-01", condition="1"), recovery(day="2024-09-20", sex="M")],
    ids=["ringed after it", "dead before it", "somewhere else on that day"],
)
def test_no_rule_keeps_a_finder_from_being_forgotten(
    client: FlaskClient, station: Station, secret: str, other: dict[str, Any]
) -> None:
    far = other | {"place": {"latitude": -40.0, "longitude": -60.0}}
    (received,) = station.intake.receive([arrival(far, str(uuids.uuid4()))])
    assert received.placed is not None, received.reasons
    before = record(station)
    told = {name: dict(group) for name, group in before.groups.items()}
    assert not station.intake.correct(before.uuid, told | {"remarks": {"text": "Again"}}, by="anna").is_kept
    assert "your name in the record" in forget(client, secret)
    assert FINDER.encode() not in on_disk(station)
    assert content(record(station).groups) == {name: told for name, told in content(told).items() if name != "people"}


def test_his_photos_beside_the_record_go_with_those_of_the_report_when_he_asks(
    client: FlaskClient, station: Station, secret: str
) -> None:
    uuid = record(station).uuid
    assert len(station.store.photos.of(uuid)) == 2
    assert "photos" in forget(client, secret).partition("Deleted on")[2]
    assert station.store.photos.of(uuid) == []


def test_when_his_time_is_over_photos_that_show_people_go_and_those_of_the_bird_stay(
    client: FlaskClient, station: Station
) -> None:
    for ring, has_people in (("XC 345612", True), ("XC 345613", False)):
        banded(station, ring=ring)
        secret = secret_of(report(client, TOLD | {"ring": ring}, photos=photo("red")))
        verdict = reviews.accept(station, only(station), by="a reviewer", has_people=has_people)
        held = station.store.finds.closed(1, 2**60)[0]
        forgetting.forget(station, held, stories.alone(station), why="retention")
        assert len(station.store.photos.of(str(verdict.id))) == (0 if has_people else 1)
    forget(client, secret)
    assert station.store.photos.of(str(verdict.id)) == []
