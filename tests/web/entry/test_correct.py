"""A correction changes what was changed, and nothing else."""

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import schemas
from banding.station import Station
from tests.web.entry.hand import BANDING, FULL, Controls, admitted, foreign, kept

FOLDER = Path(schemas.__file__).parent / "examples"
# What is withdrawn is not corrected.
EXAMPLES = [path for path in sorted(FOLDER.glob("*.json")) if '"withdrawn": true' not in path.read_text("utf-8")]


def test_a_correction_that_changes_nothing_changes_nothing(send: Any, operator: FlaskClient, station: Station) -> None:
    path = f"/records/{admitted(station, FULL)}/correct"
    answer = send(path, Controls(operator.get(path).text).sent)
    assert answer.status_code == 303
    assert "saved=unchanged" in answer.location
    assert kept(station)[0].generation == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_published_example_goes_through_the_form_without_a_loss(
    send: Any, operator: FlaskClient, station: Station, example: Path
) -> None:
    record = json.loads(example.read_text(encoding="utf-8"))
    station.intake.clock = lambda: datetime.datetime(2199, 1, 1, tzinfo=datetime.UTC)
    path = f"/records/{admitted(station, record)}/correct"
    sent = {name: text.replace("\n", "\r\n") for name, text in Controls(operator.get(path).text).sent.items()}
    assert "saved=unchanged" in send(path, sent).location


def test_a_correction_drops_no_field_that_it_does_not_touch(send: Any, operator: FlaskClient, station: Station) -> None:
    path = f"/records/{admitted(station, FULL)}/correct"
    before = kept(station)[0].groups
    change = {"core.sex": "F", "core.marks.1.type": "", "people.finder_address": ""}
    assert send(path, Controls(operator.get(path).text).sent | change).status_code == 303
    after = kept(station)[0].groups
    marks = [FULL["core"]["marks"][0], FULL["core"]["marks"][2]]
    assert after["core"] == before["core"] | {"generation": 2, "sex": "F", "marks": marks}
    assert after["place"] == before["place"]
    assert after["measurements"] == before["measurements"]
    assert after["people"] == {"finder_name": "Li Ming"}


def test_a_corrected_point_moves_the_rounded_one_too(send: Any, operator: FlaskClient, station: Station) -> None:
    path = f"/records/{admitted(station, FULL)}/correct"
    sent = Controls(operator.get(path).text).sent | {"place.typed": "48.11, 129.22"}
    assert send(path, sent).status_code == 303
    after = kept(station)[0].groups
    assert after["area"] == {"latitude": 48.1, "longitude": 129.2}
    assert after["place"]["datum"] == "SK-42"
    assert after["place"]["latitude"] == pytest.approx(48.1105, abs=2e-4)
    assert after["place"]["longitude"] == pytest.approx(129.2212, abs=2e-4)


def test_a_corrected_species_takes_its_own_code(send: Any, operator: FlaskClient, station: Station) -> None:
    path = f"/records/{admitted(station, FULL)}/correct"
    sent = Controls(operator.get(path).text).sent | {"core.species": "Ciconia boyciana"}
    assert send(path, sent).status_code == 303
    assert "species_code" not in kept(station)[0].core


def test_a_confirmed_warning_that_has_gone_leaves_no_trace(send: Any, operator: FlaskClient, station: Station) -> None:
    saved = send("/enter/banding", BANDING | {"place.typed": "0, 0"}, **{"confirm-R-point-zero": "A buoy"})
    path = saved.location.split("?")[0] + "/correct"
    sent = Controls(operator.get(path).text).sent
    assert sent["confirm-R-point-zero"] == "A buoy"
    assert send(path, sent | {"place.typed": "49, 130"}).status_code == 303
    after = kept(station)[0].groups
    assert "confirmed" not in after["core"]
    assert "remarks" not in after


def test_two_people_correcting_at_once_do_not_undo_each_other(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    path = f"/records/{admitted(station, FULL)}/correct"
    both = Controls(operator.get(path).text).sent
    assert send(path, both | {"core.sex": "F"}).status_code == 303
    page = send(path, both | {"core.age": "4"})
    assert page.status_code == 409
    assert kept(station)[0].core.get("age") is None
    sent = Controls(page.text).sent
    assert sent["core.age"] == "4"
    assert send(path, sent | {"core.sex": "F"}).status_code == 303
    assert (kept(station)[0].core["sex"], kept(station)[0].core["age"]) == ("F", "4")


def test_what_others_have_written_meanwhile_is_told_by_what_is_meant(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    path = f"/records/{admitted(station, FULL)}/correct"
    operator.set_cookie("language", "zh")
    mine = Controls(operator.get(path).text).sent
    assert mine["core.species"] == "丹顶鹤"
    assert send(path, mine | {"core.sex": "F"}).status_code == 303
    typed = {"measurements.mass": "18,4", "core.species": "dandinghe", "core.day": "30.4.2024"}
    page = send(path, mine | typed)
    assert page.status_code == 409
    assert re.findall(r'<li><a href="#([\w-]+)">', page.text) == ["core-sex"]
    sent = Controls(page.text).sent
    assert send(path, sent | {"core.sex": "F"}).status_code == 303
    assert (kept(station)[0].generation, kept(station)[0].core["species"]) == (2, "Grus japonensis")


def test_a_record_of_another_station_is_not_corrected_here(operator: FlaskClient, station: Station) -> None:
    page = operator.get(f"/records/{foreign(station, FULL)}/correct")
    assert page.status_code == 403
    assert "HL-GFN" in page.text


def test_a_withdrawn_record_is_not_corrected(send: Any, operator: FlaskClient, station: Station) -> None:
    record = admitted(station, FULL)
    station.intake.withdraw(record, reason="typed twice", by="operator")
    assert operator.get(f"/records/{record}/correct").status_code == 422
    assert send(f"/records/{record}/correct", {}).status_code == 422
