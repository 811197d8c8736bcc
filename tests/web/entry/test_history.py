"""The history of a record tells every version field by field, and leads back to any of them."""

import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from banding.intake import Arrival
from banding.station import Station
from banding.store.shapes import Kept
from tests.web.conftest import words
from tests.web.entry.hand import FULL, admitted, foreign, kept


def but(**core: Any) -> dict[str, Any]:
    """The record with other fields in its core."""
    return FULL | {"core": FULL["core"] | core}


def corrected(station: Station, uuid: str, record: dict[str, Any]) -> None:
    """Correct a record past every warning."""
    verdict = station.intake.correct(uuid, record, by="boris", confirmed={"R-twin": "For the test"})
    assert verdict.outcome == "changed", verdict


def version(station: Station, uuid: str, generation: int) -> int:
    """The number of a version in the store."""
    return next(one.version_id for one in station.store.records.versions(uuid) if one.generation == generation)


def turns(page: str) -> list[str]:
    """What stands of each version, the newest first."""
    return [words(part) for part in page.split('<li class="turn">')[1:]]


def test_each_version_says_who_made_it_when_and_what_changed(operator: FlaskClient, station: Station) -> None:
    uuid = admitted(station, FULL)
    corrected(station, uuid, but(sex="F", day="2024-04-29"))
    newest, first = turns(operator.get(f"/records/{uuid}/history").text)
    assert "Version 2 (current) 2024-05-02 00:30 · boris · a correction" in newest
    assert "sex – F · female" in newest
    assert "date 2024-04-30 2024-04-29" in newest
    assert "species" not in newest
    assert "Version 1 2024-05-02 00:30 · operator · the entry form" in first
    assert "species Red-crowned Crane (Grus japonensis)" in first
    assert "finder Li Ming" in first


def test_a_withdrawal_and_what_brought_the_record_back_are_told_with_their_reasons(
    operator: FlaskClient, station: Station
) -> None:
    uuid = admitted(station, FULL)
    station.intake.withdraw(uuid, reason="typed twice", by="operator")
    station.intake.restore(uuid, by="boris", reason="not twice")
    back, gone, _first = turns(operator.get(f"/records/{uuid}/history").text)
    assert "The withdrawn record was brought back. Reason: not twice" in back
    assert "No field that is shown here is different from version 1." in back
    assert "The record was withdrawn. Reason: typed twice" in gone
    assert "–" not in gone


def test_the_whole_history_of_one_field_lists_the_versions_that_told_it_anew(
    operator: FlaskClient, station: Station
) -> None:
    uuid = admitted(station, but(sex="M"))
    corrected(station, uuid, but(sex="M", age="4"))
    corrected(station, uuid, but(sex="F", age="4"))
    page = words(operator.get(f"/records/{uuid}/history/core.sex").text)
    assert "1 2024-05-02 00:30 operator · the entry form M · male" in page
    assert "3 (current) 2024-05-02 00:30 boris · a correction F · female" in page
    assert "2 2024" not in page
    for field in ("core.time_travel", "core.brood_size", "x"):
        assert operator.get(f"/records/{uuid}/history/{field}").status_code == 404


def test_names_and_remarks_stay_with_operators(reader: FlaskClient, operator: FlaskClient, station: Station) -> None:
    uuid = admitted(station, FULL)
    corrected(station, uuid, FULL | {"people": {"finder_name": "Wang Fang"}})
    station.intake.withdraw(uuid, reason="a quarrel with Wang Fang", by="operator")
    path = f"/records/{uuid}/history"
    for name in ("Li Ming", "Wang Fang", "Nenjiang", "quarrel"):
        assert name in operator.get(path).text
        assert name not in reader.get(path).text
    assert "shown to operators" in reader.get(path).text
    assert "finder" in turns(operator.get(path).text)[1]
    assert "finder" not in words(reader.get(path).text)
    assert "remarks" not in turns(reader.get(path).text)[2]
    assert reader.get(f"{path}/people.finder_name").status_code == 404
    assert "Wang Fang" in operator.get(f"{path}/people.finder_name").text


def test_what_its_station_withholds_is_said_and_counts_as_no_change(operator: FlaskClient, station: Station) -> None:
    uuid = foreign(station, {name: FULL[name] for name in ("core", "area", "people")})
    held = station.store.records.record(uuid)
    assert held is not None
    later = {"core": held.core | {"generation": 2, "sex": "F"}, "area": FULL["area"]}
    texts = {name: orjson.dumps(group).decode() for name, group in later.items()}
    assert station.intake.receive([Arrival(texts, later, b"another seal")])[0].placed

    def withheld(version: Kept) -> set[str]:
        return {"place", "people"} if version.generation == 2 else {"place"}

    operator.application.extensions["record.withheld"] = withheld
    page = operator.get(f"/records/{uuid}/history").text
    newest, first = turns(page)
    assert "another station (HL-GFN)" in newest
    assert "Withheld by its station: exact place, people" in newest
    assert "sex – F · female" in newest
    assert "finder" not in newest
    assert "finder Li Ming" in first
    assert "/versions/" not in page
    field = words(operator.get(f"/records/{uuid}/history/people.finder_name").text)
    assert field.index("Li Ming") < field.index("not here")


