"""The field sheet without scripts: rows are posted together, each gets its own verdict, and nothing is lost."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from tests.web.conftest import words
from tests.web.entry.hand import kept

ROW = {"core.ring": "XC 345612", "core.species": "Emberiza spodocephala"}


def rows(*typed: dict[str, str], **more: str) -> dict[str, str]:
    """The controls of a page with these rows, numbered from 1."""
    cells = {f"{n}/{name}": text for n, row in enumerate(typed, 1) for name, text in row.items()}
    begin = {"begin/core.scheme": "RUM", "begin/core.day": "2024-05-01"}
    return {f"{n}/key": f"row-{n}" for n in range(1, len(typed) + 1)} | begin | cells | more


def data(page: str) -> Any:
    """What the script of the page knows."""
    found = re.search(r'<script type="application/json" id="grid-data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def controls(page: str) -> dict[str, str]:
    """What a browser without scripts would send of the table; selects with what is selected."""
    inputs = re.findall(r'<input type="(?:text|hidden)" name="([^"]+)" value="([^"]*)"', page)
    return {name: value.replace("&#39;", "'") for name, value in inputs if "/" in name}


def test_rows_are_saved_together(send: Any, station: Station) -> None:
    saved = send("/enter/grid", rows(ROW, ROW | {"core.ring": "XC 345613", "core.sex": "F"}))
    assert saved.status_code == 303
    assert [one.core["ring"] for one in kept(station)] == ["XC 345612", "XC 345613"]
    assert kept(station)[1].core["sex"] == "F"


def test_a_wrong_row_delays_no_other_and_keeps_what_was_typed(send: Any, station: Station) -> None:
    wrong = {"core.ring": "XC 345613", "core.species": "zzz", "measurements.wing": "seventy"}
    page = send("/enter/grid", rows(ROW, wrong, ROW | {"core.ring": "XC 345614"}))
    assert page.status_code == 422
    assert [one.core["ring"] for one in kept(station)] == ["XC 345612", "XC 345614"]
    assert controls(page.text)["2/core.species"] == "zzz"
    assert controls(page.text)["2/key"] == "row-2"
    said = words(page.text.partition('id="told-2"')[2].partition("</ul>")[0])
    assert "No species of this name" in said
    assert "Write a number" in said


def test_a_warning_asks_its_reason_in_the_row(send: Any, station: Station) -> None:
    odd = ROW | {"place.typed": "0, 0"}
    page = send("/enter/grid", rows(odd))
    assert page.status_code == 422
    assert 'name="1/confirm-R-point-zero"' in page.text
    assert not kept(station)
    assert send("/enter/grid", rows(odd | {"confirm-R-point-zero": "A buoy there"})).status_code == 303
    assert kept(station)[0].core["confirmed"] == ["R-point-zero"]


def test_a_question_is_answered_in_the_row(send: Any, station: Station) -> None:
    page = send("/enter/grid", rows(ROW | {"core.day": "7/8/1999"}))
    assert 'name="1/choose:core.day"' in page.text
    answer = {"choose:core.day": "1999-08-07", "asked:core.day": "7/8/1999", "core.day": "7/8/1999"}
    assert send("/enter/grid", rows(ROW | answer)).status_code == 303
    assert kept(station)[0].core["day"] == "1999-08-07"


def test_a_page_sent_twice_makes_each_record_once(send: Any, station: Station) -> None:
    for _ in range(2):
        assert send("/enter/grid", rows(ROW, ROW | {"core.ring": "XC 345613"})).status_code == 303
    assert len(kept(station)) == 2


def test_a_page_gone_back_to_overwrites_no_bird(send: Any, station: Station) -> None:
    send("/enter/grid", rows(ROW))
    page = send("/enter/grid", rows(ROW | {"core.ring": "XC 345619"}))
    assert page.status_code == 422
    assert controls(page.text)["1/core.ring"] == "XC 345619"
    assert [(one.core["ring"], one.generation) for one in kept(station)] == [("XC 345612", 1)]


def test_a_known_ring_is_entered_again_as_a_recapture(send: Any, station: Station) -> None:
    send("/enter/grid", rows(ROW | {"core.day": "2024-04-30"}))
    again = {"core.ring": "XC 345612", "core.species": "Emberiza spodocephala", "kind": "recovery", "key": "two"}
    assert send("/enter/grid", rows(again)).status_code == 303
    assert [(one.kind, one.core.get("manner")) for one in kept(station)] == [
        ("banding", None),
        ("recovery", "recapture"),
    ]


def test_rows_with_nothing_in_them_are_no_rows(send: Any, station: Station) -> None:
    assert send("/enter/grid", rows({"core.ring": " ", "core.day": "2024-05-01", "kind": "banding"})).status_code == 303
    assert not kept(station)


def test_columns_and_reading_order_are_remembered_for_each_person(send: Any, operator: FlaskClient) -> None:
    chosen = {"place:core.species": "1", "place:core.ring": "2", "place:nothing": "3", "by": "columns", "first": "31"}
    assert send("/enter/grid/sheet", chosen).status_code == 303
    known = data(operator.get("/enter/grid").text)
    assert (known["columns"], known["by"], known["first"]) == (["core.species", "core.ring"], "columns", 31)


def test_what_is_saved_in_the_session_stands_in_the_table(send: Any, operator: FlaskClient, station: Station) -> None:
    session = _session(station)
    send("/enter/grid", rows(ROW | {"core.species": "Emberiza <b>"}, ROW, session=session))
    page = operator.get(f"/enter/grid?session={session}").text
    (bird,) = data(page)["rows"]
    assert bird["cells"]["core.ring"] == "XC 345612"
    assert (bird["generation"], bird["kind"]) == (1, "banding")
    assert f'href="/records/{bird["id"]}/correct"' in page


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Black-faced Bunting"), ("zh", "灰头鹀"), ("ru", "Седоголовая овсянка")]
)
def test_a_saved_bird_stands_in_the_table_by_the_name_that_its_reader_types(
    send: Any, operator: FlaskClient, station: Station, language: str, name: str
) -> None:
    session = _session(station)
    send("/enter/grid", rows(ROW, session=session))
    operator.set_cookie("language", language)
    page = operator.get(f"/enter/grid?session={session}").text
    assert [bird["cells"]["core.species"] for bird in data(page)["rows"]] == [name]
    assert f"<td>{name}</td>" in page
    # By a name that others bear too it could not be saved again.
    station.intake.extending.add("species", "Emberiza nova", {"en": "New Bunting", language: name}, by="anna")
    (bird,) = data(operator.get(f"/enter/grid?session={session}").text)["rows"]
    assert bird["cells"]["core.species"] == "Emberiza spodocephala"


def test_a_fat_score_brings_its_scale_along_until_the_session_has_one(
    send: Any, operator: FlaskClient, station: Station
) -> None:
    session = _session(station)
    scale = "measurements.fat_method"
    columns = data(operator.get(f"/enter/grid?session={session}").text)["columns"]
    assert columns[columns.index("measurements.fat") + 1] == scale
    send("/enter/grid", rows(ROW | {"measurements.fat": "3", scale: "E"}, session=session))
    known = data(operator.get(f"/enter/grid?session={session}").text)
    assert (scale in known["columns"], known["begin"][scale]) == (False, "E")


def test_what_was_withdrawn_stands_in_the_table_no_more(send: Any, operator: FlaskClient, station: Station) -> None:
    session = _session(station)
    send("/enter/grid", rows(ROW, session=session))
    uuid = kept(station)[0].uuid
    station.intake.withdraw(uuid, reason="A slip", by="operator")
    known = data(operator.get(f"/enter/grid?session={session}").text)
    assert (known["rows"], known["withdrawn"]) == ([], [uuid])


def _session(station: Station) -> str:
    from banding import fieldwork

    account = station.store.accounts.by_name("operator")
    assert account is not None
    return fieldwork.begin(station, account.id, {"core.day": "2024-05-01", "core.scheme": "RUM"}, "2").id


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_every_heading_is_known_in_three_languages(operator: FlaskClient, language: str) -> None:
    operator.set_cookie("language", language)
    ring = next(one for one in data(operator.get("/enter/grid").text)["fields"] if one["name"] == "core.ring")
    assert {"ring number", "环号", "номер кольца", "ring"} <= set(ring["names"])


@pytest.mark.parametrize(
    "text", ["💍", "X" * 10_000, "a\tb", "</td><script>alert(1)</script>", "ХС 345612", "ＸＣ３４５６１２"]
)
def test_whatever_is_typed_for_a_ring_is_answered_in_words(send: Any, text: str) -> None:
    page = send("/enter/grid", rows(ROW | {"core.ring": text}))
    assert page.status_code in {303, 422}
    assert "<script>alert" not in page.text
