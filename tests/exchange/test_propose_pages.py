"""The form that proposes a correction of another node's record."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange.talk import proposals
from tests.exchange.forms import RING, Pair, as_role, form_of, known, main_of
from tests.together.kit import Town, banding, correct, record_of, settle, withdraw, write

pytestmark = pytest.mark.usefixtures("staffed")


def send(somebody: FlaskClient, uuid: str, page: str = "", **typed: str) -> TestResponse:
    """Open the form, change what is typed, and send it."""
    path = f"/records/{uuid}/propose"
    filled = form_of(page or somebody.get(path).text) | {"reason": "Read again on the photograph"}
    return somebody.post(path, data=filled | {name.replace("__", "."): text for name, text in typed.items()})


def sent(town: Town) -> dict[str, dict[str, object]]:
    (letter,) = town.node.letters.sent("proposal")
    changes: dict[str, dict[str, object]] = letter.core["changes"]
    return changes


def test_only_what_was_changed_in_the_form_is_proposed(pair: Pair) -> None:
    _, shp, _ = pair
    marks = [{"type": "leg-ring", "colour": "white"}]
    uuid = known(pair, marks=marks, measurements={"wing": 71.0, "fat": 0, "fat_method": "E"})
    operator = as_role(shp, "operator")
    assert send(operator, uuid, core__sex="F").status_code == 303
    assert sent(shp) == {"core": {"sex": "F"}}
    assert "goes with the next sync" in main_of(operator.get("/proposals"))


def test_a_value_is_typed_as_at_the_entry_of_a_record(pair: Pair) -> None:
    _, shp, _ = pair
    uuid = known(pair, measurements={"wing": 71.0, "mass": 18.4})
    typed = {"core__species": "Rustic Bunting", "core__day": "2024/05/02", "measurements__wing": "72,5"}
    answer = send(as_role(shp, "operator"), uuid, **typed, measurements__mass="", core__marks__0__type="leg-ring")
    assert answer.status_code == 303, main_of(answer)
    changes = sent(shp)
    assert changes["measurements"] == {"wing": 72.5, "mass": None}
    core = changes["core"]
    assert (core["species"], core["day"]) == ("Emberiza rustica", "2024-05-02")
    assert core["marks"] == [{"type": "leg-ring"}]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(pair: Pair) -> None:
    _, shp, _ = pair
    uuid = known(pair, measurements={"wing": 71.0})
    answer = send(as_role(shp, "operator"), uuid, core__day="yesterday", measurements__wing="long", reason=" ")
    assert answer.status_code == 422
    for name in ("core-day", "measurements-wing", "reason"):
        assert f'id="{name}-wrong"' in answer.text
    assert 'value="yesterday"' in answer.text
    assert shp.node.letters.sent("proposal") == []


def test_a_form_in_which_nothing_is_changed_is_not_sent(pair: Pair) -> None:
    _, shp, _ = pair
    uuid = known(pair)
    answer = send(as_role(shp, "operator"), uuid)
    assert answer.status_code == 422
    assert "Nothing would be changed" in main_of(answer)


def test_withheld_groups_and_names_of_people_are_said_and_not_asked_for(pair: Pair) -> None:
    _, shp, _ = pair
    uuid = known(pair, species="Emberiza aureola", people={"ringer": "N. N."}, remarks={"text": "x"})
    held = record_of(shp, uuid)
    closed = proposals.withheld(shp.node, held) - {"people"}
    assert closed
    page = as_role(shp, "operator").get(f"/records/{uuid}/propose")
    assert main_of(page).count("the station withholds it") == len(closed)
    assert not re.search(rf'name="({"|".join({*closed, "people"})})\.', page.text)


def test_what_has_changed_while_the_form_was_open_is_not_proposed_back(pair: Pair) -> None:
    khg, shp, network = pair
    uuid = known(pair)
    operator = as_role(shp, "operator")
    opened = operator.get(f"/records/{uuid}/propose").text
    correct(khg, uuid, age="4")
    settle(network)
    answer = send(operator, uuid, opened, core__sex="F")
    assert answer.status_code == 409
    assert "has changed meanwhile" in main_of(answer)
    filled = form_of(answer.text)
    assert (filled["core.sex"], filled["core.age"]) == ("F", "4")
    assert operator.post(f"/records/{uuid}/propose", data=filled).status_code == 303
    assert sent(shp) == {"core": {"sex": "F"}}


def test_a_form_sent_twice_makes_one_proposal(pair: Pair) -> None:
    _, shp, _ = pair
    uuid = known(pair)
    operator = as_role(shp, "operator")
    opened = operator.get(f"/records/{uuid}/propose").text
    for _ in range(2):
        assert send(operator, uuid, opened, core__sex="F").status_code == 303
    assert sent(shp) == {"core": {"sex": "F"}}


def test_one_more_mark_is_a_button_away_and_sends_nothing(pair: Pair) -> None:
    _, shp, _ = pair
    uuid = known(pair)
    answer = send(as_role(shp, "operator"), uuid, redisplay="row:marks", core__sex="F")
    assert 'name="core.marks.2.type"' in answer.text
    assert form_of(answer.text)["core.sex"] == "F"
    assert shp.node.letters.sent("proposal") == []


def test_own_withdrawn_and_unknown_records_have_no_such_form(pair: Pair) -> None:
    khg, shp, network = pair
    (gone,) = write(khg, banding(RING))
    (own,) = write(shp, banding("XC 345699"))
    withdraw(khg, gone)
    settle(network)
    operator = as_role(shp, "operator")
    unknown = "7d9f1c1e-0000-4000-8000-000000000000"
    asked = {uuid: operator.get(f"/records/{uuid}/propose").status_code for uuid in (gone, own, unknown)}
    assert asked == {gone: 422, own: 403, unknown: 404}