def test_a_later_version_of_which_the_first_is_not_here_says_so(operator: FlaskClient, station: Station) -> None:
    uuid = foreign(station, {"core": FULL["core"]})
    station.store.database.execute("update versions set generation = 4")
    (only,) = turns(operator.get(f"/records/{uuid}/history").text)
    assert "Versions before this one are not here." in only


def test_going_back_shows_what_would_change_and_asks_why(send: Any, operator: FlaskClient, station: Station) -> None:
    uuid = admitted(station, but(sex="M"))
    corrected(station, uuid, but(sex="F"))
    page = operator.get(f"/records/{uuid}/history").text
    (address,) = re.findall(r'href="(/records/[^"]+/versions/\d+)"', page)
    asked = words(operator.get(address).text)
    assert "sex F · female M · male" in asked
    assert "date" not in asked.split("What changes")[1].split("Why do you go back?")[0]
    unsaid = send(address, {"reason": " ", "generation": "2"})
    assert unsaid.status_code == 422
    assert 'aria-invalid="true"' in unsaid.text
    assert kept(station)[0].generation == 2
    done = send(address, {"reason": "misread", "generation": "2"})
    assert done.location.endswith("saved=back")
    assert "What was said before stands again, as version 3." in operator.get(done.location).text
    assert (kept(station)[0].core["sex"], kept(station)[0].generation) == ("M", 3)
    assert "Reason: misread" in turns(operator.get(f"/records/{uuid}/history").text)[0]


def test_a_withdrawn_record_is_brought_back_from_its_page(send: Any, operator: FlaskClient, station: Station) -> None:
    uuid = admitted(station, FULL)
    station.intake.withdraw(uuid, reason="typed twice", by="operator")
    assert not kept(station)
    page = operator.get(f"/records/{uuid}").text
    (address,) = re.findall(r'href="(/records/[^"]+/versions/\d+)"', page)
    asked = operator.get(address).text
    assert "What will stand in the record" in asked
    assert "Li Ming" in asked
    assert send(address, {"reason": "not twice", "generation": "2"}).status_code == 303
    assert kept(station)[0].groups["people"] == FULL["people"]
    assert "its station has brought it back. not twice (operator" in words(operator.get(f"/records/{uuid}").text)


def test_somebody_faster_is_not_undone(send: Any, station: Station) -> None:
    uuid = admitted(station, but(sex="M"))
    corrected(station, uuid, but(sex="F"))
    address = f"/records/{uuid}/versions/{version(station, uuid, 1)}"
    corrected(station, uuid, but(sex="U"))
    late = send(address, {"reason": "misread", "generation": "2"})
    assert late.status_code == 409
    assert "meanwhile" in late.text
    assert 'value="misread"' in late.text
    assert kept(station)[0].core["sex"] == "U"


def test_a_warning_is_asked_about_and_what_cannot_be_is_said(send: Any, station: Station) -> None:
    banding = {"kind": "banding", "scheme": "RUM", "ring": "XC 345612", "species": "Emberiza spodocephala"}
    uuid = admitted(station, {"core": banding | {"day": "2024-04-01"}})
    station.intake.withdraw(uuid, reason="another ring", by="operator")
    admitted(station, {"core": banding | {"day": "2024-04-02"}})
    refused = send(f"/records/{uuid}/versions/{version(station, uuid, 1)}", {"reason": "right", "generation": "2"})
    assert refused.status_code == 422
    assert "already put on a bird on 2024-04-02" in refused.text
    sea = admitted(station, FULL | {"place": {"latitude": 0.0, "longitude": 0.0, "name": "buoy"}, "area": {}})
    station.intake.withdraw(sea, reason="no", by="operator")
    address = f"/records/{sea}/versions/{version(station, sea, 1)}"
    asked = send(address, {"reason": "right", "generation": "2"})
    codes = re.findall(r'<input type="text" id="confirm-([\w-]+)"', asked.text)
    assert "R-point-zero" in codes
    reasons = {f"confirm-{code}": "a buoy" for code in codes}
    assert send(address, {"reason": "right", "generation": "2"} | reasons).status_code == 303


def test_nobody_goes_back_on_what_another_station_wrote_nor_to_what_never_was(
    operator: FlaskClient, station: Station
) -> None:
    uuid, own = foreign(station, {"core": FULL["core"]}), admitted(station, but(ring="H00-0774", day="2024-04-28"))
    assert operator.get(f"/records/{uuid}/versions/{version(station, uuid, 1)}").status_code == 403
    assert operator.get(f"/records/{own}/versions/{version(station, uuid, 1)}").status_code == 404
    assert operator.get(f"/records/{own}/versions/99999999999999999999999").status_code == 404


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_the_history_speaks_the_reader_s_language(
    operator: FlaskClient, csrf: Callable[[FlaskClient], str], station: Station, language: str
) -> None:
    uuid = admitted(station, but(sex="M"))
    corrected(station, uuid, but(sex="F"))
    form = {"language": language, "next": "/", "csrf_token": csrf(operator)}
    assert operator.post("/language", data=form).status_code == 303
    page = words(operator.get(f"/records/{uuid}/history").text)
    assert {"zh": "F · 雌", "ru": "F · самка"}[language] in page
    assert "Version" not in page
    assert "the entry form" not in page
